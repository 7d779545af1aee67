package io.jenkins.plugins.mlflow.gate;

import static io.jenkins.plugins.mlflow.gate.FaultCell.Situation.IDLE;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Situation.PROMOTING;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Situation.REFUSED;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Situation.WAITING;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyCanon;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One fault at one request of one gate, what the gate made of it, and whether that was right.
 *
 * @param once whether the server is well again after the first time
 * @param good whether the candidate deserves to be promoted
 */
record FaultCell(Column column, Fault fault, boolean once, boolean good) {
    static final String SECRET = "c4nary-s3cret-of-the-faults";
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final HttpClient CLIENT = RestTrackingServer.configure(
                    HttpClient.newBuilder(), Duration.ofSeconds(2), TestCertificates.TRUST)
            .build();

    /** What the gate is at when the fault strikes. */
    enum Situation {
        IDLE,
        WAITING,
        PROMOTING,
        REFUSED;

        private boolean covers(GateState state) {
            return switch (this) {
                case IDLE -> state.phase == Phase.FIND_CANDIDATE || state.phase == Phase.WAIT;
                case WAITING -> state.phase == Phase.WAIT;
                case PROMOTING -> state.isPromoting();
                case REFUSED -> state.phase == Phase.TAG_REFUSED;
            };
        }
    }

    /**
     * A request where it occurs.
     *
     * @param registered whether the candidate is named by its version; otherwise it is searched for and not yet registered
     */
    record Column(Situation situation, Endpoint endpoint, boolean registered) {
        static final List<Column> ALL = List.of(
                new Column(IDLE, Endpoint.EXPERIMENT, false),
                new Column(IDLE, Endpoint.SEARCH_RUNS, false),
                new Column(IDLE, Endpoint.VERSION, true),
                new Column(IDLE, Endpoint.RUN, false),
                new Column(IDLE, Endpoint.ALIAS, false),
                new Column(IDLE, Endpoint.HISTORY, false),
                new Column(WAITING, Endpoint.RUN, false),
                new Column(WAITING, Endpoint.HISTORY, false),
                new Column(WAITING, Endpoint.VERSION, true),
                new Column(PROMOTING, Endpoint.VERSIONS, false),
                new Column(PROMOTING, Endpoint.MODEL, false),
                new Column(PROMOTING, Endpoint.CREATE, false),
                new Column(PROMOTING, Endpoint.VERSION, false),
                new Column(PROMOTING, Endpoint.RUN, false),
                new Column(PROMOTING, Endpoint.HISTORY, false),
                new Column(PROMOTING, Endpoint.ALIAS, false),
                new Column(PROMOTING, Endpoint.STAGE, false),
                new Column(PROMOTING, Endpoint.SET_ALIAS, false),
                new Column(PROMOTING, Endpoint.TRANSITION, false),
                new Column(PROMOTING, Endpoint.TAG, false),
                new Column(REFUSED, Endpoint.TAG, true));

        /** Whether the gate comes to this request with a candidate of this kind. */
        boolean occursFor(boolean good) {
            return situation == PROMOTING ? good : situation != REFUSED || !good;
        }

