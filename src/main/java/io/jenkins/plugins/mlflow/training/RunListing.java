package io.jenkins.plugins.mlflow.training;

import hudson.AbortException;
import hudson.FilePath;
import hudson.console.HyperlinkNote;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says in the build's log which runs the build made, or why there may be none. */
final class RunListing {
    private static final int LONGEST = 120;

    private final Run<?, ?> build;
    private final TaskListener listener;
    private final String serverName;
    private final boolean requireRun;

    RunListing(Run<?, ?> build, TaskListener listener, String serverName, boolean requireRun) {
        this.build = build;
        this.listener = listener;
        this.serverName = serverName;
        this.requireRun = requireRun;
    }

    /**
     * @param folder that the training ran in, or null outside of a node
     * @param before the local logs before the training; see {@link LocalLogs#look}
     * @throws AbortException if a run is required, and there is none or it is unknown
     */
    void print(FilePath folder, Map<String, Long> before) throws AbortException, InterruptedException {
        BuildRunsAction action = build.getAction(BuildRunsAction.class);
        MlflowServerConfiguration server = server(action);
        if (server == null) {
            complain(ErrorCategory.CONFIGURATION + ": the runs of this build could not be listed, because server '"
                    + serverName + "' is no longer configured.");
            return;
        }
        List<RecordedRun> runs;
        try {
            runs = BuildRunsReader.read(action, server, build);
        } catch (ConfigurationException e) {
            complain(ErrorCategory.CONFIGURATION + ": the runs of this build could not be listed. " + e.getMessage());
            return;
        } catch (TrackingException e) {
            complain(e.category() + ": the runs of this build could not be listed. " + e.getMessage());
            return;
        }
        try {
            action.record(server, runs);
        } catch (IOException e) {
            listener.getLogger()
                    .println("WARNING: the runs of this build could not be kept with it: " + e.getMessage());
        }
        if (runs.isEmpty()) {
            complain(ErrorCategory.NOT_FOUND + ": server '" + serverName + "' has no run of this build. "
                    + reason(folder, before));
        } else {
            listener.getLogger().println("MLflow runs of this build on server '" + serverName + "':");
            RunRow.of(List.of(new TrainingServer(server, runs)), Set.of()).forEach(this::print);
        }
    }

    /** Renamed or not. */
    private MlflowServerConfiguration server(BuildRunsAction action) {
        return action.getServers().stream()
                .filter(server -> server.getName().equals(serverName))
                .findFirst()
                .map(server -> server.configuration(build.getParent()))
                .orElse(null);
    }

    private void print(RunRow row) {
        String name = DisplayText.name(row.getRun().getName(), LONGEST);
        listener.getLogger()
                .println("  " + (row.getUrl() == null ? name : HyperlinkNote.encodeTo(row.getUrl(), name)) + " ("
                        + row.getRun().getStatus() + ") in experiment "
                        + DisplayText.name(row.getRun().getExperiment(), LONGEST));
    }

    private void complain(String message) throws AbortException {
        if (requireRun) {
            throw new AbortException(message);
        }
        listener.getLogger().println("WARNING: " + message);
    }

    private String reason(FilePath folder, Map<String, Long> before) throws InterruptedException {
        List<String> written = folder == null ? List.of() : LocalLogs.written(before, LocalLogs.look(folder));
        if (!written.isEmpty()) {
            return "The training logged to " + String.join(" and ", written) + " in the workspace: it does not use"
                    + " MLFLOW_TRACKING_URI. Remove mlflow.set_tracking_uri() from the script, and check that the command is given the"
                    + " environment.";
        }
        return "Either the training sets a tracking URI of its own (remove mlflow.set_tracking_uri()), or it creates its run with"
                + " MlflowClient().create_run(), which ignores MLFLOW_RUN_CONTEXT (use mlflow.start_run()), or it starts no run.";
    }
}
