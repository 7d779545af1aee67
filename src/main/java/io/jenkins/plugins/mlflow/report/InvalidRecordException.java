package io.jenkins.plugins.mlflow.report;

import java.io.IOException;

/** A file was read, and holds no record that this version of the plugin reads. What it holds must not be lost. */
public final class InvalidRecordException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean newer;

    /** @param newer whether a newer version of the plugin wrote it */
    public InvalidRecordException(String message, Throwable cause, boolean newer) {
        super(message, cause);
        this.newer = newer;
    }

    /** Whether a newer version of the plugin wrote it. */
    public boolean isNewer() {
        return newer;
    }
}