        @Override
        public String toString() {
            return (situation + " " + endpoint).toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** How long a gate has, and how long a request. */
    record Patience(Duration timeout, Duration request) {}

    /**
     * What came of a cell.
     *
     * @param letter of its outcome: P passed, F failed, the first of an error's category (X for CONFIGURATION), - nothing to
     *     disturb
     * @param wrong what should not be, none if all is well
     * @param overrun how long after its deadline the gate or its promotion ended; negative if before
     */
    record Result(FaultCell cell, char letter, List<String> wrong, Duration overrun) {}

    Result run(FaultWorld.Source source, Patience patience) throws Exception {
        FaultWorld world = source.make(this);
        try (FaultProxy proxy = new FaultProxy(world, column.endpoint, fault, once)) {
            RestTrackingServer server = new RestTrackingServer(
                    new DetouredClient(CLIENT, proxy::detour),
                    ServerAddress.parse(proxy.url()),
                    Credentials.basic("ann", SECRET, "mlflow-login"),
                    null,
                    patience.request);
            Gate gate = new Gate(request(world, patience), Clock.systemUTC(), new Random(hashCode()));
            GateState state = gate.start(Instant.now());
            Instant deadline = gate.deadline(state);
            StringBuilder said = new StringBuilder();
            boolean released = false;
            while (!state.isDone()) {
                proxy.arm(column.situation.covers(state));
                Advance advance = gate.advance(state, server);
                state = advance.state();
                said.append(advance.messages()).append(advance.waitingFor()).append('\n');
                if (state.isPromoting()) {
                    deadline = state.promotionStartedAt == null
                            ? Instant.now().plus(patience.timeout)
                            : gate.deadline(state);
                }
                if (!released && state.phase == Phase.WAIT) {
                    world.release();
                    released = true;
                }
                Thread.sleep(advance.delay().toMillis());
            }
            Duration overrun = Duration.between(deadline, Instant.now());
            proxy.arm(false);
            if (proxy.isPointless()) {
                return new Result(this, '-', List.of(), overrun);
            }
            GateReport report = gate.report(state);
            said.append(Json.write(report.toMap()));
            List<String> wrong = new ArrayList<>();
            check(wrong, proxy.happened(), "the fault never struck");
            check(wrong, overrun.compareTo(GRACE) <= 0, "it was over " + overrun.toMillis() + " ms after its deadline");
            check(wrong, said.indexOf("c4na") < 0 && said.indexOf("YW5uOmM0") < 0, "a secret is in " + said);
            check(wrong, proxy.strays() == 0, "something was sent to another host");
            judge(wrong, report, world.outcome(), proxy);
            return new Result(this, letter(report), wrong, overrun);
        }
    }

    private void judge(List<String> wrong, GateReport report, FaultWorld.Outcome outcome, FaultProxy proxy) {
        String told = report.getReason() + (report.getPromotion() == null ? "" : " | " + report.getPromotion().getReason());
        GateStatus status = report.getStatus();
        boolean passed = status == GateStatus.PASSED;
        check(wrong, mayBe(status), "it came to " + status + ": " + told);
        check(wrong, !passed || good && report.isPromoted(), "a pass without a promotion: " + told);
        check(wrong, report.isPromoted() == passed, "promoted, and " + status + ": " + told);
        check(wrong, !report.isPromoted() || outcome.isPromoted(), "it says promoted, and there is " + outcome);
        check(wrong, outcome.versions() <= 1, "there are " + outcome.versions() + " versions of the candidate");
        boolean moved = !outcome.holder().equals("1");
        check(wrong, !moved || good, "a bad candidate was promoted");
        check(wrong, !moved || passed || told.contains("look at the model's page"), "the alias was moved in silence: " + told);
        for (Endpoint write : List.of(Endpoint.CREATE, Endpoint.SET_ALIAS, Endpoint.TRANSITION)) {
            check(wrong, proxy.effective(write) <= 1, write + " was done " + proxy.effective(write) + " times");
        }
        if (status == GateStatus.ERROR) {
            // After a creation without an answer the gate looks for the version until its time is over.
            boolean looked = fault.kind == Fault.Kind.LOST
                    && column.endpoint == Endpoint.CREATE
                    && report.getErrorCategory().equals("TIMEOUT");
            check(
                    wrong,
                    fault.isNamedBy(looked ? null : report.getErrorCategory(), report.getErrorMessage()),
                    "not the cause: " + told);
        }
    }

    private static void check(List<String> wrong, boolean right, String otherwise) {
        if (!right) {
            wrong.add(otherwise);
        }
    }

    /** Whether a gate may end so. One that sees no fault, or gets over it, must come to the verdict that is due. */
    private boolean mayBe(GateStatus status) {
        GateStatus due = good ? GateStatus.PASSED : GateStatus.FAILED;
        boolean writes = column.endpoint.writes();
        if (fault.kind == Fault.Kind.HARMLESS || column.endpoint == Endpoint.TAG) {
            return status == due;
        }
        boolean lost = fault.kind == Fault.Kind.LOST && column.endpoint == Endpoint.CREATE;
        if (once && fault.kind.isPassing() && !lost || writes && fault.kind.tookEffect()) {
            return status == due;
        }
        return switch (fault.kind) {
            case EITHER -> status == due || !once && status == GateStatus.ERROR;
            case CONTENT ->
                fault.leavesEnough(column.endpoint, column.situation)
                        ? status == due
                        : status == GateStatus.ERROR || status == GateStatus.FAILED || once && status == due;
            default -> status == GateStatus.ERROR;
        };
    }

    private static char letter(GateReport report) {
        if (report.getStatus() != GateStatus.ERROR) {
            return report.getStatus().name().charAt(0);
        }
        return switch (report.getErrorCategory()) {
            case "FORBIDDEN" -> 'B';
            case "PROTOCOL" -> 'R';
            case "UNAUTHORIZED" -> 'A';
            default -> report.getErrorCategory().charAt(0);
        };
    }

    private GateRequest request(FaultWorld world, Patience patience) throws PolicyException {
        String limit = patience.timeout.toMillis() + "ms";
        String candidate = column.registered
                ? "{}"
                : "{experiment: " + world.experiment() + ", max_age: 24h}";
        GatePolicy policy = PolicyReader.resolve(
                PolicyDocument.read(
                        "eval_gate.yaml",
                        """
                        version: 1
                        models:
                          %s:
                            candidate: %s
                            baseline: {alias: champion, when_missing: rubber_stamp}
                            wait: {timeout: %s, settle: 300ms}
                            metrics:
                              accuracy: {min: 0.9, max_drop: 0.01}
                              f1: {min: 0.5, value: max}
                            promote: {alias: champion, stage: Production, timeout: %s}
                        """
                                .formatted(world.model(), candidate, limit, limit)),
                world.model(),
                PolicyOverrides.NONE);
        ExactCandidate exact =
                column.registered ? new ExactCandidate(ExactCandidate.Kind.VERSION, world.registered()) : null;
        return new GateRequest(
                world.model(), "faulty", exact, policy, "eval_gate.yaml", PolicyCanon.sha256(policy), RunMode.ENABLED,
                "http://ci/job/churn/7/");
    }
}
