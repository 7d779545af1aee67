package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A run as it was read at one moment.
 *
 * @param metrics the run's own current values (MLflow's: the largest by step, timestamp, value); a metric that came
 *     without a value is not in it
 * @param startTime by the client that logged the run, or null if unknown
 * @param endTime likewise, or null while the run is not ended
 * @param datasetDigests of the datasets that the run logged as its inputs
 * @param modelOutputs ids of the logged models (MLflow 3) that the run names as made
 * @param modelInputs ids of the logged models that the run names as evaluated
 * @param parentRunId the run that this one is a child of (tag {@code mlflow.parentRunId}), or null
 * @param user who started the run (tag {@code mlflow.user}), or null if unknown
 * @param serverTime the server's clock when it responded, or null if it sent none ({@code Date} header)
 */
public record Run(
        String id,
        String experimentId,
        Status status,
        boolean deleted,
        Instant startTime,
        Instant endTime,
        Map<String, Metric> metrics,
        Set<String> datasetDigests,
        Set<String> modelOutputs,
        Set<String> modelInputs,
        String parentRunId,
        String user,
        Instant serverTime) {

    public Run {
        metrics = Map.copyOf(metrics);
        datasetDigests = Set.copyOf(datasetDigests);
        modelOutputs = Set.copyOf(modelOutputs);
        modelInputs = Set.copyOf(modelInputs);
    }

    /** Ids of all logged models that the run names, as made or as evaluated. */
    public Set<String> loggedModels() {
        Set<String> all = new HashSet<>(modelOutputs);
        all.addAll(modelInputs);
        return all;
    }

    public boolean isChild() {
        return parentRunId != null;
    }

    /** MLflow's run states; what we do not know counts as running. */
    public enum Status {
        RUNNING,
        SCHEDULED,
        FINISHED,
        FAILED,
        KILLED,
        UNKNOWN
    }

    /**
     * One value of a metric.
     *
     * @param value may be NaN or infinite; MLflow stores infinities as ±{@link Double#MAX_VALUE}
     * @param timestamp milliseconds since 1970, by the client that logged it
     * @param step training step
     */
    public record Metric(double value, long timestamp, long step) {
        // Equality and text are written out for the same reason as those of MetricKey. Fingerprints that are stored
        // hold the text.

        @Override
        public boolean equals(Object other) {
            return other instanceof Metric metric
                    && Double.compare(value, metric.value) == 0
                    && timestamp == metric.timestamp
                    && step == metric.step;
        }

        @Override
        public int hashCode() {
            return (Double.hashCode(value) * 31 + Long.hashCode(timestamp)) * 31 + Long.hashCode(step);
        }

        @Override
        public String toString() {
            return "Metric[value=" + value + ", timestamp=" + timestamp + ", step=" + step + "]";
        }
    }
}
