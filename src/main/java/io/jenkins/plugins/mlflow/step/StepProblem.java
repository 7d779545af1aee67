package io.jenkins.plugins.mlflow.step;

/** Something that the pipeline's author or the administrator must correct before the gate can start: CONFIGURATION. */
final class StepProblem extends Exception {
    private static final long serialVersionUID = 1L;

    StepProblem(String message) {
        super(message);
    }
}
