package io.jenkins.plugins.mlflow.step;

import hudson.AbortException;
import hudson.FilePath;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.Connections;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.gate.Advance;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.gate.ProgressLog;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.policy.PolicyCanon;
import io.jenkins.plugins.mlflow.report.GateDocument;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.PolicyChanges;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * Drives one gate: advances it on a thread of {@link GateThreads}, keeps its state with the build before it goes on, and
 * leaves the thread while it waits. Attaches the report and sets the result whichever way it ends.
 */
final class GateExecution extends StepExecution {
    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(GateExecution.class.getName());
    private static final String PREFIX = "[mlflowEvalGate] ";
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(1);
    private static final Duration SAVE_DEADLINE = Duration.ofSeconds(30);
    /** A turn comes when the promotions before it are over, each within its own deadline. */
    private static final Duration TURN_DEADLINE = Duration.ofMinutes(30);

    private final String parametersJson;
    private final Instant startedAt;
    private volatile String serverName;
    private volatile GateRequest request;
    private volatile GateState state;
    private volatile PolicyChanges policyChanges;
    private volatile boolean stopped;

    private transient boolean ended;
    private transient int arranged;
    private transient boolean again;
    private transient Future<?> next;
    private transient volatile Thread worker;
    private transient volatile String waitingFor;
    private transient ProgressLog progress;
    private transient PromotionTurns.Turn turn;

    GateExecution(StepContext context, GateParameters parameters) {
        super(context);
        this.parametersJson = parameters.toJson();
        this.startedAt = Clock.systemUTC().instant();
    }

    @Override
    public boolean start() {
        goOn(Duration.ZERO);
        return false;
    }

    @Override
    public void onResume() {
        if (stopped) {
            getContext().onFailure(new AbortException("The gate was stopped just before Jenkins went down."));
            return;
        }
        GateState before = state;
        if (before != null) {
            state = before.resumed();
        }
        goOn(Duration.ZERO);
    }

    @Override
    public String getStatus() {
        String waiting = waitingFor;
        return waiting == null ? "asking MLflow" : "waiting for " + waiting;
    }

    /** Arranges the next turn of the wheel in place of any that was arranged before. */
    private synchronized void goOn(Duration delay) {
        if (ended) {
            return;
        }
        if (next != null) {
            next.cancel(false);
        }
        int mine = ++arranged;
        next = delay.isZero() ? GateThreads.run(() -> drive(mine)) : GateThreads.runAfter(delay, () -> drive(mine));
    }

    /** One turn of the wheel at a time; whatever goes wrong in it ends the gate with an error, so that no build hangs. */
    private void drive(int mine) {
        synchronized (this) {
            if (ended || mine != arranged) {
                return;
            }
            if (worker != null) {
                again = true;
                return;
            }
            worker = Thread.currentThread();
        }
        try {
            if (state == null) {
                prepare();
            } else {
                advance();
            }
        } catch (InterruptedException e) {
            LOGGER.log(Level.FINE, "A gate was interrupted while it asked its server", e);
            if (state != null) {
                state = state.interrupted();
            }
            goOn(AFTER_INTERRUPT);
        } catch (StepProblem problem) {
            end(problem.category(), problem.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "A gate could not go on", e);
            end(ErrorCategory.CONFLICT, "The gate could not go on: " + e + ". The controller's log says more.");
        } finally {
            synchronized (this) {
                worker = null;
                Thread.interrupted();
                if (again) {
                    again = false;
                    goOn(Duration.ZERO);
                }
            }
        }
    }

    private void prepare() throws StepProblem, IOException, InterruptedException {
        GateParameters parameters = GateParameters.fromJson(parametersJson);
        if (parameters.problem() != null) {
            throw new StepProblem(parameters.problem());
        }
        if (parameters.runMode() == RunMode.DISABLED) {
            disabled(parameters);
            return;
        }
        MlflowServerConfiguration server = server(parameters.text("server"));
        serverName = server.getName();
        request = new Preparation(parameters, getContext().get(FilePath.class))
                .request(serverName, buildUrl())
                .barred(server.whyNotPromote(job()));
        say("Gate for model " + request.model() + " on server " + serverName + ", policy from "
                + request.policyOrigin() + " (SHA-256 " + request.policySha256() + "):");
        for (String line : PolicyCanon.describe(request.policy()).lines().toList()) {
            say("  " + line);
        }
        if (request.policy().promotion() != null && request.promotionBarred() != null) {
            say("Whatever the verdict, nothing will be promoted: " + request.promotionBarred());
        }
        policyChanges = PromotionMemory.compare(registry(server), request.model(), request.policy());
        sayPolicyChanges();
        state = gate().start(startedAt);
        connect(server, getContext().get(Run.class));
        save();
        goOn(Duration.ZERO);
    }

    /** Null where the administrator has not told Jenkins its own address. */
    private String buildUrl() throws IOException, InterruptedException {
        String root = Jenkins.get().getRootUrl();
        return root == null ? null : root + getContext().get(Run.class).getUrl();
    }

