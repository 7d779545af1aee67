package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One advance in progress: the state that it changes, the server within the deadline, and what to say. */
final class Round {
    final GateRequest request;
    final GateState state;
    final Instant deadline;
    final List<String> messages = new ArrayList<>();
    private final TrackingServer server;
    private final Clock clock;

    Round(GateRequest request, GateState state, TrackingServer server, Clock clock, Instant deadline) {
        this.request = request;
        this.state = state;
        this.server = server;
        this.clock = clock;
        this.deadline = deadline;
    }

    Instant now() {
        return clock.instant();
    }

    GatePolicy policy() {
        return request.policy();
    }

    String model() {
        return request.model();
    }

    TrackingServer server() throws TrackingException {
        Duration left = Duration.between(now(), deadline);
        if (left.isNegative() || left.isZero()) {
            throw TrackingException.passing(
                    ErrorCategory.TIMEOUT, "No time was left to ask server '" + request.server() + "'.", null);
        }
        return server.within(left);
    }

    void say(String message) {
        messages.add(message);
    }

    /** Reads a run that must exist and not be deleted. {@code what} names it in the error. */
    Run existingRun(String runId, String what) throws TrackingException, InterruptedException, GateEnd {
        Run run = server().run(runId);
        if (run.deleted()) {
            throw new GateEnd(
                    ErrorCategory.NOT_FOUND,
                    "Run " + runId + " of the " + what + " is deleted on server '" + request.server()
                            + "'. Restore the run, or choose another.");
        }
        return run;
    }

    Set<String> neededMetrics() {
        return policy().rules().stream().map(MetricRule::metric).collect(Collectors.toCollection(java.util.TreeSet::new));
    }

    TreeMap<String, Double> neededValues(Run run) {
        TreeMap<String, Double> values = new TreeMap<>();
        for (String name : neededMetrics()) {
            Run.Metric metric = run.metrics().get(name);
            if (metric != null) {
                values.put(name, metric.value());
            }
        }
        return values;
    }

    /** What must stay the same for two readings to count as identical: value, step and timestamp of each needed metric. */
    String fingerprint(Run run) {
        StringBuilder text = new StringBuilder();
        for (String name : neededMetrics()) {
            text.append(name).append('=').append(run.metrics().get(name)).append('\n');
        }
        return Digests.sha256(text.toString());
    }

    List<Check> checks() {
        return Evaluator.evaluate(policy(), new Evidence(state.values, state.baselineEvidence()));
    }
}
