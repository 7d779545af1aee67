package io.jenkins.plugins.mlflow.training;

import hudson.AbortException;
import hudson.FilePath;
import hudson.console.HyperlinkNote;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says in the build's log which runs the build made, or why there may be none. */
final class RunListing {
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
     * @throws AbortException if a run is required, and there is none or it is not known
     */
    void print(FilePath folder, Map<String, Long> before) throws IOException, InterruptedException {
        List<RecordedRun> runs;
        try {
            MlflowServerConfiguration server = MlflowGlobalConfiguration.get().getServer(serverName);
            BuildRunsAction action = build.getAction(BuildRunsAction.class);
            runs = BuildRunsReader.read(action, server);
            action.record(server, runs);
            if (!runs.isEmpty()) {
                listener.getLogger().println("MLflow runs of this build on server '" + serverName + "':");
                RunRow.of(List.of(new TrainingServer(server, runs)), Set.of()).forEach(this::print);
                return;
            }
        } catch (ConfigurationException e) {
            complain(ErrorCategory.CONFIGURATION + ": the runs of this build could not be listed. " + e.getMessage());
            return;
        } catch (TrackingException e) {
            complain(e.category() + ": the runs of this build could not be listed. " + e.getMessage());
            return;
        }
        complain(ErrorCategory.NOT_FOUND + ": server '" + serverName + "' has no run of this build. " + reason(folder, before));
    }

    private void print(RunRow row) {
        String name = printable(row.getRun().getName());
        listener.getLogger().println("  " + (row.getUrl() == null ? name : HyperlinkNote.encodeTo(row.getUrl(), name))
                + " (" + row.getRun().getStatus() + ") in experiment " + printable(row.getRun().getExperiment()));
    }

    private void complain(String message) throws AbortException {
        if (requireRun) {
            throw new AbortException(message);
        }
        listener.getLogger().println("WARNING: " + message);
    }

    private String reason(FilePath folder, Map<String, Long> before) throws InterruptedException {
        List<String> written;
        try {
            written = folder == null ? List.of() : LocalLogs.written(before, LocalLogs.look(folder));
        } catch (IOException e) {
            written = List.of();
        }
        if (!written.isEmpty()) {
            return "The training logged to " + String.join(" and ", written) + " in the workspace: it does not use"
                    + " MLFLOW_TRACKING_URI. Remove mlflow.set_tracking_uri() from the script, and check that the command is given the"
                    + " environment.";
        }
        return "Either the training sets a tracking URI of its own (remove mlflow.set_tracking_uri()), or it creates its run with"
                + " MlflowClient().create_run(), which ignores MLFLOW_RUN_CONTEXT (use mlflow.start_run()), or it starts no run.";
    }

    /** Names come from whoever may write to MLflow. */
    private static String printable(String text) {
        return String.valueOf(text).replaceAll("\\p{C}", " ");
    }
}
