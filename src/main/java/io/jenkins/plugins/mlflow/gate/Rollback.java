package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Moves an alias from the version that holds it back to an earlier one, within one deadline. Nothing is written unless the
 * alias is where it is believed to be, and what was written is read back. Only aliases: moving a stage back would have to
 * guess what else is in it.
 */
public final class Rollback {
    /** How often the alias is read back; the outcome of a rollback should not stay open because of one lost response. */
    private static final int READS_BACK = 2;

    private final String server;
    private final String model;
    private final String alias;
    private final String from;
    private final String to;
    private final Clock clock;
    private final Instant deadline;

    /**
     * @param server the server's configured name, for messages
     * @param from the version that is believed to hold the alias
     * @param to the version that shall hold it
     * @param deadline after which no request is sent
     */
    public Rollback(String server, String model, String alias, String from, String to, Clock clock, Instant deadline) {
        this.server = server;
        this.model = model;
        this.alias = alias;
        this.from = from;
        this.to = to;
        this.clock = clock;
        this.deadline = deadline;
    }

    /**
     * Who rolls back.
     *
     * @param name of a user or a build
     * @param buildUrl the address of the build, or null
     */
    public record Author(String name, String buildUrl) {}

    /** What is known of the alias afterwards. */
    public enum Result {
        /** Moved, and read back. */
        DONE,
        /** Nothing was changed. */
        REFUSED,
        /** A write was sent, and it is not known what came of it. */
        UNKNOWN
    }

    /**
     * What a roll back came to.
     *
     * @param category of the error; null if it is done
     * @param message whole sentences; null if it is done without a warning
     * @param holder the version that was last seen to hold the alias, or null
     */
    public record Outcome(Result result, ErrorCategory category, String message, String holder) {}

    /** Called before the one write, which it can still prevent by throwing. */
    public interface Journal {
        void begins() throws IOException;

        /** Whether it was called before, by a rollback that was interrupted: its write may have taken effect. */
        default boolean hasBegun() {
            return false;
        }
    }

    /** The same for a person, who has no build. */
    public Outcome run(TrackingServer tracking, String by, Journal journal) throws IOException, InterruptedException {
        return run(tracking, new Author(by, null), journal);
    }

    /**
     * Does it. A rollback that has begun before is read back first: what has taken effect is not written again.
     *
     * @param author for the tags of the version that the alias leaves; that they are refused is a warning
     * @throws IOException of the journal; nothing was changed then
     * @throws InterruptedException if the thread is interrupted; once the journal was called, the outcome is unknown
     */
    public Outcome run(TrackingServer tracking, Author author, Journal journal)
            throws IOException, InterruptedException {
        try {
            String holder = ModelVersion.number(within(tracking).versionByAlias(model, alias));
            if (journal.hasBegun() && to.equals(holder)) {
                return new Outcome(Result.DONE, null, tag(tracking, author), to);
            }
            if (!from.equals(holder)) {
                return journal.hasBegun()
                        ? movedElsewhere(holder)
                        : new Outcome(
                                Result.REFUSED,
                                ErrorCategory.CONFLICT,
                                what() + " is at " + named(holder) + ", not at version " + from
                                        + ": another client moved it in the meantime. Nothing was changed. Look where it is before you decide.",
                                holder);
            }
            ModelVersion target = within(tracking).version(model, to);
            if (target.status() != ModelVersion.Status.READY) {
                return new Outcome(
                        Result.REFUSED,
                        ErrorCategory.CONFLICT,
                        "Version " + to + " of model '" + model
                                + "' is not READY, so it cannot go live. Nothing was changed.",
                        from);
            }
        } catch (TrackingException e) {
            return journal.hasBegun()
                    ? notKnown(e)
                    : new Outcome(Result.REFUSED, e.category(), e.getMessage() + " Nothing was changed.", null);
        }
        journal.begins();
        TrackingException fault = null;
        try {
            within(tracking).setAlias(model, alias, to);
        } catch (TrackingException e) {
            fault = e;
        }
        return readBack(tracking, author, fault);
    }

    private Outcome readBack(TrackingServer tracking, Author author, TrackingException fault)
            throws InterruptedException {
        String holder;
        try {
            holder = holderAfterwards(tracking);
        } catch (TrackingException e) {
            return fault != null && fault.isNeverSent() ? notSent(fault) : notKnown(e);
        }
        if (to.equals(holder)) {
            return new Outcome(Result.DONE, null, tag(tracking, author), to);
        }
        if (!from.equals(holder)) {
            return movedElsewhere(holder);
        }
        if (fault != null && fault.isNeverSent()) {
            return notSent(fault);
        }
        if (fault != null && (fault.isTransient() || fault.category() == ErrorCategory.UNREACHABLE)) {
            return new Outcome(
                    Result.UNKNOWN,
                    fault.category(),
                    fault.getMessage() + " The alias was still at version " + from
                            + " when it was read back, but the request may yet take effect. Look again in a while.",
                    from);
        }
        return new Outcome(
                Result.REFUSED,
                fault == null ? ErrorCategory.PROTOCOL : fault.category(),
                (fault == null ? "Server '" + server + "' agreed, but did not move the alias." : fault.getMessage())
                        + " It is still at version " + from + ".",
                from);
    }

    private Outcome notSent(TrackingException fault) {
        return new Outcome(Result.REFUSED, fault.category(), fault.getMessage() + " Nothing was changed.", from);
    }

    private static Outcome notKnown(TrackingException e) {
        return new Outcome(
                Result.UNKNOWN,
                e.category(),
                "It is not known whether the alias was moved: " + e.getMessage()
                        + " Look at the model's page in MLflow.",
                null);
    }

    private Outcome movedElsewhere(String holder) {
        return new Outcome(
                Result.UNKNOWN,
                ErrorCategory.CONFLICT,
                what() + " is at " + named(holder) + " now, neither where it was (version " + from + ") nor at version "
                        + to + ". Another client moved it at the same time. Check the model's page in MLflow.",
                holder);
    }

    private String holderAfterwards(TrackingServer tracking) throws TrackingException, InterruptedException {
        for (int reads = 1; ; reads++) {
            try {
                return ModelVersion.number(within(tracking).versionByAlias(model, alias));
            } catch (TrackingException e) {
                if (reads == READS_BACK || !e.isTransient()) {
                    throw e;
                }
            }
        }
    }

    /**
     * Writes the tags, which are a trail and not the rollback itself.
     *
     * @return a warning, or null
     */
    private String tag(TrackingServer tracking, Author author) throws InterruptedException {
        try {
            within(tracking).setVersionTags(model, from, AuditTags.rolledBack(author, to, clock.instant()));
            return null;
        } catch (TrackingException e) {
            return "Version " + from + " could not be tagged: " + e.getMessage();
        }
    }

    private TrackingServer within(TrackingServer tracking) throws TrackingException {
        Duration left = Duration.between(clock.instant(), deadline);
        if (left.isNegative() || left.isZero()) {
            throw TrackingException.unsent(
                    ErrorCategory.TIMEOUT,
                    "The deadline passed before a request to server '" + server + "' could be sent. Roll back again.",
                    null);
        }
        return tracking.within(left);
    }

    private String what() {
        return "Alias '" + alias + "' of model '" + model + "'";
    }

    private static String named(String version) {
        return version == null ? "no version" : "version " + version;
    }
}
