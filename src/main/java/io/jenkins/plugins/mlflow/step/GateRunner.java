package io.jenkins.plugins.mlflow.step;

import hudson.FilePath;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.gate.StepResult;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.publish.GateListener;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Drives one gate: advances it at each turn of its {@link GateScheduler}, and keeps its state with the build before it goes on.
 * Whichever way it ends, the build gets its report and its result.
 */
final class GateRunner implements GateScheduler.Driven {
    private static final Logger LOGGER = Logger.getLogger(GateRunner.class.getName());
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(1);

    private final GateExecution step;
    private final StepContext context;
    private final GateParameters parameters;
    private final PersistedGate memory;
    private final GateScheduler scheduler = new GateScheduler(this);
    private final PromotionTicket place = new PromotionTicket(scheduler);
    private final Permissions permissions = new Permissions();
    private final BuildLog log;
    private final GateStateSaver saves;

    private volatile String waitingFor;
    private volatile GateBuild build;
    private CompletableFuture<WorkspacePolicy.Found> reading;

    GateRunner(GateExecution step, GateParameters parameters, PersistedGate memory) {
        this.step = step;
        this.context = step.getContext();
        this.parameters = parameters;
        this.memory = memory;
        this.log = new BuildLog(context);
        this.saves = new GateStateSaver(context, memory, scheduler, log);
    }

    void goOn(Duration delay) {
        scheduler.goOn(delay);
    }

    void call() {
        scheduler.call();
    }

    /** What the gate waits for; null while it asks its server. */
    String waitingFor() {
        return waitingFor;
    }

    /** The gates of one server take turns with those of the others. Those that are not prepared wait for nobody. */
    @Override
    public String lane() {
        return memory.serverName == null ? "" : "server " + memory.serverName;
    }

    @Override
    public Instant deadline() {
        GateState now = memory.state;
        return now == null
                ? memory.startedAt.plus(RequestBuilder.agentDeadline(parameters))
                : gate().deadline(now);
    }

    @Override
    public void save(Runnable then) {
        saves.save(deadline(), then, why -> end(ErrorCategory.CONFLICT, why));
    }

    /** Whatever goes wrong in it ends the gate with an error, so that no build hangs. */
    @Override
    public void turn() {
        try {
            if (memory.state == null) {
                prepare();
            } else {
                advance();
            }
        } catch (InterruptedException e) {
            LOGGER.log(Level.FINE, "A gate was interrupted while it asked its server", e);
            if (memory.state != null) {
                memory.state = memory.state.interrupted();
            }
            scheduler.goOn(AFTER_INTERRUPT);
        } catch (StepException problem) {
            end(problem.category(), problem.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "A gate failed", e);
            end(ErrorCategory.CONFLICT, "Internal error: " + e + ". See the Jenkins system log.");
        }
    }

    private void prepare() throws StepException, IOException, InterruptedException {
        if (parameters.problem() != null) {
            throw new StepException(parameters.problem());
        }
        if (parameters.runMode() == RunMode.DISABLED) {
            log.say("The gate for model " + parameters.model() + " is disabled.");
            end(early().disabled());
            return;
        }
        MlflowServerConfiguration server = ServerResolver.named(parameters.text("server"));
        memory.serverName = server.getName();
        FilePath workspace = context.get(FilePath.class);
        if (workspace != null && !isRead(workspace)) {
            return;
        }
        memory.request = new RequestBuilder(
                        parameters,
                        build().run(),
                        build().log(),
                        workspace == null ? null : WorkspacePolicy.get(reading))
                .request(server);
        reading = null;
        waitingFor = null;
        log.introduce(memory.request);
        if (Jenkins.get().getRootUrl() == null) {
            log.say("Warning: the address of this Jenkins is not configured, so that MLflow and the report name this build as "
                    + build().run().getUrl() + ". An administrator can set it under Manage Jenkins → System → Jenkins URL.");
        }
        memory.policyChanges = PromotionMemory.compare(
                server.registry(), memory.request.model(), build().secrets().mask(memory.request.policy()));
        log.say(memory.policyChanges);
        memory.state = gate().start(memory.startedAt);
        ServerResolver.connect(server, build().run());
        GateListener.begin(build().run(), memory.request.model(), build().logOfBuild());
        scheduler.goOn(Duration.ZERO);
    }

    /** Whether the workspace has answered; else the gate goes on when it does. */
    private boolean isRead(FilePath workspace) {
        if (reading == null) {
            reading = WorkspacePolicy.read(
                    workspace, RequestBuilder.path(parameters), RequestBuilder.agentDeadline(parameters));
            waitingFor = "the agent to read the policy file";
            reading.whenComplete((found, problem) -> scheduler.call());
        }
        return reading.isDone();
    }

