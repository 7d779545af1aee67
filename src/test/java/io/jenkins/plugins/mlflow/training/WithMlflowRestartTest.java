package io.jenkins.plugins.mlflow.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** A block lives on when the controller goes down, and nothing that is kept for it holds a secret. */
class WithMlflowRestartTest {
    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @Test
    void aBlockIsResumedWithItsEnvironmentAndItsMask() throws Throwable {
        sessions.then(jenkins -> {
            SystemCredentialsProvider.getInstance()
                    .getCredentials()
                    .add(new UsernamePasswordCredentialsImpl(
                            CredentialsScope.SYSTEM, "login", "", "trainer", "c4nary-p4ss"));
            SystemCredentialsProvider.getInstance().save();
            MlflowServerConfiguration server = new MlflowServerConfiguration("production", "http://127.0.0.1:9");
            server.setTrainingCredentialsId("login");
            MlflowGlobalConfiguration.get().setServers(List.of(server));
            WorkflowJob job = jenkins.createProject(WorkflowJob.class, "training");
            job.setDefinition(new CpsFlowDefinition(
                    "node { withMlflow { echo \"before ${env.MLFLOW_RUN_CONTEXT}\"; sh 'touch started; until [ -f go ]; do sleep 0.1; done'\n"
                            + " echo \"after ${env.MLFLOW_RUN_CONTEXT}\"\n"
                            + " sh 'echo password $MLFLOW_TRACKING_PASSWORD of length ${#MLFLOW_TRACKING_PASSWORD}' } }",
                    true));
            WorkflowRun run = job.scheduleBuild2(0).waitForStart();
            Path started = workspace(jenkins).resolve("started");
            for (Instant end = Instant.now().plusSeconds(60); Files.notExists(started); Thread.sleep(50)) {
                assertTrue(Instant.now().isBefore(end), () -> String.valueOf(run));
            }
            Canary.assertNotIn(jenkins.jenkins.getRootDir().toPath());
        });
        sessions.then(jenkins -> {
            WorkflowRun run = jenkins.jenkins
                    .getItemByFullName("training", WorkflowJob.class)
                    .getBuildByNumber(1);
            Files.createFile(workspace(jenkins).resolve("go"));
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
            List<String> contexts = run.getLog(1000).stream()
                    .filter(line -> line.startsWith("before {") || line.startsWith("after {"))
                    .map(line -> line.substring(line.indexOf('{')))
                    .toList();
            assertEquals(2, contexts.size());
            assertEquals(contexts.get(0), contexts.get(1));
            jenkins.assertLogContains("password **** of length 11", run);
            jenkins.assertLogContains("WARNING: UNREACHABLE", run);
            Canary.assertNotIn(jenkins.jenkins.getRootDir().toPath());
        });
    }

    private static Path workspace(JenkinsRule jenkins) {
        return jenkins.jenkins.getRootDir().toPath().resolve("workspace/training");
    }
}
