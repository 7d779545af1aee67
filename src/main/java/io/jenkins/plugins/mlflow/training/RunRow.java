package io.jenkins.plugins.mlflow.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import io.jenkins.plugins.mlflow.report.MlflowLinks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A run as a row of a page. */
public final class RunRow {
    private static final int MOST_METRICS = 6;

    private final TrainingServer server;
    private final RecordedRun run;
    private final List<Map.Entry<String, Double>> metrics;

    private RunRow(TrainingServer server, RecordedRun run, Set<String> gated) {
        this.server = server;
        this.run = run;
        this.metrics = run.getMetrics().entrySet().stream()
                .filter(metric -> gated.isEmpty() || gated.contains(metric.getKey()))
                .limit(MOST_METRICS)
                .toList();
    }

    /** @param gated the metrics to show; if there are none, the first ones by name */
    static List<RunRow> of(List<TrainingServer> servers, Set<String> gated) {
        List<RunRow> rows = new ArrayList<>();
        for (TrainingServer server : servers) {
            server.getRuns().forEach(run -> rows.add(new RunRow(server, run, gated)));
        }
        return rows;
    }

    public RecordedRun getRun() {
        return run;
    }

    public String getServer() {
        return server.getName();
    }

    /** In MLflow's user interface; null if its address is no plain web address. */
    @CheckForNull
    public String getUrl() {
        return new MlflowLinks(server.uiUrl(), server.workspace()).run(run.getExperimentId(), run.getRunId());
    }

    public List<Map.Entry<String, Double>> getMetrics() {
        return metrics;
    }

    /** Null if unknown. */
    @CheckForNull
    public Date getStartTime() {
        Long started = run.getStartedAt();
        return started == null ? null : new Date(started);
    }

    /** As ISO 8601, or null. */
    @CheckForNull
    public String getStartText() {
        Long started = run.getStartedAt();
        return started == null ? null : Instant.ofEpochMilli(started).toString();
    }

    /** How long the run took, or null while it has not ended. */
    @CheckForNull
    public String getDuration() {
        Long start = run.getStartedAt();
        Long end = run.getEndedAt();
        return start == null || end == null || end < start ? null : Util.getTimeSpanString(end - start);
    }

    public String getSymbol() {
        return switch (run.getStatus()) {
            case "FINISHED" -> "symbol-status-blue";
            case "FAILED", "KILLED" -> "symbol-status-red";
            default -> "symbol-status-nobuilt-anime";
        };
    }
}
