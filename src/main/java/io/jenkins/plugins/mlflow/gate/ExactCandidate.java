package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.AliasNames;
import java.io.Serializable;

/** The one run, version or alias that the user named. */
public record ExactCandidate(Kind kind, String value) implements Serializable {
    /** What the value is. */
    public enum Kind {
        RUN,
        VERSION,
        ALIAS
    }

    /** What is wrong with the value, in words that follow the name of the parameter, or null. */
    public String problem() {
        return switch (kind) {
            case RUN -> value.isBlank() ? "is blank; it must be a run id" : null;
            case VERSION ->
                value.matches("[1-9][0-9]{0,17}") ? null : "is '" + value + "'; it must be a version number such as 7";
            case ALIAS -> AliasNames.problemWith(value);
        };
    }
}