    private String job() throws IOException, InterruptedException {
        return getContext().get(Run.class).getParent().getFullName();
    }

    private static String registry(MlflowServerConfiguration server) {
        return ServerAddress.parse(server.getTrackingUri()) + "\n" + server.getWorkspace();
    }

    private void sayPolicyChanges() throws IOException, InterruptedException {
        if (policyChanges == null || policyChanges.getCount() == 0) {
            return;
        }
        int count = policyChanges.getCount();
        say("Compared with the policy that let the last promotion through (build " + policyChanges.getBuild() + "), "
                + (count == 1 ? "1 rule was" : count + " rules were") + " loosened or removed:");
        for (String sentence : policyChanges.getSentences()) {
            say("  " + sentence);
        }
    }

    private static MlflowServerConfiguration server(String name) throws StepProblem {
        try {
            return MlflowGlobalConfiguration.get().getServer(name);
        } catch (ConfigurationException e) {
            throw new StepProblem(e.getMessage());
        }
    }

    private static TrackingServer connect(MlflowServerConfiguration server, Run<?, ?> run) throws StepProblem {
        try {
            return Connections.open(server, run);
        } catch (ConfigurationException e) {
            throw new StepProblem(e.getMessage());
        }
    }

    private Gate gate() {
        return new Gate(request, Clock.systemUTC(), ThreadLocalRandom.current());
    }

    private void advance() throws StepProblem, IOException, InterruptedException {
        MlflowServerConfiguration server = server(serverName);
        GateState before = state;
        if (isBarredNow(server, before) || before.isPromoting() && !isAtTurn(server, before)) {
            return;
        }
        Advance advance = gate().advance(before, connect(server, null));
        synchronized (this) {
            if (ended) {
                return;
            }
            state = advance.state();
        }
        for (String message : advance.messages()) {
            say(message);
        }
        if (advance.state().isDone()) {
            end(gate().report(advance.state()));
            return;
        }
        waitFor(advance.waitingFor());
        if (advance.state().mustBeSavedAfter(before)) {
            save();
        }
        goOn(advance.delay());
    }

    /**
     * Looks again at the right to promote, which may have been withdrawn since the step started. Until the verdict the request
     * carries it; a gate that passed and has not begun to promote ends here. A promotion that has begun is finished.
     */
    private boolean isBarredNow(MlflowServerConfiguration server, GateState before)
            throws IOException, InterruptedException {
        String why = server.whyNotPromote(job());
        if (!before.isPromoting()) {
            request = request.barred(why);
            return false;
        }
        if (why == null || before.hasBegunToPromote()) {
            return false;
        }
        end(gate().report(gate().failed(before, ErrorCategory.CONFIGURATION, "the gate passed, but " + why + " any more.")));
        return true;
    }

    private boolean isAtTurn(MlflowServerConfiguration server, GateState promoting)
            throws IOException, InterruptedException {
        PromotionTurns.Turn mine = takeTurn(server, promoting);
        if (mine == null || PromotionTurns.INSTANCE.isAtTurn(mine)) {
            return mine != null;
        }
        Instant latest = promoting.judgedAt().plus(TURN_DEADLINE);
        Duration left = Duration.between(Instant.now(), latest);
        if (left.isNegative() || left.isZero()) {
            end(gate().report(gate().failed(
                            promoting,
                            ErrorCategory.TIMEOUT,
                            "Other promotions of model '" + request.model() + "' on server '" + serverName
                                    + "' were not over within " + TURN_DEADLINE.toMinutes() + " minutes.")));
            return false;
        }
        waitFor("the promotions of " + request.model() + " by other builds");
        goOn(left);
        if (PromotionTurns.INSTANCE.isAtTurn(mine)) {
            goOn(Duration.ZERO);
        }
        return false;
    }

    /** The place in the line of those who promote this model, or null if the gate has ended meanwhile. */
    private synchronized PromotionTurns.Turn takeTurn(MlflowServerConfiguration server, GateState promoting) {
        if (ended) {
            return null;
        }
        if (turn == null) {
            // Two names of one server differ in case at most; a turn too many does no harm.
            String key = (ServerAddress.parse(server.getTrackingUri()) + "\n" + server.getWorkspace())
                            .toLowerCase(Locale.ROOT)
                    + '\n' + request.model();
            turn = PromotionTurns.INSTANCE.enter(key, promoting.hasBegunToPromote(), () -> goOn(Duration.ZERO));
        }
        return turn;
    }

    private void waitFor(String what) throws IOException, InterruptedException {
        waitingFor = what;
        if (progress == null) {
            progress = new ProgressLog();
        }
        if (progress.isDue(what, Instant.now())) {
            say("Waiting for " + what);
        }
    }

    private void say(String message) throws IOException, InterruptedException {
        PrintStream log = getContext().get(TaskListener.class).getLogger();
        log.println(PREFIX + message);
    }

