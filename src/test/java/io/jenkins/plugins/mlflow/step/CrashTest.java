package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * A controller in a process of its own is killed while its gates are where the test wants them, and started again: each
 * promotes once, and says so. Many gates die of each kill.
 */
class CrashTest {
    /** As many gates as have a thread that asks a server at the same time, less one for those that wait. */
    private static final int HELD = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @RegisterExtension
    private final RealJenkinsExtension controller =
            new RealJenkinsExtension().javaOptions("-Xmx768m").withTimeout((int) Duration.ofHours(3).toSeconds());

    private final List<DoomedGate> all = new ArrayList<>();
    private final List<DoomedGate> alive = new ArrayList<>();
    private final Map<Moment, Integer> hits = new EnumMap<>(Moment.class);
    private int kills;
    private int stops;
    private int rivals;

    @AfterEach
    void stop() {
        all.forEach(DoomedGate::close);
    }

    @Test
    void aKillAtAnyStepOfAPromotionLosesNothingAndRepeatsNothing() throws Throwable {
        live(
                gate(Moment.WAIT),
                gate(Moment.APPROVAL),
                gate(Moment.FIND_VERSION),
                gate(Moment.CREATE_LOST),
                new DoomedGate(name(), false, true, Moment.CREATE_DONE),
                gate(Moment.AWAIT_READY),
                gate(Moment.READ_AGAIN));
        kill();
        live(
                gate(Moment.CREATE_LATE),
                gate(Moment.READ_HOLDER),
                gate(Moment.ALIAS_LOST),
                new DoomedGate(name(), false, true, Moment.ALIAS_DONE),
                new DoomedGate(name(), true, false, Moment.CREATE_DONE));
        kill();
        live(gate(Moment.STAGE_LOST), gate(Moment.STAGE_DONE), gate(Moment.READ_BACK), gate(Moment.TAG_DONE));
        kill();
        live();
        tell();
        controller.stopJenkins();
    }

    @Test
    @Tag("torture")
    void gatesThatDieAtRandomOverAndOverLoseNothingAndRepeatNothing() throws Throwable {
        Random random = new Random(Long.getLong("crash.seed", 5));
        int wanted = Integer.getInteger("gate.kills", 200);
        while (hits.values().stream().mapToInt(Integer::intValue).sum() + rivals < wanted) {
            live(fresh(random));
            if (random.nextInt(6) == 0) {
                goDownInOrder();
            } else {
                kill();
            }
        }
        while (alive.stream().anyMatch(gate -> gate.next() != null)) {
            live();
            kill();
        }
        live();
        tell();
        controller.stopJenkins();
    }

    private DoomedGate gate(Moment... moments) throws Exception {
        return new DoomedGate(name(), false, false, moments);
    }

    private String name() {
        return "gate-" + (all.size() + 1) + "-" + System.nanoTime();
    }

    /** As many as find room beside those that are to die again. */
    private DoomedGate[] fresh(Random random) throws Exception {
        long held = alive.stream().filter(gate -> gate.next() != null).count();
        List<DoomedGate> fresh = new ArrayList<>();
        for (long i = held; i < HELD; i++) {
            boolean fast = random.nextInt(6) == 0;
            Moment first = any(random, moment -> moment.isHeld() && (!fast || moment.isBeforeStage()));
            Moment second = any(random, first::canBeFollowedBy);
            if (fast || second == null || random.nextInt(3) > 0) {
                boolean rival = !fast && first.isWithinPromotion() && random.nextInt(3) == 0;
                fresh.add(new DoomedGate(name(), fast, rival, first));
            } else {
                fresh.add(gate(first, second));
            }
        }
        fresh.add(gate(Moment.WAIT));
        fresh.add(gate(Moment.APPROVAL));
        fresh.add(gate(Moment.WAIT, any(random, Moment.WAIT::canBeFollowedBy)));
        return fresh.toArray(DoomedGate[]::new);
    }

    private static Moment any(Random random, java.util.function.Predicate<Moment> fits) {
        List<Moment> fitting = List.of(Moment.values()).stream().filter(fits).toList();
        return fitting.isEmpty() ? null : fitting.get(random.nextInt(fitting.size()));
    }

    /** Starts the controller, sees to it that those end well that may end, and begins the given ones, until all are where they die. */
    private void live(DoomedGate... fresh) throws Throwable {
        controller.startJenkins();
        for (DoomedGate gate : List.copyOf(alive)) {
            if (gate.next() == null) {
                assertEndsWell(gate, controller.runRemotely(CrashTest::end, gate.order()));
                alive.remove(gate);
            }
        }
        all.addAll(List.of(fresh));
        alive.addAll(List.of(fresh));
        ArrayList<DoomedGate.Order> orders = new ArrayList<>();
        alive.forEach(gate -> orders.add(gate.order()));
        controller.runRemotely(CrashTest::begin, orders);
        await(() -> alive.stream().allMatch(DoomedGate::isThere));
        ArrayList<DoomedGate.Order> contested = new ArrayList<>();
        List.of(fresh).stream().filter(gate -> gate.hasRival).forEach(gate -> contested.add(gate.order()));
        controller.runRemotely(CrashTest::beginRivals, contested);
    }

