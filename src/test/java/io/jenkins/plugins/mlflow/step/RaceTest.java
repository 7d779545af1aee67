package io.jenkins.plugins.mlflow.step;

import static io.jenkins.plugins.mlflow.step.Pipelines.begin;
import static io.jenkins.plugins.mlflow.step.Pipelines.numbered;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Executor;
import hudson.model.Result;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Many builds that promote the same model at once, people who stop them, and somebody else who moves the alias. */
@WithJenkins
class RaceTest {
    private static final int BUILDS = 50;

    private JenkinsRule jenkins;
    private HttpMlflow mlflow;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        mlflow = Pipelines.configure(new HttpMlflow());
        mlflow.version(6, "r6", "accuracy", 0.92).alias("champion", 6);
    }

    @AfterEach
    void stop() {
        mlflow.close();
    }

    @Test
    void fiftyBuildsPromoteOneAfterTheOtherAndTellWhatTheyReplaced() throws Exception {
        for (int i = 0; i < BUILDS; i++) {
            double accuracy = isGood(i) ? 0.93 : 0.5;
            if (i % 2 == 0) {
                mlflow.version(101 + i, "r" + i, "accuracy", accuracy);
            } else {
                mlflow.run("r" + i, "accuracy", accuracy);
            }
        }
        Map<Integer, WorkflowRun> builds =
                builds("mlflowEvalGate model: 'churn-classifier', runId: \"r${params.n}\", timeout: '30m',"
                        + " thresholds: [accuracy: 0.9], promote: [alias: 'champion', timeout: '10m']");

        Map<String, String> replaced = new LinkedHashMap<>();
        for (Map.Entry<Integer, WorkflowRun> build : builds.entrySet()) {
            boolean good = isGood(build.getKey());
            jenkins.assertBuildStatus(
                    good ? Result.SUCCESS : Result.FAILURE, jenkins.waitForCompletion(build.getValue()));
            Map<?, ?> report = onlyReport(build.getValue());
            assertEquals(good ? "PASSED" : "FAILED", report.get("status"), report::toString);
            assertEquals(good, promotion(report).get("promoted"), report::toString);
            if (good) {
                replaced.put((String) promotion(report).get("version"), (String)
                        promotion(report).get("previous_version"));
            }
        }
        List<String> order = setTo("champion");
        assertEquals(replaced.size(), order.size(), order::toString);
        assertTheTruth(replaced, order);
        assertEquals(order.get(order.size() - 1), mlflow.holder("champion"));
        assertNobodyCameInBetween(new HashSet<>(order));
        System.out.printf(
                "Races: %d builds at once, %d promotions one after the other, %d refused%n",
                BUILDS, order.size(), BUILDS - order.size());
    }

    private static boolean isGood(int i) {
        return i % 3 != 1;
    }

    @Test
    void withTheAliasAsBaselineEachIsPromotedTruthfullyOrNotAtAll() throws Exception {
        for (int i = 0; i < BUILDS; i++) {
            mlflow.version(101 + i, "r" + i, "accuracy", isGood(i) ? 0.93 : 0.5);
        }
        Map<Integer, WorkflowRun> builds = builds("mlflowEvalGate model: 'churn-classifier', runId: \"r${params.n}\","
                + " timeout: '30m', thresholds: [accuracy: [max_drop: 0.05, greater_is_better: true]], baseline: 'champion',"
                + " promote: [alias: 'champion', timeout: '10m']");

        Map<String, String> replaced = new LinkedHashMap<>();
        int conflicts = 0;
        for (Map.Entry<Integer, WorkflowRun> build : builds.entrySet()) {
            jenkins.waitForCompletion(build.getValue());
            Map<?, ?> report = onlyReport(build.getValue());
            if (Boolean.TRUE.equals(promotion(report).get("promoted"))) {
                assertTrue(isGood(build.getKey()), report::toString);
                replaced.put((String) promotion(report).get("version"), (String)
                        promotion(report).get("previous_version"));
            } else if (isGood(build.getKey())) {
                assertEquals("CONFLICT", ((Map<?, ?>) report.get("error")).get("category"), report::toString);
                conflicts++;
            } else {
                assertEquals("FAILED", report.get("status"), report::toString);
            }
        }
        List<String> order = setTo("champion");
        assertTheTruth(replaced, order);
        System.out.printf(
                "Races: %d builds at once compared with what they replace, %d promoted, %d ended since their baseline moved twice%n",
                BUILDS, order.size(), conflicts);
    }

    @Test
    void whoIsStoppedAtAnyMomentTellsTheTruthAndGivesTheTurnOn() throws Exception {
        for (int i = 0; i < BUILDS; i++) {
            mlflow.version(101 + i, "r" + i, "accuracy", 0.93);
        }
        Random random = new Random(11);
        List<WorkflowRun> running = new CopyOnWriteArrayList<>();
        List<WorkflowRun> builds = new CopyOnWriteArrayList<>();
        mlflow.between((request, question, done) -> {
            WorkflowRun writing = null;
            synchronized (random) {
                if (!running.isEmpty() && random.nextInt(14) == 0) {
                    abort(running.remove(random.nextInt(running.size())));
                }
                if (!done && request.equals("POST registered-models/alias") && random.nextInt(4) == 0) {
                    writing = builds.get(Integer.parseInt(question.get("version")) - 101);
                }
            }
            if (writing != null) {
                abort(writing);
                awaitReport(writing);
            }
        });
        WorkflowJob job = numbered(
                jenkins,
                "mlflowEvalGate model: 'churn-classifier', runId: \"r${params.n}\", timeout: '30m',"
                        + " thresholds: [accuracy: 0.9], promote: [alias: 'champion', timeout: '10m']");
        for (int i = 0; i < BUILDS; i++) {
            WorkflowRun build = begin(job, i);
            builds.add(build);
            running.add(build);
        }
        Map<String, String> replaced = new LinkedHashMap<>();
        Set<String> unknown = new HashSet<>();
        int aborted = 0;
        for (WorkflowRun build : builds) {
            jenkins.waitForCompletion(build);
            aborted += build.getResult() == Result.ABORTED ? 1 : 0;
            List<Map<String, Object>> reports = reports(build);
            assertTrue(reports.size() <= 1, reports::toString);
            if (reports.isEmpty()) {
                assertEquals(Result.ABORTED, build.getResult());
                continue;
            }
            Map<?, ?> promotion = promotion(reports.get(0));
            if (promotion == null) {
                assertEquals(Result.ABORTED, build.getResult());
            } else if (Boolean.TRUE.equals(promotion.get("promoted"))) {
                replaced.put((String) promotion.get("version"), (String) promotion.get("previous_version"));
            } else {
                assertEquals(Result.ABORTED, build.getResult(), reports::toString);
                String reason = (String) promotion.get("reason");
                if (reason.contains("not known") || reason.contains("not verified")) {
                    unknown.add((String) promotion.get("version"));
                }
            }
        }
        mlflow.between((request, question, done) -> {});
        WorkflowRun next = jenkins.waitForCompletion(begin(job, 0));
        jenkins.assertBuildStatusSuccess(next);

        List<String> order = setTo("champion");
        for (int i = 0; i < order.size(); i++) {
            String version = order.get(i);
            if (replaced.containsKey(version) && order.indexOf(version) == i) {
                assertEquals(i == 0 ? "6" : order.get(i - 1), replaced.get(version), order + " " + replaced);
            } else {
                boolean last = i == order.size() - 1;
                assertTrue(unknown.contains(version) || last, version + " was promoted and nobody said so: " + order);
            }
        }
        assertTrue(order.containsAll(replaced.keySet()), order + " " + replaced);
        System.out.printf(
                "Races: %d builds at once, %d stopped at any moment, %d promoted, %d could not tell%n",
                BUILDS, aborted, replaced.size(), unknown.size());
    }

    private static void abort(WorkflowRun build) {
        Executor executor = build.getExecutor();
        if (executor != null) {
            executor.interrupt(Result.ABORTED);
        }
    }

    /** The server makes the change only after the build has said how it ended. */
    private static void awaitReport(WorkflowRun build) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (reports(build).isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void anOutsiderWhoMovesTheAliasRightBeforeTheGateDoesIsNoticed() throws Exception {
        mlflow.version(7, "r7", "accuracy", 0.93).version(9, "r9", "accuracy", 0.5);
        mlflow.between((request, question, done) -> {
            if (done && request.equals("GET registered-models/alias")) {
                mlflow.between((any, other, later) -> {});
                mlflow.alias("champion", 9);
                // A server that is slow to answer what was true when it was asked.
                Thread.sleep(500);
            }
        });
        assertConflict("it is not known");
        assertEquals(List.of(), mlflow.writes);
        assertEquals("9", mlflow.holder("champion"));
    }

    @Test
    void anOutsiderWhoMovesTheAliasRightAfterTheGateDidIsNoticed() throws Exception {
        mlflow.version(7, "r7", "accuracy", 0.93).version(9, "r9", "accuracy", 0.5);
        mlflow.between((request, question, done) -> {
            if (done && request.equals("POST registered-models/alias")) {
                mlflow.alias("champion", 9);
            }
        });
        assertConflict("not verified: the alias was set");
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    private void assertConflict(String reason) throws Exception {
        WorkflowJob job = numbered(
                jenkins,
                "mlflowEvalGate model: 'churn-classifier', runId: 'r7', thresholds: [accuracy: 0.9],"
                        + " promote: 'champion'");
        WorkflowRun run = jenkins.waitForCompletion(begin(job, 7));
        jenkins.assertBuildStatus(Result.FAILURE, run);
        Map<?, ?> report = onlyReport(run);
        Map<?, ?> error = (Map<?, ?>) report.get("error");
        assertEquals("CONFLICT", error.get("category"), report::toString);
        assertTrue(((String) error.get("message")).contains("is at version 9"), report::toString);
        assertEquals(false, promotion(report).get("promoted"), report::toString);
        assertTrue(((String) promotion(report).get("reason")).startsWith(reason), report::toString);
    }

    // --- what was seen ---

    /** The versions that the alias was set to, in the order of the server. */
    private List<String> setTo(String alias) {
        return mlflow.writes.stream()
                .filter(write -> write.startsWith(alias + "="))
                .map(write -> write.substring(alias.length() + 1))
                .toList();
    }

    private static void assertTheTruth(Map<String, String> replaced, List<String> order) {
        assertEquals(replaced.keySet(), new HashSet<>(order));
        for (int i = 0; i < order.size(); i++) {
            assertEquals(i == 0 ? "6" : order.get(i - 1), replaced.get(order.get(i)), order + " " + replaced);
        }
    }

    /** All that one promotion writes comes before all that the next one writes. */
    private void assertNobodyCameInBetween(Set<String> promoted) {
        List<String> turns = new ArrayList<>();
        for (String change : mlflow.changes) {
            String version = change.replaceFirst("^(create |champion=|tag )([0-9]+).*$", "$2");
            if (promoted.contains(version)
                    && (turns.isEmpty() || !turns.get(turns.size() - 1).equals(version))) {
                turns.add(version);
            }
        }
        assertEquals(promoted.size(), turns.size(), turns::toString);
    }

    // --- Jenkins ---

    /** All runs are held at RUNNING until every build waits, so that they promote at once. */
    private Map<Integer, WorkflowRun> builds(String script) throws Exception {
        for (int i = 0; i < BUILDS; i++) {
            mlflow.status("r" + i, "RUNNING");
        }
        WorkflowJob job = numbered(jenkins, script);
        Map<Integer, WorkflowRun> builds = new LinkedHashMap<>();
        for (int i = 0; i < BUILDS; i++) {
            builds.put(i, begin(job, i));
        }
        for (int i = 0; i < BUILDS; i++) {
            jenkins.waitForMessage("Waiting for run r" + i + " to finish", builds.get(i));
        }
        for (int i = 0; i < BUILDS; i++) {
            mlflow.status("r" + i, "FINISHED");
        }
        return builds;
    }

    private static List<Map<String, Object>> reports(WorkflowRun run) {
        GateReportAction action = run.getAction(GateReportAction.class);
        return action == null ? List.of() : Pipelines.reports(action);
    }

    private static Map<?, ?> onlyReport(WorkflowRun run) {
        List<Map<String, Object>> reports = reports(run);
        assertEquals(1, reports.size(), reports::toString);
        return reports.get(0);
    }

    private static Map<?, ?> promotion(Map<?, ?> report) {
        return (Map<?, ?>) report.get("promotion");
    }
}
