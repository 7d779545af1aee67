package io.jenkins.plugins.mlflow.config;

import hudson.model.Item;

/**
 * Which jobs build change requests, that is pull or merge requests, of a multibranch project. Only scm-api knows; where that
 * plugin is missing there are no such projects.
 */
public final class ChangeRequests {
    private ChangeRequests() {}

    /** Whether the job, or a folder that it is in, builds a change request. */
    public static boolean isChangeRequest(Item job) {
        return isKnown() && BranchHeads.isChangeRequest(job);
    }

    /** Whether it builds a change request that comes from outside of the repository, or does not say where it comes from. */
    public static boolean isOfFork(Item job) {
        return isKnown() && BranchHeads.isOfFork(job);
    }

    private static boolean isKnown() {
        return OptionalPlugins.isActive(OptionalPlugins.SCM_API);
    }
}
