package io.jenkins.plugins.mlflow.publish;

import hudson.Extension;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.GateReportPage;
import io.jenkins.plugins.mlflow.report.GateSummary;
import java.util.List;

/**
 * Notifies listeners at the end of a build of what they missed: because Jenkins went down meanwhile, or they failed. A
 * branch that requires a check of the commit would else wait for it for ever.
 */
@Extension
public final class UnpublishedReports extends RunListener<Run<?, ?>> {
    @Override
    public void onCompleted(Run<?, ?> run, TaskListener listener) {
        GateReportAction action = run.getAction(GateReportAction.class);
        if (action == null) {
            return;
        }
        List<GateSummary> summaries = action.getSummaries();
        for (GateSummary summary : summaries) {
            if (summary.getStatus() == GateStatus.PENDING || GateListener.isNotified(run, summary.getNumber())) {
                continue;
            }
            GateReportPage page = action.getDynamic(String.valueOf(summary.getNumber()));
            GateReport report = page == null ? null : page.getReport();
            if (report != null) {
                GateListener.notifyOfReport(run, summary.getNumber(), report, listener);
            }
        }
        GateListener.forget(run, summaries.size());
    }
}
