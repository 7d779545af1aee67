package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How often a gate waits for the server. A round trip is all that was sent when the gate cannot continue without an answer; then
 * everything is answered.
 */
class RoundTripsTest {
    private static final String RULES = "    wait: {timeout: 30s, settle: 1s}\n    metrics: {accuracy: {min: 0.9}}\n";
    private static final String COMPARISON =
            "    baseline: champion\n    wait: {timeout: 30s, settle: 1s}\n    metrics: {accuracy: {min: 0.9, max_drop: 0.01}}\n";
    private static final String PROMOTION = "    promote: champion\n";
    private static final ExactCandidate RUN = new ExactCandidate(ExactCandidate.Kind.RUN, "r7");
    private static final ExactCandidate VERSION = new ExactCandidate(ExactCandidate.Kind.VERSION, "7");

    private final FakeClock clock = new FakeClock();
    private final FakeMlflow mlflow = new FakeMlflow(clock);
    private final Client client = new Client();
    private GateReport report;
    private Runnable afterTrip = () -> {};

    /** What was sent at a time, in order. */
    private final List<List<String>> trips = new ArrayList<>();

    private final class Client extends InMemoryClient {
        private final List<Waiting<?>> sent = new ArrayList<>();

        Client() {
            super(new MlflowApi(mlflow, clock)::answer);
        }

        @Override
        public <T> CompletableFuture<HttpResponse<T>> sendAsync(
                HttpRequest request, HttpResponse.BodyHandler<T> handler) {
            Waiting<T> waiting = new Waiting<>(request, handler);
            sent.add(waiting);
            return waiting;
        }

        private void answerAll() {
            trips.add(sent.stream().map(Waiting::name).toList());
            List<Waiting<?>> all = List.copyOf(sent);
            sent.clear();
            all.forEach(Waiting::answer);
            afterTrip.run();
        }

        private <T> CompletableFuture<HttpResponse<T>> answer(
                HttpRequest request, HttpResponse.BodyHandler<T> handler) {
            return super.sendAsync(request, handler);
        }
    }

    private final class Waiting<T> extends CompletableFuture<HttpResponse<T>> {
        private final HttpRequest request;
        private final HttpResponse.BodyHandler<T> handler;

        Waiting(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
            this.request = request;
            this.handler = handler;
        }

        private String name() {
            return request.method() + " " + request.uri().getPath().replaceFirst(".*/mlflow/", "");
        }

        private void answer() {
            complete(client.answer(request, handler).join());
        }

        @Override
        public HttpResponse<T> get(long timeout, TimeUnit unit)
                throws InterruptedException, ExecutionException, TimeoutException {
            if (!isDone()) {
                client.answerAll();
            }
            return super.get(timeout, unit);
        }
    }

    @BeforeEach
    void championAndChallenger() {
        mlflow.experiments.put("training", "3");
        mlflow.finishedRun("r6", "accuracy", 0.92);
        mlflow.finishedRun("r7", "accuracy", 0.93);
        mlflow.version(6, "r6");
        mlflow.aliases.put("champion", "6");
    }

    private void passes(String model, ExactCandidate candidate) throws Exception {
        GatePolicy policy = drive(model, candidate);
        assertEquals(GateStatus.PASSED, report.getStatus(), report.getReason());
        assertEquals(policy.promotion() != null, report.isPromoted());
        assertEquals("training", report.getCandidate().getExperiment());
    }

    private GatePolicy drive(String model, ExactCandidate candidate) throws Exception {
        GatePolicy policy = PolicyReader.resolve(
                PolicyDocument.read("p", "version: 1\nmodels:\n  churn:\n" + model), "churn", PolicyOverrides.NONE);
        Gate gate = new Gate(
                new GateRequest(
                        "churn", "stub", candidate, policy, "p", CanonicalPolicy.sha256(policy), RunMode.ENABLED, null),
                clock,
                new Random(1));
        TrackingServer server = new RestTrackingServer(
                        client,
                        ServerAddress.parse("http://mlflow.example"),
                        Credentials.none(),
                        null,
                        Duration.ofSeconds(10))
                .prefetching();
        GateState state = gate.start(clock.instant());
        while (!state.isDone()) {
            StepResult advance = gate.advance(state, server);
            state = advance.state();
            assertTrue(advance.delay().isZero(), advance.waitingFor());
        }
        report = gate.report(state);
        return policy;
    }

    /** Without audit tags, which cost one round trip more. */
    private List<List<String>> beforeTags() {
        assertTrue(trips.get(trips.size() - 1).stream().allMatch("POST model-versions/set-tag"::equals));
        return trips.subList(0, trips.size() - 1);
    }

    @Test
    void aRunIsEvaluatedInOneAndItsExperimentNamedInAnother() throws Exception {
        passes(RULES, RUN);
        assertEquals(List.of(List.of("GET runs/get"), List.of("GET experiments/get")), trips);
    }

