package io.jenkins.plugins.mlflow.step;

import hudson.AbortException;
import hudson.FilePath;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.gate.Advance;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.report.PolicyChanges;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * Drives one gate: advances it at each turn of its {@link GateWheel}, and keeps its state with the build before it goes on.
 * Whichever way it ends, the build gets its report and its result.
 */
final class GateExecution extends StepExecution implements GateWheel.Driven {
    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(GateExecution.class.getName());
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(1);
    private static final Duration SHORT_SAVE = Duration.ofSeconds(1);

    private final String parametersJson;
    private final Instant startedAt;
    private volatile String serverName;
    private volatile GateRequest request;
    private volatile GateState state;
    private volatile PolicyChanges policyChanges;
    private volatile ApprovalInput approvalInput;
    private volatile boolean stopped;

    /** The state that Jenkins was last asked to save; null after a restart. */
    private transient GateState kept;
    private transient volatile String waitingFor;
    private transient GateParameters parameters;
    private transient BuildLog log;
    private transient GateWheel wheel;
    private transient CompletableFuture<WorkspacePolicy.Found> reading;
    private transient PromotionPlace place;
    private transient volatile GateBuild build;

    GateExecution(StepContext context, GateParameters parameters) {
        super(context);
        this.parametersJson = parameters.toJson();
        this.startedAt = Clock.systemUTC().instant();
        equip(parameters);
    }

    private Object readResolve() {
        equip(GateParameters.fromJson(parametersJson));
        return this;
    }

    private void equip(GateParameters given) {
        parameters = given;
        log = new BuildLog(getContext());
        wheel = new GateWheel(this);
        place = new PromotionPlace(wheel);
    }

    @Override
    public boolean start() throws IOException, InterruptedException {
        build = GateBuild.of(getContext());
        KilledBuilds.began(build.run(), this);
        wheel.goOn(Duration.ZERO);
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
        try {
            KilledBuilds.began(build().run(), this);
        } catch (IOException | InterruptedException e) {
            LOGGER.log(Level.WARNING, "A gate was resumed whose build is not known", e);
        }
        wheel.goOn(Duration.ZERO);
    }

    @Override
    public String getStatus() {
        String waiting = waitingFor;
        return waiting == null ? "asking MLflow" : "waiting for " + waiting;
    }

    /** Gates that are read from their agents' workspaces share a lane as those of one server do. */
    @Override
    public String lane() {
        return serverName == null ? "" : "server " + serverName;
    }

    @Override
    public Instant deadline() {
        GateState now = state;
        return now == null ? startedAt.plus(Preparation.agentDeadline(parameters)) : gate().deadline(now);
    }

    @Override
    public void save(Runnable then) {
        Instant began = Instant.now();
        StateSaver.save(
                getContext(),
                Duration.between(began, deadline()),
                () -> {
                    pausedFor(Duration.between(began, Instant.now()));
                    then.run();
                },
                this::saySlowSave,
                this::notSaved);
    }

    /** What other branches of the pipeline took is not the promotion's time. */
    private void pausedFor(Duration save) {
        synchronized (wheel) {
            if (!wheel.isOver() && save.compareTo(SHORT_SAVE) > 0) {
                state = state.paused(save);
            }
        }
    }

    private void saySlowSave() {
        try {
            if (!wheel.isOver()) {
                log.say("Waiting for Jenkins to save the state of the build; another branch of the pipeline may be busy");
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            LOGGER.log(Level.FINE, "The log of a build cannot be written", e);
        }
    }

    /** Whatever goes wrong in it ends the gate with an error, so that no build hangs. */
    @Override
    public void turn() {
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
            wheel.goOn(AFTER_INTERRUPT);
        } catch (StepProblem problem) {
            end(problem.category(), problem.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "A gate could not go on", e);
            end(ErrorCategory.CONFLICT, "The gate could not go on: " + e + ". The controller's log says more.");
        }
    }

