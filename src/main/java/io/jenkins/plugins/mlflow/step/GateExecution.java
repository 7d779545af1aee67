package io.jenkins.plugins.mlflow.step;

import hudson.AbortException;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.step.scheduling.GateScheduler;
import java.io.IOException;
import java.time.Clock;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** The step as Pipeline knows it: started, resumed, stopped, and saved with its build. {@link GateRunner} does its work. */
final class GateExecution extends StepExecution implements GateScheduler.Promoter, KilledBuildListener.Running {
    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(GateExecution.class.getName());

    private final String parametersJson;
    private final PersistedGate memory;

    private transient GateRunner runner;

    GateExecution(StepContext context, GateParameters parameters) {
        super(context);
        parametersJson = parameters.toJson();
        memory = new PersistedGate(Clock.systemUTC().instant());
        runner = new GateRunner(this, parameters, memory);
    }

    private Object readResolve() {
        runner = new GateRunner(this, GateParameters.fromJson(parametersJson), memory);
        return this;
    }

    @Override
    public boolean start() throws IOException, InterruptedException {
        KilledBuildListener.started(runner.build().run(), this);
        runner.schedule();
        return false;
    }

    @Override
    public void onResume() {
        if (memory.stopped) {
            getContext().onFailure(new AbortException("The gate was stopped just before Jenkins went down."));
            return;
        }
        GateState before = memory.state;
        if (before != null) {
            memory.state = before.resumed();
        }
        try {
            KilledBuildListener.started(runner.build().run(), this);
        } catch (IOException | InterruptedException e) {
            LOGGER.log(Level.WARNING, "The build of a gate that was resumed is unknown", e);
        }
        runner.schedule();
    }

    @Override
    public String getStatus() {
        String waiting = runner.waitingFor();
        return waiting == null ? "asking MLflow" : "waiting for " + waiting;
    }

    /** On the thread that runs the pipeline. Whatever the verdict, the step ends by this cause unless it has ended before. */
    @Override
    public void stop(Throwable cause) {
        memory.stopped = true;
        runner.stop(cause);
    }

    /** Called on the thread of the user who has decided about the approval; the gate continues on its own. */
    void wake() {
        runner.wake();
    }

    /** After a restart, before any other promotion starts. */
    @Override
    public void enterPromotionQueue() {
        runner.enterPromotionQueue();
    }

    /** Returns what attaches the report. */
    @Override
    public Runnable abandon(String why) {
        return runner.abandon(why);
    }
}
