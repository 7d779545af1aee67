package io.jenkins.plugins.mlflow.policy;

import java.util.Locale;

/** What a check that did not pass does to the build; most severe first. */
public enum Criticality {
    FAILURE,
    UNSTABLE,
    /** Reported only. */
    NOTE;

    /** The word for it in policy files and reports. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