    private void prepare() throws StepProblem, IOException, InterruptedException {
        if (parameters.problem() != null) {
            throw new StepProblem(parameters.problem());
        }
        if (parameters.runMode() == RunMode.DISABLED) {
            log.say("The gate for model " + parameters.model() + " is disabled.");
            end(early().disabled());
            return;
        }
        MlflowServerConfiguration server = Servers.named(parameters.text("server"));
        serverName = server.getName();
        FilePath workspace = getContext().get(FilePath.class);
        if (workspace != null && !isRead(workspace)) {
            return;
        }
        request = new Preparation(parameters, build().run(), workspace == null ? null : WorkspacePolicy.get(reading))
                .request(server);
        reading = null;
        log.introduce(request);
        policyChanges = PromotionMemory.compare(server.registry(), request.model(), request.policy());
        log.say(policyChanges);
        state = gate().start(startedAt);
        Servers.connect(server, getContext().get(Run.class));
        wheel.goOn(Duration.ZERO);
    }

    /** Whether the workspace has answered; else the gate goes on when it does. */
    private boolean isRead(FilePath workspace) {
        if (reading == null) {
            reading = WorkspacePolicy.read(
                    workspace, Preparation.path(parameters), Preparation.agentDeadline(parameters));
            waitingFor = "the agent to read the policy file";
            reading.whenComplete((found, problem) -> wheel.call());
        }
        return reading.isDone();
    }

    private Gate gate() {
        return new Gate(request, Clock.systemUTC(), ThreadLocalRandom.current());
    }

    private void advance() throws StepProblem, IOException, InterruptedException {
        if (takeAnswer()) {
            return;
        }
        MlflowServerConfiguration server = Servers.named(serverName);
        GateState before = state;
        checkIsAllowed(server, before);
        String others = before.isPromoting() ? place.waitsFor(server, request.model(), before) : null;
        if (others != null) {
            waitFor(others);
            return;
        }
        boolean asks = before.awaitsApproval() && askForApproval(before);
        Advance advance = gate().advance(before, Servers.connect(server, null));
        synchronized (wheel) {
            if (wheel.isOver()) {
                return;
            }
            state = advance.state();
        }
        for (String message : advance.messages()) {
            log.say(message);
        }
        if (advance.state().isDone()) {
            end(gate().report(advance.state()));
            return;
        }
        waitFor(advance.waitingFor());
        boolean mustBeSaved = asks || mustBeSaved(advance);
        if (mustBeSaved && advance.state().isAfterPass()) {
            goOnOnceSaved(advance.delay());
            return;
        }
        if (mustBeSaved) {
            // What was only read may be read again after a restart: nothing waits for this save.
            kept = state;
            getContext().saveState();
        }
        wheel.goOn(advance.delay());
    }

    private void goOnOnceSaved(Duration delay) {
        kept = state;
        wheel.goOnOnceSaved(delay);
    }

    /** Before it waits or promotes. What it has only read until then, it can read again after a restart. */
    private boolean mustBeSaved(Advance advance) {
        GateState now = advance.state();
        return (advance.delay().toMillis() > 0 || now.isAfterPass()) && (kept == null || now.mustBeSavedAfter(kept));
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
        // The report of a gate that is over is attached under this lock, too, and so comes after.
        synchronized (build().run()) {
            if (wheel.isOver()) {
                return false;
            }
            address = page(build()).attach(report).getReportUrl();
        }
        String question = gate().question(awaiting);
        log.say(question + " Somebody must approve it. Report: " + address);
        ApprovalInput asked = ApprovalInput.ask(
                new ApprovalContext(this), Messages.ApprovalInput_question(question, gate().verdict(awaiting), address));
        synchronized (wheel) {
            approvalInput = asked;
            if (wheel.isOver()) {
                asked.close();
            }
        }
        return true;
    }

    /** Called on the thread of who was asked to approve; the gate takes the answer in on its own. */
    void answered() {
        wheel.call();
    }

