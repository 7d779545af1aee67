package io.jenkins.plugins.mlflow.step;

import static io.jenkins.plugins.mlflow.step.Pipelines.begin;
import static io.jenkins.plugins.mlflow.step.Pipelines.job;
import static io.jenkins.plugins.mlflow.step.Pipelines.numbered;
import static io.jenkins.plugins.mlflow.step.Pipelines.report;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.PasswordParameterDefinition;
import hudson.model.PasswordParameterValue;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.Await;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.step.scheduling.GateScheduler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Between a gate's verdict and the end of its step. */
@Timeout(300)
class EndingTest extends PipelineTest {
    private static final String GATE =
            "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], promote: 'champion'";

    private SlowArchive archive;

    @BeforeEach
    void startArchive() throws Exception {
        archive = new SlowArchive().configured();
    }

    @AfterEach
    void stopArchive() {
        archive.close();
    }

    /** The verdict is there and its report as well, but the step was not told yet. */
    private void assertAbortedAndTruthful(WorkflowRun run, Instant stopped) throws Exception {
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        long took = Duration.between(stopped, Instant.now()).toMillis();
        assertTrue(took < 2000, "took " + took + " ms");
        jenkins.assertLogNotContains("went on", run);
        assertEquals("7", mlflow.holder("champion"));
        assertEquals("PASSED", report(jenkins, run).get("status"));
        assertEquals(true, ((Map<?, ?>) report(jenkins, run).get("promotion")).get("promoted"));
    }

    @Test
    void anAbortWhileThePassIsArchivedWinsAndNoLaterStepRuns() throws Exception {
        WorkflowRun run = job(jenkins, GATE + ", archive: true\necho 'went on'")
                .scheduleBuild2(0)
                .waitForStart();
        archive.await(1);

        Instant stopped = Instant.now();
        run.getExecutor().interrupt();

        assertAbortedAndTruthful(run, stopped);
        archive.close();
        jenkins.assertLogNotContains("went on", run);
    }

    @Test
    void aTimeoutWhileThePassIsArchivedWins() throws Exception {
        WorkflowRun run = job(
                        jenkins, "timeout(time: 4, unit: 'SECONDS') { " + GATE + ", archive: true }\necho 'went on'")
                .scheduleBuild2(0)
                .waitForStart();
        archive.await(1);

        jenkins.waitForMessage("Cancelling nested steps due to timeout", run);

        assertAbortedAndTruthful(run, Instant.now());
    }

    @Test
    void failFastWhileThePassIsArchivedWins() throws Exception {
        WorkflowRun run = job(
                        jenkins,
                        "parallel gate: { " + GATE + ", archive: true\necho 'went on' },\n"
                                + "other: { input 'fail?'\nerror 'the other branch' }, failFast: true")
                .scheduleBuild2(0)
                .waitForStart();
        archive.await(1);
        Await.until("the input", () -> run.getAction(InputAction.class) != null);

        run.getAction(InputAction.class).getExecutions().get(0).proceed(Map.of());

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        jenkins.assertLogNotContains("went on", run);
        assertEquals("PASSED", report(jenkins, run).get("status"));
    }

    @Test
    void aSlowStorageHoldsNoThreadThatOtherGatesNeed() throws Exception {
        List<WorkflowRun> slow = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            mlflow.version(100 + i, "a" + i, "accuracy", 0.93);
        }
        var archiving = numbered(
                jenkins,
                "mlflowEvalGate model: 'churn-classifier', runId: \"a${params.n}\", thresholds: [accuracy: 0.9], archive: true");
        for (int i = 0; i < 10; i++) {
            slow.add(begin(archiving, i));
        }
        for (int i = 0; i < 10; i++) {
            jenkins.waitForMessage("Report: ", slow.get(i));
        }

        Instant before = Instant.now();
        jenkins.buildAndAssertSuccess(
                job(jenkins, "mlflowEvalGate model: 'churn-classifier', runId: 'r7', thresholds: [accuracy: 0.9]"));
        long took = Duration.between(before, Instant.now()).toMillis();
        assertTrue(took < 10_000, "took " + took + " ms");