    /** The state must be safe before the next advance, which may write to the registry. */
    private void save() throws IOException, InterruptedException {
        try {
            getContext().saveState().get(SAVE_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the state of the build could not be saved", e);
        }
    }

    private void disabled(GateParameters parameters) throws IOException, InterruptedException {
        say("The gate for model " + parameters.model() + " is disabled.");
        end(new GateReport(
                GateStatus.DISABLED,
                "the gate is disabled",
                RunMode.DISABLED.key(),
                parameters.model(),
                parameters.text("server")));
    }

    private void end(ErrorCategory category, String message) {
        GateState last = state;
        if (request != null && last != null) {
            end(gate().report(gate().failed(last, category, message)));
            return;
        }
        GateParameters parameters = GateParameters.fromJson(parametersJson);
        end(GateReport.notStarted(
                category.name(),
                message,
                parameters.runMode().key(),
                parameters.model(),
                serverName == null ? parameters.text("server") : serverName));
    }

    private void end(GateReport report) {
        if (!endOnce()) {
            return;
        }
        try {
            GateResult result = attach(report);
            if (report.getStatus() == GateStatus.DISABLED) {
                complete(report, result);
                return;
            }
            say(report.getStatus() + ": " + report.getReason());
            if (report.getPromotion() != null && !report.isPromoted()) {
                say("Not promoted: " + report.getPromotion().getReason());
            }
            say("Report: " + result.getReportUrl());
            complete(report, result);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            getContext().onFailure(e);
        }
    }

    /** Whether this call is the one that ends the gate. */
    private boolean endOnce() {
        synchronized (this) {
            if (ended) {
                return false;
            }
            ended = true;
            if (turn != null) {
                PromotionTurns.INSTANCE.leave(turn);
            }
        }
        return true;
    }

    private GateResult attach(GateReport report) throws IOException, InterruptedException {
        Run<?, ?> run = getContext().get(Run.class);
        GateDocument document = new GateDocument(report, policyChanges);
        int number = GateReportAction.attach(
                run, getContext().get(FlowNode.class).getId(), document, trackingUi());
        remember(report, run);
        return new GateResult(document.toMap(), GateReportAction.urlOf(run, number));
    }

    /** The promotion is made; that its policy cannot be remembered must not fail it. */
    private void remember(GateReport report, Run<?, ?> run) throws IOException, InterruptedException {
        if (!report.isPromoted()) {
            return;
        }
        try {
            PromotionMemory.remember(
                    registry(MlflowGlobalConfiguration.get().getServer(serverName)), report, request.policy(), run);
        } catch (ConfigurationException | IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, "The policy of a promotion could not be remembered", e);
            say("Warning: the policy of this promotion could not be remembered, so later reports cannot be compared with it: "
                    + e.getMessage());
        }
    }

    private String trackingUi() {
        try {
            return serverName == null
                    ? null
                    : MlflowGlobalConfiguration.get().getServer(serverName).getTrackingUri();
        } catch (ConfigurationException e) {
            return null;
        }
    }

    private void complete(GateReport report, GateResult result) throws IOException, InterruptedException {
        String onFailure = GateParameters.fromJson(parametersJson).onFailure();
        switch (report.getStatus()) {
            case PASSED, DISABLED -> getContext().onSuccess(result);
            case UNSTABLE -> {
                markUnstable(report);
                getContext().onSuccess(result);
            }
            case FAILED -> {
                if (onFailure.equals("failure")) {
                    getContext().onFailure(new AbortException(report.getReason()));
                    return;
                }
                if (onFailure.equals("unstable")) {
                    markUnstable(report);
                }
                getContext().onSuccess(result);
            }
            case ERROR -> getContext().onFailure(new AbortException(report.getReason()));
        }
    }

    private void markUnstable(GateReport report) throws IOException, InterruptedException {
        getContext()
                .get(FlowNode.class)
                .addOrReplaceAction(new WarningAction(Result.UNSTABLE).withMessage(report.getReason()));
        getContext().get(Run.class).setResult(Result.UNSTABLE);
    }

    @Override
    public void stop(Throwable cause) {
        if (!endOnce()) {
            return;
        }
        stopped = true;
        synchronized (this) {
            if (next != null) {
                next.cancel(false);
            }
            if (worker != null) {
                worker.interrupt();
            }
        }
        try {
            attach(stopped(cause));
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "The report of a stopped gate could not be attached", e);
        }
        getContext().onFailure(cause);
    }

    private GateReport stopped(Throwable cause) {
        String why = "stopped before it was over" + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
        GateState last = state;
        if (request != null && last != null) {
            return gate().report(last, why);
        }
        GateParameters parameters = GateParameters.fromJson(parametersJson);
        return new GateReport(
                GateStatus.ERROR,
                why,
                parameters.runMode().key(),
                parameters.model(),
                serverName);
    }
}
