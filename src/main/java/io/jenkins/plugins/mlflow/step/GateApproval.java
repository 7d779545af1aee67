package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.gate.Gate;
import io.jenkins.plugins.mlflow.gate.GateState;
import java.io.IOException;

/** Has people asked about a gate's promotion, and takes in what they say. */
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
     * The approver sees the report. Answers whether an input was made, which must be kept; the same one goes on being asked
     * after a restart, unless it was answered just before and the answer was lost with it.
     */
    boolean ask(Gate machine, GateState awaiting, BuildReport page, GateBuild build)
            throws IOException, InterruptedException {
        if (memory.approvalInput != null && memory.approvalInput.reopen()) {
            return false;
        }
        GateReport report = machine.report(awaiting);
        String address;
        // The report of a gate that is over is attached under this lock, too, and so comes after.
        synchronized (build.run()) {
            if (scheduler.isOver()) {
                return false;
            }
            address = page.attach(report).getReportUrl();
        }
        page.tell(build.secrets().mask(report));
        String question = machine.question(awaiting);
        ApprovalRights rights = new ApprovalRights(memory.request.policy().promotion().approvers(), memory.serverName);
        log.say(question + " " + rights.inWords() + " Report: " + address);
        ApprovalInput asked = ApprovalInput.ask(
                new ApprovalContext(step, rights),
                build.secrets().mask(Messages.ApprovalInput_question(question, machine.verdict(awaiting), address)));
        synchronized (scheduler) {
            memory.approvalInput = asked;
            if (scheduler.isOver()) {
                asked.close();
            }
        }
        return true;
    }

    /** Whether somebody has answered; an approval must be safe before the promotion begins. */
    boolean takeAnswer(Gate machine) {
        GateState asked = memory.state;
        GateState answered =
                memory.approvalInput == null ? asked : memory.approvalInput.answered(machine, asked);
        if (answered == asked) {
            return false;
        }
        synchronized (scheduler) {
            if (!scheduler.isOver()) {
                memory.state = answered;
                memory.approvalInput = null;
            }
        }
        return true;
    }
}
