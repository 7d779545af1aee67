package io.jenkins.plugins.mlflow.step;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.live.GateEnds;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.report.GateDocument;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.PolicyChanges;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import java.io.IOException;
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

    /**
     * @param serverName null if the gate ended before it had a server
     * @param policyChanges null if there was nothing to compare the policy with
     */
    BuildReport(StepContext context, String serverName, PolicyChanges policyChanges) {
        this.context = context;
        this.serverName = serverName;
        this.policyChanges = policyChanges;
    }

    /** Attaches the report, in place of an earlier one of the same gate. */
    GateResult attach(GateReport report) throws IOException, InterruptedException {
        Run<?, ?> run = context.get(Run.class);
        GateDocument document = new GateDocument(report, policyChanges);
        int number =
                GateReportAction.attach(run, context.get(FlowNode.class).getId(), document, trackingUi());
        GateEnds.note(run, number, report);
        return new GateResult(document.toMap(), GateReportAction.urlOf(run, number));
    }

    private String trackingUi() {
        try {
            return serverName == null
                    ? null
                    : MlflowGlobalConfiguration.get().getServer(serverName).getTrackingUri();
        } catch (ConfigurationException e) {
            return null;
        }
    }

    /** Remembers the policy if it promoted. The promotion is made; that its policy cannot be remembered must not fail it. */
    void remember(GateReport report, GatePolicy policy, BuildLog log) throws IOException, InterruptedException {
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
