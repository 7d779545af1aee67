package io.jenkins.plugins.mlflow.step;

import hudson.AbortException;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.Rollback;
import io.jenkins.plugins.mlflow.live.AliasRollback;
import io.jenkins.plugins.mlflow.live.LiveAlias;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.step.scheduling.GateScheduler;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * Runs {@code mlflowRollback}: waits for its turn without a thread, and rolls back on a thread of the gates. What has begun is in the
 * record of what is live, by which it is continued after a restart. A stop wins until the write; a write under way is read back and
 * recorded although the step has ended.
 */
final class RollbackExecution extends StepExecution
        implements GateScheduler.Callbacks, GateScheduler.Promoter, KilledBuildListener.Running {
    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(RollbackExecution.class.getName());
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);
    private static final int MOST_PAUSES = 5;
    /** What was begun before a restart is read back, however long Jenkins was down. */
    private static final Duration READ_BACK = Duration.ofSeconds(30);

    private static final int LONGEST_MESSAGE = 2_000;

    private final RollbackParameters parameters;
    private final Instant startedAt = Clock.systemUTC().instant();
    private volatile String serverName;
    private volatile boolean stopped;

    private transient Instant resumedAt;
    private transient GateScheduler scheduler;
    private transient RollbackLog log;
    private transient volatile GateBuild build;
    private transient volatile String waitingFor;
    private transient volatile boolean writing;
    private transient int pauses;

    RollbackExecution(StepContext context, RollbackParameters parameters) {
        super(context);
        this.parameters = parameters;
        initialize();
    }

    private void initialize() {
        scheduler = new GateScheduler(this);
        log = new RollbackLog(getContext(), parameters.model());
        resumedAt = Instant.now();
    }

    private Object readResolve() {
        initialize();
        return this;
    }

    @Override
    public boolean start() throws IOException, InterruptedException {
        KilledBuildListener.started(build().run(), this);
        scheduler.schedule(Duration.ZERO);
        return false;
    }

    @Override
    public void onResume() {
        if (stopped) {
            getContext().onFailure(new AbortException("The rollback was stopped just before Jenkins went down."));
            return;
        }
        try {
            KilledBuildListener.started(build().run(), this);
        } catch (IOException | InterruptedException e) {
            LOGGER.log(Level.WARNING, "The build of a rollback that was resumed is unknown", e);
        }
        scheduler.schedule(Duration.ZERO);
    }

    @Override
    public String getStatus() {
        return waitingFor == null ? "asking MLflow" : "waiting for " + waitingFor;
    }

    @Override
    public String queue() {
        return serverName == null ? "" : "server " + serverName;
    }

    @Override
    public Instant deadline() {
        return startedAt.plus(parameters.timeout());
    }

    /** There is nothing to save: the record of what is live says whether it has begun. */
    @Override
    public void save(Runnable then) {
        then.run();
    }

    /** Whatever goes wrong ends the step, so that no build hangs. */
    @Override
    public void advance() {
        try {
            rollBackInTurn();
        } catch (InterruptedException e) {
            LOGGER.log(Level.FINE, "A rollback was interrupted", e);
            scheduler.schedule(RETRY_PAUSE);
        } catch (StepException problem) {
            fail(problem.category(), problem.getMessage());
        } catch (ConfigurationException e) {
            fail(ErrorCategory.CONFIGURATION, e.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "A rollback failed", e);
            fail(ErrorCategory.CONFLICT, "Internal error: " + e + ". See the Jenkins system log.");
        }
    }

    private void rollBackInTurn() throws StepException, ConfigurationException, IOException, InterruptedException {
        if (parameters.problem() != null) {
            throw new StepException(parameters.problem());
        }
        MlflowServerConfiguration server = server();
        RollbackPlan plan = RollbackPlan.of(parameters, server, build().run());
        boolean begun = plan.recorded().begunTo(build().run(), plan.from()) != null;
        if (!begun) {
            plan.checkRights();
        }
        String others = awaitTurn(server, begun);
        Instant deadline = begun ? Collections.max(List.of(deadline(), resumedAt.plus(READ_BACK))) : deadline();
        if (!Instant.now().isBefore(deadline)) {
            throw new StepException(ErrorCategory.TIMEOUT, late(plan, others, begun));
        }
        if (others != null) {
            waitFor(others);
            scheduler.schedule(Duration.between(Instant.now(), deadline));
            return;
        }
        waitingFor = null;
        writing = false;
        LiveAlias recorded = plan.recorded();
        String to = plan.target(recorded);
        log.announce(plan, server.getName(), to, begun);
        Rollback.Outcome outcome = AliasRollback.byBuild(server, recorded, plan.from(), to, build().run(), reason())
                .run(deadline, this::mayWrite);
        conclude(plan, to, outcome, deadline);
    }

    /** A thread that writes, or records that it does not, is not interrupted. */
    private boolean mayWrite() {
        writing = true;
        return scheduler.unlessEnded(() -> {});
    }

    private MlflowServerConfiguration server() throws StepException, IOException, InterruptedException {
        MlflowServerConfiguration server =
                ServerResolver.named(serverName == null ? parameters.server() : serverName, build().run());
        serverName = server.getName();
        return server;
    }

    /** What it waits for; null if it is the first in the queue of the model. */
    private String awaitTurn(MlflowServerConfiguration server, boolean begun) throws StepException {
        try {
            return scheduler.awaitPromotion(promotion(server, begun));
        } catch (TimeoutException late) {
            throw new StepException(ErrorCategory.TIMEOUT, late.getMessage());
        }
    }

    private GateScheduler.Promotion promotion(MlflowServerConfiguration server, boolean begun) {
        return new GateScheduler.Promotion(
                server.destination(), server.getName(), parameters.model(), begun, startedAt);
    }

    private String late(RollbackPlan plan, String others, boolean begun) {
        return "Alias '" + plan.alias() + "' of model '" + parameters.model() + "' was not rolled back within "
                + Durations.format(parameters.timeout()) + (others == null ? "" : ", because of " + others)
                + (begun
                        ? ". It is not known whether it was moved: look at the model's page in MLflow."
                        : ". Nothing was changed.")
                + " Run the step again, or raise `timeout`.";
    }

    private void conclude(RollbackPlan plan, String to, Rollback.Outcome outcome, Instant deadline)
            throws IOException, InterruptedException {
        if (outcome.result() != Rollback.Result.DONE) {
            Duration left = Duration.between(Instant.now(), deadline);
            if (mayRetry(outcome) && left.compareTo(RETRY_PAUSE) > 0) {
                waitFor("server " + serverName + " to respond: " + outcome.message());
                pauses = Math.min(pauses + 1, MOST_PAUSES);
                Duration pause = RETRY_PAUSE.multipliedBy(pauses);
                // The last attempt has a second, and its error says why the time was not enough.
                Duration last = left.minusSeconds(1);
                scheduler.schedule(pause.compareTo(last) < 0 ? pause : last);
            } else {
                fail(outcome.category(), outcome.message());
            }
            return;
        }
        RollbackResult result = new RollbackResult(to, plan.from(), reason());
        if (end()) {
            log.done(build(), plan, result, outcome.message());
            getContext().onSuccess(result);
        }
    }

    /** Reads are repeated until the deadline. A write whose outcome was read is not. */
    private static boolean mayRetry(Rollback.Outcome outcome) {
        boolean passing =
                outcome.category() == ErrorCategory.UNREACHABLE || outcome.category() == ErrorCategory.TIMEOUT;
        return passing && outcome.holder() == null;
    }

    private String reason() throws IOException, InterruptedException {
        return build().secrets().mask(parameters.reason());
    }

    private void waitFor(String what) throws IOException, InterruptedException {
        if (!scheduler.hasEnded()) {
            waitingFor = what;
            log.sayWaitingFor(what);
        }
    }

    /** Must be called before the build is killed: the context does not know a killed build. */
    private GateBuild build() throws IOException, InterruptedException {
        GateBuild known = build;
        if (known == null) {
            known = GateBuild.of(getContext());
            build = known;
        }
        return known;
    }

    private void fail(ErrorCategory category, String message) {
        if (!end()) {
            return;
        }
        String text = category + ": " + (message == null ? "no message" : message);
        getContext()
                .onFailure(new AbortException(
                        DisplayText.lines(build == null ? text : build.secrets().mask(text), LONGEST_MESSAGE)));
    }

    /** Whether this call is the one that ends the step; then the next promotion may start. */
    private boolean end() {
        GateBuild where = build;
        if (where != null) {
            KilledBuildListener.ended(where.run(), this);
        }
        if (!scheduler.end(() -> {})) {
            return false;
        }
        scheduler.leavePromotionQueue();
        return true;
    }

    /** On the thread that runs the pipeline. */
    @Override
    public void stop(Throwable cause) {
        stopped = true;
        endEarly();
        getContext().onFailure(cause);
    }

    @Override
    public Runnable abandon(String why) {
        endEarly();
        return null;
    }

    private void endEarly() {
        if (end() && !writing) {
            scheduler.interrupt();
        }
    }

    /** After a restart, before any other promotion starts: if it has begun, it comes first. */
    @Override
    public void enterPromotionQueue() {
        if (stopped || parameters.problem() != null) {
            return;
        }
        try {
            MlflowServerConfiguration server = server();
            RollbackPlan plan = RollbackPlan.of(parameters, server, build().run());
            if (plan.recorded().begunTo(build().run(), plan.from()) != null) {
                scheduler.enterPromotionQueue(promotion(server, true));
            }
        } catch (StepException | IOException problem) {
            LOGGER.log(Level.FINE, "A rollback that a restart interrupted cannot be continued", problem);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
