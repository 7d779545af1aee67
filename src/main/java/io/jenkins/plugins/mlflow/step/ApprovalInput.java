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
 * Asks users to approve a promotion by an input of the build: an execution of Jenkins' own {@code input} step that runs inside
 * the gate's, so that permissions, pages and API are those of that step. It is saved with the gate.
 */
final class ApprovalInput implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(ApprovalInput.class.getName());

    /** What the form and the REST interface call the field for the reason. */
    static final String REASON = "reason";

    private final InputStepExecution input;
    private transient boolean open;

    private ApprovalInput(InputStepExecution input) {
        this.input = input;
    }

    /** Opens the input; blocks while Jenkins reads which other inputs the build has. */
    static ApprovalInput ask(ApprovalContext context, String question) throws IOException, InterruptedException {
        InputStep step = new InputStep(question);
        step.setId("Approve-" + context.get(FlowNode.class).getId());
        step.setOk(Messages.ApprovalInput_approve());
        step.setCancel(Messages.ApprovalInput_refuse());
        step.setSubmitter(context.rights().submitter());
        ParameterDefinition reason = new StringParameterDefinition(REASON, "", Messages.ApprovalInput_reason(), true);
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
     * Adds the input to the build again after a restart: the build looks for executions of steps, which this one is not, and
     * knows only its name.
     *
     * @return false if it was settled before; the decision is lost then
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

    /** A build that knows the name twice would seem to wait for ever. */
    private void forget(Run<?, ?> run) throws IOException, InterruptedException, TimeoutException {
        InputAction inputs = run.getAction(InputAction.class);
        if (inputs != null) {
            inputs.remove(input);
        }
    }

    /** The state after the decision; the given one before a decision, or if it came too late. */
    GateState decided(Gate machine, GateState awaiting) {
        return ((ApprovalContext) input.getContext()).decided(machine, awaiting);
    }

    /** Closes the input, if it is open. */
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
