package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import java.util.List;
import java.util.Map;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Promotions by pipelines, rolled back in the browser and by their builds, with real MLflow servers of every supported version. */
@Tag("live")
@WithJenkins
class LiveRollbackTest {
    private static JenkinsRule jenkins;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    private static void promote(WorkflowJob job, String model, String version) throws Exception {
        job.setDefinition(new CpsFlowDefinition(
                "mlflowEvalGate model: '" + model + "', version: '" + version
                        + "', promote: 'champion', thresholds: [accuracy: 0.9]",
                true));
        jenkins.buildAndAssertStatus(Result.SUCCESS, job);
    }

    private static HtmlForm form(JenkinsRule.WebClient client, WorkflowJob job) throws Exception {
        HtmlPage page = client.getPage(job, "mlflow-eval-gate/");
        HtmlPage question = ((HtmlAnchor) page.querySelector("a[href^='rollback/']")).click();
        return question.getFormByName("rollBack");
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void theAliasGoesBackUnlessItMovedMeanwhile(MlflowServer mlflow) throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(new MlflowServerConfiguration("real", mlflow.url())));
        MlflowData data = mlflow.data();
        String model = MlflowData.unique("churn");
        data.model(model);
        String experiment = data.experiment(MlflowData.unique("experiment"));
        String first = data.version(model, data.finishedRun(experiment, "accuracy", 0.95));
        String second = data.version(model, data.finishedRun(experiment, "accuracy", 0.96));
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        promote(job, model, first);
        promote(job, model, second);
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        // HtmlUnit knows no classes, so the script of the charts is for real browsers.
        client.getOptions().setThrowExceptionOnScriptError(false);
        HtmlForm late = form(client, job);

        HtmlForm question = form(client, job);
        question.getInputByName("reason").setValue("too slow");
        HtmlPage after = (HtmlPage) jenkins.submit(question);

        assertEquals(
                first,
                mlflow.client().versionByAlias(model, "champion").orElseThrow().version());
        Map<String, String> tags = mlflow.client().version(model, second).tags();
        assertEquals("anonymous", tags.get("mlflow_eval_gate.rolled_back_by"));
        assertEquals(first, tags.get("mlflow_eval_gate.rolled_back_to"));
        assertEquals("PASSED", tags.get("mlflow_eval_gate.status"));
        assertTrue(
                after.getBody().asNormalizedText().contains("too slow"),
                after.getBody().asNormalizedText());
        assertEquals(409, jenkins.submit(late).getWebResponse().getStatusCode());

        promote(job, model, second);
        data.alias(model, "champion", first);
        HtmlPage refused = (HtmlPage) jenkins.submit(form(client, job));
        assertEquals(409, refused.getWebResponse().getStatusCode());
        assertTrue(
                refused.getBody().asNormalizedText().contains("is at version " + first + ", not at version " + second),
                refused.getBody().asNormalizedText());
        assertEquals(
                first,
                mlflow.client().versionByAlias(model, "champion").orElseThrow().version());
    }

    private static void deploy(WorkflowJob job, Result expected, String model, String deployment) throws Exception {
        job.setDefinition(new CpsFlowDefinition(
                "pipeline { agent none\nstages {\n"
                        + "stage('Gate') { steps { mlflowEvalGate model: '" + model
                        + "', promote: 'champion', thresholds: [accuracy: 0.9] } }\n"
                        + "stage('Deploy') { steps { " + deployment + " }\n"
                        + "post { failure { mlflowRollback model: '" + model
                        + "', alias: 'champion', reason: 'smoke test failed' } } }\n} }",
                true));
        jenkins.buildAndAssertStatus(expected, job);
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void aFailedDeploymentIsRolledBackByItsBuildUnlessTheAliasMovedMeanwhile(MlflowServer mlflow) throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(new MlflowServerConfiguration("real", mlflow.url())));
        MlflowData data = mlflow.data();
        String model = MlflowData.unique("churn");
        data.model(model);
        String experiment = data.experiment(MlflowData.unique("experiment"));
        String first = data.version(model, data.finishedRun(experiment, "accuracy", 0.95));
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        deploy(job, Result.SUCCESS, model, "echo 'fine'");
        String second = data.version(model, data.finishedRun(experiment, "accuracy", 0.96));

        deploy(job, Result.FAILURE, model, "error 'the smoke test failed'");

        assertEquals(
                first,
                mlflow.client().versionByAlias(model, "champion").orElseThrow().version());
        Map<String, String> tags = mlflow.client().version(model, second).tags();
        assertEquals(job.getFullName() + " #2", tags.get("mlflow_eval_gate.rolled_back_by"));
        assertEquals(first, tags.get("mlflow_eval_gate.rolled_back_to"));
        assertEquals(
                jenkins.getURL() + job.getBuildByNumber(2).getUrl(),
                tags.get("mlflow_eval_gate.rolled_back_build_url"));
        assertEquals("PASSED", tags.get("mlflow_eval_gate.status"));

        String third = data.version(model, data.finishedRun(experiment, "accuracy", 0.97));
        job.setDefinition(new CpsFlowDefinition(
                "mlflowEvalGate model: '" + model + "', promote: 'champion', thresholds: [accuracy: 0.9]\n"
                        + "input message: 'Pause'\nmlflowRollback model: '" + model + "'",
                true));
        WorkflowRun moved = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Pause", moved);
        assertEquals(
                third,
                mlflow.client().versionByAlias(model, "champion").orElseThrow().version());
        data.alias(model, "champion", second);
        Pipelines.pendingInput(moved).proceed(Map.of());
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(moved));
        jenkins.assertLogContains("is at version " + second + ", not at version " + third, moved);
        assertEquals(
                second,
                mlflow.client().versionByAlias(model, "champion").orElseThrow().version());
    }
}
