package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;
import java.util.Map;

/**
 * Which run of an experiment is wanted.
 *
 * @param filter MLflow run search filter, or null
 * @param metric the metric that orders the runs, or null for the newest start time first
 * @param descending whether the greatest value of {@code metric} comes first
 * @param startedAfter only runs that started at or after this moment, or null
 * @param nested whether child runs (tag {@code mlflow.parentRunId}) count, too
 * @param tags names and values; a run must have all of them
 */
public record RunSearch(
        String experimentId,
        String filter,
        String metric,
        boolean descending,
        Instant startedAfter,
        boolean nested,
        Map<String, String> tags) {

    public RunSearch {
        tags = Map.copyOf(tags);
    }

    /** A search that ignores child runs. */
    public RunSearch(String experimentId, String filter, String metric, boolean descending, Instant startedAfter) {
        this(experimentId, filter, metric, descending, startedAfter, false, Map.of());
    }
}
