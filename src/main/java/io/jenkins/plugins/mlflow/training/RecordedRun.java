package io.jenkins.plugins.mlflow.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TaggedRun;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A run of a build as MLflow described it last. It is kept with the build. */
public final class RecordedRun {
    private static final int MOST_METRICS = 50;

    private final String runId;
    private final String name;
    private final String experimentId;
    private final String experiment;
    private final String status;
    private final Long startedAt;
    private final Long endedAt;
    private final String user;
    private final TreeMap<String, Double> metrics = new TreeMap<>();

    /** @param preferred metrics to keep even if the run has many others */
    RecordedRun(TaggedRun found, Set<String> preferred) {
        Run run = found.run();
        runId = run.id();
        name = found.name();
        experimentId = run.experimentId();
        experiment = found.experiment();
        status = run.status().name();
        startedAt = millis(run.startTime());
        endedAt = millis(run.endTime());
        user = run.user();
        preferred.stream().filter(run.metrics()::containsKey).forEach(metric -> put(metric, run.metrics()));
        new TreeMap<>(run.metrics()).keySet().forEach(metric -> put(metric, run.metrics()));
    }

    private void put(String metric, Map<String, Run.Metric> values) {
        if (metrics.size() < MOST_METRICS) {
            metrics.put(metric, values.get(metric).value());
        }
    }

    private static Long millis(Instant moment) {
        return moment == null ? null : moment.toEpochMilli();
    }

    public String getRunId() {
        return runId;
    }

    /** The run's name, or its id if it has none. */
    public String getName() {
        return name == null ? runId : name;
    }

    @CheckForNull
    public String getExperimentId() {
        return experimentId;
    }

    /** The name of the experiment, or its id if the name is unknown. */
    @CheckForNull
    public String getExperiment() {
        return experiment == null ? experimentId : experiment;
    }

    /** One of MLflow's states, such as {@code RUNNING}. */
    public String getStatus() {
        return status;
    }

    /** Milliseconds since 1970 by the clock of the training, or null. */
    @CheckForNull
    public Long getStartedAt() {
        return startedAt;
    }

    /** Likewise; null while the run has not ended. */
    @CheckForNull
    public Long getEndedAt() {
        return endedAt;
    }

    /** Who started the run by MLflow's account, or null. */
    @CheckForNull
    public String getUser() {
        return user;
    }

    /** Values by names, at most 50. */
    public Map<String, Double> getMetrics() {
        return metrics;
    }
}
