package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.util.HashMap;
import java.util.Map;

/**
 * One past run, or a version with the run that it was made from.
 *
 * @param version null for a run that no version was made from
 * @param run null if there is none that could be read; {@code problem} is then the reason
 * @param problem why the gate could not evaluate it at all, or null
 */
record HistoricalRun(ModelVersion version, Run run, String problem) {
    private static final String PREVIOUS_VERSION = "mlflow_eval_gate.previous_version";

    static HistoricalRun of(ModelVersion version, Run run) {
        return new HistoricalRun(version, run, run.deleted() ? "run " + run.id() + " is deleted" : null);
    }

    /** The run's id where it is known, or null. */
    String runId() {
        return run != null ? run.id() : version == null ? null : version.runId();
    }

    String versionNumber() {
        return version == null ? null : version.version();
    }

    /** The version that this one replaced when the gate promoted it, by the gate's own tag, or null. */
    String replaced() {
        String tag = version == null ? null : version.tags().get(PREVIOUS_VERSION);
        return tag == null || tag.equals(version.version()) ? null : tag;
    }

    Map<String, Double> values() {
        Map<String, Double> values = new HashMap<>();
        run.metrics().forEach((name, metric) -> values.put(name, metric.value()));
        return values;
    }

    String startedAt() {
        return run == null || run.startTime() == null ? null : run.startTime().toString();
    }

    /** How messages call it. */
    String name() {
        return version == null ? "run " + runId() : "version " + version.version();
    }
}