    /** Answers whether this turn ends here. An approval must be safe before the promotion begins. */
    private boolean takeAnswer() {
        GateState asked = state;
        GateState answered = approvalInput == null ? asked : approvalInput.answered(gate(), asked);
        if (answered == asked) {
            return false;
        }
        synchronized (wheel) {
            if (wheel.isOver()) {
                return true;
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
    private void checkIsAllowed(MlflowServerConfiguration server, GateState before)
            throws StepProblem, IOException, InterruptedException {
        String why = Servers.whyNotPromote(server, getContext().get(Run.class));
        if (!before.isAfterPass()) {
            request = request.barred(why);
        } else if (why != null && !before.hasBegunToPromote()) {
            throw new StepProblem("the gate passed, but " + why + " any more.");
        }
    }

    /** After a restart: takes the place of a promotion that was under way and goes on, before any other can. */
    void lineUp() {
        GateState now = state;
        if (stopped || now == null || !now.hasBegunToPromote()) {
            return;
        }
        try {
            place.take(Servers.named(serverName), request.model(), now);
        } catch (StepProblem problem) {
            LOGGER.log(Level.FINE, "A promotion was interrupted whose server is not configured any more", problem);
        }
    }

    private void waitFor(String what) throws IOException, InterruptedException {
        if (wheel.isOver()) {
            return;
        }
        waitingFor = what;
        log.sayWaitingFor(what);
    }

    private void notSaved(String why) {
        end(
                ErrorCategory.CONFLICT,
                "The gate could not go on: Jenkins could not save the state of the build (" + why
                        + "). The controller's log says more.");
    }

    private void end(ErrorCategory category, String message) {
        GateState last = state;
        end(last == null
                ? early().failed(category, message)
                : gate().report(gate().failed(last, category, message)));
    }

    private EarlyReports early() {
        return new EarlyReports(parameters, serverName);
    }

    private void end(GateReport report) {
        if (!endOnce()) {
            return;
        }
        try {
            ending(build()).conclude(report, parameters.onFailure());
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            getContext().onFailure(e);
        }
    }

    private GateEnding ending(GateBuild where) {
        return new GateEnding(
                getContext(),
                where,
                page(where),
                new BuildLog(where),
                request == null ? null : request.policy(),
                () -> wheel.afterTheLastTurn(place::leave));
    }

    private BuildReport page(GateBuild where) {
        return new BuildReport(where, serverName, policyChanges, parameters, new BuildLog(where));
    }

    private GateBuild build() throws IOException, InterruptedException {
        GateBuild known = build;
        if (known == null) {
            known = GateBuild.of(getContext());
            build = known;
        }
        return known;
    }

    /** Whether this call is the one that ends the gate. */
    private boolean endOnce() {
        synchronized (wheel) {
            boolean first = wheel.end();
            if (build != null) {
                KilledBuilds.ended(build.run(), this);
            }
            if (first && approvalInput != null) {
                approvalInput.close();
            }
            return first;
        }
    }

    /**
     * The build is over without this gate, which was told nothing: it was killed. No turn is made any more.
     *
     * @return leaves the report; null if there is none to leave
     */
    Runnable abandon(String why) {
        GateBuild where = build;
        if (!endOnce() || where == null) {
            return null;
        }
        wheel.interrupt();
        GateState last = state;
        return () -> ending(where).leave(() -> last == null ? early().stopped(why) : gate().report(last, why));
    }

    /** On the thread that runs the pipeline. Whatever the gate came to, the step ends by this cause unless it has ended already. */
    @Override
    public void stop(Throwable cause) {
        stopped = true;
        if (!endOnce()) {
            getContext().onFailure(cause);
            return;
        }
        wheel.interrupt();
        String why = "stopped before it was over" + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
        GateState last = state;
        try {
            ending(build()).stop(() -> last == null ? early().stopped(why) : gate().report(last, why), cause);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "The report of a stopped gate could not be attached", e);
            getContext().onFailure(cause);
        }
    }
}
