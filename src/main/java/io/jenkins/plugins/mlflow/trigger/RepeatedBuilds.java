package io.jenkins.plugins.mlflow.trigger;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Extension;
import hudson.model.Run;
import hudson.model.listeners.RunListener;
import io.jenkins.plugins.mlflow.config.OptionalPlugins;
import io.jenkins.plugins.mlflow.report.TriggeringVersion;
import org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayCause;

/** Gives a build that was replayed, rebuilt or restarted from a stage the version of the build that it repeats. */
@Extension
public final class RepeatedBuilds extends RunListener<Run<?, ?>> {
    @Override
    public void onInitialize(Run<?, ?> run) {
        if (run.getAction(TriggeringVersion.class) != null) {
            return;
        }
        Run<?, ?> origin = OptionalPlugins.isActive(OptionalPlugins.PIPELINE) ? Replays.origin(run) : null;
        if (origin == null && OptionalPlugins.isActive(OptionalPlugins.DECLARATIVE)) {
            origin = Restarts.origin(run);
        }
        TriggeringVersion version = origin == null ? null : origin.getAction(TriggeringVersion.class);
        if (version != null) {
            run.addAction(version);
        }
    }

    /** To be loaded only where Pipeline is. */
    private static final class Replays {
        @CheckForNull
        static Run<?, ?> origin(Run<?, ?> run) {
            ReplayCause cause = run.getCause(ReplayCause.class);
            return cause == null ? null : run.getParent().getBuildByNumber(cause.getOriginalNumber());
        }
    }

    /** To be loaded only where declarative Pipeline is. */
    private static final class Restarts {
        @CheckForNull
        static Run<?, ?> origin(Run<?, ?> run) {
            RestartDeclarativePipelineCause cause = run.getCause(RestartDeclarativePipelineCause.class);
            return cause == null ? null : run.getParent().getBuildByNumber(cause.getOriginRunNumber());
        }
    }
}
