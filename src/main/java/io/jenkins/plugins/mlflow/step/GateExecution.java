package io.jenkins.plugins.mlflow.step;

import hudson.AbortException;
import hudson.FilePath;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.gate.Advance;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.live.PromotionTurns;
import io.jenkins.plugins.mlflow.policy.PolicyCanon;
import io.jenkins.plugins.mlflow.report.PolicyChanges;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * Drives one gate: advances it on a thread of {@link GateThreads}, keeps its state with the build before it goes on, and
 * leaves the thread while it waits. Whichever way it ends, the build gets its report and its result.
 */
final class GateExecution extends StepExecution {
    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(GateExecution.class.getName());
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(1);
    private static final Duration ARCHIVE_PATIENCE = Duration.ofSeconds(30);
    /** A turn comes when the promotions before it are over, each within its own deadline. */
    private static final Duration TURN_DEADLINE = Duration.ofMinutes(30);

    private final String parametersJson;
    private final Instant startedAt;
    private volatile String serverName;
    private volatile GateRequest request;
    private volatile GateState state;
    private volatile PolicyChanges policyChanges;
    private volatile ApprovalInput approvalInput;
    private volatile boolean stopped;

    private transient boolean ended;
    private transient int arranged;
    private transient boolean again;
    private transient boolean saving;
    private transient boolean recorded;
    private transient GateThreads.Arranged next;
    private transient volatile Thread worker;
    private transient volatile String waitingFor;
    private transient GateParameters parameters;
    private transient BuildLog log;
    private transient PromotionTurns.Turn turn;
    /** What somebody said who was asked to approve, until the state has taken it in. */
    private transient volatile Answer answer;

    GateExecution(StepContext context, GateParameters parameters) {
        super(context);
        this.parametersJson = parameters.toJson();
        this.parameters = parameters;
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
        if (saving) {
            again = true;
            return;
        }
        if (next != null) {
            next.callOff();
        }
        int mine = ++arranged;
        GateState now = state;
        next = GateThreads.runAfter(
                answer == null ? delay : Duration.ZERO, lane(), now == null ? null : gate().deadline(now), () -> drive(mine));
    }

