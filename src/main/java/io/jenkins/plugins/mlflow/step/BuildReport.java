package io.jenkins.plugins.mlflow.step;

import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.live.GateEnds;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.publish.BuildDescription;
import io.jenkins.plugins.mlflow.publish.GateListener;
import io.jenkins.plugins.mlflow.publish.ReportArtifacts;
import io.jenkins.plugins.mlflow.report.GateDocument;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.PolicyChanges;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import java.io.IOException;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Puts the report of a gate on the page of its build, and keeps the policy of a promotion for later comparisons. */
final class BuildReport {
    private static final Logger LOGGER = Logger.getLogger(BuildReport.class.getName());

    private final StepContext context;
    private final String serverName;
    private final PolicyChanges policyChanges;
    private final GateParameters parameters;
    private final Duration patience;
    private GateDocument document;
    private int number;

    /**
     * @param serverName null if the gate ended before it had a server
     * @param policyChanges null if there was nothing to compare the policy with
     * @param patience how long to wait for what goes elsewhere than on the page
     */
    BuildReport(
            StepContext context,
            String serverName,
            PolicyChanges policyChanges,
            GateParameters parameters,
            Duration patience) {
        this.parameters = parameters;
        this.patience = patience;
        this.context = context;
        this.serverName = serverName;
        this.policyChanges = policyChanges;
    }

    /** Attaches the report, in place of an earlier one of the same gate. */
    GateResult attach(GateReport report) throws IOException, InterruptedException {
        Run<?, ?> run = context.get(Run.class);
        document = new GateDocument(report, policyChanges);
        number = GateReportAction.attach(run, context.get(FlowNode.class).getId(), document, trackingUi());
        return new GateResult(document.toMap(), GateReportAction.urlOf(run, number));
    }

    /**
     * Puts the report of a gate that is over wherever it is wanted.
     *
     * @param policy null if the gate ended before it had one
     * @param recorded called once the report is on record, or could not be: the next promotion goes on only then, so that
     *     records come in the order of what they tell
     */
    GateResult complete(GateReport report, GatePolicy policy, BuildLog log, Runnable recorded)
            throws IOException, InterruptedException {
        GateResult result;
        try {
            result = attach(report);
            GateEnds.note(context.get(Run.class), number, report);
            if (policy != null) {
                remember(report, policy, log);
            }
        } finally {
            recorded.run();
        }
        publish(report);
        return result;
    }

    /** Carries the attached report to where else it is wanted. The gate is over, so that nothing of this may fail it. */
    private void publish(GateReport report) throws IOException, InterruptedException {
        Run<?, ?> run = context.get(Run.class);
        GateListener.tell(run, number, report);
        if (parameters.flag("buildDescription")) {
            try {
                BuildDescription.add(run, report);
            } catch (IOException | RuntimeException e) {
                warn("the description of the build could not be set: " + e.getMessage());
            }
        }
        if (parameters.flag("archive")) {
            String problem = ReportArtifacts.archive(
                    run, number, report, document.toMap(), context.get(TaskListener.class), patience);
            if (problem != null) {
                warn(problem);
            }
        }
    }

    private void warn(String problem) throws IOException, InterruptedException {
        LOGGER.log(Level.WARNING, "A report went nowhere but to its page: {0}", problem);
        new BuildLog(context).say("Warning: " + problem);
    }

    private String trackingUi() {
        try {
            return serverName == null
                    ? null
                    : MlflowGlobalConfiguration.get().getServer(serverName).shownUrl();
        } catch (ConfigurationException e) {
            return null;
        }
    }

    /** Remembers the policy if it promoted. The promotion is made; that its policy cannot be remembered must not fail it. */
    private void remember(GateReport report, GatePolicy policy, BuildLog log)
            throws IOException, InterruptedException {
        if (!report.isPromoted()) {
            return;
        }
        try {
            PromotionMemory.remember(
                    MlflowGlobalConfiguration.get().getServer(serverName).registry(),
                    report,
                    policy,
                    context.get(Run.class));
        } catch (ConfigurationException | IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, "The policy of a promotion could not be remembered", e);
            log.say("Warning: the policy of this promotion could not be remembered, so later reports cannot be compared"
                    + " with it: " + e.getMessage());
        }
    }
}
