package io.jenkins.plugins.mlflow.training;

import hudson.model.Run;
import jenkins.scm.api.SCMRevisionAction;

/** What scm-api knows of the revision that a build is of. To be loaded only where that plugin is. */
final class BuildRevisions {
    private BuildRevisions() {}

    /** As the source control system writes it, or null. */
    static String of(Run<?, ?> run) {
        SCMRevisionAction action = run.getAction(SCMRevisionAction.class);
        return action == null ? null : action.getRevision().toString();
    }
}
