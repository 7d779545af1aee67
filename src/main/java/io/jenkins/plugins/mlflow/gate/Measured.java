package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.Digests;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.io.Serializable;
import java.util.TreeMap;

/**
 * One reading of the metrics that the rules need, each under the key of its target: what a run or its logged model has, and
 * what cannot be told. It is filled by {@link MetricReader} and not changed after.
 */
final class Measured implements Serializable {
    private static final long serialVersionUID = 1L;

    final TreeMap<String, Double> values = new TreeMap<>();
    /** Why a value cannot be told, also for whole targets. */
    final TreeMap<String, String> unclear = new TreeMap<>();
    /** The digest of the dataset for each value of a logged model; empty where none is known. */
    final TreeMap<String, String> digests = new TreeMap<>();
    /** The logged model that values were taken from, with the run that made it; null if they are all the run's own. */
    String modelId;
    String modelRunId;
    LoggedModel.Status modelStatus;

    private final TreeMap<String, String> stamps = new TreeMap<>();
    private long newest = Long.MIN_VALUE;

    /** Keeps a value, if there is one, and what it was made of. */
    void put(String key, Double value, Run.Metric current, String from) {
        if (value != null) {
            values.put(key, value);
        }
        stamps.put(key, current + from);
        newest = Math.max(newest, current.timestamp());
    }

    void take(LoggedModel model) {
        modelId = model.id();
        modelRunId = model.sourceRunId();
        modelStatus = model.status();
    }

    /** Whether each metric that counts was written before the moment. */
    boolean allWrittenBefore(long millis) {
        return newest < millis;
    }

    /** What must stay the same for two readings to count as identical: value, step, timestamp and origin of each metric. */
    String fingerprint() {
        return Digests.sha256(stamps + "\n" + values + "\n" + unclear + "\n" + modelId + modelStatus);
    }
}
