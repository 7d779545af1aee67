package io.jenkins.plugins.mlflow.step;

import hudson.AbortException;
import hudson.model.Result;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.report.GateMessages;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** What a gate's verdict does to its build: the step returns or fails, and the build may become unstable. */
final class BuildOutcome {
    private final StepContext context;
    private final GateBuild build;
    private final String onFailure;

    /** {@code onFailure} is the step's parameter of that name. */
    BuildOutcome(StepContext context, GateBuild build, String onFailure) {
        this.context = context;
        this.build = build;
        this.onFailure = onFailure;
    }

    /** Ends the step. */
    void complete(GateReport report, GateResult result) {
        switch (report.getStatus()) {
            case PASSED, DISABLED -> context.onSuccess(result);
            case UNSTABLE -> {
                markUnstable(report);
                context.onSuccess(result);
            }
            case FAILED -> {
                if (onFailure.equals("failure")) {
                    context.onFailure(new AbortException(GateMessages.ofStep(report)));
                    return;
                }
                if (onFailure.equals("unstable")) {
                    markUnstable(report);
                }
                context.onSuccess(result);
            }
            case ERROR, PENDING -> context.onFailure(new AbortException(GateMessages.ofStep(report)));
        }
    }

    private void markUnstable(GateReport report) {
        build.node().addOrReplaceAction(new WarningAction(Result.UNSTABLE).withMessage(GateMessages.ofStep(report)));
        build.run().setResult(Result.UNSTABLE);
    }
}
