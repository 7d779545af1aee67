package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.MetricKey;
import java.util.Map;
import java.util.TreeSet;

/** The baseline with its metrics, set by {@link BaselineResolver}. The version stays null where none holds the alias or stage. */
final class BaselineState extends StatePart<BaselineState> {
    private static final long serialVersionUID = 1L;

    boolean found;
    String version;
    String runId;
    /** Why change rules may not pass although no version holds the baseline's alias or stage; null if they may. */
    String rubberStampRefused;

    MetricSnapshot metrics;
    TreeSet<String> datasetDigests;

    /** Null if there is no baseline. */
    Map<MetricKey, Double> values() {
        return version == null ? null : metrics.values;
    }

    EvaluatedModel model() {
        return metrics == null ? null : metrics.model;
    }
}
