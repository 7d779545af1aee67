package io.jenkins.plugins.mlflow.gate;

import java.util.Locale;

/** How far a gate may go. */
public enum RunMode {
    ENABLED,
    /** Evaluate and report, change nothing on the server. */
    DRY_RUN,
    /** Do nothing at all. */
    DISABLED;

    /** The word that users type. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
