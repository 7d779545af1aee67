package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Whole gates of a warm engine, policy file to report, against a stub that answers after a given time. What a gate takes over
 * (round trips x delay) is its own. A round trip is what goes out side by side.
 *
 * <p>Arguments: the file for the table, and how often each gate is measured.
 */
public final class AgainstTheLimit {
    private static final int WARM_UP = 300;
    private static final int[] DELAYS_MS = {0, 5, 20, 100};
    private static final String RULES =
            "metrics: {accuracy: {min: 0.92%s}, recall: 0.85, log_loss: \"<= 0.35\"}\n    wait: {timeout: 30s, settle: 5s}\n";
    private static final String THRESHOLDS = "    " + RULES.formatted("");
    private static final String COMPARISON = "    baseline: champion\n    " + RULES.formatted(", max_drop: 0.01");
    private static final String PROMOTION = "    promote: champion\n";

    private final Stub stub;
    private final HttpClient client;

    private AgainstTheLimit(Stub stub) {
        this.stub = stub;
        this.client = RestTrackingServer.configure(HttpClient.newBuilder(), Duration.ofSeconds(5), null)
                .build();
    }

    /** What a gate is asked for: the policy of the model, and the candidate if it is named. */
    private record Job(String name, String model, ExactCandidate candidate) {}

    /** What one gate took. */
    private record Course(double millis, int beforeVerdict, int requests, int trips) {}

    public static void main(String[] args) throws Exception {
        ExactCandidate run = new ExactCandidate(ExactCandidate.Kind.RUN, "r2");
        ExactCandidate version = new ExactCandidate(ExactCandidate.Kind.VERSION, "2");
        List<Job> jobs = List.of(
                new Job("thresholds, run by id", THRESHOLDS, run),
                new Job(
                        "thresholds, newest run of an experiment",
                        "    candidate: {experiment: churn}\n" + THRESHOLDS,
                        null),
                new Job("with a baseline, run by id", COMPARISON, run),
                new Job("thresholds, run by id, promotion of its version", THRESHOLDS + PROMOTION, run),
                new Job("thresholds, version, promotion", THRESHOLDS + PROMOTION, version),
                new Job("with a baseline, run by id, promotion of its version", COMPARISON + PROMOTION, run));
        try (Stub stub = new Stub()) {
            String table = new AgainstTheLimit(stub).table(jobs, Integer.parseInt(args[1]));
            System.out.print(table);
            Files.writeString(Path.of(args[0]), table);
        }
        System.exit(0);
    }

    private String table(List<Job> jobs, int repetitions) throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            for (Job job : jobs) {
                drive(job);
            }
        }
        Map<Job, Map<Integer, List<Course>>> courses = new LinkedHashMap<>();
        for (int i = 0; i < repetitions; i++) {
            for (int delay : DELAYS_MS) {
                stub.delayNanos = delay * 1_000_000L;
                for (Job job : jobs) {
                    courses.computeIfAbsent(job, key -> new LinkedHashMap<>())
                            .computeIfAbsent(delay, key -> new ArrayList<>())
                            .add(drive(job));
                }
            }
        }
        StringBuilder text = new StringBuilder(
                "### Against the limit\n\nA warm engine, from the policy's text to the report, with a stub"
                        + " in place of MLflow; by turns, " + repetitions
                        + " of each; time over (round trips × delay) in ms, median"
                        + " (quartiles). Requests that go out side by side, as audit tags do, are one round trip.\n\n"
                        + "| gate | requests before the verdict | in all | round trips | answers at once | after 5 ms | 20 ms | 100 ms |\n"
                        + "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        courses.forEach((job, byDelay) -> {
            Course any = byDelay.get(DELAYS_MS[DELAYS_MS.length - 1]).get(0);
            text.append("| ")
                    .append(job.name())
                    .append(" | ")
                    .append(any.beforeVerdict())
                    .append(" | ")
                    .append(any.requests())
                    .append(" | ")
                    .append(any.trips());
            byDelay.forEach((delay, measured) -> text.append(" | ").append(over(measured, delay * any.trips())));
            text.append(" |\n");
        });
        return text.toString();
    }

    private static String over(List<Course> measured, int millis) {
        double[] over = measured.stream()
                .mapToDouble(course -> course.millis() - millis)
                .sorted()
                .toArray();
        return String.format(
                Locale.ROOT,
                "%.1f (%.1f to %.1f)",
                over[over.length / 2],
                over[over.length / 4],
                over[over.length * 3 / 4]);
    }

    private Course drive(Job job) throws Exception {
        stub.reset();
        long begin = System.nanoTime();
        GatePolicy policy = PolicyReader.resolve(
                PolicyDocument.read("p", "version: 1\nmodels:\n  m:\n" + job.model()), "m", PolicyOverrides.NONE);
        Gate gate = new Gate(
                new GateRequest(
                        "m",
                        "stub",
                        job.candidate(),
                        policy,
                        "p",
                        CanonicalPolicy.sha256(policy),
                        RunMode.ENABLED,
                        null),
                Clock.systemUTC(),
                new Random(1));
        TrackingServer server = new RestTrackingServer(
                        client, ServerAddress.parse(stub.uri()), Credentials.none(), null, Duration.ofSeconds(10))
                .prefetching();
        GateState state = gate.start(Clock.systemUTC().instant());
        int beforeVerdict = 0;
        while (!state.isDone()) {
            StepResult advance = gate.advance(state, server);
            state = advance.state();
            if (!advance.delay().isZero()) {
                throw new IllegalStateException("The gate waits for " + advance.waitingFor());
            }
            if (state.evaluation.evaluatedAt != null && beforeVerdict == 0) {
                beforeVerdict = stub.asked.size();
            }
        }
        gate.report(state).toMap();
        double millis = (System.nanoTime() - begin) / 1e6;
        boolean promoted = gate.report(state).isPromoted();
        if (gate.report(state).getStatus() != GateStatus.PASSED || promoted != (policy.promotion() != null)) {
            throw new IllegalStateException(gate.report(state).toMap() + " after " + stub.asked);
        }
        return new Course(millis, beforeVerdict, stub.asked.size(), stub.trips.get());
    }
}
