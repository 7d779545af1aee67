package io.jenkins.plugins.mlflow.step;

import static io.jenkins.plugins.mlflow.step.Pipelines.build;
import static io.jenkins.plugins.mlflow.step.Pipelines.job;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.ExtensionList;
import hudson.Functions;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.checks.api.ChecksConclusion;
import io.jenkins.plugins.checks.api.ChecksDetails;
import io.jenkins.plugins.checks.api.ChecksPublisher;
import io.jenkins.plugins.checks.api.ChecksPublisherFactory;
import io.jenkins.plugins.checks.api.ChecksStatus;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.publish.BuildDescription;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.commons.io.IOUtils;
import org.jenkinsci.plugins.tokenmacro.MacroEvaluationException;
import org.jenkinsci.plugins.tokenmacro.TokenMacro;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.TestExtension;

/** Where a report goes besides its page. */
class ReportPublicationTest extends PipelineTest {
    @BeforeEach
    void start() {
        Host.get().renew();
    }

    @AfterEach
    void stop() {
        Host.get().release.countDown();
    }

    @Test
    void reportsAreArchivedDescribedExpandedAndPublishedAsChecks() throws Exception {
        WorkflowRun run = build(jenkins, Result.FAILURE, """
                mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.92], archive: true, buildDescription: true
                mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: [min: 0.99, criticality: 'unstable']],
                    buildDescription: true
                echo "result: ${currentBuild.currentResult}"
                mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.98], archive: true, buildDescription: true
                """);

        jenkins.assertLogContains("result: UNSTABLE", run);
        assertEquals(
                List.of(
                        "mlflow-eval-gate-1.json",
                        "mlflow-eval-gate-1.xml",
                        "mlflow-eval-gate-3.json",
                        "mlflow-eval-gate-3.xml"),
                run.getArtifacts().stream().map(Object::toString).sorted().toList());
        assertEquals("FAILED", ((Map<?, ?>) Json.read(artifact(run, "mlflow-eval-gate-3.json"))).get("status"));
        assertTrue(
                artifact(run, "mlflow-eval-gate-3.xml").contains("<testsuite "),
                artifact(run, "mlflow-eval-gate-3.xml"));
        assertEquals(
                List.of("churn-classifier PASSED", "churn-classifier UNSTABLE", "churn-classifier FAILED"),
                run.getDescription()
                        .lines()
                        .map(line -> line.replaceAll(":.*", ""))
                        .toList());

        assertEquals("FAILED", expanded(run, "${MLFLOW_GATE, show=\"status\"}"));
        assertEquals(
                "7 r7 false " + jenkins.getURL() + run.getUrl() + "mlflow-eval-gate/3/",
                expanded(
                        run,
                        "${MLFLOW_GATE, show=\"version\"} ${MLFLOW_GATE, show=\"run\", model=\"churn-classifier\"} "
                                + "${MLFLOW_GATE, show=\"promoted\"} ${MLFLOW_GATE, show=\"url\"}"));
        assertTrue(
                expanded(run, "${MLFLOW_GATE}").startsWith("FAILED: accuracy 0.93"), expanded(run, "${MLFLOW_GATE}"));
        assertEquals("<>", expanded(run, "<${MLFLOW_GATE, model=\"another\"}>"));
        assertTrue(Functions.printThrowable(assertThrows(
                        MacroEvaluationException.class, () -> expanded(run, "${MLFLOW_GATE, show=\"sha\"}")))
                .contains("can show summary, status, reason, "));

        Map<String, ChecksDetails> checks = Host.get().published(3);
        assertEquals(
                Map.of(
                        "MLflow gate: churn-classifier", ChecksConclusion.SUCCESS,
                        "MLflow gate: churn-classifier (2)", ChecksConclusion.NEUTRAL,
                        "MLflow gate: churn-classifier (3)", ChecksConclusion.FAILURE),
                checks.values().stream()
                        .collect(Collectors.toMap(
                                check -> check.getName().orElseThrow(), ChecksDetails::getConclusion)));
        ChecksDetails failed = checks.get("MLflow gate: churn-classifier (3)");
        assertEquals(
                jenkins.getURL() + run.getUrl() + "mlflow-eval-gate/3/",
                failed.getDetailsURL().orElseThrow());
        assertTrue(failed.getOutput().orElseThrow().getTitle().orElseThrow().startsWith("accuracy 0.93"));
        assertTrue(failed.getOutput().orElseThrow().getSummary().orElseThrow().contains("| accuracy |"));
    }

    @Test
    void aPublisherThatHangsOrFailsHoldsUpNoGate() throws Exception {
        Host.get().hangs = true;
        build(jenkins, Result.SUCCESS, "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.92]");
        assertTrue(Host.get().asked.tryAcquire(30, TimeUnit.SECONDS));

        Host.get().hangs = false;
        Host.get().fails = true;
        build(jenkins, Result.SUCCESS, "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.92]");
        assertTrue(Host.get().asked.tryAcquire(30, TimeUnit.SECONDS));

        Host.get().fails = false;
        build(jenkins, Result.SUCCESS, "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.92]");
        assertEquals(1, Host.get().published(1).size());
        Host.get().release.countDown();
    }

