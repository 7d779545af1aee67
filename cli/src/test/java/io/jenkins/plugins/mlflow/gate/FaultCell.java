package io.jenkins.plugins.mlflow.gate;

import static io.jenkins.plugins.mlflow.gate.FaultCell.Candidate.DATASET;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Candidate.LOGGED_MODEL;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Candidate.SEARCHED;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Candidate.VERSION;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Situation.ANY;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Situation.IDLE;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Situation.PROMOTING;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Situation.REFUSED;
import static io.jenkins.plugins.mlflow.gate.FaultCell.Situation.WAITING;

import io.jenkins.plugins.mlflow.cli.DirectClient;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

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
    private static final HttpClient DIRECT = DirectClient.create(Duration.ofSeconds(2));

    /** What the gate is at when the fault strikes. */
    enum Situation {
        /** All of it. */
        ANY,
        IDLE,
        WAITING,
        PROMOTING,
        REFUSED;

        private boolean covers(GateState state) {
            return switch (this) {
                case ANY -> true;
                case IDLE -> state.phase == Phase.FIND_CANDIDATE || state.phase == Phase.WAIT;
                case WAITING -> state.phase == Phase.WAIT;
                case PROMOTING -> state.isPromoting();
                case REFUSED -> state.phase == Phase.TAG_REFUSED;
            };
        }
    }

    /** How the gate comes to its candidate, and what its rules are about. */
    enum Candidate {
        /** The newest run of an experiment, which is not registered yet. */
        SEARCHED(""),
        /** A version of the model. */
        VERSION(""),
        /** A logged model of MLflow 3. */
        LOGGED_MODEL(" by modelId"),
        /** The newest run of an experiment, which made two logged models; the rules name a dataset, which only one of them has. */
        DATASET(" with dataset");

        private final String inWords;

        Candidate(String inWords) {
            this.inWords = inWords;
        }

        boolean isSearched() {
            return this == SEARCHED || this == DATASET;
        }

        /** Whether it takes an MLflow 3. */
        boolean isOfLoggedModels() {
            return this == LOGGED_MODEL || this == DATASET;
        }
    }

    /** A request where it occurs. */
    record Column(Situation situation, Endpoint endpoint, Candidate candidate) {
        static final List<Column> ALL = List.of(
                new Column(IDLE, Endpoint.EXPERIMENT, SEARCHED),
                new Column(IDLE, Endpoint.SEARCH_RUNS, SEARCHED),
                new Column(IDLE, Endpoint.VERSION, VERSION),
                new Column(ANY, Endpoint.EXPERIMENT_NAME, VERSION),
                new Column(IDLE, Endpoint.RUN, SEARCHED),
                new Column(IDLE, Endpoint.ALIAS, SEARCHED),
                new Column(IDLE, Endpoint.HISTORY, SEARCHED),
                new Column(WAITING, Endpoint.RUN, SEARCHED),
                new Column(WAITING, Endpoint.HISTORY, SEARCHED),
                new Column(WAITING, Endpoint.VERSION, VERSION),
                new Column(PROMOTING, Endpoint.VERSIONS, SEARCHED),
                new Column(PROMOTING, Endpoint.MODEL, SEARCHED),
                new Column(PROMOTING, Endpoint.ARTIFACTS, SEARCHED),
                new Column(PROMOTING, Endpoint.ARTIFACTS, VERSION),
                new Column(PROMOTING, Endpoint.CREATE, SEARCHED),
                new Column(PROMOTING, Endpoint.VERSION, SEARCHED),
                new Column(PROMOTING, Endpoint.RUN, SEARCHED),
                new Column(PROMOTING, Endpoint.HISTORY, SEARCHED),
                new Column(PROMOTING, Endpoint.ALIAS, SEARCHED),
                new Column(PROMOTING, Endpoint.STAGE, SEARCHED),
                new Column(PROMOTING, Endpoint.SET_ALIAS, SEARCHED),
                new Column(PROMOTING, Endpoint.TRANSITION, SEARCHED),
                new Column(PROMOTING, Endpoint.TAG, SEARCHED),
                new Column(REFUSED, Endpoint.VERSIONS, SEARCHED),
                new Column(REFUSED, Endpoint.TAG, VERSION),
                new Column(IDLE, Endpoint.LOGGED_MODEL, LOGGED_MODEL),
                new Column(IDLE, Endpoint.HISTORY, LOGGED_MODEL),
                new Column(IDLE, Endpoint.RUN, DATASET),
                new Column(IDLE, Endpoint.LOGGED_MODELS, DATASET),
                new Column(IDLE, Endpoint.LOGGED_MODEL, DATASET),
                new Column(WAITING, Endpoint.LOGGED_MODEL, LOGGED_MODEL),
                new Column(WAITING, Endpoint.LOGGED_MODELS, DATASET),
                new Column(PROMOTING, Endpoint.VERSIONS, LOGGED_MODEL),
                new Column(PROMOTING, Endpoint.CREATE, LOGGED_MODEL),
                new Column(PROMOTING, Endpoint.LOGGED_MODEL, LOGGED_MODEL),
                new Column(PROMOTING, Endpoint.HISTORY, LOGGED_MODEL),
                new Column(PROMOTING, Endpoint.LOGGED_MODELS, DATASET));

        /** Whether the gate comes to this request with a candidate of this kind. */
        boolean occursFor(boolean good) {
            return situation == PROMOTING ? good : situation != REFUSED || !good;
        }

        /**
         * Whether this may be prefetched beside the search for a version. If one is created, the answer is given up, and the same is
         * asked again afterwards.
         */
        boolean isAskedAgain() {
            return situation == PROMOTING
                    && Set.of(Endpoint.ALIAS, Endpoint.STAGE, Endpoint.LOGGED_MODEL, Endpoint.LOGGED_MODELS)
                            .contains(endpoint);
        }

        /** Whether the gate does as well without. */
        boolean isForTheRecord() {
            return endpoint == Endpoint.TAG || endpoint == Endpoint.EXPERIMENT_NAME || situation == REFUSED;
        }

        @Override
        public String toString() {
            return (situation + " " + endpoint).toLowerCase(java.util.Locale.ROOT) + candidate.inWords;
        }
    }

    /** How long a gate has, and how long a request. */
    record Patience(Duration timeout, Duration request) {}

    /**
     * What came of a cell.
     *
     * @param letter of its outcome: P passed, F failed, the first of an error's category (X for CONFIGURATION), - nothing to
     *     disturb
     * @param wrong what should never be, none if all is well
     * @param slow what should not be, but can come of a machine that had too much to do
     * @param overrun how long after its deadline the gate or its promotion ended; negative if before
     */
    record Result(FaultCell cell, char letter, List<String> wrong, List<String> slow, Duration overrun) {
        /** Whether it is worth another try when the machine has nothing else to do. */
        boolean isOnlySlow() {
            return wrong.isEmpty() && !slow.isEmpty();
        }
    }

    Result run(FaultWorld.Source source, Patience patience) throws Exception {
        FaultWorld world = source.make(this);
        try (FaultProxy proxy = new FaultProxy(world, column.endpoint, fault, once)) {
            TrackingServer server = new RestTrackingServer(
                            new DetouredClient(client(), proxy::detour),
                            ServerAddress.parse(proxy.url()),
                            Credentials.basic("ann", SECRET, "mlflow-login"),
                            null,
                            patience.request)
                    .prefetching();
            Gate gate = new Gate(request(world, patience), Clock.systemUTC(), new Random(hashCode()));
            GateState state = gate.start(Instant.now());
            Instant deadline = gate.deadline(state);
            StringBuilder said = new StringBuilder();
            boolean released = false;
            while (!state.isDone()) {
                proxy.arm(column.situation.covers(state));
                StepResult advance = gate.advance(state, server);
                state = advance.state();
                said.append(advance.messages()).append(advance.waitingFor()).append('\n');
                if (state.isPromoting()) {
                    deadline = state.journal.startedAt == null
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
                return new Result(this, '-', List.of(), List.of(), overrun);
            }
            GateReport report = gate.report(state);
            said.append(Json.write(report.toMap()));
            List<String> wrong = new ArrayList<>();
            List<String> slow = new ArrayList<>();
            check(slow, proxy.happened(), "the fault never struck");
            check(slow, overrun.compareTo(GRACE) <= 0, "it was over " + overrun.toMillis() + " ms after its deadline");
            check(wrong, said.indexOf("c4na") < 0 && said.indexOf("YW5uOmM0") < 0, "a secret is in " + said);
            check(wrong, proxy.strays() == 0, "something was sent to another host");
            evaluate(wrong, slow, report, world.outcome(), proxy);
            return new Result(this, letter(report), wrong, slow, overrun);
        }
    }

    /** Without TLS the command line has a client of its own. Each fault meets both at each request, unless only some cells are run. */
    private HttpClient client() {
        boolean direct = (Column.ALL.indexOf(column) + fault.ordinal() + (once ? 1 : 0)) % 2 == 0;
        return direct && !fault.isOfTls() ? DIRECT : CLIENT;
    }

    private void evaluate(
            List<String> wrong, List<String> slow, GateReport report, FaultWorld.Outcome outcome, FaultProxy proxy) {
        String told = report.getReason()
                + (report.getPromotion() == null
                        ? ""
                        : " | " + report.getPromotion().getReason());
        GateStatus status = report.getStatus();
        boolean passed = status == GateStatus.PASSED;
        check(passed ? wrong : slow, mayBe(status), "it came to " + status + ": " + told);
        check(wrong, !passed || good && report.isPromoted(), "a pass without a promotion: " + told);
        check(wrong, report.isPromoted() == passed, "promoted, and " + status + ": " + told);
        check(wrong, !report.isPromoted() || outcome.isPromoted(), "it says promoted, and there is " + outcome);
        check(wrong, outcome.versions() <= 1, "there are " + outcome.versions() + " versions of the candidate");
        boolean moved = !outcome.holder().equals("1");
        check(wrong, !moved || good, "a bad candidate was promoted");
        check(
                wrong,
                !moved || passed || told.contains("look at the model's page"),
                "the alias was moved in silence: " + told);
        for (Endpoint write : List.of(Endpoint.CREATE, Endpoint.SET_ALIAS, Endpoint.TRANSITION)) {
            check(wrong, proxy.effective(write) <= 1, write + " was done " + proxy.effective(write) + " times");
        }
        if (status == GateStatus.ERROR) {
            // After a creation without an answer the gate looks for the version until its time is over.
            boolean looked = fault.kind == Fault.Kind.LOST
                    && column.endpoint == Endpoint.CREATE
                    && report.getErrorCategory().equals("TIMEOUT");
            check(
                    slow,
                    fault.isNamedBy(
                            column.endpoint, looked ? null : report.getErrorCategory(), report.getErrorMessage()),
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
        if (fault == Fault.CLOCK_AN_HOUR_BEHIND && column.endpoint == Endpoint.SEARCH_RUNS) {
            return status == GateStatus.ERROR; // the run seems to have started in the future
        }
        if (fault.kind == Fault.Kind.HARMLESS || column.isForTheRecord()) {
            return status == due;
        }
        boolean lost = fault.kind == Fault.Kind.LOST && column.endpoint == Endpoint.CREATE;
        if (once && fault.kind.isPassing() && !lost || writes && fault.kind.tookEffect()) {
            return status == due;
        }
        return switch (fault.kind) {
            case EITHER -> status == due || !once && status == GateStatus.ERROR;
            case CONTENT ->
                fault.leavesEnough(column)
                        ? status == due
                        : status == GateStatus.ERROR || status == GateStatus.FAILED || once && status == due;
            default -> status == GateStatus.ERROR || once && column.isAskedAgain() && status == due;
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
            case "CONFIGURATION" -> 'X';
            default -> report.getErrorCategory().charAt(0);
        };
    }

    /** Where a version is the baseline, the registered model is known to exist and is not asked for. */
    private boolean isCompared() {
        return column.endpoint != Endpoint.MODEL;
    }

    private GateRequest request(FaultWorld world, Patience patience) throws PolicyException {
        String limit = patience.timeout.toMillis() + "ms";
        String candidate =
                column.candidate.isSearched() ? "{experiment: " + world.experiment() + ", max_age: 24h}" : "{}";
        String rules = column.candidate.isOfLoggedModels()
                ? """
                {accuracy: {min: 0.9, max_drop: 0.01, dataset: holdout}, errors: {max: 0, dataset: holdout}, \
                f1: {min: 0.5, value: max}}"""
                : "{accuracy: {min: 0.9" + (isCompared() ? ", max_drop: 0.01" : "") + "}, f1: {min: 0.5, value: max}}";
        GatePolicy policy = PolicyReader.resolve(
                PolicyDocument.read("eval_gate.yaml", """
                        version: 1
                        models:
                          %s:
                            candidate: %s
                            %s
                            wait: {timeout: %s, settle: 300ms}
                            metrics: %s
                            promote: {alias: champion, stage: Production, timeout: %s}
                        """.formatted(
                                world.model(),
                                candidate,
                                isCompared() ? "baseline: {alias: champion, when_missing: rubber_stamp}" : "",
                                limit,
                                rules,
                                limit)),
                world.model(),
                PolicyOverrides.NONE);
        return new GateRequest(
                world.model(),
                "faulty",
                world.exact(),
                policy,
                "eval_gate.yaml",
                CanonicalPolicy.sha256(policy),
                RunMode.ENABLED,
                "http://ci/job/churn/7/");
    }
}
