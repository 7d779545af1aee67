package io.jenkins.plugins.mlflow.live;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.Connections;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.Rollback;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A rollback of a user or a build that has its place at the head of the queue: recorded before anything is written, and what came
 * of it afterwards. The caller checks who may, and that the record has the two versions.
 */
public final class AliasRollback {
    private static final Logger LOGGER = Logger.getLogger(AliasRollback.class.getName());
    private static final int LONGEST_LOGGED = 250;

    private final MlflowServerConfiguration server;
    private final LiveKey key;
    private final String from;
    private final String to;
    private final Run<?, ?> run;
    private final RollbackRequester requester;
    private final String reason;

    /** As it began, before or now; null while nothing may have been written. */
    private LiveChange begun;

    private boolean resumed;

    private AliasRollback(
            MlflowServerConfiguration server,
            LiveKey key,
            String from,
            String to,
            Run<?, ?> run,
            RollbackRequester requester,
            String reason) {
        this.server = server;
        this.key = key;
        this.from = from;
        this.to = to;
        this.run = run;
        this.requester = requester;
        this.reason = reason;
    }

    /** By a user. */
    static AliasRollback byUser(
            MlflowServerConfiguration server,
            LiveKey key,
            String from,
            String to,
            RollbackRequester requester,
            String reason) {
        return new AliasRollback(server, key, from, to, null, requester, reason);
    }

    /**
     * By a build. One that the build has begun before, and that has no outcome, is continued.
     *
     * @param from the version that is believed to hold the alias
     * @param to the version that shall hold it
     * @param reason for people, without secrets; may be null
     */
    public static AliasRollback byBuild(
            MlflowServerConfiguration server, LiveAlias alias, String from, String to, Run<?, ?> run, String reason) {
        AliasRollback rollback =
                new AliasRollback(server, alias.key(), from, to, run, RollbackRequester.build(run), reason);
        rollback.begun = alias.begun(run, from);
        rollback.resumed = rollback.begun != null;
        return rollback;
    }

    /** The write was prevented at the last moment. */
    private static final class StoppedException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Does it.
     *
     * @param deadline after which no request is sent
     * @param mayWrite asked right before the write
     * @return what came of it; a rollback that is done may have a warning
     * @throws IOException if the record cannot be written; nothing was changed then
     * @throws InterruptedException if the thread is interrupted; a rollback that has begun stays open then
     */
    public Rollback.Outcome run(Instant deadline, BooleanSupplier mayWrite)
            throws ConfigurationException, IOException, InterruptedException {
        TrackingServer tracking = Connections.open(server, run);
        Rollback.Outcome outcome;
        try {
            outcome = new Rollback(server.getName(), key.model(), key.name(), from, to, Clock.systemUTC(), deadline)
                    .run(tracking, requester.author(run), journal(mayWrite));
        } catch (StoppedException e) {
            // A thread that is interrupted could not write the record.
            Thread.interrupted();
            outcome = new Rollback.Outcome(
                    resumed ? Rollback.Result.UNKNOWN : Rollback.Result.REFUSED,
                    ErrorCategory.CONFLICT,
                    "The build was stopped before " + (resumed ? "it was written again." : "anything was written."),
                    null);
        }
        log(outcome);
        return outcome.result() == Rollback.Result.DONE ? noted(outcome) : recorded(outcome);
    }

    /** The alias was moved: what cannot be written down now is a warning. */
    private Rollback.Outcome noted(Rollback.Outcome done) {
        try {
            recorded(done);
            PromotionMemory.forget(key.registry(), key.model(), key.name(), from);
            return done;
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "A rollback of " + what() + " is done, and could not be recorded");
            String warning = "The rollback could not be recorded: " + e.getMessage();
            return new Rollback.Outcome(
                    done.result(),
                    null,
                    done.message() == null ? warning : done.message() + " " + warning,
                    done.holder());
        }
    }

    private Rollback.Journal journal(BooleanSupplier mayWrite) {
        return new Rollback.Journal() {
            @Override
            public void begins() throws IOException {
                begin();
                if (!mayWrite.getAsBoolean()) {
                    throw new StoppedException();
                }
            }

            @Override
            public boolean hasBegun() {
                return begun != null;
            }
        };
    }

    private void begin() throws IOException {
        if (begun == null) {
            LiveChange beginning = LiveChange.rollBack(from, to, Instant.now(), requester, reason);
            LiveStore.update(key, server.getName(), held -> held.rollBackBegins(beginning));
            begun = beginning;
        }
        LOGGER.log(Level.INFO, "A rollback of {0} by {1} starts. Reason: {2}", new Object[] {
            what(), plain(requester.inWords()), plain(reason)
        });
    }

    /** Records the outcome, and where the alias is now if that was read. */
    private Rollback.Outcome recorded(Rollback.Outcome outcome) throws IOException {
        Instant now = Instant.now();
        LiveStore.update(key, server.getName(), record -> {
            if (begun != null) {
                record.rollBackEnds(
                        begun,
                        LiveChange.Outcome.valueOf(outcome.result().name()),
                        outcome.message(),
                        outcome.holder(),
                        now);
            } else if (outcome.holder() != null) {
                record.seen(outcome.holder(), now, null);
            }
        });
        return outcome;
    }

    private void log(Rollback.Outcome outcome) {
        LOGGER.log(
                outcome.result() == Rollback.Result.DONE ? Level.INFO : Level.WARNING,
                "Rollback of {0} by {1}: {2}{3}",
                new Object[] {
                    what(),
                    plain(requester.inWords()),
                    outcome.result(),
                    outcome.message() == null ? "" : ". " + DisplayText.plain(outcome.message(), 4 * LONGEST_LOGGED)
                });
    }

    private String what() {
        return plain("alias '" + key.name() + "' of model '" + key.model() + "' on server '" + server.getName()
                + "' from version " + from + " to version " + to);
    }

    private static String plain(String text) {
        return DisplayText.plain(text, LONGEST_LOGGED);
    }
}
