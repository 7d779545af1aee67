package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Random;

/** Drives gates against a real server and in real time, and lets a test act when a gate waits for something. */
final class RealDrive {
    final String model;
    RunMode mode = RunMode.ENABLED;
    private final TrackingServer server;
    private final PolicyOverrides.Builder parameters =
            PolicyOverrides.builder().timeout("30s").settle("1s");
    private ExactCandidate exact;
    private PolicyDocument document;
    private String awaited;
    private Runnable reaction;
    private String approver;
    int asked;

    RealDrive(TrackingServer server, String model) {
        this.server = server.prefetching();
        this.model = model;
    }

    RealDrive of(ExactCandidate.Kind kind, String value) {
        exact = new ExactCandidate(kind, value);
        return this;
    }

    RealDrive newest() {
        exact = null;
        return this;
    }

    RealDrive thresholds(Map<String, ?> rules) {
        parameters.thresholds(rules);
        return this;
    }

    RealDrive baseline(Object value) {
        parameters.baseline(value);
        return this;
    }

    RealDrive promote(Object value) {
        parameters.promote(value);
        return this;
    }

    RealDrive experiment(String name) {
        parameters.experiment(name);
        return this;
    }

    RealDrive filter(String text) {
        parameters.filter(text);
        return this;
    }

    RealDrive maxAge(String age) {
        parameters.maxAge(age);
        return this;
    }

    RealDrive timeout(String duration) {
        parameters.timeout(duration);
        return this;
    }

    /** Who approves when asked; the gate ends with an error if there is nobody. */
    RealDrive approver(String name) {
        approver = name;
        return this;
    }

    RealDrive policy(String yaml) throws PolicyException {
        document = PolicyDocument.read("eval_gate.yaml", yaml);
        return this;
    }

    /** Does something, once, when the gate says that it waits for this. */
    void whenWaitingFor(String what, Runnable does) {
        awaited = what;
        reaction = does;
    }

    /** Runs to a pass. */
    GateReport passes() throws Exception {
        GateReport report = run();
        assertEquals(GateStatus.PASSED, report.getStatus(), report.getReason());
        return report;
    }

    GateReport run() throws Exception {
        GatePolicy policy = PolicyReader.resolve(
                document, model, parameters.exactCandidate(exact != null).build());
        GateRequest request = new GateRequest(
                model, "real", exact, policy, "test", CanonicalPolicy.sha256(policy), mode, "http://ci/job/churn/7/");
        Gate gate = new Gate(request, Clock.systemUTC(), new Random(1));
        GateState state = gate.start(Clock.systemUTC().instant());
        while (!state.isDone()) {
            StepResult advance = gate.advance(state, server);
            state = advance.state();
            if (state.awaitsApproval()) {
                asked++;
                state = approver == null
                        ? gate.refused(state, "nobody")
                        : gate.approved(state, new Approval(approver, "a reason", Instant.now()));
                continue;
            }
            if (reaction != null
                    && advance.waitingFor() != null
                    && advance.waitingFor().contains(awaited)) {
                reaction.run();
                reaction = null;
            }
            Thread.sleep(advance.delay().toMillis());
        }
        return gate.report(state);
    }
}
