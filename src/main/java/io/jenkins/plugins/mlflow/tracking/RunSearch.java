package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;

/**
 * Which run of an experiment is wanted.
 *
 * @param filter MLflow run search filter, or null
 * @param metric the metric that orders the runs, or null for the newest start time first
 * @param descending whether the greatest value of {@code metric} comes first
 * @param startedAfter only runs that started at or after this moment, or null
 */
public record RunSearch(String experimentId, String filter, String metric, boolean descending, Instant startedAfter) {}
