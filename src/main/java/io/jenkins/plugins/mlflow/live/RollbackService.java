package io.jenkins.plugins.mlflow.live;

import hudson.init.InitMilestone;
import hudson.init.Initializer;
import hudson.security.Permission;
import hudson.security.PermissionGroup;
import hudson.security.PermissionScope;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.Rollback;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * Rolls an alias back to the version before, for a user: in the queue with the promotions of the model, within a time that a
 * page may take, and recorded before anything is written. The caller checks the permission.
 */
public final class RollbackService {
    /** Allows to roll back what is live, from the page of a job. The right to configure the job does not include it. */
    public static final PermissionGroup GROUP =
            new PermissionGroup(RollbackService.class, Messages._RollbackService_group());

    /** See {@link #GROUP}. */
    public static final Permission ROLL_BACK = new Permission(
            GROUP, "RollBack", Messages._RollbackService_permission(), Jenkins.ADMINISTER, PermissionScope.ITEM);

    private static final Logger LOGGER = Logger.getLogger(RollbackService.class.getName());

    /** How long a page may wait for the promotions before it, and for all of it. */
    private static final Duration QUEUE_DEADLINE = Duration.ofSeconds(10);

    private static final Duration ALL = Duration.ofSeconds(40);

    private RollbackService() {}

    /** Makes the permission known before the configuration that may grant it is read. */
    @Initializer(after = InitMilestone.PLUGINS_STARTED, before = InitMilestone.EXTENSIONS_AUGMENTED)
    public static void register() {
        LOGGER.log(Level.FINE, "Permission {0} can be granted", ROLL_BACK.getId());
    }

    /** A rollback failed; the message is for the page. */
    static final class Problem extends Exception {
        private static final long serialVersionUID = 1L;

        Problem(String message) {
            super(message);
        }
    }

    /**
     * Rolls back.
     *
     * @param id of the record
     * @param from the version that the page showed as live
     * @param to the version that the page offered to roll back to
     * @param job full name of the job from whose page the rollback was started; null from the administrators' page
     * @param reason in the user's own words, or null
     */
    static void rollBack(String id, MlflowServerConfiguration server, String from, String to, String job, String reason)
            throws Problem, InterruptedException {
        Instant deadline = Instant.now().plus(ALL);
        LiveRecord record = LiveStore.find(id);
        if (record == null) {
            throw new Problem(Messages.RollbackService_unknown());
        }
        LiveKey key = record.getKey();
        CountDownLatch called = new CountDownLatch(1);
        PromotionQueue.Place place = PromotionQueue.INSTANCE.enter(
                PromotionQueue.key(server.destination(), key.model()), false, called::countDown);
        try {
            if (!PromotionQueue.INSTANCE.isFirst(place)
                    && !(called.await(QUEUE_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                            && PromotionQueue.INSTANCE.isFirst(place))) {
                throw new Problem(Messages.RollbackService_busy(key.model(), QUEUE_DEADLINE.toSeconds()));
            }
            rollBackFirst(LiveStore.find(id), server, from, to, job, reason, deadline);
        } catch (IOException | ConfigurationException | RuntimeException e) {
            LOGGER.log(Level.WARNING, "A rollback failed", e);
            throw new Problem(e.getMessage() == null ? e.toString() : e.getMessage());
        } finally {
            PromotionQueue.INSTANCE.leave(place);
        }
    }

    private static void rollBackFirst(
            LiveRecord record,
            MlflowServerConfiguration server,
            String from,
            String to,
            String job,
            String reason,
            Instant deadline)
            throws Problem, ConfigurationException, IOException, InterruptedException {
        if (record == null
                || record.getKey().kind() != LiveKey.Kind.ALIAS
                || from == null
                || to == null
                || !Objects.equals(from, record.getVersion())
                || !Objects.equals(to, record.getPredecessor())) {
            throw new Problem(Messages.RollbackService_outdated());
        }
        // What an administrator rolls back from no job's page concerns the job that made the version live.
        String concerned = job != null || record.current() == null ? job : record.current().job;
        RollbackRequester user =
                RollbackRequester.user(Jenkins.getAuthentication2().getName(), concerned);
        Rollback.Outcome outcome = AliasRollback.byUser(server, record.getKey(), from, to, user, reason)
                .run(deadline, () -> true);
        if (outcome.result() != Rollback.Result.DONE) {
            throw new Problem(outcome.category() + ": " + outcome.message());
        }
    }
}
