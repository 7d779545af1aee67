package io.jenkins.plugins.mlflow.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import jenkins.management.Badge;
import jenkins.model.RunAction2;
import jenkins.model.Tab;

/**
 * The runs that a build made inside of {@code withMlflow}, on the build's pages, and the random id that tells them from the runs of
 * all other builds: names and numbers of jobs can repeat, on other controllers for example.
 */
public final class BuildRunsAction extends Tab implements RunAction2 {
    /** The tag of a run that holds the id of its build. */
    public static final String TAG = "mlflow_eval_gate.build";

    static final String URL_NAME = "mlflow-runs";

    private final String id = UUID.randomUUID().toString();

    /** Replaced, never changed, so that pages can read it meanwhile. */
    private volatile ArrayList<TrainingServer> servers = new ArrayList<>();

    private transient LiveRuns live;

    private BuildRunsAction() {
        super(null);
    }

    /**
     * The action of a build that is about to train against a server; it is saved with the build before any run can carry its id.
     *
     * @throws IOException if the build cannot be saved
     */
    static BuildRunsAction begin(Run<?, ?> run, MlflowServerConfiguration server) throws IOException {
        synchronized (run) {
            BuildRunsAction action = run.getAction(BuildRunsAction.class);
            if (action == null) {
                action = new BuildRunsAction();
                run.addAction(action);
            }
            if (action.getServers().stream().noneMatch(known -> known.is(server))) {
                action.replace(new TrainingServer(server, List.of()));
            }
            run.save();
            JobRunsAction.register(run.getParent());
            return action;
        }
    }

    /**
     * The tags of the runs that a build made on a server.
     *
     * @return null if the build had no {@code withMlflow} block for the server
     */
    @CheckForNull
    public static Map<String, String> tags(Run<?, ?> run, MlflowServerConfiguration server) {
        BuildRunsAction action = run.getAction(BuildRunsAction.class);
        return action == null || action.getServers().stream().noneMatch(known -> known.is(server))
                ? null
                : action.tags();
    }

    Map<String, String> tags() {
        return Map.of(TAG, id);
    }

    /** Keeps what a server said of the runs. */
    void record(MlflowServerConfiguration server, List<RecordedRun> runs) throws IOException {
        synchronized (getRun()) {
            replace(new TrainingServer(server, runs));
            getRun().save();
        }
    }

    private void replace(TrainingServer server) {
        ArrayList<TrainingServer> copy = new ArrayList<>(getServers());
        copy.removeIf(known -> known.registry().equals(server.registry()));
        copy.add(server);
        servers = copy;
    }

    @Override
    public void onAttached(Run<?, ?> run) {
        object = run;
        live = new LiveRuns(this);
    }

    @Override
    public void onLoad(Run<?, ?> run) {
        onAttached(run);
    }

    public Run<?, ?> getRun() {
        return (Run<?, ?>) object;
    }

    List<TrainingServer> getServers() {
        return servers == null ? List.of() : servers;
    }

    /** What the pages show, as of some seconds ago while the build runs. */
    public List<RunRow> getRows() {
        return RunRow.of(live.servers(), GatedMetrics.of(getRun()));
    }

    /** Whether the page should be reloaded. */
    public boolean isLive() {
        return getRun().isBuilding();
    }

    @Override
    public String getIconFileName() {
        return "symbol-flask-outline plugin-ionicons-api";
    }

    @NonNull
    @Override
    public String getDisplayName() {
        return Messages.BuildRunsAction_displayName();
    }

    @Override
    public String getUrlName() {
        return URL_NAME;
    }

    /** How many runs there are. */
    @Override
    public Badge getBadge() {
        int count = getServers().stream()
                .mapToInt(server -> server.getRuns().size())
                .sum();
        return count == 0
                ? null
                : new Badge(Integer.toString(count), Messages.BuildRunsAction_count(count), Badge.Severity.INFO);
    }
}
