package io.jenkins.plugins.mlflow.live;

import hudson.model.InvisibleAction;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.io.IOException;

/** Says on the page of a build what its pipeline rolled back. The record is that of {@link LiveStore}. */
public final class RolledBackAction extends InvisibleAction {
    private static final int LONGEST_NAME = 260;
    private static final int LONGEST_REASON = 500;

    private final String model;
    private final String alias;
    private final String from;
    private final String to;
    private final String reason;

    private RolledBackAction(String model, String alias, String from, String to, String reason) {
        this.model = DisplayText.plain(model, LONGEST_NAME);
        this.alias = DisplayText.plain(alias, LONGEST_NAME);
        this.from = from;
        this.to = to;
        this.reason = DisplayText.plain(reason, LONGEST_REASON);
    }

    /**
     * Adds it to the build, and saves that.
     *
     * @param from the version that was live
     * @param to the version that is live now
     * @param reason without secrets; may be null
     */
    public static void add(Run<?, ?> run, String model, String alias, String from, String to, String reason)
            throws IOException {
        run.addAction(new RolledBackAction(model, alias, from, to, reason));
        run.save();
    }

    public String getModel() {
        return model;
    }

    public String getAlias() {
        return alias;
    }

    /** The version that was live. */
    public String getFrom() {
        return from;
    }

    /** The version that is live again. */
    public String getTo() {
        return to;
    }

    /** Null if none was given. */
    public String getReason() {
        return reason;
    }
}
