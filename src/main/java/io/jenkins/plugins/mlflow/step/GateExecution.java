package io.jenkins.plugins.mlflow.step;

import hudson.AbortException;
import io.jenkins.plugins.mlflow.gate.GateState;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** The step as Pipeline knows it: started, resumed, stopped, and kept over a restart. What it does is {@link GateRunner}'. */
final class GateExecution extends StepExecution {
    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(GateExecution.class.getName());

    private final String parametersJson;
    private final PersistedGate memory;

    private transient GateRunner turns;

    GateExecution(StepContext context, GateParameters parameters) {
        super(context);
        parametersJson = parameters.toJson();
        memory = new PersistedGate(Clock.systemUTC().instant());
        turns = new GateRunner(this, parameters, memory);
    }

    private Object readResolve() {
        turns = new GateRunner(this, GateParameters.fromJson(parametersJson), memory);
        return this;
    }

    @Override
    public boolean start() throws IOException, InterruptedException {
        KilledBuildListener.began(turns.build().run(), this);
        turns.goOn(Duration.ZERO);
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
            KilledBuildListener.began(turns.build().run(), this);
        } catch (IOException | InterruptedException e) {
            LOGGER.log(Level.WARNING, "A gate was resumed whose build is not known", e);
        }
        turns.goOn(Duration.ZERO);
    }

    @Override
    public String getStatus() {
        String waiting = turns.waitingFor();
        return waiting == null ? "asking MLflow" : "waiting for " + waiting;
    }

    /** On the thread that runs the pipeline. Whatever the gate came to, the step ends by this cause unless it has ended already. */
    @Override
    public void stop(Throwable cause) {
        memory.stopped = true;
        turns.stop(cause);
    }

    /** Called on the thread of who was asked to approve; the gate takes the answer in on its own. */
    void answered() {
        turns.call();
    }

    /** After a restart: takes the place of a promotion that was under way and goes on, before any other can. */
    void lineUp() {
        turns.lineUp();
    }

    /**
     * The build is over without this gate, which was told nothing: it was killed. No turn is made any more.
     *
     * @return leaves the report; null if there is none to leave
     */
    Runnable abandon(String why) {
        return turns.abandon(why);
    }
}
