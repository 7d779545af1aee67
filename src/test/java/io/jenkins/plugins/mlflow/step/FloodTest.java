package io.jenkins.plugins.mlflow.step;

import static io.jenkins.plugins.mlflow.step.Pipelines.begin;
import static io.jenkins.plugins.mlflow.step.Pipelines.numbered;
import static io.jenkins.plugins.mlflow.step.Pipelines.report;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.mlflow.Await;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Many gates at once on one controller. */
@WithJenkins
class FloodTest {
    private static final int MOST_THREADS = 16;
    private static final int READINGS_UNTIL_THE_LONGEST_PAUSE = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private JenkinsRule jenkins;
    private HttpMlflow mlflow;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        mlflow = Pipelines.configure(new HttpMlflow());
    }

    @AfterEach
    void stop() {
        mlflow.close();
    }

    @Test
    void sixtyWaitingGatesTakeFewThreadsAndEndWhenTheirMetricsCome() throws Exception {
        waitAndEnd(60, FloodTest::isOurs, false, Duration.ofSeconds(5), Duration.ZERO);
    }

    @Test
    @Tag("torture")
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void aThousandWaitingGatesOutliveAServerThatIsDownForAMinute() throws Exception {
        waitAndEnd(1_000, FloodTest::isJenkins, true, Duration.ofSeconds(30), Duration.ofMinutes(1));
    }

    /**
     * Gates that wait for runs which end only when the test says so.
     *
     * @param counted the threads that must not be many more than without gates
     * @param settled whether those that starting a build needs are not counted, which takes minutes
     * @param watched how long they are counted, and the requests
     * @param down how long the server refuses everything afterwards
     */
    private void waitAndEnd(int gates, Predicate<Thread> counted, boolean settled, Duration watched, Duration down)
            throws Exception {
        for (int i = 0; i < gates; i++) {
            mlflow.version(i + 1, "r" + i, "accuracy", 0.93);
        }
        WorkflowJob job = numbered(
                jenkins,
                "mlflowEvalGate model: 'churn-classifier', runId: \"r${params.n}\", thresholds: [accuracy: 0.9],"
                        + " timeout: '30m'");
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(begin(job, 0)));
        for (int i = 0; i < gates; i++) {
            mlflow.status("r" + i, "RUNNING");
        }
        mlflow.readings.clear();
        int idle = settled ? leastOf(counted) : 0;

        List<WorkflowRun> builds = new ArrayList<>();
        for (int i = 0; i < gates; i++) {
            builds.add(begin(job, i));
        }
        Await.until(
                "every gate to wait",
                () -> everyRunWasRead(gates, settled ? READINGS_UNTIL_THE_LONGEST_PAUSE : 2),
                PATIENCE);
        if (settled) {
            leastOf(counted);
        }

        int before = mlflow.requests.size();
        long began = System.nanoTime();
        int most = 0;
        while (System.nanoTime() - began < watched.toNanos()) {
            most = Math.max(most, count(counted));
            LockSupport.parkNanos(20_000_000);
        }
        double perSecond = (mlflow.requests.size() - before) / (double) watched.toSeconds();
        assertTrue(most - idle <= MOST_THREADS, most + " threads instead of " + idle + ": " + names());
        if (settled) {
            assertTrue(perSecond <= gates / 8.0, perSecond + " requests a second");
        }
        assertEquals(0, jenkins.jenkins.getComputers()[0].countBusy(), "executors held");

        if (!down.isZero()) {
            mlflow.refuseWith(503);
            LockSupport.parkNanos(down.toNanos());
            mlflow.refuseWith(0);
        }
        for (int i = 0; i < gates; i++) {
            mlflow.status("r" + i, "FINISHED");
        }
        for (WorkflowRun build : builds) {
            jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(build));
        }
        System.out.printf(
                "Flood: %,d gates waiting, %d threads idle, at most %d while they wait, %.1f requests a second%n",
                gates, idle, most, perSecond);
    }

    @Test
    void aSilentServerDelaysNeitherTheGatesOfOthersNorTheEndOfItsOwn() throws Exception {
        try (HttpMlflow silent = new HttpMlflow()) {
            MlflowGlobalConfiguration.get()
                    .setServers(List.of(
                            new MlflowServerConfiguration("healthy", mlflow.uri()),
                            new MlflowServerConfiguration("silent", silent.uri())));
            MlflowGlobalConfiguration.get().setDefaultServer("healthy");
            mlflow.version(1, "r1", "accuracy", 0.93);
            CountDownLatch held = silent.hold();
            WorkflowJob swallowed = numbered(
                    jenkins,
                    "mlflowEvalGate model: 'churn-classifier', server: 'silent', thresholds: [accuracy: 0.9], timeout: '20s'");
            List<WorkflowRun> builds = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                builds.add(begin(swallowed, i));
            }
            Await.until("the silent server to be asked", () -> silent.requests.size() >= 4, PATIENCE);

            WorkflowJob answered = numbered(
                    jenkins,
                    "mlflowEvalGate model: 'churn-classifier', server: 'healthy', thresholds: [accuracy: 0.9]");
            WorkflowRun other = begin(answered, 0);
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(other));
            assertTrue(
                    builds.stream().anyMatch(WorkflowRun::isBuilding),
                    "the healthy server's gate came after the silent one's");

            for (WorkflowRun build : builds) {
                jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(build));
                Map<?, ?> report = report(jenkins, build);
                assertEquals("ERROR", report.get("status"), report::toString);
                long took = ((Number) ((Map<?, ?>) report.get("timing")).get("total_ms")).longValue();
                // In line for four threads that are held for ten seconds each, the last would take more than a minute.
                assertTrue(took <= 30_000, "took " + took + " ms");
            }
            held.countDown();
        }
    }

    private boolean everyRunWasRead(int gates, int times) {
        for (int i = 0; i < gates; i++) {
            if (mlflow.readings.getOrDefault("r" + i, 0) < times) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOurs(Thread thread) {
        return thread.getName().contains("MLflow") && isJenkins(thread)
                || thread.getName().startsWith("HttpClient");
    }

    private static boolean isJenkins(Thread thread) {
        return !thread.getName().contains(HttpMlflow.THREADS);
    }

    private static int count(Predicate<Thread> counted) {
        return (int)
                Thread.getAllStackTraces().keySet().stream().filter(counted).count();
    }

    private static Map<String, Long> names() {
        return Thread.getAllStackTraces().keySet().stream()
                .collect(Collectors.groupingBy(
                        thread -> thread.getName().replaceAll("[0-9]+", "n"), TreeMap::new, Collectors.counting()));
    }

    /** How many are left once those that starting builds needed are gone: they go a minute after their work. */
    private static int leastOf(Predicate<Thread> counted) {
        int least = count(counted);
        long since = System.nanoTime();
        while (least > 0 && System.nanoTime() - since < Duration.ofSeconds(65).toNanos()) {
            LockSupport.parkNanos(250_000_000);
            int now = count(counted);
            if (now < least) {
                least = now;
                since = System.nanoTime();
            }
        }
        return least;
    }
}
