package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.time.Duration;

/**
 * How to choose the run to judge where no exact candidate is given. Without an experiment it is the run of the
 * registered model's highest version.
 *
 * @param experiment name of the MLflow experiment, or null
 * @param filter MLflow run search filter, or null
 * @param best whether {@code orderBy} chooses, instead of the newest start time
 * @param orderBy what {@code select: best} orders by; null unless {@code best}
 * @param maxAge how long ago the run may have started, by the server's clock, or null for any age
 */
public record CandidateSelection(String experiment, String filter, boolean best, OrderBy orderBy, Duration maxAge)
        implements Serializable {

    /** The highest version of the registered model, whatever its age. */
    public static final CandidateSelection HIGHEST_VERSION =
            new CandidateSelection(null, null, false, null, null);

    /**
     * One order of runs.
     *
     * @param metric the metric's key
     * @param descending whether the greatest value comes first
     */
    public record OrderBy(String metric, boolean descending) implements Serializable {}
}
