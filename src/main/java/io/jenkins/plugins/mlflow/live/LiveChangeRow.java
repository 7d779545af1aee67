package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import jenkins.model.Jenkins;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A move of an alias or stage, as one who may see the page sees it. */
@ExportedBean(defaultVisibility = 2)
public final class LiveChangeRow {
    private final LiveRecord record;
    private final LiveChange change;
    private final Job<?, ?> job;

    LiveChangeRow(LiveRecord record, LiveChange change, Job<?, ?> job) {
        this.record = record;
        this.change = change;
        this.job = job;
    }

    public String getServer() {
        return record.getServer();
    }

    public String getModel() {
        return record.getKey().model();
    }

    /** The alias or stage. */
    public String getName() {
        return record.getKey().name();
    }

    /** PROMOTED, ROLLED_BACK, or FOUND where a gate found it moved by another client. */
    @Exported
    public String getWhat() {
        return change.what.name();
    }

    /** Null if no version held it. */
    @Exported
    public String getFrom() {
        return change.from;
    }

    /** Null if no version held it any longer. */
    @Exported
    public String getTo() {
        return change.to;
    }

    /** ISO 8601. */
    @Exported
    public String getAt() {
        return change.at;
    }

    /** Whether there is a user and a reason that the reader may not see. */
    @Exported
    public boolean isHidden() {
        return change.by != null && !mayKnowWho();
    }

    /** Who rolled back; null for what is no rollback, and where it is hidden. */
    @Exported
    public String getBy() {
        return mayKnowWho() ? change.by : null;
    }

    /** Why, in the words of whoever rolled back; null where it is hidden. */
    @Exported
    public String getReason() {
        return mayKnowWho() ? change.reason : null;
    }

    /** For the page: who rolled back, or that it is hidden; null for what is no rollback. */
    public String getWho() {
        return isHidden() ? Messages.LiveChangeRow_hidden() : change.by;
    }

    private boolean mayKnowWho() {
        return Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                || change.job != null && VisibleJobs.find(change.job) != null;
    }

    /** DONE, REFUSED or UNKNOWN. */
    @Exported
    public String getOutcome() {
        return change.outcome.name();
    }

    public boolean isDone() {
        return change.outcome == LiveChange.Outcome.DONE;
    }

    public boolean isRollBack() {
        return change.what == LiveChange.What.ROLLED_BACK;
    }

    /** What went wrong; of a finished rollback, a warning. */
    @Exported
    public String getProblem() {
        return change.problem;
    }

    public TimeText getTime() {
        return TimeText.of(change.at);
    }

    /** The build that moved it; null for a user, and for another client. */
    public BuildLink getBuild() {
        BuildLink link = BuildLink.of(change.build, job);
        return link == null || !isRollBack() ? link : link.toBuild();
    }

    /** What happened, in a word or two. */
    public String getDescription() {
        return switch (change.what) {
            case PROMOTED -> Messages.LiveChangeRow_promoted();
            case FOUND -> Messages.LiveChangeRow_found();
            case ROLLED_BACK ->
                switch (change.outcome) {
                    case DONE -> Messages.LiveChangeRow_rolledBack();
                    case REFUSED -> Messages.LiveChangeRow_refused();
                    case UNKNOWN -> Messages.LiveChangeRow_unknown();
                };
        };
    }
}
