package io.jenkins.plugins.mlflow.tracking;

import java.util.List;

/**
 * What was logged and registered, page by page, for commands that read many runs. Only reads. As with
 * {@link TrackingServer}, each method sends one request once, repeating and ending a loop over pages is the caller's
 * decision, and a response that does not match the request is {@link ErrorCategory#PROTOCOL}.
 */
public interface TrackingHistory {
    /** How many runs or versions one request may ask for; MLflow's own limits are higher, but responses are read whole. */
    int LARGEST_PAGE = 250;

    /** How many requests were sent so far. */
    int requests();

    /** See {@link TrackingServer#run}. */
    Run run(String runId) throws TrackingException, InterruptedException;

    /** See {@link TrackingServer#experimentByName}. */
    Experiment experimentByName(String name) throws TrackingException, InterruptedException;

    /** See {@link TrackingServer#version}. */
    ModelVersion version(String model, String version) throws TrackingException, InterruptedException;

    /**
     * Active runs of an experiment, newest start time first, with their metrics. The order of the page is checked.
     *
     * @param filter MLflow run search filter, or null
     * @param size at most {@link #LARGEST_PAGE}
     * @param token of the page before, or null for the first
     */
    Page<Run> runs(String experimentId, String filter, int size, String token)
            throws TrackingException, InterruptedException;

    /**
     * Those of the named runs that are in the experiment, deleted ones included, in any order.
     *
     * @param ids at most {@link #LARGEST_PAGE}, of letters, digits, {@code _} and {@code -}
     */
    List<Run> runsById(String experimentId, List<String> ids) throws TrackingException, InterruptedException;

    /**
     * Versions of a model, highest number first where the server keeps to the requested order; none if there is no such
     * model.
     */
    Page<ModelVersion> versions(String model, int size, String token) throws TrackingException, InterruptedException;
}
