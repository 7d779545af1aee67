package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import hudson.model.Result;
import io.jenkins.plugins.mlflow.Await;
import io.jenkins.plugins.mlflow.Figures;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jenkinsci.plugins.workflow.actions.TimingAction;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.BlockEndNode;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Measurements in Jenkins, of which one takes ten minutes. Nothing is asserted about time, and only {@code make bench} runs them. */
@WithJenkins
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class GateBench {
    private static final int[] DELAYS_MS = {0, 5, 20, 100};
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final int WARM_UP = 300;
    private static final int GATES_IN_A_BUILD = 50;
    private static final int BLOCKS = 30;
    private static final Duration WATCHED = Duration.ofSeconds(20);
    private static final String GATE = "mlflowEvalGate model: 'churn-classifier', runId: 'r7', ";

    private JenkinsRule jenkins;
    private HttpMlflow mlflow;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        mlflow = Pipelines.configure(new HttpMlflow().championAndCandidate());
    }

    /** A step that is measured. */
    private static final class Measured {
        final String title;
        final String name;
        /** As RoundTripsTest shows them. */
        final int trips;

        final WorkflowJob job;
        /** From the server's delay to the times over those of the round trips. */
        final Map<Integer, List<Double>> over = new LinkedHashMap<>();

        int requests;

        Measured(String title, String name, int trips, WorkflowJob job) {
            this.title = title;
            this.name = name;
            this.trips = trips;
            this.job = job;
        }
    }

    @AfterEach
    void stop() {
        mlflow.close();
    }

    @Test
    void theStepFromItsStartToItsEnd() throws Exception {
        List<Measured> steps = List.of(
                new Measured(
                        "one of Jenkins' own: `sleep` for a millisecond",
                        "sleep",
                        0,
                        job("sleep time: 1, unit: 'MILLISECONDS'")),
                new Measured("thresholds, run by id", "mlflowEvalGate", 2, job(GATE + "thresholds: [accuracy: 0.9]")),
                new Measured(
                        "with a baseline, run by id",
                        "mlflowEvalGate",
                        2,
                        job(GATE + "thresholds: [accuracy: [min: 0.9, max_drop: 0.01]], baseline: 'champion'")),
                // The tags of the promotion are the fifth.
                new Measured(
                        "thresholds, promotion of the run's version",
                        "mlflowEvalGate",
                        5,
                        job(GATE + "thresholds: [accuracy: 0.9], promote: 'champion'")));
        StringBuilder table = new StringBuilder(
                "### In Jenkins\n\nA step from its start to the next step's, in pipelines on a controller"
                        + " under test that has run " + WARM_UP + " of each, with a stub in place of MLflow; by turns, "
                        + Figures.TURNS + " of each; time over (round trips × delay) in ms, median"
                        + " (quartiles).\n\n"
                        + "| step | requests | round trips | answers at once | after 5 ms | 20 ms | 100 ms |\n"
                        + "| --- | --- | --- | --- | --- | --- | --- |\n");
        for (int turn = 0; turn < WARM_UP; turn++) {
            for (Measured step : steps) {
                over(step, 0);
            }
        }
        for (int turn = 0; turn < Figures.TURNS; turn++) {
            for (int delay : DELAYS_MS) {
                for (Measured step : steps) {
                    step.over.computeIfAbsent(delay, key -> new ArrayList<>()).add(over(step, delay));
                }
            }
        }
        for (Measured step : steps) {
            table.append("| " + step.title + " | " + step.requests + " | " + step.trips);
            step.over.values().forEach(times -> table.append(" | ").append(Figures.quartiles(times)));
            table.append(" |\n");
        }
        Figures.write("4-jenkins.md", table.toString());
    }

    /** Runs the step once and returns its time over that of its round trips, in ms. */
    private double over(Measured step, int delay) throws Exception {
        mlflow.alias("champion", 6);
        mlflow.delayMillis = delay;
        int before = mlflow.requests.size();
        long took = millis(jenkins.buildAndAssertSuccess(step.job), step.name);
        step.requests = mlflow.requests.size() - before;
        return took - (double) delay * step.trips;
    }

    @Test
    void theBlockAroundATraining() throws Exception {
        StringBuilder table = new StringBuilder(
                "### Blocks\n\nAn empty block on a node from its start to its end, beside a block of"
                        + " Jenkins' own in the same build; by turns, " + BLOCKS
                        + " of each in a build; time over (requests × delay) in ms, median"
                        + " (quartiles).\n\n| answers after | requests | withMlflow | withEnv |\n| --- | --- | --- | --- |\n");
        WorkflowJob job = job(
                "node {\n for (int i = 0; i < " + BLOCKS + "; i++) {\n  withMlflow { }\n  withEnv(['A=B']) { }\n }\n}");
        for (int delay : DELAYS_MS) {
            mlflow.delayMillis = delay;
            jenkins.buildAndAssertSuccess(job);
            int before = mlflow.requests.size();
            WorkflowRun build = jenkins.buildAndAssertSuccess(job);
            double requests = (mlflow.requests.size() - before) / (double) BLOCKS;
            table.append(String.format(
                    Locale.ROOT,
                    "| %d ms | %.1f | %s | %s |%n",
                    delay,
                    requests,
                    Figures.quartiles(blocks(build, "withMlflow", requests * delay)),
                    Figures.quartiles(blocks(build, "withEnv", 0))));
        }
        Figures.write("7-blocks.md", table.toString());
    }

    /** How long each block took, less what is given, in ms. */
    private static List<Double> blocks(WorkflowRun build, String step, double less) {
        return new DepthFirstScanner()
                .allNodes(build.getExecution()).stream()
                        .filter(BlockEndNode.class::isInstance)
                        .filter(end -> step.equals(
                                ((BlockEndNode<?>) end).getStartNode().getDisplayFunctionName()))
                        .map(end -> TimingAction.getStartTime(end)
                                - TimingAction.getStartTime(((BlockEndNode<?>) end).getStartNode())
                                - less)
                        .toList();
    }

    @Test
    void whatABuildKeeps() throws Exception {
        WorkflowRun without = jenkins.buildAndAssertSuccess(job("echo 'nothing'"));
        StringBuilder table = new StringBuilder(
                "### Records\n\nWhat a gate adds to a build's record (`build.xml`) and to its directory, and"
                        + " how long Jenkins takes to load the record; median (quartiles).\n\n"
                        + "| build | record, KB | report, KB | loading, ms |\n| --- | --- | --- | --- |\n");
        table.append(record("without a gate", without));
        for (int checks : new int[] {1, 10, 1_000}) {
            List<Object> values = new ArrayList<>();
            StringBuilder thresholds = new StringBuilder();
            for (int i = 0; i < checks; i++) {
                values.add("metric_" + i);
                values.add(0.9);
                thresholds.append("metric_").append(i).append(": 0.5, ");
            }
            mlflow.version(8, "r8", values.toArray());
            String entries = "[" + thresholds.substring(0, thresholds.length() - 2) + "]";
            WorkflowRun run = jenkins.buildAndAssertSuccess(
                    checks > 100
                            ? job("def all = [:]\nfor (int i = 0; i < " + checks
                                    + "; i++) { all[\"metric_$i\".toString()] = 0.5 }\n"
                                    + "mlflowEvalGate model: 'churn-classifier', runId: 'r8', thresholds: all")
                            : job("mlflowEvalGate model: 'churn-classifier', runId: 'r8', thresholds: " + entries));
            table.append(record("a gate of " + checks + (checks == 1 ? " check" : " checks"), run));
        }
        Figures.write("5-records.md", table.toString());
    }

    private static String record(String name, WorkflowRun run) throws Exception {
        double kept = new File(run.getRootDir(), "build.xml").length() / 1024.0;
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < 2 * Figures.TURNS; i++) {
            long begin = System.nanoTime();
            run.getParent().getLazyBuildMixIn().getRunMap().purgeCache();
            assertNotNull(run.getParent().getBuildByNumber(1));
            times.add((System.nanoTime() - begin) / 1e6);
        }
        File report = new File(run.getRootDir(), "mlflow-eval-gate/1.json.gz");
        return String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %s |%n",
                name,
                kept,
                report.length() / 1024.0,
                Figures.quartiles(times.subList(Figures.TURNS, 2 * Figures.TURNS)));
    }

    @Test
    void whatWaitingGatesCost() throws Exception {
        StringBuilder table = new StringBuilder(
                "### Waiting\n\nGates that wait for a run which does not end, in branches of pipelines, "
                        + GATES_IN_A_BUILD
                        + " in each build. Heap is what is in use after a collection, over that of the same pipelines in"
                        + " which each branch sleeps instead; a pipeline's own heap is that of the sleeping ones.\n\n"
                        + "| gates | heap for each, KB | the pipeline's own for each branch, KB | threads that ask MLflow | requests each second |\n"
                        + "| --- | --- | --- | --- | --- |\n");
        jenkins.buildAndAssertSuccess(job(GATE + "thresholds: [accuracy: 0.9]"));
        for (String gates : System.getProperty("bench.gates", "1,100,1000,5000").split(",")) {
            table.append(waiting(Integer.parseInt(gates)));
            Figures.write("6-waiting.md", table.toString());
        }
    }

    private String waiting(int gates) throws Exception {
        long idle = heap();
        List<WorkflowRun> sleeping = branches(gates, "sleep 86400");
        Await.until("all to sleep", () -> started(sleeping, "sleep") == gates, PATIENCE);
        LockSupport.parkNanos(Duration.ofSeconds(5).toNanos());
        double asleep = (heap() - idle) / 1024.0 / gates;
        for (WorkflowRun build : sleeping) {
            build.doKill();
        }
        for (WorkflowRun build : sleeping) {
            jenkins.waitForCompletion(build);
            build.delete();
        }

        mlflow.status("r7", "RUNNING");
        idle = heap();
        mlflow.requests.clear();
        List<WorkflowRun> builds = branches(gates, GATE + "thresholds: [accuracy: 0.9], timeout: '2h'");
        Await.until(
                "all to wait",
                () -> started(builds, "mlflowEvalGate") == gates && mlflow.requests.size() >= 4 * gates,
                PATIENCE);
        LockSupport.parkNanos(Duration.ofSeconds(5).toNanos());
        mlflow.requests.clear();
        long begin = System.nanoTime();
        int threads = 0;
        while (System.nanoTime() - begin < WATCHED.toNanos()) {
            threads = Math.max(threads, threads());
            LockSupport.parkNanos(20_000_000);
        }
        double perSecond = mlflow.requests.size() * 1e9 / (System.nanoTime() - begin);
        mlflow.requests.clear();
        double awake = (heap() - idle) / 1024.0 / gates;
        mlflow.status("r7", "FINISHED");
        for (WorkflowRun build : builds) {
            jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(build));
            build.delete();
        }
        String heaps = gates < GATES_IN_A_BUILD
                ? "too little to tell | too little to tell"
                : String.format(Locale.ROOT, "%.1f | %.1f", awake - asleep, asleep);
        String row = String.format(Locale.ROOT, "| %,d | %s | %d | %.1f |%n", gates, heaps, threads, perSecond);
        System.out.print(row);
        return row;
    }

    private List<WorkflowRun> branches(int gates, String step) throws Exception {
        List<WorkflowRun> builds = new ArrayList<>();
        for (int left = gates; left > 0; left -= GATES_IN_A_BUILD) {
            int here = Math.min(left, GATES_IN_A_BUILD);
            builds.add(job("def branches = [:]\nfor (int i = 0; i < " + here + "; i++) { branches[\"b$i\"] = { " + step
                            + " } }\nparallel branches")
                    .scheduleBuild2(0)
                    .waitForStart());
        }
        return builds;
    }

    /** How many steps of this name the builds have started. */
    private static int started(List<WorkflowRun> builds, String step) {
        int count = 0;
        for (WorkflowRun build : builds) {
            FlowExecution execution = build.getExecution();
            if (execution != null && execution.getCurrentHeads().stream().allMatch(Objects::nonNull)) {
                count += new DepthFirstScanner()
                        .filteredNodes(execution, node -> step.equals(node.getDisplayFunctionName()))
                        .size();
            }
        }
        return count;
    }

    private static int threads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.contains(HttpMlflow.THREADS))
                .filter(name -> name.contains("MLflow") || name.startsWith("HttpClient"))
                .count();
    }

    private static long heap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            LockSupport.parkNanos(500_000_000);
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private WorkflowJob job(String script) throws Exception {
        return Pipelines.job(jenkins, script + "\necho 'over'");
    }

    /** From the start of the step of this name to the start of the step after it, as Jenkins recorded them. */
    private static long millis(WorkflowRun build, String step) {
        FlowNode echo = node(build, "echo");
        return TimingAction.getStartTime(echo) - TimingAction.getStartTime(node(build, step));
    }

    private static FlowNode node(WorkflowRun build, String step) {
        FlowNode node = new DepthFirstScanner()
                .findFirstMatch(build.getExecution(), found -> step.equals(found.getDisplayFunctionName()));
        assertNotNull(node, step);
        return node;
    }
}
