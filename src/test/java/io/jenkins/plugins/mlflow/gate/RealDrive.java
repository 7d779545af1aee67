package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyCanon;
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
    private ExactCandidate exact;
    private Map<String, ?> thresholds;
    private Object baseline;
    private Object promote;
    private String experiment;
    private String filter;
    private String maxAge;
    private String timeout = "30s";
    private PolicyDocument document;
    private String awaited;
    private Runnable reaction;
    private String approver;
    int asked;

    RealDrive(TrackingServer server, String model) {
        this.server = server;
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
        thresholds = rules;
        return this;
    }

    RealDrive baseline(Object value) {
        baseline = value;
        return this;
    }

    RealDrive promote(Object value) {
        promote = value;
        return this;
    }

    RealDrive experiment(String name) {
        experiment = name;
        return this;
    }

    RealDrive filter(String text) {
        filter = text;
        return this;
    }

    RealDrive maxAge(String age) {
        maxAge = age;
        return this;
    }

    RealDrive timeout(String duration) {
        timeout = duration;
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

    GateReport run() throws Exception {
        GatePolicy policy = PolicyReader.resolve(
                document,
                model,
                PolicyOverrides.builder()
                        .thresholds(thresholds)
                        .baseline(baseline)
                        .promote(promote)
                        .experiment(experiment)
                        .filter(filter)
                        .maxAge(maxAge)
                        .timeout(timeout)
                        .settle("1s")
                        .exactCandidate(exact != null)
                        .build());
        GateRequest request = new GateRequest(
                model, "real", exact, policy, "test", PolicyCanon.sha256(policy), mode, "http://ci/job/churn/7/");
        Gate gate = new Gate(request, Clock.systemUTC(), new Random(1));
        GateState state = gate.start(Clock.systemUTC().instant());
        while (!state.isDone()) {
            Advance advance = gate.advance(state, server);
            state = advance.state();
            if (state.awaitsApproval()) {
                asked++;
                state = approver == null
                        ? gate.refused(state, "nobody")
                        : gate.approved(state, new Approval(approver, "a reason", Instant.now()));
                continue;
            }
            if (reaction != null && advance.waitingFor() != null && advance.waitingFor().contains(awaited)) {
                reaction.run();
                reaction = null;
            }
            Thread.sleep(advance.delay().toMillis());
        }
        return gate.report(state);
    }
}
