package io.jenkins.plugins.mlflow.step;

import hudson.FilePath;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.gate.StepResult;
import io.jenkins.plugins.mlflow.publish.GateListener;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import io.jenkins.plugins.mlflow.step.scheduling.GateScheduler;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Runs one gate: advances it whenever its {@link GateScheduler} says so, and saves its state with the build. However the gate
 * ends, the build gets its report and its result.
 */
final class GateRunner implements GateScheduler.Callbacks {
    private static final Logger LOGGER = Logger.getLogger(GateRunner.class.getName());
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(1);

    private final GateExecution step;
    private final StepContext context;
    private final GateParameters parameters;
    private final PersistedGate memory;
    private final GateScheduler scheduler = new GateScheduler(this);
    private final Permissions permissions = new Permissions();
    private final BuildLog log;
    private final GateStateSaver saves;

    /** A configured server and the connection to it. */
    private record Connection(MlflowServerConfiguration to, TrackingServer server) {}

    /** Of the turn that is being made; null between turns. */
    private Connection connection;

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

    void schedule() {
        scheduler.schedule(Duration.ZERO);
    }

    void wake() {
        scheduler.wake();
    }

    /** What the gate waits for; null during a request. */
    String waitingFor() {
        return waitingFor;
    }

    /** One for each server, and one for the gates that do not know theirs yet. */
    @Override
    public String queue() {
        return memory.serverName == null
                ? ""
                : "server " + (memory.destination == null ? memory.serverName : memory.destination);
    }

    @Override
    public Instant deadline() {
        GateState now = memory.state;
        return now == null ? memory.startedAt.plus(RequestBuilder.agentDeadline(parameters)) : gate().deadline(now);
    }

    @Override
    public void save(Runnable then) {
        saves.save(deadline(), then, why -> end(ErrorCategory.CONFLICT, why));
    }

    /** Whatever goes wrong ends the gate with an error, so that no build hangs. */
    @Override
    public void advance() {
        try {
            if (memory.state == null) {
                prepare();
            } else {
                advanceGate();
            }
        } catch (InterruptedException e) {
            LOGGER.log(Level.FINE, "A gate was interrupted during a request", e);
            if (memory.state != null) {
                memory.state = memory.state.interrupted();
            }
            scheduler.schedule(AFTER_INTERRUPT);
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
            end(unstarted().disabled());
            return;
        }
        MlflowServerConfiguration server = ServerResolver.named(parameters.text("server"), build().run());
        memory.serverName = server.getName();
        memory.registry = server.registry();
        memory.destination = server.destination();
        FilePath workspace = context.get(FilePath.class);
        if (workspace != null && !isRead(workspace)) {
            return;
        }
        memory.request = new RequestBuilder(
                        parameters, build(), workspace == null ? null : WorkspacePolicy.get(reading))
                .request(server);
        reading = null;
        waitingFor = null;
        log.introduce(memory.request);
        if (parameters.exact() == null && memory.request.exact() != null) {
            log.say("The candidate is version " + memory.request.exact().value()
                    + ", for which this build was started.");
        }
        if (Jenkins.get().getRootUrl() == null) {
            log.say(
                    "Warning: the address of this Jenkins is not configured, so that MLflow and the report name this build as "
                            + build().run().getUrl()
                            + ". An administrator can set it under Manage Jenkins → System → Jenkins URL.");
        }
        memory.policyChanges = PromotionMemory.compare(
                server.registry(), memory.request.model(), build().secrets().mask(memory.request.policy()));
        log.say(memory.policyChanges);
        memory.state = gate().start(memory.startedAt);
        ServerResolver.connect(server, build().run());
        GateListener.notifyOfStart(build().run(), memory.request.model(), build().logOfBuild());
        scheduler.schedule(Duration.ZERO);
    }

    /** Whether the policy file was read; if not, the gate is woken when it is. */
    private boolean isRead(FilePath workspace) {
        if (reading == null) {
            reading = WorkspacePolicy.read(
                    workspace, RequestBuilder.path(parameters), RequestBuilder.agentDeadline(parameters));
            waitingFor = "the agent to read the policy file";
            reading.whenComplete((found, problem) -> scheduler.wake());
        }
        return reading.isDone();
    }

    private Gate gate() {
        return new Gate(memory.request, Clock.systemUTC(), ThreadLocalRandom.current());
    }

