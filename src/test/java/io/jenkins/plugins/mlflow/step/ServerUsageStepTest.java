package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.Item;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.ServerUsage;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.net.URI;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** A job that may not use a server, in the steps and forms that name servers. */
class ServerUsageStepTest extends PipelineTest {
    private static final String GATE =
            "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], promote: 'champion'";

    private void allow(String jobs) {
        MlflowServerConfiguration server = new MlflowServerConfiguration("stub", mlflow.uri());
        server.setUsage(new ServerUsage(jobs));
        server.setTrainingCredentialsId("training");
        MlflowGlobalConfiguration.get().setServers(List.of(server));
    }

    private static String error(JenkinsRule jenkins, WorkflowRun run) throws Exception {
        Map<?, ?> error = (Map<?, ?>) Pipelines.report(jenkins, run).get("error");
        assertEquals("CONFIGURATION", error.get("category"));
        return error.get("message").toString();
    }

    @Test
    void aGateOfAnotherJobDoesNotFindTheServerAndAsksNothing() throws Exception {
        allow("ml/**");
        for (String server : List.of("", ", server: 'stub'")) {
            WorkflowRun run = Pipelines.build(jenkins, Result.FAILURE, GATE + server);

            assertTrue(
                    error(jenkins, run).startsWith("No MLflow server is configured for this job."),
                    error(jenkins, run));
            jenkins.assertLogNotContains(mlflow.uri(), run);
        }
        assertEquals(List.of(), mlflow.requests);
    }

    @Test
    void aTrainingOfAnotherJobGetsNeitherAddressNorCredentials() throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new StringCredentialsImpl(
                        CredentialsScope.GLOBAL, "training", "", Secret.fromString("c4nary-training")));
        allow("ml/**");

        WorkflowRun run =
                Pipelines.build(jenkins, Result.FAILURE, "withMlflow(server: 'stub') { echo env.MLFLOW_TRACKING_URI }");

        jenkins.assertLogContains("CONFIGURATION: No MLflow server is configured for this job.", run);
        jenkins.assertLogNotContains(mlflow.uri(), run);
        allow("*");
        jenkins.assertLogContains(
                mlflow.uri(),
                Pipelines.build(
                        jenkins, Result.SUCCESS, "withMlflow(server: 'stub') { echo env.MLFLOW_TRACKING_URI }"));
    }

    @Test
    void aRightToUseThatIsWithdrawnWhileTheGateWaitsEndsItAndNothingIsPromoted() throws Exception {
        mlflow.status("r7", "RUNNING");
        WorkflowJob job = Pipelines.job(jenkins, GATE);
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7", run);

        allow("ml/**");
        mlflow.status("r7", "FINISHED");

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        assertTrue(
                error(jenkins, run)
                        .startsWith("While the gate waited, the list of jobs that may use the server was changed: job '"
                                + job.getFullName() + "' is not allowed to use server 'stub'. Nothing was promoted."),
                error(jenkins, run));
        assertEquals(List.of(), mlflow.writes);
        assertEquals("6", mlflow.holder("champion"));
    }

    @Test
    void aServerThatIsAnotherOneWhileTheGateWaitsEndsItAndNothingIsPromotedThere() throws Exception {
        mlflow.status("r7", "RUNNING");
        WorkflowRun run = Pipelines.job(jenkins, GATE).scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7", run);

        try (HttpMlflow other = new HttpMlflow().championAndCandidate()) {
            MlflowGlobalConfiguration.get().setServers(List.of(new MlflowServerConfiguration("stub", other.uri())));

            jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
            assertTrue(
                    error(jenkins, run)
                            .startsWith("While the gate waited, server 'stub' was changed and leads to another MLflow"
                                    + " server or workspace now."),
                    error(jenkins, run));
            assertEquals(List.of(), other.requests);
            assertEquals(List.of(), mlflow.writes);
        }
    }

    @Test
    void anotherSpellingOfTheAddressIsNoOtherServer() throws Exception {
        mlflow.status("r7", "RUNNING");
        WorkflowRun run = Pipelines.job(jenkins, GATE).scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7", run);

        MlflowGlobalConfiguration.get().setServers(List.of(new MlflowServerConfiguration("stub", mlflow.uri() + "/")));
        mlflow.status("r7", "FINISHED");

        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void theSnippetGeneratorOffersOnlyWhatTheJobMayUse() throws Exception {
        MlflowServerConfiguration secret = new MlflowServerConfiguration("secret-server", "https://secret.example.com");
        secret.setUsage(new ServerUsage("ml/**"));
        MlflowGlobalConfiguration.get()
                .setServers(List.of(secret, new MlflowServerConfiguration("open-server", "https://open.example.com")));
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "nlp");
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ, Item.CONFIGURE)
                .everywhere()
                .to("author"));
        JenkinsRule.WebClient author = jenkins.createWebClient().login("author");
        for (String step :
                List.of(MlflowEvalGateStep.class.getName(), "io.jenkins.plugins.mlflow.training.WithMlflowStep")) {
            String offered = author.getPage(author.addCrumb(new WebRequest(
                            new URI(jenkins.getURL() + job.getUrl() + "descriptorByName/" + step
                                            + "/fillServerItems?server=")
                                    .toURL(),
                            HttpMethod.POST)))
                    .getWebResponse()
                    .getContentAsString();
            assertTrue(offered.contains("open-server"), offered);
            assertFalse(offered.contains("secret"), offered);
        }
    }
}
