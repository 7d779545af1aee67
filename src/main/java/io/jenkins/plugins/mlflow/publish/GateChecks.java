package io.jenkins.plugins.mlflow.publish;

import hudson.Extension;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.StreamTaskListener;
import io.jenkins.plugins.checks.api.ChecksConclusion;
import io.jenkins.plugins.checks.api.ChecksDetails;
import io.jenkins.plugins.checks.api.ChecksOutput;
import io.jenkins.plugins.checks.api.ChecksPublisherFactory;
import io.jenkins.plugins.checks.api.ChecksStatus;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.export.Markdown;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.GateSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Publishes each report as a check of the commit (GitHub, GitLab, …), where the plugin checks-api is installed and a plugin for
 * the host of the source code offers to take it.
 */
@Extension(optional = true)
public final class GateChecks extends GateListener {
    /** Hosts allow 65,535 characters in a summary. */
    private static final int LONGEST_SUMMARY = 60_000;

    private static final int LONGEST_TITLE = 250;

    /** What checks-api says where no plugin for the host of the source code is installed. */
    private static final String NO_HOST = "No suitable checks publisher";

    private static final Pattern FAILURE = Pattern.compile("(?i)\\b(fail|error|could not|cannot)");

    @Override
    protected void onStart(Run<?, ?> run, String model, TaskListener log) throws IOException {
        publish(
                run,
                new ChecksDetails.ChecksDetailsBuilder()
                        .withName(name(run, Integer.MAX_VALUE, model))
                        .withStatus(ChecksStatus.IN_PROGRESS)
                        .build(),
                log);
    }

    @Override
    protected void onReport(Run<?, ?> run, int number, GateReport report, TaskListener log) throws IOException {
        publish(run, details(run, number, report), log);
    }

    /**
     * Plugins for hosts report a problem to their listener, and throw nothing.
     *
     * @throws IOException if the host did not take the check
     */
    private static void publish(Run<?, ?> run, ChecksDetails details, TaskListener log) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (StreamTaskListener listener = new StreamTaskListener(said, StandardCharsets.UTF_8)) {
            ChecksPublisherFactory.fromRun(run, listener).publish(details);
        }
        List<String> lines = said.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank() && !line.contains(NO_HOST))
                .toList();
        lines.forEach(line -> log.getLogger().println("[mlflowEvalGate] " + line));
        Optional<String> failure =
                lines.stream().filter(line -> FAILURE.matcher(line).find()).findFirst();
        if (failure.isPresent()) {
            throw new IOException(failure.get());
        }
    }

    static ChecksDetails details(Run<?, ?> run, int number, GateReport report) {
        ChecksOutput output = new ChecksOutput.ChecksOutputBuilder()
                .withTitle(DisplayText.cut(
                        report.getReason() == null ? report.getStatus().name() : report.getReason(), LONGEST_TITLE))
                .withSummary(summary(report))
                .build();
        ChecksDetails.ChecksDetailsBuilder details = new ChecksDetails.ChecksDetailsBuilder()
                .withName(name(run, number, String.valueOf(report.getModel())))
                .withStatus(
                        report.getStatus() == GateStatus.PENDING ? ChecksStatus.IN_PROGRESS : ChecksStatus.COMPLETED)
                .withConclusion(conclusion(report.getStatus()))
                .withOutput(output);
        String url = GateReportAction.urlOf(run, number);
        if (url.startsWith("http:") || url.startsWith("https:")) {
            details.withDetailsURL(url);
        }
        return details.build();
    }

    /** The same in every build, so that a branch can require it; numbered only where one build evaluates a model several times. */
    private static String name(Run<?, ?> run, int number, String model) {
        GateReportAction action = run.getAction(GateReportAction.class);
        long before = action == null
                ? 0
                : action.getSummaries().stream()
                        .filter(other -> other.getNumber() < number)
                        .map(GateSummary::getModel)
                        .filter(model::equals)
                        .count();
        return "MLflow gate: " + DisplayText.cut(model, LONGEST_TITLE) + (before == 0 ? "" : " (" + (before + 1) + ")");
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
}
