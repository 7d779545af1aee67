package io.jenkins.plugins.mlflow.live;

import hudson.model.Run;

/**
 * A build by its name, which may be gone by now.
 *
 * @param job full name
 */
record BuildRef(String job, int number) {

    static BuildRef of(Run<?, ?> run) {
        return new BuildRef(run.getParent().getFullName(), run.getNumber());
    }
}
