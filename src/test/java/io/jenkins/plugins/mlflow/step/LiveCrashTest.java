package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.MlflowServers;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * As {@link CrashTest}, with one real MLflow server behind all builds, which cannot be made to hold a request: the controller is
 * killed at a random moment after the promotions began, or soon after it is back.
 */
@Tag("live")
@Tag("torture")
@Timeout(value = 3, unit = TimeUnit.HOURS)
class LiveCrashTest {
    private static final int AT_ONCE = 6;
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Duration LATEST_KILL = Duration.ofMillis(700);

    @RegisterExtension
    private final RealJenkinsExtension controller = new RealJenkinsExtension()
            .javaOptions("-Xmx768m")
            .withTimeout((int) Duration.ofHours(3).toSeconds());

    private final List<Doomed> alive = new ArrayList<>();
    private final Map<Found, Integer> found = new EnumMap<>(Found.class);
    private MlflowServer mlflow;
    private TrackingServer client;
    private MlflowData data;
    private String experiment;
    private int kills;
    private int builds;

    /** A model whose version 1 is the champion, and a run of which the build makes version 2. */
    private record Doomed(String model, String run) {}

    /** What the server has of a promotion when the controller dies. */
    private enum Found {
        NOTHING,
        THE_VERSION,
        THE_ALIAS,
        THE_STAGE,
        ALL
    }

    @BeforeEach
    void startServer() {
        List<Path> environments = MlflowServers.environments();
        mlflow = MlflowServers.plain(environments.get(environments.size() - 1));
        client = mlflow.client();
        data = mlflow.data();
        experiment = data.experiment(MlflowData.unique("experiment"));
    }

    @Test
    void aKillAtAnyTimeOfAPromotionLosesNothingAndRepeatsNothing() throws Throwable {
        Random random = new Random(Long.getLong("crash.seed", 5));
        int wanted = Integer.getInteger("real.kills", 20);
        while (kills < wanted) {
            controller.startJenkins();
            if (alive.isEmpty() || random.nextInt(3) > 0) {
                allEndWell();
                promoteMore();
            }
            LockSupport.parkNanos(random.nextLong(LATEST_KILL.toNanos()));
            kill();
        }
        controller.startJenkins();
        allEndWell();
        tell();
        controller.stopJenkins();
    }

    private Doomed doomed() {
        String model = MlflowData.unique("model");
        data.model(model);
        data.version(model, data.finishedRun(experiment, "accuracy", 0.92));
        data.alias(model, "champion", "1");
        data.stage(model, "1", "Production");
        String run = data.run(experiment, Instant.now());
        data.metric(run, "accuracy", 0.93);
        return new Doomed(model, run);
    }

    private DoomedBuilds.Order order(Doomed doomed) {
        return new DoomedBuilds.Order(
                doomed.model,
                mlflow.url(),
                "def gate = mlflowEvalGate model: '" + doomed.model + "', server: '" + doomed.model + "', runId: '"
                        + doomed.run + "', timeout: '1h', settle: '0s', baseline: 'champion',"
                        + " thresholds: [accuracy: [min: 0.9, max_drop: 0.01]],"
                        + " promote: [alias: 'champion', stage: 'Production', timeout: '10m']"
                        + "\necho \"after: ${gate.status} ${gate.version} ${gate.promoted} ${gate.previousVersion}\"",
                null,
                false,
                false);
    }

    /** Begins builds whose gates wait for their runs, ends the runs, and returns when the first promotion has begun. */
    private void promoteMore() throws Throwable {
        ArrayList<DoomedBuilds.Order> orders = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            alive.add(doomed());
            orders.add(order(alive.get(i)));
        }
        builds += AT_ONCE;
        controller.runRemotely(DoomedBuilds::begin, orders);
        controller.runRemotely(DoomedBuilds::awaitMessage, orders, "Waiting for run");
        alive.forEach(doomed -> data.end(doomed.run, "FINISHED", Instant.now()));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (countFound().getOrDefault(Found.NOTHING, 0) == AT_ONCE) {
            assertTrue(System.nanoTime() < end, () -> "no promotion began, see " + alive);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private void kill() throws Exception {
        DoomedBuilds.kill(controller);
        kills++;
        countFound().forEach((what, count) -> found.merge(what, count, Integer::sum));
        tell();
    }

    private Map<Found, Integer> countFound() throws Exception {
        Map<Found, Integer> counts = new EnumMap<>(Found.class);
        for (Doomed doomed : alive) {
            counts.merge(found(doomed.model), 1, Integer::sum);
        }
        return counts;
    }

    private Found found(String model) throws Exception {
        ModelVersion highest = client.highestVersion(model).orElseThrow();
        if (highest.version().equals("1")) {
            return Found.NOTHING;
        }
        if (highest.tags().containsKey("mlflow_eval_gate.time")) {
            return Found.ALL;
        }
        if (highest.stage().equals("Production")) {
            return Found.THE_STAGE;
        }
        return holder(model).equals("1") ? Found.THE_VERSION : Found.THE_ALIAS;
    }

    private String holder(String model) throws Exception {
        return client.versionByAlias(model, "champion").orElseThrow().version();
    }

    private void tell() {
        System.out.printf(
                "Crashes (real MLflow %s): %d kills of the controller; of the promotions of %d builds the server then had %s;"
                        + " %d builds ended well so far%n",
                mlflow.version(), kills, builds, found, builds - alive.size());
    }

    private void allEndWell() throws Throwable {
        for (Doomed doomed : List.copyOf(alive)) {
            DoomedBuilds.Ended ended = controller.runRemotely(DoomedBuilds::end, order(doomed));
            String all = doomed + ": " + ended;
            ended.assertPromoted(1, "2", "1", all);
            ModelVersion highest = client.highestVersion(doomed.model).orElseThrow();
            assertEquals("2", highest.version(), all);
            assertEquals(doomed.run, highest.runId(), all);
            assertEquals("Production", highest.stage(), all);
            assertEquals("PASSED", highest.tags().get("mlflow_eval_gate.status"), all);
            assertEquals("1", highest.tags().get("mlflow_eval_gate.previous_version"), all);
            assertEquals("2", holder(doomed.model), all);
            assertEquals("Archived", client.version(doomed.model, "1").stage(), all);
            alive.remove(doomed);
        }
    }
}
