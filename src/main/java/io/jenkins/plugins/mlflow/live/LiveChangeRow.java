package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
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

    /** PROMOTED, ROLLED_BACK, or FOUND where a gate found it moved by somebody else. */
    @Exported
    public String getWhat() {
        return change.what.name();
    }

    /** Null if no version held it. */
    @Exported
    public String getFrom() {
        return change.from;
    }

    /** Null if no version held it any more. */
    @Exported
    public String getTo() {
        return change.to;
    }

    /** ISO 8601. */
    @Exported
    public String getAt() {
        return change.at;
    }

    /** Who rolled back; null for what is no roll back. */
    @Exported
    public String getBy() {
        return change.by;
    }

    /** Why, in the words of whoever rolled back. */
    @Exported
    public String getReason() {
        return change.reason;
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

    /** What went wrong; of a roll back that is done, a warning. */
    @Exported
    public String getProblem() {
        return change.problem;
    }

    public When getTime() {
        return When.of(change.at);
    }

    public BuildLink getBuild() {
        return BuildLink.of(change.build, job);
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
