package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Origin;
import io.jenkins.plugins.mlflow.policy.Digests;
import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.io.Serializable;
import java.util.TreeMap;

/**
 * One reading of the metrics that the rules need, each under its key: the model that they are of, its values, and
 * what is not clear. It is filled by {@link MetricReader} and not changed after.
 */
final class MetricSnapshot implements Serializable {
    private static final long serialVersionUID = 2L;

    /** Null before the first reading. */
    final EvaluatedModel model;

    final TreeMap<MetricKey, Double> values = new TreeMap<>();
    /** Why it is not clear which value is meant, also for whole targets. */
    final TreeMap<MetricKey, String> unclear = new TreeMap<>();
    /** Why there is no value though the metric is there: its history is too short. */
    final TreeMap<MetricKey, String> tooShort = new TreeMap<>();
    /** Who logged a value and on what, where that is not what the rule expects. */
    final TreeMap<MetricKey, Origin> origins = new TreeMap<>();
    /** The digest of the dataset for each value of a logged model; empty where none is known. */
    final TreeMap<MetricKey, String> digests = new TreeMap<>();
    /** Whether a metric is unclear because the model is. */
    boolean modelUnclear;

    private final TreeMap<MetricKey, String> stamps = new TreeMap<>();
    private long newest = Long.MIN_VALUE;

    MetricSnapshot(EvaluatedModel model) {
        this.model = model;
    }

    /** Keeps a value, if there is one, and what it was made of. */
    void put(MetricKey key, HistoryChoice.Result choice, Run.Metric current, String from) {
        if (choice.value() != null) {
            values.put(key, choice.value());
        } else if (choice.tooShort() != null) {
            tooShort.put(key, choice.tooShort());
        }
        stamps.put(key, current + from);
        newest = Math.max(newest, current.timestamp());
    }

    /** Whether there is nothing to wait for: the value is there, or it is known why it will not be. */
    boolean isKnown(MetricKey key) {
        return values.containsKey(key) || unclear.containsKey(key) || tooShort.containsKey(key);
    }

    /** The status of the logged model, or null if it is none. */
    LoggedModel.Status modelStatus() {
        return model == null ? null : model.status();
    }

    /** Whether each metric that counts was written before the moment. */
    boolean allWrittenBefore(long millis) {
        return newest < millis;
    }

    /**
     * What must stay the same for two readings to count as identical: the model, and value, step, timestamp and origin of each
     * metric.
     */
    String fingerprint() {
        return Digests.sha256(stamps + "\n" + values + "\n" + unclear + "\n" + model);
    }
}
