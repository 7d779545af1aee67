package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.AliasNames;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import java.io.Serializable;

/** The one run, version, alias or logged model that the user named. */
public record ExactCandidate(Kind kind, String value) implements Serializable {
    public enum Kind {
        RUN,
        VERSION,
        ALIAS,
        /** The newest version in a stage. */
        STAGE,
        /** A logged model of MLflow 3. */
        MODEL
    }

    /** What is wrong with the value, in words that follow the name of the parameter, or null. */
    public String problem() {
        return switch (kind) {
            case RUN -> value.isBlank() ? "is blank; it must be a run id" : null;
            case VERSION ->
                value.matches("[1-9][0-9]{0,17}") ? null : "is '" + value + "'; it must be a version number such as 7";
            case ALIAS -> AliasNames.problemWith(value);
            case STAGE -> value.isBlank() ? "is blank; it must be a stage such as Staging" : null;
            case MODEL ->
                LoggedModel.isId(value)
                        ? null
                        : "is '" + value + "'; it must be the id of a logged model such as m-3f2a…";
        };
    }
}
