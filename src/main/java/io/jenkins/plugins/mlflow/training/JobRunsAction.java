package io.jenkins.plugins.mlflow.training;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Action;
import hudson.model.Job;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.report.JobFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import jenkins.model.Tab;
import jenkins.model.TransientActionFactory;

/** The page of a job whose builds trained inside of {@code withMlflow}: the runs of its latest builds. */
public final class JobRunsAction extends Tab {
    private static final int MOST_BUILDS = 50;
    private static final JobFolder FOLDER = new JobFolder(BuildRunsAction.URL_NAME);

    private JobRunsAction(Job<?, ?> job) {
        super(job);
    }

    static void register(Job<?, ?> job) throws IOException {
        FOLDER.create(job);
    }

    /** A build and the runs that it made. */
    public record BuildRuns(BuildRunsAction action, List<RunRow> rows) {
        public BuildRunsAction getAction() {
            return action;
        }

        public Run<?, ?> getBuild() {
            return action.getRun();
        }

        public List<RunRow> getRows() {
            return rows;
        }
    }

    public Job<?, ?> getJob() {
        return (Job<?, ?>) object;
    }

    /** The latest builds that made runs, newest first. */
    public List<BuildRuns> getBuilds() {
        List<BuildRuns> builds = new ArrayList<>();
        Set<String> gated = getJob().getLastBuild() == null ? Set.of() : GatedMetrics.of(getJob().getLastBuild());
        int looked = 0;
        for (Run<?, ?> build : getJob().getBuilds()) {
            if (looked++ == MOST_BUILDS) {
                break;
            }
            BuildRunsAction action = build.getAction(BuildRunsAction.class);
            List<RunRow> rows = action == null ? List.of() : RunRow.of(action.getServers(), gated);
            if (!rows.isEmpty()) {
                builds.add(new BuildRuns(action, rows));
            }
        }
        return builds;
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
        return BuildRunsAction.URL_NAME;
    }

    /** Adds the page to jobs that ever had a block. */
    @Extension
    @SuppressWarnings("rawtypes")
    public static final class Factory extends TransientActionFactory<Job> {
        @Override
        public Class<Job> type() {
            return Job.class;
        }

        @Override
        public Class<? extends Action> actionType() {
            return JobRunsAction.class;
        }

        @NonNull
        @Override
        public Collection<? extends Action> createFor(@NonNull Job target) {
            return FOLDER.existsFor(target) ? List.of(new JobRunsAction(target)) : List.of();
        }
    }
}
