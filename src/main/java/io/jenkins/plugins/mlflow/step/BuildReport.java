package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.live.GateRecorder;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.publish.BuildDescription;
import io.jenkins.plugins.mlflow.publish.GateListener;
import io.jenkins.plugins.mlflow.publish.ReportArtifacts;
import io.jenkins.plugins.mlflow.report.GateDocument;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.MlflowLinks;
import io.jenkins.plugins.mlflow.report.PolicyChanges;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import io.jenkins.plugins.mlflow.step.scheduling.SideTask;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Puts the report of a gate on the page of its build, and keeps the policy of a promotion for later comparisons. */
final class BuildReport {
    private static final Logger LOGGER = Logger.getLogger(BuildReport.class.getName());

    private final GateBuild build;
    private final String serverName;
    private final String registry;
    private final PolicyChanges policyChanges;
    private final GateParameters parameters;
    private final BuildLog log;
    private GateDocument document;
    private int number;

    /**
     * @param serverName null if the gate ended before it had a server
     * @param registry of the server when the gate found it; null if it had none
     * @param policyChanges null if there was nothing to compare the policy with
     */
    BuildReport(
            GateBuild build,
            String serverName,
            String registry,
            PolicyChanges policyChanges,
            GateParameters parameters,
            BuildLog log) {
        this.build = build;
        this.serverName = serverName;
        this.registry = registry;
        this.policyChanges = policyChanges;
        this.parameters = parameters;
        this.log = log;
    }

    /** Attaches the report, in place of an earlier one of the same gate. */
    GateResult attach(GateReport report) throws IOException {
        document = new GateDocument(build.secrets().mask(report), policyChanges);
        number = GateReportAction.attach(build.run(), build.gate(), document, links());
        return new GateResult(document.toMap(), GateReportAction.urlOf(build.run(), number));
    }

    /**
     * Records a gate that has ended: its report, its place in the trend, and what it promoted. What it promoted is recorded even
     * where the report cannot be attached.
     *
     * @param policy null if the gate ended before it had one
     * @param recorded called after the attempt to record: the next promotion continues only then, so that records come in the
     *     order of the promotions
     * @throws IOException if the report could not be attached; the message names what was promoted
     */
    GateResult record(GateReport report, GatePolicy policy, Runnable recorded)
            throws IOException, InterruptedException {
        try {
            return record(report, policy);
        } finally {
            recorded.run();
        }
    }

    private GateResult record(GateReport report, GatePolicy policy) throws IOException, InterruptedException {
        // Writing the report takes the longest, and the other files need nothing of it.
        SideTask<String> others = SideTask.start(() -> {
            GateRecorder.noteLive(build.run(), report, registry);
            return remember(report, policy);
        });
        GateResult result = null;
        Exception trouble = null;
        String forgotten;
        try {
            result = attach(report);
            GateRecorder.noteInTrend(build.run(), number, report, registry);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "The report of a gate of " + build.run() + " could not be attached");
            trouble = e;
        } finally {
            forgotten = others.join();
        }
        if (forgotten != null) {
            log.say("Warning: " + forgotten);
        }
        if (trouble != null) {
            throw new IOException(lost(report, trouble), trouble);
        }
        return result;
    }

    private static String lost(GateReport report, Exception trouble) {
        String what = report.isPromoted()
                ? "Version " + report.getPromotion().getVersion() + " of model '" + report.getModel()
                        + "' was promoted to " + target(report)
                : "The gate for model '" + report.getModel() + "' ended as " + report.getStatus() + " ("
                        + report.getReason() + ")" + ", and nothing was promoted";
        return what + ", but its report could not be stored with the build: " + trouble
                + ". Check the disk and the permissions of the controller; its log says more.";
    }

    private static String target(GateReport report) {
        String alias = report.getPromotion().getAlias();
        String stage = report.getPromotion().getStage();
        return (alias == null ? "" : "alias '" + alias + "'")
                + (alias == null || stage == null ? "" : " and ")
                + (stage == null ? "" : "stage '" + stage + "'");
    }

    /**
     * Carries the attached report to where else it is wanted. The gate has ended, so that nothing of this may fail it, and no
     * thread waits for it.
     *
     * @return done when the report is archived, with a sentence about what went wrong or null; at once if it is not to be archived
     */
    CompletableFuture<String> publish(GateReport report) throws IOException, InterruptedException {
        notifyListeners(report);
        if (parameters.flag("buildDescription")) {
            try {
                BuildDescription.add(build.run(), report);
            } catch (IOException | RuntimeException e) {
                warn("the description of the build could not be set: " + e.getMessage());
            }
        }
        return parameters.flag("archive")
                ? ReportArtifacts.archive(build.run(), number, report, document.toMap(), build.log())
                : CompletableFuture.completedFuture(null);
    }

    void notifyListeners(GateReport report) throws IOException {
        GateListener.notifyOfReport(build.run(), number, report, build.logOfBuild());
    }

    /** Logs a problem in the log of the build and in that of Jenkins; null is no problem. */
    void warn(String problem) throws IOException, InterruptedException {
        if (problem != null) {
            LOGGER.log(Level.WARNING, "A report went nowhere but to its page: {0}", problem);
            log.say("Warning: " + problem);
        }
    }

    private MlflowLinks links() {
        if (serverName == null) {
            return MlflowLinks.NONE;
        }
        try {
            MlflowServerConfiguration server =
                    JobConfiguration.of(build.run().getParent()).getConfigured(serverName);
            return new MlflowLinks(server.shownUrl(), server.getWorkspace());
        } catch (ConfigurationException e) {
            return MlflowLinks.NONE;
        }
    }

    /**
     * Remembers the policy if it promoted. The promotion is made; that its policy cannot be remembered must not fail it.
     *
     * @return what went wrong, or null
     */
    private String remember(GateReport report, GatePolicy policy) {
        if (policy == null || !report.isPromoted() || registry == null) {
            return null;
        }
        try {
            PromotionMemory.remember(registry, report, build.secrets().mask(policy), build.run());
            return null;
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, "The policy of a promotion could not be remembered", e);
            return "the policy of this promotion could not be remembered, so later reports cannot be compared with it: "
                    + e.getMessage();
        }
    }
}
