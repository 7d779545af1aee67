package io.jenkins.plugins.mlflow.step;

import java.io.Serializable;
import org.jenkinsci.plugins.scriptsecurity.sandbox.whitelists.Whitelisted;

/** What {@code mlflowRollback} returns, with getters that a sandboxed pipeline may call. */
public final class RollbackResult implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String version;
    private final String previousVersion;
    private final String reason;

    RollbackResult(String version, String previousVersion, String reason) {
        this.version = version;
        this.previousVersion = previousVersion;
        this.reason = reason;
    }

    /** The version that is live now. */
    @Whitelisted
    public String getVersion() {
        return version;
    }

    /** The version that was live before the rollback. */
    @Whitelisted
    public String getPreviousVersion() {
        return previousVersion;
    }

    /** As it is recorded; null if none was given. */
    @Whitelisted
    public String getReason() {
        return reason;
    }

    @Override
    public String toString() {
        return "version " + version + " in place of version " + previousVersion;
    }
}
