package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;

/** A problem that keeps the gate from starting or continuing: mostly what the pipeline's author or the administrator must correct. */
final class StepException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCategory category;

    StepException(String message) {
        this(ErrorCategory.CONFIGURATION, message);
    }

    StepException(ErrorCategory category, String message) {
        super(message);
        this.category = category;
    }

    ErrorCategory category() {
        return category;
    }
}
