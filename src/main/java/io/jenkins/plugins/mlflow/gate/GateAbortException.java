package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;

/** The gate cannot continue: an error of the contract, with its category and a message for the user. */
final class GateAbortException extends Exception {
    private static final long serialVersionUID = 1L;

    final ErrorCategory category;

    GateAbortException(ErrorCategory category, String message) {
        super(message);
        this.category = category;
    }
}
