package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.mlflow.Await;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.lang.reflect.Field;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import jenkins.model.CauseOfInterruption;
import org.htmlunit.html.HtmlForm;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution;
import org.jenkinsci.plugins.workflow.support.steps.input.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** A gate lives on when the controller goes down. */
class RestartTest {
    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    private HttpMlflow mlflow;

    @BeforeEach
    void start() throws Exception {
        mlflow = new HttpMlflow().version(6, "r6", "accuracy", 0.92).version(7, "r7", "accuracy", 0.93);
        mlflow.alias("champion", 6).status("r7", "RUNNING");
    }

    @AfterEach
    void stop() {
        mlflow.close();
    }

    private void startBuild(JenkinsRule jenkins, String timeout) throws Exception {
        Pipelines.configure(mlflow);
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "gate");
        job.setDefinition(new CpsFlowDefinition(
                "def gate = mlflowEvalGate model: 'churn-classifier', promote: 'champion', timeout: '" + timeout
                        + "', thresholds: [accuracy: [min: 0.9, max_drop: 0.01]], baseline: 'champion'\n"
                        + "echo \"after: ${gate.status} ${gate.version} ${gate.promoted} ${gate.previousVersion}\"",
                true));
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7 to finish", run);
    }

    private static WorkflowRun build(JenkinsRule jenkins) {
        return jenkins.jenkins.getItemByFullName("gate", WorkflowJob.class).getBuildByNumber(1);
    }

    @Test
    void aRestartInTheMiddleOfTheWaitGoesOnWithTheSameCandidateAndPromotesOnce() throws Throwable {
        sessions.then(jenkins -> startBuild(jenkins, "10m"));
        mlflow.version(8, "r8", "accuracy", 0.99);
        sessions.then(jenkins -> {
            mlflow.status("r7", "FINISHED");
            WorkflowRun run = jenkins.waitForCompletion(build(jenkins));
            jenkins.assertBuildStatus(Result.SUCCESS, run);
            jenkins.assertLogContains("after: PASSED 7 true 6", run);
        });
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    private static InputAction inputs(JenkinsRule jenkins) {
        return build(jenkins).getAction(InputAction.class);
    }

    private void pauseForApproval(JenkinsRule jenkins, String timeout) throws Exception {
        Pipelines.configure(mlflow.status("r7", "FINISHED"));
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "gate");
        job.setDefinition(new CpsFlowDefinition(
                "def gate = mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], "
                        + "promote: [alias: 'champion', approval: 'always', approval_timeout: '" + timeout + "']\n"
                        + "echo \"after: ${gate.status} ${gate.promoted} ${gate.toMap().promotion.approval.reason}\"",
                true));
        jenkins.waitForMessage("Input requested", job.scheduleBuild2(0).waitForStart());
    }

    @Test
    void anApprovalMayComeAfterTwoRestartsAndPromotesOnce() throws Throwable {
        sessions.then(jenkins -> pauseForApproval(jenkins, "10m"));
        sessions.then(jenkins -> {
            Pipelines.pendingInput(build(jenkins));
            assertTrue(build(jenkins).isBuilding());
        });
        sessions.then(jenkins -> {
            String address = build(jenkins).getUrl() + "input/"
                    + Pipelines.pendingInput(build(jenkins)).getId() + "/";
            try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
                HtmlForm form = client.goTo(build(jenkins).getUrl() + "input/")
                        .getFormByName(Pipelines.pendingInput(build(jenkins)).getId());
                form.getInputByName("value").setValue("after " + address.length());
                jenkins.submit(form, "proceed");
            }
            WorkflowRun run = jenkins.waitForCompletion(build(jenkins));
            jenkins.assertBuildStatus(Result.SUCCESS, run);
            jenkins.assertLogContains("after: PASSED true after " + address.length(), run);
            assertEquals(1, run.getAction(GateReportAction.class).getSummaries().size());
            assertNull(inputs(jenkins).getDisplayName());
        });
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    @Test
    void anAnswerThatWasLostWhenJenkinsWentDownIsAskedForAgain() throws Throwable {
        sessions.then(jenkins -> {
            pauseForApproval(jenkins, "10m");
            // The input has taken the answer, and the gate was not told before Jenkins went down.
            Field outcome = InputStepExecution.class.getDeclaredField("outcome");
            outcome.setAccessible(true);
            outcome.set(Pipelines.pendingInput(build(jenkins)), new Outcome(null, null));
        });
        sessions.then(jenkins -> {
            jenkins.waitForMessage("Resuming build", build(jenkins));
            InputStepExecution asked = Pipelines.pendingInput(build(jenkins));
            assertFalse(asked.isSettled());
            asked.proceed(Map.of());
            jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(build(jenkins)));
        });
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    @Test
    void aStopRightAfterARestartEndsThePauseForGood() throws Throwable {
        sessions.then(jenkins -> pauseForApproval(jenkins, "10m"));
        int requests = mlflow.requests.size();
        sessions.then(jenkins -> {
            build(jenkins).getExecution().interrupt(Result.ABORTED, new CauseOfInterruption.UserInterruption("carol"));
            WorkflowRun run = jenkins.waitForCompletion(build(jenkins));
            jenkins.assertBuildStatus(Result.ABORTED, run);
            List<?> reports = Pipelines.reports(run.getAction(GateReportAction.class));
            assertEquals(1, reports.size());
            assertTrue(reports.toString().contains("nobody approved it"), reports::toString);
        });
        sessions.then(jenkins -> {
            assertFalse(build(jenkins).isBuilding());
            assertNull(inputs(jenkins).getDisplayName());
            assertEquals(List.of(), inputs(jenkins).getExecutions());
        });
        assertEquals(requests, mlflow.requests.size());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void anApprovalsDeadlineRunsOnWhileJenkinsIsDown() throws Throwable {
        sessions.then(jenkins -> pauseForApproval(jenkins, "3s"));
        sessions.then(jenkins -> {
            WorkflowRun run = jenkins.waitForCompletion(build(jenkins));
            jenkins.assertBuildStatus(Result.FAILURE, run);
            jenkins.assertLogContains("TIMEOUT: The gate passed, but nobody approved", run);
        });
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aGateResumedAfterItsDeadlineEndsAtOnceAsFailed() throws Throwable {
        sessions.then(jenkins -> startBuild(jenkins, "3s"));
        // The threads of the Jenkins that was stopped go on in the same process: its gate must have ended before the
        // next one starts, or both write the report at once.
        Instant over = Instant.now().plusSeconds(4);
        Await.until("the gate's deadline to pass", () -> Instant.now().isAfter(over));
        sessions.then(jenkins -> {
            WorkflowRun run = jenkins.waitForCompletion(build(jenkins));
            jenkins.assertBuildStatus(Result.FAILURE, run);
            assertTrue(
                    run.getLog(1000).stream().anyMatch(line -> line.contains("FAILED: not ready")),
                    run.getLog(1000)::toString);
        });
        assertEquals(List.of(), mlflow.writes);
    }
}