    @Test
    void aRunIsComparedWithABaselineInTwo() throws Exception {
        passes(COMPARISON, RUN);
        assertEquals(
                List.of(
                        List.of("GET registered-models/alias", "GET runs/get"),
                        List.of("GET runs/get", "GET experiments/get")),
                trips);
    }

    @Test
    void theVersionOfARunIsPromotedInFour() throws Exception {
        mlflow.version(7, "r7");
        passes(RULES + PROMOTION, RUN);
        assertEquals(
                List.of(
                        List.of("GET runs/get"),
                        List.of(
                                "GET experiments/get",
                                "GET model-versions/search",
                                "GET artifacts/list",
                                "GET runs/get",
                                "GET registered-models/alias"),
                        List.of("POST registered-models/alias"),
                        List.of("GET registered-models/alias")),
                beforeTags());
    }

    @Test
    void aVersionIsPromotedInFive() throws Exception {
        mlflow.version(7, "r7");
        passes(RULES + PROMOTION, VERSION);
        assertEquals(5, beforeTags().size(), trips::toString);
    }

    @Test
    void aRunOrVersionWithABaselineIsPromotedInFive() throws Exception {
        mlflow.version(7, "r7");
        passes(COMPARISON + PROMOTION, RUN);
        assertEquals(5, beforeTags().size(), trips::toString);

        trips.clear();
        mlflow.aliases.put("champion", "6");
        passes(COMPARISON + PROMOTION, VERSION);
        assertEquals(5, beforeTags().size(), trips::toString);
    }

    @Test
    void aVersionIsCreatedAndPromotedInAtMostSeven() throws Exception {
        passes(RULES + PROMOTION, RUN);
        assertEquals(7, beforeTags().size(), trips::toString);

        trips.clear();
        mlflow.versions.remove(7);
        mlflow.aliases.put("champion", "6");
        passes(COMPARISON + PROMOTION, RUN);
        assertEquals(7, beforeTags().size(), trips::toString);
    }

    @Test
    void loggedModelsWithABaselineArePromotedInFive() throws Exception {
        for (int number : List.of(6, 7)) {
            String id = "m-" + number;
            mlflow.loggedModel(id, "r" + number);
            mlflow.logOn(null, id, "r" + number, "accuracy", 0.92 + number / 100.0);
            mlflow.version(number, "r" + number).source = LoggedModel.source(id);
        }
        mlflow.aliases.put("champion", "6");
        passes(COMPARISON + PROMOTION, VERSION);
        assertEquals(5, beforeTags().size(), trips::toString);

        trips.clear();
        mlflow.aliases.put("champion", "6");
        passes(COMPARISON + PROMOTION, RUN);
        assertEquals(5, beforeTags().size(), trips::toString);
    }

    @Test
    void historiesAreReadSideBySide() throws Exception {
        mlflow.finishedRun("r7", "a", 0.93, "b", 0.93, "c", 0.93);
        passes(
                "    wait: {timeout: 30s, settle: 1s}\n    metrics: {a: {min: 0.9, value: max}, b: {min: 0.9, value: max}, "
                        + "c: {min: 0.9, value: max}}\n",
                RUN);
        assertEquals(List.of(1, 4), trips.stream().map(List::size).toList(), trips::toString);
    }

    @Test
    void whatIsPrefetchedIsAskedOnceAndOnlyWhatIsNeeded() throws Exception {
        mlflow.version(7, "r7");
        passes(COMPARISON + PROMOTION, VERSION);
        assertEquals(
                Map.of("GET runs/get", 3L, "GET registered-models/alias", 3L, "GET model-versions/get", 2L),
                trips.stream()
                        .flatMap(List::stream)
                        .filter(name -> List.of("GET runs/get", "GET registered-models/alias", "GET model-versions/get")
                                .contains(name))
                        .collect(Collectors.groupingBy(name -> name, Collectors.counting())));
    }

    @Test
    void aPrefetchedAnswerThatLayTooLongIsNotBelieved() throws Exception {
        mlflow.version(7, "r7");
        mlflow.version(9, "r6");
        afterTrip = () -> {
            if (trips.size() == 2) {
                clock.pass(Duration.ofMillis(501));
                mlflow.aliases.put("champion", "9");
            }
        };

        drive(RULES + PROMOTION, RUN);

        assertEquals("CONFLICT", report.getErrorCategory());
        assertEquals("9", mlflow.aliases.get("champion"));
    }

    @Test
    void anErrorOfAPrefetchedReadIsThatOfTheStepWhichNeedsIt() throws Exception {
        mlflow.version(7, "r7");
        mlflow.failNext("artifacts", TrackingException.permanent(ErrorCategory.PROTOCOL, "no such list"));

        drive(RULES + PROMOTION, RUN);

        assertEquals("PROTOCOL", report.getErrorCategory());
        assertTrue(report.getErrorMessage().contains("no such list"), report.getErrorMessage());
        assertEquals("6", mlflow.aliases.get("champion"));
        assertEquals(2, trips.size(), trips::toString);
    }
}