        assertTrue(slow.stream().allMatch(WorkflowRun::isBuilding), "a report that is not archived holds its own step");
        archive.close();
        for (WorkflowRun run : slow) {
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        }
    }

    @Test
    void aStopDoesNotWaitForItsReportAndStillLeavesOne() throws Exception {
        mlflow.status("r7", "RUNNING");
        WorkflowRun run = job(
                        jenkins,
                        "try { timeout(time: 5, unit: 'SECONDS') { " + GATE + " } } finally { echo 'gate ended' }")
                .scheduleBuild2(0)
                .waitForStart();
        jenkins.waitForMessage("Waiting for run r7", run);
        CountDownLatch freed = new CountDownLatch(1);
        for (int i = 0; i < 20; i++) {
            // As if the files of other stopped gates were on a storage that does not answer.
            GateScheduler.runEnding(() -> awaitQuietly(freed));
        }
        try {
            jenkins.waitForMessage("gate ended", run);
            assertFalse(hasReport(run), "the report was left before there was a thread for it");
        } finally {
            freed.countDown();
        }
        jenkins.waitForCompletion(run);
        Await.until("the report", () -> hasReport(run));
        assertEquals("ERROR", report(jenkins, run).get("status"));
        assertTrue(report(jenkins, run).get("reason").toString().startsWith("stopped before it finished"));
    }

    @Test
    void aPromotionIsOnRecordEvenIfItsReportCannotBeStored() throws Exception {
        WorkflowJob job = job(jenkins, GATE + "\necho 'went on'");
        Path build = job.getBuildDir().toPath().resolve("1");
        mlflow.between((request, question, done) -> {
            if (!done && request.equals("POST registered-models/alias")) {
                // A file where the folder of the reports belongs, as if the disk refused it.
                Files.createDirectories(build);
                Files.createFile(build.resolve("mlflow-eval-gate"));
            }
        });

        WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job);

        jenkins.assertLogContains(
                "Version 7 of model 'churn-classifier' was promoted to alias 'champion', but its report could not be stored",
                run);
        jenkins.assertLogNotContains("went on", run);
        assertEquals("7", mlflow.holder("champion"));
        Path home = jenkins.jenkins.getRootDir().toPath().resolve("mlflow-eval-gate");
        assertTrue(
                onlyFile(home.resolve("live")).replaceAll("\\s", "").contains("\"version\":\"7\""),
                onlyFile(home.resolve("live")));
        assertTrue(
                onlyFile(home.resolve("promotions")).replaceAll("\\s", "").contains("\"version\":\"7\""),
                onlyFile(home.resolve("promotions")));
    }

    private static String onlyFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertEquals(1, all.size(), all::toString);
            return Files.readString(all.get(0));
        }
    }

    @Test
    void aBuildThatIsKilledHardEndsItsGateAndLeavesAReport() throws Exception {
        mlflow.status("r7", "RUNNING");
        WorkflowRun run = job(jenkins, GATE).scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7", run);

        run.doKill();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));

        Await.until("the report", () -> hasReport(run));
        assertEquals("ERROR", report(jenkins, run).get("status"));
        assertEquals(
                "the build was killed before the gate finished",
                report(jenkins, run).get("reason"));
        int readings = mlflow.readings.get("r7");
        mlflow.status("r7", "FINISHED");
        jenkins.buildAndAssertSuccess(job(jenkins, GATE));
        assertTrue(mlflow.readings.get("r7") > readings);
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    /** Pipeline lets a branch compute for five minutes; meanwhile it saves nothing. */
    @Test
    void aBranchThatComputesForLongFailsNoGateBesideIt() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("""
                @NonCPS
                def compute(long seconds) {
                  long end = System.nanoTime() + seconds * 1000000000L
                  long n = 0
                  while (System.nanoTime() < end) { n++ }
                  return n > 0
                }
                parallel gate: {
                  def gate = mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9],
                      promote: [alias: 'champion', timeout: '20s']
                  echo "after: ${gate.status} ${gate.promoted}"
                }, other: { compute(45) }
                """, false));

        WorkflowRun run = jenkins.buildAndAssertSuccess(job);

        jenkins.assertLogContains("after: PASSED true", run);
        jenkins.assertLogContains("Waiting for Jenkins to save the state of the build", run);
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    @Test
    void aSecretOfTheBuildInAParameterIsMaskedWhereverItIsShown() throws Exception {
        String secret = "s3cr3t-canary";
        WorkflowJob job = job(
                jenkins,
                "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], experiment: 'churn', buildDescription: true,"
                        + " filter: \"tags.k = '${params.TOKEN}'\", timeout: \"${params.TOKEN}\"");
        job.addProperty(
                new ParametersDefinitionProperty(new PasswordParameterDefinition("TOKEN", Secret.fromString(""), "")));

        WorkflowRun run = job.scheduleBuild2(0, new ParametersAction(new PasswordParameterValue("TOKEN", secret, "")))
                .get();

        jenkins.assertBuildStatus(Result.FAILURE, run);
        assertTrue(report(jenkins, run).toString().contains("****"), report(jenkins, run)::toString);
        assertFalse(report(jenkins, run).toString().contains(secret), report(jenkins, run)::toString);
        assertTrue(run.getDescription().contains("****"), run::getDescription);
        assertFalse(run.getDescription().contains(secret), run::getDescription);
        assertFalse(
                Files.readString(run.getRootDir().toPath().resolve("build.xml")).contains(secret));
    }

    private static boolean hasReport(WorkflowRun run) {
        return run.getAction(GateReportAction.class) != null;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(2, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
