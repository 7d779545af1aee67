package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
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
    private final RealJenkinsExtension controller = new RealJenkinsExtension()
            .javaOptions("-Xmx768m")
            .withTimeout((int) Duration.ofHours(3).toSeconds());

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
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
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
    @Timeout(value = 3, unit = TimeUnit.HOURS)
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
                assertEndsWell(gate, controller.runRemotely(DoomedBuilds::end, gate.order()));
                alive.remove(gate);
            }
        }
        all.addAll(List.of(fresh));
        alive.addAll(List.of(fresh));
        ArrayList<DoomedBuilds.Order> orders = new ArrayList<>();
        alive.forEach(gate -> orders.add(gate.order()));
        controller.runRemotely(DoomedBuilds::begin, orders);
        await(() -> alive.stream().allMatch(DoomedGate::isThere));
        ArrayList<DoomedBuilds.Order> contested = new ArrayList<>();
        List.of(fresh).stream().filter(gate -> gate.hasRival).forEach(gate -> contested.add(gate.order()));
        controller.runRemotely(DoomedBuilds::beginRivals, contested);
    }

    private void kill() throws Exception {
        kills++;
        rivals += (int) alive.stream().filter(gate -> gate.hasRival).count();
        alive.forEach(gate -> hits.merge(gate.next(), 1, Integer::sum));
        DoomedBuilds.kill(controller);
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
                "Crashes: %d kills of the controller hit %d gates: %s, and %d that waited for their turn; %d clean restarts;"
                        + " %d gates ended well so far%n",
                kills,
                hits.values().stream().mapToInt(Integer::intValue).sum() + rivals,
                hits,
                rivals,
                stops,
                all.size() - alive.size());
    }

    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(
                    System.nanoTime() < end,
                    () -> "waited in vain for "
                            + alive.stream().filter(gate -> !gate.isThere()).toList());
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static void assertEndsWell(DoomedGate gate, DoomedBuilds.Ended ended) {
        String all = gate + ": " + ended;
        assertEquals(gate.writes(), gate.mlflow.writes, all);
        for (int build = 1; build <= (gate.hasRival ? 2 : 1); build++) {
            if (gate.fast) {
                assertEquals("SUCCESS", ended.results().get(build - 1), all);
                continue;
            }
            String version = String.valueOf(6 + build);
            String previous = String.valueOf(5 + build);
            ended.assertPromoted(build, version, previous, all);
            assertTrue(
                    gate.mlflow.changes.contains("tag " + version + " mlflow_eval_gate.previous_version=" + previous),
                    all);
        }
    }
}