    /** What a gate reads without pause or save in between, it reads in one turn, so that its reads may be prefetched. */
    private void advanceGate() throws StepException, IOException, InterruptedException {
        connection = null;
        try {
            while (isToGoOn()) {}
        } finally {
            if (connection != null) {
                connection.server().discardPrefetched();
            }
            connection = null;
        }
    }

    /** Makes one advance and returns whether the next one is to be made at once; otherwise it is scheduled, if there is one. */
    private boolean isToGoOn() throws StepException, IOException, InterruptedException {
        GateApproval approval = new GateApproval(step, memory, scheduler, log);
        if (approval.takeDecision(gate())) {
            if (memory.state.isDone()) {
                end(gate().report(memory.state));
            } else {
                saves.scheduleOnceSaved(Duration.ZERO);
            }
            return false;
        }
        MlflowServerConfiguration server = ServerResolver.again(memory, build().run());
        GateState before = memory.state;
        memory.request = permissions.check(server, build().run(), memory.request, before);
        String others = before.isPromoting() ? otherPromotions(server, before) : null;
        if (others != null) {
            waitFor(others);
            return false;
        }
        boolean asked = before.awaitsApproval() && approval.ask(gate(), before, page(build()), build());
        StepResult result = gate().advance(before, connectedTo(server));
        if (!scheduler.unlessEnded(() -> memory.state = result.state())) {
            return false;
        }
        for (String message : result.messages()) {
            log.say(message);
        }
        if (result.state().isDone()) {
            end(gate().report(result.state()));
            return false;
        }
        waitFor(result.waitingFor());
        if (saves.mayGoOn(result, asked)) {
            return true;
        }
        saves.scheduleAfter(result, asked);
        return false;
    }

    private TrackingServer connectedTo(MlflowServerConfiguration server) throws StepException {
        if (connection == null || connection.to() != server) {
            if (connection != null) {
                connection.server().discardPrefetched();
            }
            connection =
                    new Connection(server, ServerResolver.connect(server, null).prefetching());
        }
        return connection.server();
    }

    private String otherPromotions(MlflowServerConfiguration server, GateState promoting) throws StepException {
        try {
            return scheduler.awaitPromotion(promotion(server, promoting));
        } catch (TimeoutException late) {
            throw new StepException(ErrorCategory.TIMEOUT, late.getMessage());
        }
    }

    private GateScheduler.Promotion promotion(MlflowServerConfiguration server, GateState promoting) {
        return new GateScheduler.Promotion(
                server.destination(),
                server.getName(),
                memory.request.model(),
                promoting.hasBegunToPromote(),
                promoting.mayPromoteSince());
    }

    /** As {@link GateExecution#enterPromotionQueue}. */
    void enterPromotionQueue() {
        GateState now = memory.state;
        if (memory.stopped || now == null || !now.hasBegunToPromote()) {
            return;
        }
        try {
            scheduler.enterPromotionQueue(promotion(ServerResolver.again(memory, build().run()), now));
        } catch (StepException | IOException problem) {
            LOGGER.log(Level.FINE, "The server of an interrupted promotion is no longer configured", problem);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void waitFor(String what) throws IOException, InterruptedException {
        if (!scheduler.hasEnded()) {
            waitingFor = what;
            log.sayWaitingFor(what);
        }
    }

    private void end(ErrorCategory category, String message) {
        GateState last = memory.state;
        end(
                last == null
                        ? unstarted().failed(category, message)
                        : gate().report(gate().failed(last, category, message)));
    }

    private UnstartedReports unstarted() {
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
                scheduler::leavePromotionQueue);
    }

    private BuildReport page(GateBuild where) {
        return new BuildReport(
                where, memory.serverName, memory.registry, memory.policyChanges, parameters, new BuildLog(where));
    }

    /** Must be called before the build is killed: the context does not know a killed build. */
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
        if (build != null) {
            KilledBuildListener.ended(build.run(), step);
        }
        return scheduler.end(() -> {
            if (memory.approvalInput != null) {
                memory.approvalInput.close();
            }
        });
    }

    /** As {@link GateExecution#stop}. */
    void stop(Throwable cause) {
        if (!endOnce()) {
            context.onFailure(cause);
            return;
        }
        scheduler.interrupt();
        String why = "stopped before it finished" + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
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
        return () -> last == null ? unstarted().stopped(why) : gate().report(last, why);
    }
}