    private void kill() throws Exception {
        kills++;
        rivals += (int) alive.stream().filter(gate -> gate.hasRival).count();
        alive.forEach(gate -> hits.merge(gate.next(), 1, Integer::sum));
        Process process = controller.getProcess();
        controller.stopJenkinsForcibly();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), "a killed process lives on");
        alive.forEach(DoomedGate::died);
        tell();
    }

    private void goDownInOrder() throws Exception {
        stops++;
        controller.stopJenkins();
        alive.forEach(DoomedGate::died);
    }

    private void tell() {
        System.out.printf(
                "Crashes: %d kills of the controller hit %d gates: %s, and %d that waited for their turn; %d restarts in order;"
                        + " %d gates ended well so far%n",
                kills, hits.values().stream().mapToInt(Integer::intValue).sum() + rivals, hits, rivals, stops, all.size() - alive.size());
    }

    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "waited in vain for "
                    + alive.stream().filter(gate -> !gate.isThere()).toList());
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static void assertEndsWell(DoomedGate gate, Ended ended) {
        String all = gate + ": " + ended;
        assertEquals(gate.writes(), gate.mlflow.writes, all);
        for (int build = 1; build <= (gate.hasRival ? 2 : 1); build++) {
            assertEquals("SUCCESS", ended.results().get(build - 1), all);
            if (gate.fast) {
                continue;
            }
            String version = String.valueOf(6 + build);
            String previous = String.valueOf(5 + build);
            assertTrue(ended.logs().get(build - 1).contains("after: PASSED " + version + " true " + previous), all);
            List<?> reports = (List<?>) Json.read(ended.reports().get(build - 1));
            assertEquals(1, reports.size(), all);
            Map<?, ?> promotion = (Map<?, ?>) ((Map<?, ?>) reports.get(0)).get("promotion");
            assertEquals(true, promotion.get("promoted"), all);
            assertEquals(version, promotion.get("version"), all);
            assertEquals(previous, promotion.get("previous_version"), all);
            assertEquals(null, promotion.get("reason"), all);
            assertTrue(gate.mlflow.changes.contains("tag " + version + " mlflow_eval_gate.previous_version=" + previous), all);
        }
    }

    // --- in the controller ---

    /** What became of the builds of one gate, the first one first. */
    private record Ended(ArrayList<String> results, ArrayList<String> logs, ArrayList<String> reports)
            implements Serializable {}

    private static void begin(JenkinsRule jenkins, ArrayList<DoomedGate.Order> orders) throws Throwable {
        List<MlflowServerConfiguration> servers = new ArrayList<>();
        for (DoomedGate.Order order : orders) {
            MlflowServerConfiguration server = new MlflowServerConfiguration(order.name(), order.uri());
            server.setRequestTimeoutSeconds(300);
            servers.add(server);
        }
        MlflowGlobalConfiguration.get().setServers(servers);
        for (DoomedGate.Order order : orders) {
            if (jenkins.jenkins.getItem(order.name()) == null) {
                WorkflowJob job = jenkins.createProject(WorkflowJob.class, order.name());
                if (order.fast()) {
                    job.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.PERFORMANCE_OPTIMIZED));
                }
                WorkflowRun run = build(job, order.script());
                if (order.asks()) {
                    jenkins.waitForMessage("Input requested", run);
                }
            }
        }
    }

    private static void beginRivals(JenkinsRule jenkins, ArrayList<DoomedGate.Order> orders) throws Throwable {
        for (DoomedGate.Order order : orders) {
            WorkflowJob job = jenkins.jenkins.getItemByFullName(order.name(), WorkflowJob.class);
            jenkins.waitForMessage("Waiting for the promotions of", build(job, order.rival()));
        }
    }

    private static WorkflowRun build(WorkflowJob job, String script) throws Exception {
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private static void approve(WorkflowRun run) throws Exception {
        InputAction inputs = run.getAction(InputAction.class);
        while (inputs.getExecutions().isEmpty()) {
            Thread.sleep(100);
        }
        inputs.getExecutions().get(0).proceed(Map.of());
    }

    /** A build that Jenkins could not resume is run again. */
    private static Ended end(JenkinsRule jenkins, DoomedGate.Order order) throws Throwable {
        WorkflowJob job = jenkins.jenkins.getItemByFullName(order.name(), WorkflowJob.class);
        if (order.asks()) {
            approve(job.getBuildByNumber(1));
        }
        if (order.fast()) {
            WorkflowRun first = jenkins.waitForCompletion(job.getBuildByNumber(1));
            if (first.getResult() == Result.FAILURE && first.getLog().contains("Cannot resume build")) {
                jenkins.waitForCompletion(build(job, order.script()));
                first.delete();
            }
        }
        Ended ended = new Ended(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<WorkflowRun> builds = new ArrayList<>(job.getBuilds());
        builds.sort(Comparator.comparingInt(WorkflowRun::getNumber));
        for (WorkflowRun build : builds) {
            jenkins.waitForCompletion(build);
            GateReportAction reports = build.getAction(GateReportAction.class);
            ended.results().add(String.valueOf(build.getResult()));
            ended.logs().add(String.join("\n", build.getLog(1_000)));
            ended.reports().add(Json.write(reports == null ? List.of() : reports.getReports()));
        }
        return ended;
    }
}