    private Gate gate() {
        return new Gate(memory.request, Clock.systemUTC(), ThreadLocalRandom.current());
    }

    private void advance() throws StepException, IOException, InterruptedException {
        GateApproval approval = new GateApproval(step, memory, scheduler, log);
        if (approval.takeAnswer(gate())) {
            if (memory.state.isDone()) {
                end(gate().report(memory.state));
            } else {
                saves.goOnOnceSaved(Duration.ZERO);
            }
            return;
        }
        MlflowServerConfiguration server = ServerResolver.named(memory.serverName);
        GateState before = memory.state;
        memory.request = permissions.check(server, build().run(), memory.request, before);
        String others = before.isPromoting() ? place.waitsFor(server, memory.request.model(), before) : null;
        if (others != null) {
            waitFor(others);
            return;
        }
        boolean asks = before.awaitsApproval() && approval.ask(gate(), before, page(build()), build());
        StepResult advance = gate().advance(before, ServerResolver.connect(server, null));
        synchronized (scheduler) {
            if (scheduler.isOver()) {
                return;
            }
            memory.state = advance.state();
        }
        for (String message : advance.messages()) {
            log.say(message);
        }
        if (advance.state().isDone()) {
            end(gate().report(advance.state()));
            return;
        }
        waitFor(advance.waitingFor());
        saves.goOnAfter(advance, asks);
    }

    /** As {@link GateExecution#lineUp()}. */
    void lineUp() {
        GateState now = memory.state;
        if (memory.stopped || now == null || !now.hasBegunToPromote()) {
            return;
        }
        try {
            place.take(ServerResolver.named(memory.serverName), memory.request.model(), now);
        } catch (StepException problem) {
            LOGGER.log(Level.FINE, "A promotion was interrupted whose server is no longer configured", problem);
        }
    }

    private void waitFor(String what) throws IOException, InterruptedException {
        if (!scheduler.isOver()) {
            waitingFor = what;
            log.sayWaitingFor(what);
        }
    }

    private void end(ErrorCategory category, String message) {
        GateState last = memory.state;
        end(last == null
                ? early().failed(category, message)
                : gate().report(gate().failed(last, category, message)));
    }

    private UnstartedReports early() {
        return new UnstartedReports(parameters, memory.serverName);
    }

    private void end(GateReport report) {
        if (!endOnce()) {
            return;
        }
        try {
            ending(build()).conclude(report, parameters.onFailure());
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            context.onFailure(e);
        }
    }

    private GateCompletion ending(GateBuild where) {
        return new GateCompletion(
                context,
                where,
                page(where),
                new BuildLog(where),
                memory.request == null ? null : memory.request.policy(),
                () -> scheduler.afterTheLastTurn(place::leave));
    }

    private BuildReport page(GateBuild where) {
        return new BuildReport(where, memory.serverName, memory.policyChanges, parameters, new BuildLog(where));
    }

    /** Must be known before the build is killed, when its context no longer knows it. */
    GateBuild build() throws IOException, InterruptedException {
        GateBuild known = build;
        if (known == null) {
            known = GateBuild.of(context);
            build = known;
        }
        return known;
    }

    /** Whether this call is the one that ends the gate. */
    private boolean endOnce() {
        synchronized (scheduler) {
            boolean first = scheduler.end();
            if (build != null) {
                KilledBuildListener.ended(build.run(), step);
            }
            if (first && memory.approvalInput != null) {
                memory.approvalInput.close();
            }
            return first;
        }
    }

    /** As {@link GateExecution#stop}. */
    void stop(Throwable cause) {
        if (!endOnce()) {
            context.onFailure(cause);
            return;
        }
        scheduler.interrupt();
        String why = "stopped before it was over" + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
        try {
            ending(build()).stop(unfinished(why), cause);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "The report of a stopped gate could not be attached", e);
            context.onFailure(cause);
        }
    }

    /** As {@link GateExecution#abandon}. */
    Runnable abandon(String why) {
        GateBuild where = build;
        if (!endOnce() || where == null) {
            return null;
        }
        scheduler.interrupt();
        Supplier<GateReport> report = unfinished(why);
        return () -> ending(where).leave(report);
    }

    private Supplier<GateReport> unfinished(String why) {
        GateState last = memory.state;
        return () -> last == null ? early().stopped(why) : gate().report(last, why);
    }
}