    @Test
    void aCheckIsInProgressFromTheStartAndWhileItsApprovalIsPending() throws Exception {
        mlflow.status("r7", "RUNNING");
        WorkflowRun run = job(
                        jenkins,
                        "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.92],"
                                + " promote: [alias: 'champion', approval: 'always']")
                .scheduleBuild2(0)
                .waitForStart();
        ChecksDetails begun = Host.get().begun.poll(60, TimeUnit.SECONDS);
        assertEquals("MLflow gate: churn-classifier", begun.getName().orElseThrow());
        assertEquals(ChecksStatus.IN_PROGRESS, begun.getStatus());

        mlflow.status("r7", "FINISHED");
        ChecksDetails pending = Host.get().begun.poll(60, TimeUnit.SECONDS);
        assertTrue(pending.getOutput().orElseThrow().getTitle().orElseThrow().startsWith("pending approval: "));
        assertEquals(ChecksConclusion.NONE, pending.getConclusion());

        jenkins.waitForMessage("Input requested", run);
        run.doStop();
        jenkins.waitForCompletion(run);
        assertEquals(
                ChecksConclusion.FAILURE,
                Host.get().published(1).get("MLflow gate: churn-classifier").getConclusion());
    }

    @Test
    void aCheckThatFailsIsTriedOnceMoreAndToldAtTheEndOfTheBuild() throws Exception {
        System.setProperty("io.jenkins.plugins.mlflow.publish.GateListener.retryMillis", "100");
        try {
            Host.get().fails = true;
            WorkflowRun run = job(
                            jenkins,
                            "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.92]\ninput 'go on?'")
                    .scheduleBuild2(0)
                    .waitForStart();
            // Twice at its begin, and twice at its end.
            assertTrue(Host.get().asked.tryAcquire(4, 60, TimeUnit.SECONDS));
            jenkins.waitForMessage("Warning: the check of the commit could not be updated: the host refuses", run);
            jenkins.waitForMessage("go on?", run);

            Host.get().fails = false;
            run.getAction(InputAction.class).getExecutions().get(0).proceed(Map.of());

            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
            assertEquals(
                    ChecksConclusion.SUCCESS,
                    Host.get().published(1).get("MLflow gate: churn-classifier").getConclusion());
        } finally {
            System.clearProperty("io.jenkins.plugins.mlflow.publish.GateListener.retryMillis");
        }
    }

    @Test
    void aDescriptionOfAnyCharactersLeavesABuildThatCanBeReadBack() throws Exception {
        WorkflowRun run = build(jenkins, Result.SUCCESS, "echo 'no gate'");
        String reason = "a\uFFFFb\u0085c\uD800d\ne <b>" + "\uD83D\uDE00".repeat(300);
        BuildDescription.add(run, new GateReport(GateStatus.FAILED, reason, null, "churn", null));

        run.reload();
        String description = run.getDescription();

        assertTrue(description.startsWith("churn FAILED: a\uFFFDb\uFFFDc\uFFFDd e ‹b›\uD83D\uDE00"), description);
        assertEquals(300, description.codePointCount(0, description.length()));
    }

    @Test
    void whatIsNoFlagIsRefused() throws Exception {
        WorkflowRun run = build(jenkins, Result.FAILURE, "mlflowEvalGate model: 'churn-classifier', archive: 'yes'");

        jenkins.assertLogContains("parameter `archive` is 'yes'; it must be true or false", run);
    }

    private static String artifact(WorkflowRun run, String name) throws Exception {
        try (var in = run.getArtifactManager().root().child(name).open()) {
            return IOUtils.toString(in, StandardCharsets.UTF_8);
        }
    }

    private static String expanded(WorkflowRun run, String text) throws Exception {
        return TokenMacro.expandAll(run, null, TaskListener.NULL, text);
    }

    /** A host of source code that takes checks, or does not. */
    @TestExtension
    public static final class Host extends ChecksPublisherFactory {
        private final BlockingQueue<ChecksDetails> taken = new LinkedBlockingQueue<>();
        private final BlockingQueue<ChecksDetails> begun = new LinkedBlockingQueue<>();
        private volatile CountDownLatch release;
        private volatile Semaphore asked;
        private volatile boolean hangs;
        private volatile boolean fails;

        static Host get() {
            return ExtensionList.lookupSingleton(Host.class);
        }

        /** As if nobody had asked it yet. */
        void renew() {
            taken.clear();
            begun.clear();
            release = new CountDownLatch(1);
            asked = new Semaphore(0);
            hangs = false;
            fails = false;
        }

        /** The checks of the MLflow gates, by name. */
        Map<String, ChecksDetails> published(int count) throws InterruptedException {
            Map<String, ChecksDetails> checks = new TreeMap<>();
            while (checks.size() < count) {
                ChecksDetails next = taken.poll(60, TimeUnit.SECONDS);
                assertTrue(next != null, () -> "published were only " + checks.keySet());
                checks.put(next.getName().orElseThrow(), next);
            }
            return checks;
        }

        @Override
        protected Optional<ChecksPublisher> createPublisher(Run<?, ?> run, TaskListener listener) {
            return Optional.of(new ChecksPublisher() {
                @Override
                public void publish(ChecksDetails details) {
                    if (!details.getName().orElse("").startsWith("MLflow gate: ")) {
                        return;
                    }
                    asked.release();
                    if (fails) {
                        throw new IllegalStateException("the host refuses");
                    }
                    if (hangs) {
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return;
                    }
                    (details.getStatus() == ChecksStatus.COMPLETED ? taken : begun).add(details);
                }
            });
        }
    }
}
