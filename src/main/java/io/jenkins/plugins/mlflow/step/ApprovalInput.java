package io.jenkins.plugins.mlflow.step;

import hudson.AbortException;
import hudson.model.ParameterDefinition;
import hudson.model.Run;
import hudson.model.StringParameterDefinition;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateState;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.jenkinsci.plugins.workflow.support.steps.input.InputStep;
import org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution;

/**
 * Asks people to approve a promotion by an input of the build: an execution of Jenkins' own {@code input} step that runs inside
 * of the gate's, so that who may answer, where, and how is the same as there. It is kept with the gate over a restart.
 */
final class ApprovalInput implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(ApprovalInput.class.getName());

    /** What the form and the REST interface call the field for the reason. */
    static final String REASON = "reason";

    private final InputStepExecution input;
    private transient boolean open;

    /** Opens nothing yet. {@code context} is told the answer. */
    private ApprovalInput(InputStepExecution input) {
        this.input = input;
    }

    /** Asks; blocks while Jenkins reads which other inputs the build has. */
    static ApprovalInput ask(ApprovalContext context, String question) throws IOException, InterruptedException {
        InputStep step = new InputStep(question);
        step.setId("Approve-" + context.get(FlowNode.class).getId());
        step.setOk(Messages.ApprovalInput_approve());
        step.setCancel(Messages.ApprovalInput_refuse());
        step.setSubmitter(context.rights().submitter());
        ParameterDefinition reason =
                new StringParameterDefinition(REASON, "", Messages.ApprovalInput_reason(), true);
        step.setParameters(List.of(reason));
        try {
            ApprovalInput asked = new ApprovalInput((InputStepExecution) step.start(context));
            asked.forget(context.get(Run.class));
            asked.input.start();
            asked.open = true;
            return asked;
        } catch (IOException | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("nobody could be asked to approve", e);
        }
    }

    /**
     * Makes the build know the input again after a restart: it looks for executions of steps, which this one is not, and knows
     * only its name. Answers whether it was not answered before: if it was, nobody knows the answer any more.
     */
    boolean reopen() throws IOException, InterruptedException {
        if (open) {
            return true;
        }
        if (input.isSettled()) {
            return false;
        }
        try {
            addAgain();
        } catch (TimeoutException e) {
            throw new IOException("the inputs of the build could not be read", e);
        }
        open = true;
        return true;
    }

    private void addAgain() throws IOException, InterruptedException, TimeoutException {
        Run<?, ?> run = input.getRun();
        forget(run);
        InputAction inputs = run.getAction(InputAction.class);
        if (inputs == null) {
            inputs = new InputAction();
            run.addAction(inputs);
        }
        inputs.add(input);
    }

    /** The build must not know the name twice, or it would seem to wait for ever. */
    private void forget(Run<?, ?> run) throws IOException, InterruptedException, TimeoutException {
        InputAction inputs = run.getAction(InputAction.class);
        if (inputs != null) {
            inputs.remove(input);
        }
    }

    /** The state after what was said; the given one if nobody has answered yet, or too late. */
    GateState answered(Gate machine, GateState asked) {
        return ((ApprovalContext) input.getContext()).answered(machine, asked);
    }

    /** Nobody is asked any more. */
    void close() {
        if (input.isSettled()) {
            return;
        }
        try {
            input.stop(new AbortException("The gate no longer waits for an approval."));
        } catch (Exception e) {
            LOGGER.log(Level.WARNING, "An input that asked for an approval could not be closed", e);
        }
    }
}
