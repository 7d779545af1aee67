package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Why a command has no result, with the exit status that the same error has in {@code check}. */
record CommandError(ErrorCategory category, String message) {

    static CommandError of(Exception e) {
        if (e instanceof TrackingException fault) {
            return new CommandError(fault.category(), fault.getMessage());
        }
        if (e instanceof PolicyException || e instanceof IllegalArgumentException) {
            return new CommandError(ErrorCategory.CONFIGURATION, e.getMessage());
        }
        throw new IllegalStateException(e);
    }

    int exitStatus() {
        return category == ErrorCategory.CONFIGURATION ? Main.WRONG_ARGUMENTS : Main.OTHER_ERROR;
    }

    Map<String, Object> toMap() {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("category", category.name());
        error.put("message", message);
        return error;
    }

    @Override
    public String toString() {
        return category + ": " + message;
    }
}
