package io.jenkins.plugins.mlflow.tracking;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The requests of the gate to one MLflow server. Each method sends one request (searches: a bounded number) once;
 * a retry is the caller's decision. Every response is checked to match the request; one that does not is
 * {@link ErrorCategory#PROTOCOL}. All methods may block, at most for the configured request timeout or the budget of
 * {@link #within}, whichever is shorter.
 */
public interface TrackingServer {

    /** The same server, whose requests take at most this long. It shares the count of {@link #requests()}. */
    TrackingServer within(Duration budget);

    /** How many requests were sent so far. */
    int requests();

    /** One or several calls of a server. */
    @FunctionalInterface
    interface Read {
        void from(TrackingServer server) throws TrackingException, InterruptedException;
    }

    /**
     * The same server for one thread, which may {@link #prefetch} from it. Whoever asked for it ends it with
     * {@link #discardPrefetched}.
     */
    default TrackingServer prefetching() {
        return this;
    }

    /**
     * Sends the first request of the read, without waiting for the answer: that is for the call which sends the same request next, so
     * that reads which do not depend on each other cost one round trip together. An error shows in that call. Each write discards what
     * was prefetched before it. Nothing is sent on a server that is not {@link #prefetching}, or if many reads are under way.
     *
     * @return whether the request is under way
     */
    default boolean prefetch(Read read) throws InterruptedException {
        return false;
    }

    /** Gives up the answers that nothing has asked for. */
    default void discardPrefetched() {}

    /** The run, deleted or not, with its logged models. {@link ErrorCategory#NOT_FOUND} if there never was one. */
    Run run(String runId) throws TrackingException, InterruptedException;

    /**
     * Passes on all values of a metric that were logged, in no order, as they arrive in a bounded number of pages. What was passed on
     * before an error is not the whole.
     */
    void history(String runId, String metric, Consumer<Run.Metric> values)
            throws TrackingException, InterruptedException;

    /** MLflow 3. {@link ErrorCategory#NOT_FOUND} if it is missing, {@link ErrorCategory#CONFIGURATION} on an older server. */
    LoggedModel loggedModel(String id) throws TrackingException, InterruptedException;

    /**
     * The logged models that a run made, as far as they are not deleted, in a bounded number of pages;
     * {@link ErrorCategory#CONFIGURATION} on a server older than MLflow 3.
     */
    List<LoggedModel> loggedModels(String experimentId, String runId) throws TrackingException, InterruptedException;

    /**
     * The logged models of these experiments for which some run logged this value of the metric, in a bounded number of pages;
     * {@link ErrorCategory#CONFIGURATION} on a server older than MLflow 3. Values that are not finite are not found.
     *
     * @param metric without a backquote
     */
    List<LoggedModel> loggedModelsWith(List<String> experimentIds, String metric, double value)
            throws TrackingException, InterruptedException;

    /**
     * The first active run in the order of the search, or empty. The order of the response is checked.
     * {@link ErrorCategory#CONFLICT} if the first two runs are equal in that order.
     */
    Optional<Run> firstRun(RunSearch search) throws TrackingException, InterruptedException;

    /**
     * The active runs that have these tags, newest start first, in a bounded number of pages. Without an experiment, runs of all
     * active experiments are searched.
     */
    List<TaggedRun> taggedRuns(TagSearch search) throws TrackingException, InterruptedException;

    /** {@link ErrorCategory#NOT_FOUND} if there is none of that name. */
    Experiment experimentByName(String name) throws TrackingException, InterruptedException;

    /** {@link ErrorCategory#NOT_FOUND} if there is none with that id. */
    Experiment experiment(String id) throws TrackingException, InterruptedException;

    /**
     * The files and directories directly below an artifact path of a run; empty if nothing is there.
     *
     * @param path null for the run's root
     */
    List<Artifact> artifacts(String runId, String path) throws TrackingException, InterruptedException;

    /** {@link ErrorCategory#NOT_FOUND} if the model or the version is not there. */
    ModelVersion version(String model, String version) throws TrackingException, InterruptedException;

    /** Where the files of a version are in the end, also if it is a copy of another one. */
    ModelSource files(String model, String version) throws TrackingException, InterruptedException;

    /** Empty only on MLflow's own response that the alias or the model does not exist. */
    Optional<ModelVersion> versionByAlias(String model, String alias) throws TrackingException, InterruptedException;

    /** The latest version in a stage, or empty. {@link ErrorCategory#NOT_FOUND} if the model is not there. */
    Optional<ModelVersion> versionInStage(String model, String stage) throws TrackingException, InterruptedException;

    /** All versions in a stage, in no order. It reads every version of the model, in a bounded number of pages. */
    List<ModelVersion> versionsInStage(String model, String stage) throws TrackingException, InterruptedException;

    /** The version with the highest number; empty if there is none. */
    Optional<ModelVersion> highestVersion(String model) throws TrackingException, InterruptedException;

    /** The version with the highest number among those of a run that are wanted; empty if there is none. */
    Optional<ModelVersion> highestVersionOfRun(String model, String runId, Predicate<ModelVersion> wanted)
            throws TrackingException, InterruptedException;

    /** The version with the highest number among those made from a logged model that are wanted; empty if there is none. */
    Optional<ModelVersion> highestVersionOf(String model, String loggedModel, Predicate<ModelVersion> wanted)
            throws TrackingException, InterruptedException;

    /** How many versions of the model have this tag, with a value that is not empty; at most {@code enough}. */
    int versionsWithTag(String model, String tag, int enough) throws TrackingException, InterruptedException;

    /**
     * The versions of the model that have the tag with exactly this value, in no order and in a bounded number of pages.
     *
     * @param tag without a backquote
     * @param value without one of the two kinds of quotes
     */
    List<ModelVersion> versionsWithTagValue(String model, String tag, String value)
            throws TrackingException, InterruptedException;

    /** Empty only on MLflow's own response that there is no registered model of that name. */
    Optional<RegisteredModel> registeredModel(String model) throws TrackingException, InterruptedException;

    /** Creates a version. A write: see {@link TrackingException#isNeverSent()} before repeating it. */
    ModelVersion createVersion(String model, String source, String runId)
            throws TrackingException, InterruptedException;

    /** Creates a version from a logged model; a write as {@link #createVersion}. {@code runId} may be null. */
    ModelVersion createVersionFrom(String model, String loggedModel, String runId)
            throws TrackingException, InterruptedException;

    void setAlias(String model, String alias, String version) throws TrackingException, InterruptedException;

    void transitionStage(String model, String version, String stage, boolean archiveExisting)
            throws TrackingException, InterruptedException;

    /** Sets all tags, side by side. The first that is refused is the exception; the others are still sent. */
    void setVersionTags(String model, String version, Map<String, String> tags)
            throws TrackingException, InterruptedException;
}
