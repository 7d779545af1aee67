package io.jenkins.plugins.mlflow.training;

import hudson.model.Run;
import org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause;

/** What declarative pipelines know of <i>Restart from Stage</i>. To be loaded only where that plugin is. */
final class StageRestarts {
    private StageRestarts() {}

    /** The build that a build was restarted from, or null if it was not restarted or that build was deleted. */
    static Run<?, ?> origin(Run<?, ?> build) {
        RestartDeclarativePipelineCause cause = build.getCause(RestartDeclarativePipelineCause.class);
        return cause == null || cause.getOriginRunNumber() >= build.getNumber()
                ? null
                : build.getParent().getBuildByNumber(cause.getOriginRunNumber());
    }
}
