package io.jenkins.plugins.mlflow.step;

import hudson.AbortException;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.report.GateWords;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** What a gate's verdict does to its build: the step returns or fails, and the build may become unstable. */
final class BuildOutcome {
    private final StepContext context;
    private final String onFailure;

    /** {@code onFailure} is the step's parameter of that name. */
    BuildOutcome(StepContext context, String onFailure) {
        this.context = context;
        this.onFailure = onFailure;
    }

    /** Ends the step. */
    void complete(GateReport report, GateResult result) throws IOException, InterruptedException {
        switch (report.getStatus()) {
            case PASSED, DISABLED -> context.onSuccess(result);
            case UNSTABLE -> {
                markUnstable(report);
                context.onSuccess(result);
            }
            case FAILED -> {
                if (onFailure.equals("failure")) {
                    context.onFailure(new AbortException(GateWords.ofStep(report)));
                    return;
                }
                if (onFailure.equals("unstable")) {
                    markUnstable(report);
                }
                context.onSuccess(result);
            }
            case ERROR -> context.onFailure(new AbortException(GateWords.ofStep(report)));
        }
    }

    private void markUnstable(GateReport report) throws IOException, InterruptedException {
        context.get(FlowNode.class)
                .addOrReplaceAction(new WarningAction(Result.UNSTABLE).withMessage(GateWords.ofStep(report)));
        context.get(Run.class).setResult(Result.UNSTABLE);
    }
}
