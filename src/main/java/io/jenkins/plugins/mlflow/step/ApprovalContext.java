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

/** The context in which an approval's input runs: that of the gate, but for the answer, which the gate is told. */
final class ApprovalContext extends StepContext {
    private static final long serialVersionUID = 1L;
    /** Between the input that takes an approval in and its question for the build lie fewer calls. */
    private static final int CALLERS = 8;

    private final GateExecution gate;
    private final ApprovalRights rights;
    /** What somebody said, until the state has taken it in. It is not kept: after a restart people are asked again. */
    private transient volatile Decision answer;

    private interface Decision {
        GateState to(Gate machine, GateState asked);
    }

    ApprovalContext(GateExecution gate, ApprovalRights rights) {
        this.gate = gate;
        this.rights = rights;
    }

    ApprovalRights rights() {
        return rights;
    }

    /**
     * An approval of who may not approve is refused here, where the input looks up its build before it takes the approval in: its
     * own check lets administrators through, and knows nothing of four eyes. The input stays open.
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

    /** @throws Failure which answers the request with 400 */
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

    /** Called on the thread of who approves. {@code result} is the value of the input's only parameter, which a request may leave out. */
    @Override
    public void onSuccess(Object result) {
        checkMayApprove();
        Approval approval = new Approval(
                Jenkins.getAuthentication2().getName(), result instanceof String reason ? reason : null, Instant.now());
        tell((machine, asked) -> machine.approved(asked, approval));
    }

    /** Called on the thread of who refuses, or by the gate itself once it is over. */
    @Override
    public void onFailure(@NonNull Throwable cause) {
        String by = Jenkins.getAuthentication2().getName();
        tell((machine, asked) -> machine.refused(asked, by));
    }

    private void tell(Decision given) {
        answer = given;
        gate.answered();
    }

    /** The state after the answer; the given one if there is none yet, or it comes too late. */
    GateState answered(Gate machine, GateState asked) {
        Decision given = answer;
        return given == null ? asked : given.to(machine, asked);
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
