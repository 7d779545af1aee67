package io.jenkins.plugins.mlflow.publish;

import hudson.Extension;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.checks.api.ChecksConclusion;
import io.jenkins.plugins.checks.api.ChecksDetails;
import io.jenkins.plugins.checks.api.ChecksOutput;
import io.jenkins.plugins.checks.api.ChecksPublisherFactory;
import io.jenkins.plugins.checks.api.ChecksStatus;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.export.Markdown;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.GateSummary;

/**
 * Publishes each report as a check of the commit (GitHub, GitLab, …), where the plugin checks-api is installed and a plugin for
 * the host of the source code offers to take it.
 */
@Extension(optional = true)
public final class GateChecks extends GateListener {
    /** Hosts allow 65,535 characters in a summary. */
    private static final int LONGEST_SUMMARY = 60_000;
    private static final int LONGEST_TITLE = 250;

    @Override
    protected void onReport(Run<?, ?> run, int number, GateReport report) {
        ChecksPublisherFactory.fromRun(run, TaskListener.NULL).publish(details(run, number, report));
    }

    static ChecksDetails details(Run<?, ?> run, int number, GateReport report) {
        ChecksOutput output = new ChecksOutput.ChecksOutputBuilder()
                .withTitle(cut(report.getReason() == null ? report.getStatus().name() : report.getReason(), LONGEST_TITLE))
                .withSummary(summary(report))
                .build();
        ChecksDetails.ChecksDetailsBuilder details = new ChecksDetails.ChecksDetailsBuilder()
                .withName(name(run, number, report))
                .withStatus(report.getStatus() == GateStatus.PENDING ? ChecksStatus.IN_PROGRESS : ChecksStatus.COMPLETED)
                .withConclusion(conclusion(report.getStatus()))
                .withOutput(output);
        String url = GateReportAction.urlOf(run, number);
        if (url.startsWith("http:") || url.startsWith("https:")) {
            details.withDetailsURL(url);
        }
        return details.build();
    }

    /** The same in every build, so that a branch can require it; numbered only where one build judges a model several times. */
    private static String name(Run<?, ?> run, int number, GateReport report) {
        GateReportAction action = run.getAction(GateReportAction.class);
        String model = String.valueOf(report.getModel());
        long before = action == null
                ? 0
                : action.getSummaries().stream()
                        .filter(other -> other.getNumber() < number)
                        .map(GateSummary::getModel)
                        .filter(model::equals)
                        .count();
        return "MLflow gate: " + cut(model, LONGEST_TITLE) + (before == 0 ? "" : " (" + (before + 1) + ")");
    }

    private static ChecksConclusion conclusion(GateStatus status) {
        return switch (status) {
            case PASSED -> ChecksConclusion.SUCCESS;
            case UNSTABLE, DISABLED -> ChecksConclusion.NEUTRAL;
            case FAILED, ERROR -> ChecksConclusion.FAILURE;
            case PENDING -> ChecksConclusion.NONE;
        };
    }

    /** Cut between lines, so that the table stays a table. */
    private static String summary(GateReport report) {
        String text = Markdown.of(report);
        if (text.length() <= LONGEST_SUMMARY) {
            return text;
        }
        int end = text.lastIndexOf('\n', LONGEST_SUMMARY);
        return text.substring(0, end < 0 ? LONGEST_SUMMARY : end) + "\n\n" + Messages.GateChecks_more() + "\n";
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "…";
    }
}
