package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.step.scheduling.GateScheduler;
import java.io.IOException;

/** Asks users to approve a gate's promotion, and takes over their decision. */
final class GateApproval {
    private final GateExecution step;
    private final PersistedGate memory;
    private final GateScheduler scheduler;
    private final BuildLog log;

    GateApproval(GateExecution step, PersistedGate memory, GateScheduler scheduler, BuildLog log) {
        this.step = step;
        this.memory = memory;
        this.scheduler = scheduler;
        this.log = log;
    }

    /**
     * Opens an input, and attaches the report for the approver. After a restart the same input is opened again, unless it was
     * settled just before and the decision was lost.
     *
     * @return whether an input was created, which must be saved
     */
    boolean ask(Gate machine, GateState awaiting, BuildReport page, GateBuild build)
            throws IOException, InterruptedException {
        if (memory.approvalInput != null && memory.approvalInput.reopen()) {
            return false;
        }
        GateReport report = machine.report(awaiting);
        String address;
        // The last report of a gate is attached under this lock, too, and so comes after.
        synchronized (build.run()) {
            if (scheduler.hasEnded()) {
                return false;
            }
            address = page.attach(report).getReportUrl();
        }
        page.notifyListeners(build.secrets().mask(report));
        String question = machine.question(awaiting);
        ApprovalRights rights =
                new ApprovalRights(memory.request.policy().promotion().approvers(), memory.serverName);
        log.say(question + " " + rights.inWords() + " Report: " + address);
        ApprovalInput asked = ApprovalInput.ask(
                new ApprovalContext(step, rights),
                build.secrets().mask(Messages.ApprovalInput_question(question, machine.verdict(awaiting), address)));
        if (!scheduler.unlessEnded(() -> memory.approvalInput = asked)) {
            asked.close();
        }
        return true;
    }

    /** Whether a user has decided, which changes the state. An approval must be saved before the promotion starts. */
    boolean takeDecision(Gate machine) {
        GateState awaiting = memory.state;
        GateState decided = memory.approvalInput == null ? awaiting : memory.approvalInput.decided(machine, awaiting);
        if (decided == awaiting) {
            return false;
        }
        scheduler.unlessEnded(() -> {
            memory.state = decided;
            memory.approvalInput = null;
        });
        return true;
    }
}
