package io.jenkins.plugins.mlflow.step;

import com.google.common.util.concurrent.ListenableFuture;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.model.Failure;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.gate.Approval;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateState;
import java.io.IOException;
import java.time.Instant;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.steps.BodyInvoker;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution;

/** The context of an approval's input: that of the gate, but for the decision, which wakes the gate. */
final class ApprovalContext extends StepContext {
    private static final long serialVersionUID = 1L;
    /** Between {@code proceed} of the input and its call of {@link #get} are fewer calls. */
    private static final int CALLERS = 8;

    private final GateExecution gate;
    private final ApprovalRights rights;
    /** Until the state has taken it over. It is not saved: after a restart users are asked again. */
    private transient volatile Decision decision;

    private interface Decision {
        GateState applyTo(Gate machine, GateState awaiting);
    }

    ApprovalContext(GateExecution gate, ApprovalRights rights) {
        this.gate = gate;
        this.rights = rights;
    }

    ApprovalRights rights() {
        return rights;
    }

    /**
     * Refuses the approval of a user who is not allowed to approve, when the input resolves its build before it accepts the
     * approval: its own check allows administrators, and knows nothing of four eyes. The input stays open.
     */
    @Override
    public <T> T get(Class<T> key) throws IOException, InterruptedException {
        if (isProceeding()) {
            checkMayApprove();
        }
        return gate.getContext().get(key);
    }

    private static boolean isProceeding() {
        String input = InputStepExecution.class.getName();
        return StackWalker.getInstance()
                .walk(frames -> frames.limit(CALLERS)
                        .anyMatch(frame -> frame.getMethodName().equals("proceed")
                                && frame.getClassName().equals(input)));
    }

    /** @throws Failure which becomes a response with status 400 */
    private void checkMayApprove() {
        String why;
        try {
            why = rights.whyNot(gate.getContext().get(Run.class));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("the build of the approval is unknown", e);
        }
        if (why != null) {
            throw new Failure(why);
        }
    }

    /** Called on the thread of the user. {@code result} is the value of the input's only parameter, which a request may omit. */
    @Override
    public void onSuccess(Object result) {
        checkMayApprove();
        Approval approval = new Approval(
                Jenkins.getAuthentication2().getName(), result instanceof String reason ? reason : null, Instant.now());
        decide((machine, awaiting) -> machine.approved(awaiting, approval));
    }

    /** Called on the thread of the user, or by the gate itself after its end. */
    @Override
    public void onFailure(@NonNull Throwable cause) {
        String by = Jenkins.getAuthentication2().getName();
        decide((machine, awaiting) -> machine.refused(awaiting, by));
    }

    private void decide(Decision given) {
        decision = given;
        gate.wake();
    }

    /** The state after the decision; the given one before a decision, or if it came too late. */
    GateState decided(Gate machine, GateState awaiting) {
        Decision given = decision;
        return given == null ? awaiting : given.applyTo(machine, awaiting);
    }

    @Override
    public boolean isReady() {
        return gate.getContext().isReady();
    }

    @Override
    public ListenableFuture<Void> saveState() {
        return gate.getContext().saveState();
    }

    @Override
    public void setResult(Result result) {
        gate.getContext().setResult(result);
    }

    @Override
    public BodyInvoker newBodyInvoker() {
        throw new IllegalStateException("an approval has no body");
    }

    @Override
    public boolean hasBody() {
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ApprovalContext context && context.gate == gate;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(gate);
    }
}
