package io.jenkins.plugins.mlflow.step;

import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.gate.ProgressLog;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.report.PolicyChanges;
import java.io.IOException;
import java.time.Instant;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** What a gate, or another step, says in the log of its build. */
final class BuildLog {
    private static final String GATE = "mlflowEvalGate";

    private final Source source;
    private final String prefix;
    private final ProgressLog progress = new ProgressLog();

    private interface Source {
        TaskListener log() throws IOException, InterruptedException;
    }

    private BuildLog(Source source, String step) {
        this.source = source;
        this.prefix = "[" + step + "] ";
    }

    /** While the step runs. */
    BuildLog(StepContext context) {
        this(context, GATE);
    }

    /** While a step of this name runs. */
    BuildLog(StepContext context, String step) {
        this(() -> context.get(TaskListener.class), step);
    }

    /** Also when the step has ended. */
    BuildLog(GateBuild build) {
        this(build::log, GATE);
    }

    void say(String message) throws IOException, InterruptedException {
        source.log().getLogger().println(prefix + message);
    }

    /** Says what is evaluated, where, and by which policy. */
    void introduce(GateRequest request) throws IOException, InterruptedException {
        say("Gate for model " + request.model() + " on server " + request.server() + ", policy from "
                + request.policyOrigin() + " (SHA-256 " + request.policySha256() + "):");
        for (String line : CanonicalPolicy.describe(request.policy()).lines().toList()) {
            say("  " + line);
        }
        if (request.policy().promotion() != null && request.promotionBarred() != null) {
            say("Whatever the verdict, nothing will be promoted: " + request.promotionBarred());
        }
    }

    /** Says how it ended; {@code address} is the report's. */
    void conclude(GateReport report, String address) throws IOException, InterruptedException {
        if (report.getStatus() == GateStatus.DISABLED) {
            return;
        }
        say(report.getStatus() + ": " + report.getReason());
        if (report.getPromotion() != null && !report.isPromoted()) {
            say("Not promoted: " + report.getPromotion().getReason());
        }
        say("Report: " + address);
    }

    /** Logs what the gate waits for, but not at every advance. */
    void sayWaitingFor(String what) throws IOException, InterruptedException {
        if (progress.isDue(what, Instant.now())) {
            say("Waiting for " + what);
        }
    }

    /** Names what was loosened; {@code changes} may be null. */
    void say(PolicyChanges changes) throws IOException, InterruptedException {
        if (changes == null || changes.getCount() == 0) {
            return;
        }
        int count = changes.getCount();
        say("Compared with the policy that let the last promotion through (build " + changes.getBuild() + "), "
                + (count == 1 ? "1 rule was" : count + " rules were") + " loosened or removed:");
        for (String sentence : changes.getSentences()) {
            say("  " + sentence);
        }
    }
}
