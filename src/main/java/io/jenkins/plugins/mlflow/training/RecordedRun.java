package io.jenkins.plugins.mlflow.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TaggedRun;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A run of a build as MLflow described it last. It is kept with the build. */
public final class RecordedRun {
    private static final int MOST_METRICS = 50;
    private static final int LONGEST = 250;

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
        runId = plain(run.id());
        name = plain(found.name());
        experimentId = plain(run.experimentId());
        experiment = plain(found.experiment());
        status = run.status().name();
        startedAt = millis(run.startTime());
        endedAt = millis(run.endTime());
        user = plain(run.user());
        preferred.stream().filter(run.metrics()::containsKey).forEach(metric -> put(metric, run.metrics()));
        new TreeMap<>(run.metrics()).keySet().forEach(metric -> put(metric, run.metrics()));
    }

    private void put(String metric, Map<String, Run.Metric> values) {
        if (metrics.size() < MOST_METRICS) {
            metrics.put(plain(metric), values.get(metric).value());
        }
    }

    /** What XML cannot carry would make the build's record unreadable. */
    private static String plain(String text) {
        return DisplayText.plain(text, LONGEST);
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