    /** Gates that are read from their agents' workspaces share a lane as those of one server do. */
    private String lane() {
        return serverName == null ? "" : "server " + serverName;
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
                if (again && !saving) {
                    again = false;
                    goOn(Duration.ZERO);
                }
                leaveTurn();
            }
        }
    }

    private void prepare() throws StepProblem, IOException, InterruptedException {
        GateParameters parameters = parameters();
        if (parameters.problem() != null) {
            throw new StepProblem(parameters.problem());
        }
        if (parameters.runMode() == RunMode.DISABLED) {
            log().say("The gate for model " + parameters.model() + " is disabled.");
            end(early().disabled());
            return;
        }
        MlflowServerConfiguration server = Servers.named(parameters.text("server"));
        serverName = server.getName();
        request = new Preparation(parameters, getContext().get(FilePath.class))
                .request(serverName, buildUrl())
                .barred(server.whyNotPromote(job()));
        log().say("Gate for model " + request.model() + " on server " + serverName + ", policy from "
                + request.policyOrigin() + " (SHA-256 " + request.policySha256() + "):");
        for (String line : PolicyCanon.describe(request.policy()).lines().toList()) {
            log().say("  " + line);
        }
        if (request.policy().promotion() != null && request.promotionBarred() != null) {
            log().say("Whatever the verdict, nothing will be promoted: " + request.promotionBarred());
        }
        policyChanges = PromotionMemory.compare(server.registry(), request.model(), request.policy());
        log().say(policyChanges);
        state = gate().start(startedAt);
        Servers.connect(server, getContext().get(Run.class));
        goOnOnceSaved(Duration.ZERO);
    }

    /** Null where the administrator has not told Jenkins its own address. */
    private String buildUrl() throws IOException, InterruptedException {
        String root = Jenkins.get().getRootUrl();
        return root == null ? null : root + getContext().get(Run.class).getUrl();
    }

    private String job() throws IOException, InterruptedException {
        return getContext().get(Run.class).getParent().getFullName();
    }

    private Gate gate() {
        return new Gate(request, Clock.systemUTC(), ThreadLocalRandom.current());
    }

    private void advance() throws StepProblem, IOException, InterruptedException {
        if (answer != null && takeAnswer()) {
            return;
        }
        MlflowServerConfiguration server = Servers.named(serverName);
        GateState before = state;
        if (isBarredNow(server, before) || before.isPromoting() && !isAtTurn(server, before)) {
            return;
        }
        boolean asks = before.awaitsApproval() && askForApproval(before);
        Advance advance = gate().advance(before, Servers.connect(server, null));
        synchronized (this) {
            if (ended) {
                return;
            }
            state = advance.state();
        }
        for (String message : advance.messages()) {
            log().say(message);
        }
        if (advance.state().isDone()) {
            end(gate().report(advance.state()));
            return;
        }
        waitFor(advance.waitingFor());
        if (asks || advance.state().mustBeSavedAfter(before)) {
            goOnOnceSaved(advance.delay());
        } else {
            goOn(advance.delay());
        }
    }

    /**
     * The approver sees the report. Answers whether an input was made, which must be kept; the same one goes on being asked
     * after a restart, unless it was answered just before and the answer was lost with it.
     */
    private boolean askForApproval(GateState awaiting) throws IOException, InterruptedException {
        if (approvalInput != null && approvalInput.reopen()) {
            return false;
        }
        GateReport report = gate().report(awaiting);
        String address;
        synchronized (this) {
            if (ended) {
                return false;
            }
            address = page().attach(report).getReportUrl();
        }
        String question = gate().question(awaiting);
        log().say(question + " Somebody must approve it. Report: " + address);
        ApprovalInput asked = ApprovalInput.ask(
                new ApprovalContext(this), Messages.ApprovalInput_question(question, report.getReason(), address));
        synchronized (this) {
            approvalInput = asked;
            if (ended) {
                asked.close();
            }
        }
        return true;
    }

    /** What a person says about a promotion. */
    interface Answer {
        /** The state after it, or the same one if it comes too late. */
        GateState to(Gate gate, GateState asked);
    }

    /** Called on the thread of the person; the gate takes it in on its own. Once it is over, this counts for nothing. */
    void answered(Answer given) {
        answer = given;
        goOn(Duration.ZERO);
    }

    /** Answers whether this turn ends here. An approval must be safe before the promotion begins. */
    private boolean takeAnswer() {
        GateState asked = state;
        GateState answered = answer.to(gate(), asked);
        synchronized (this) {
            answer = null;
            if (answered == asked || ended) {
                return ended;
            }
            state = answered;
            approvalInput = null;
        }
        if (answered.isDone()) {
            end(gate().report(answered));
        } else {
            goOnOnceSaved(Duration.ZERO);
        }
        return true;
    }

    /**
     * Looks again at the right to promote, which may have been withdrawn since the step started. Until the verdict the request
     * carries it; a gate that passed and has not begun to promote, for want of an approval or its turn, ends here.
     * A promotion that has begun is finished.
     */
    private boolean isBarredNow(MlflowServerConfiguration server, GateState before)
            throws IOException, InterruptedException {
        String why = server.whyNotPromote(job());
        if (!before.isAfterPass()) {
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
        if (!promoting.hasBegunToPromote() && !ResumedPromotions.areInLine(() -> goOn(Duration.ZERO))) {
            waitFor("the promotions that a restart interrupted");
            return false;
        }
        PromotionTurns.Turn mine = takeTurn(server, promoting);
        if (mine == null || PromotionTurns.INSTANCE.isAtTurn(mine)) {
            return mine != null;
        }
        Instant latest = promoting.mayPromoteSince().plus(TURN_DEADLINE);
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
            turn = PromotionTurns.INSTANCE.enter(
                    PromotionTurns.key(server.registry(), request.model()),
                    promoting.hasBegunToPromote(),
                    () -> GateThreads.run(() -> goOn(Duration.ZERO)));
        }
        return turn;
    }

    /** After a restart: takes the place of a promotion that was under way and goes on, before any other can. */
    void lineUp() {
        GateState now = state;
        if (stopped || now == null || !now.hasBegunToPromote()) {
            return;
        }
        try {
            takeTurn(Servers.named(serverName), now);
        } catch (StepProblem problem) {
            LOGGER.log(Level.FINE, "A promotion was interrupted whose server is not configured any more", problem);
        }
    }

    private void waitFor(String what) throws IOException, InterruptedException {
        waitingFor = what;
        log().sayWaitingFor(what);
    }

    private synchronized BuildLog log() {
        if (log == null) {
            log = new BuildLog(getContext());
        }
        return log;
    }

    private synchronized GateParameters parameters() {
        if (parameters == null) {
            parameters = GateParameters.fromJson(parametersJson);
        }
        return parameters;
    }

    /** The state must be safe before the next advance, which may write to the registry. */
    private void goOnOnceSaved(Duration delay) {
        synchronized (this) {
            saving = true;
        }
        StateSaver.save(getContext(), () -> saved(delay), this::notSaved);
    }

    /** Somebody who answered, or whose turn it is, must not be put off. */
    private synchronized void saved(Duration delay) {
        saving = false;
        boolean soon = again;
        again = false;
        goOn(soon ? Duration.ZERO : delay);
    }

    private void notSaved(String why) {
        end(
                ErrorCategory.CONFLICT,
                "The gate could not go on: Jenkins could not save the state of the build (" + why
                        + "). The controller's log says more.");
    }

    private void end(ErrorCategory category, String message) {
        GateState last = state;
        if (request != null && last != null) {
            end(gate().report(gate().failed(last, category, message)));
            return;
        }
        end(early().failed(category, message));
    }

    private EarlyReports early() {
        return new EarlyReports(parameters(), serverName);
    }

    private void end(GateReport report) {
        if (!endOnce()) {
            return;
        }
        try {
            GateResult result = publish(report);
            if (report.getStatus() != GateStatus.DISABLED) {
                log().say(report.getStatus() + ": " + report.getReason());
                if (report.getPromotion() != null && !report.isPromoted()) {
                    log().say("Not promoted: " + report.getPromotion().getReason());
                }
                log().say("Report: " + result.getReportUrl());
            }
            new BuildOutcome(getContext(), parameters().onFailure()).complete(report, result);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            getContext().onFailure(e);
        }
    }

    /** The next promotion goes on only when this one is on record, so that records come in the order of what they tell. */
    private GateResult publish(GateReport report) throws IOException, InterruptedException {
        BuildReport page = page();
        GateResult result;
        try {
            result = page.attach(report);
            page.note(report);
            if (request != null) {
                page.remember(report, request.policy(), log());
            }
        } finally {
            synchronized (this) {
                recorded = true;
            }
            leaveTurn();
        }
        page.publish(report);
        return result;
    }

    private BuildReport page() {
        return new BuildReport(
                getContext(), serverName, policyChanges, parameters(), stopped ? Duration.ZERO : ARCHIVE_PATIENCE);
    }

    /** Nor before its last request is over: a gate that is stopped may have a change under way. */
    private synchronized void leaveTurn() {
        if (turn != null && recorded && (worker == null || worker == Thread.currentThread())) {
            PromotionTurns.INSTANCE.leave(turn);
        }
    }

    /** Whether this call is the one that ends the gate. */
    private boolean endOnce() {
        synchronized (this) {
            if (ended) {
                return false;
            }
            ended = true;
            if (approvalInput != null) {
                approvalInput.close();
            }
        }
        return true;
    }

    @Override
    public void stop(Throwable cause) {
        if (!endOnce()) {
            return;
        }
        stopped = true;
        synchronized (this) {
            if (next != null) {
                next.callOff();
            }
            if (worker != null) {
                worker.interrupt();
            }
        }
        try {
            publish(stopped(cause));
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
        return early().stopped(why);
    }
}
