package io.jenkins.plugins.mlflow.live;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.gate.Rollback;
import jenkins.model.Jenkins;

/**
 * Who rolls back: a user on a page, or a build by its pipeline.
 *
 * @param name of the user, or of the job with the build's number
 * @param job full name of the job whose readers may see who rolled back, and why; null for administrators only
 * @param build null for a user
 */
record RollbackRequester(String name, String job, BuildRef build) {

    static RollbackRequester user(String name, String job) {
        return new RollbackRequester(name, job, null);
    }

    static RollbackRequester build(Run<?, ?> run) {
        BuildRef build = BuildRef.of(run);
        return new RollbackRequester(build.job() + " #" + build.number(), build.job(), build);
    }

    /** What Jenkins' log calls it. */
    String inWords() {
        return (build == null ? "user '" : "build '") + name + "'";
    }

    /** What the tags of the version say; {@code run} is null for a user. */
    Rollback.Author author(Run<?, ?> run) {
        String root = Jenkins.get().getRootUrl();
        return new Rollback.Author(name, run == null ? null : (root == null ? "" : root) + run.getUrl());
    }
}
