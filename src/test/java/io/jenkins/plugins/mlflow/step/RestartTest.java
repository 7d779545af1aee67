package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
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

    private StubMlflow mlflow;

    @BeforeEach
    void start() throws Exception {
        mlflow = new StubMlflow().version(6, "r6", "accuracy", 0.92).version(7, "r7", "accuracy", 0.93);
        mlflow.alias("champion", 6).status("r7", "RUNNING");
    }

    @AfterEach
    void stop() {
        mlflow.close();
    }

    private void startBuild(JenkinsRule jenkins, String timeout) throws Exception {
        mlflow.configured();
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

    @Test
    void aGateResumedAfterItsDeadlineEndsAtOnceAsFailed() throws Throwable {
        sessions.then(jenkins -> startBuild(jenkins, "5s"));
        // The clock runs on while Jenkins is down; starting it takes longer than what is left of five seconds.
        sessions.then(jenkins -> {
            WorkflowRun run = jenkins.waitForCompletion(build(jenkins));
            jenkins.assertBuildStatus(Result.FAILURE, run);
            assertTrue(run.getLog(1000).stream().anyMatch(line -> line.contains("FAILED: not ready")), run.getLog(1000)::toString);
        });
        assertEquals(List.of(), mlflow.writes);
    }
}
