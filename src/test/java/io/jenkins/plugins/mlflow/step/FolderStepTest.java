package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.model.Items;
import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.Folders;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.PromotionRights;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Two teams on one controller: the folders {@code ml} and {@code nlp} have a server {@code production} each, with its own token. */
@WithJenkins
class FolderStepTest {
    private static final String GATE =
            "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], baseline: 'champion',"
                    + " promote: 'champion'";
    private static final String STORED = "mlflowEvalGate model: 'churn-classifier'";

    private JenkinsRule jenkins;
    private HttpMlflow ofMl;
    private HttpMlflow ofNlp;
    private Folder ml;
    private Folder nlp;

    @BeforeEach
    void twoTeams(JenkinsRule rule) throws Exception {
        jenkins = rule;
        ofMl = new HttpMlflow().championAndCandidate();
        ofNlp = new HttpMlflow().championAndCandidate();
        ml = Folders.in(rule.jenkins, "ml");
        nlp = Folders.in(rule.jenkins, "nlp");
        Folders.token(ml, "token", "c4nary-ml");
        Folders.token(nlp, "token", "c4nary-nlp");
        Folders.configure(ml, "", "", Folders.server("production", ofMl.uri(), "token"));
        Folders.configure(nlp, "", "", Folders.server("production", ofNlp.uri(), "token"));
    }

    @AfterEach
    void stop() {
        ofMl.close();
        ofNlp.close();
    }

    private static WorkflowJob job(Folder folder, String name, String script) throws Exception {
        WorkflowJob job = folder.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    private String error(WorkflowRun run) throws Exception {
        Map<?, ?> error = (Map<?, ?>) Pipelines.report(jenkins, run).get("error");
        assertEquals("CONFIGURATION", error.get("category"));
        return error.get("message").toString();
    }

    private String page(String path) throws Exception {
        return client().goTo(path).asNormalizedText();
    }

    @Test
    void serversOfTheSameNameAreKeptApartWithTheirCredentialsAndWhatIsLive() throws Exception {
        WorkflowJob churn = job(ml, "churn", GATE + ", server: 'production'");
        WorkflowJob tagger = job(nlp, "tagger", GATE);

        jenkins.buildAndAssertStatus(Result.SUCCESS, churn);

        assertEquals("7", ofMl.holder("champion"));
        assertEquals(Set.of("Bearer c4nary-ml"), ofMl.logins);
        assertEquals(List.of(), ofNlp.requests);
        ofNlp.version(8, "r8", "accuracy", 0.95);
        jenkins.buildAndAssertStatus(Result.SUCCESS, tagger);
        assertEquals("8", ofNlp.holder("champion"));
        assertEquals(Set.of("Bearer c4nary-nlp"), ofNlp.logins);
        assertEquals("7", ofMl.holder("champion"));
        String live = page(churn.getUrl() + "mlflow-eval-gate/");
        assertTrue(live.contains("7") && !live.contains("tagger"), live);
        assertFalse(page(tagger.getUrl() + "mlflow-eval-gate/").contains("churn #"), "live by job");
    }

    @Test
    void aJobThatIsMovedUsesTheServerOfItsNewFolderFromThenOn() throws Exception {
        WorkflowJob churn = job(ml, "churn", GATE);
        jenkins.buildAndAssertStatus(Result.SUCCESS, churn);
        int before = ofMl.requests.size();

        WorkflowJob moved = Items.move(churn, nlp);
        WorkflowRun run = jenkins.buildAndAssertStatus(Result.SUCCESS, moved);

        assertEquals("7", ofNlp.holder("champion"));
        assertEquals(before, ofMl.requests.size());
        assertEquals(Set.of("Bearer c4nary-nlp"), ofNlp.logins);
        jenkins.assertLogNotContains(ofMl.uri(), run);
    }

    @Test
    void aJobThatIsMovedWhileItsGateWaitsPromotesOnNeitherServer() throws Exception {
        ofMl.status("r7", "RUNNING");
        WorkflowJob churn = job(ml, "churn", GATE);
        WorkflowRun run = churn.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7", run);

        WorkflowJob moved = Items.move(churn, nlp);
        ofMl.status("r7", "FINISHED");

        WorkflowRun ended = moved.getLastBuild();
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(ended));
        assertTrue(
                error(ended)
                        .startsWith(
                                "While the gate waited, server 'production' was changed and leads to another MLflow"),
                error(ended));
        assertEquals(List.of(), ofMl.writes);
        assertEquals(List.of(), ofNlp.requests);
    }

    @Test
    void aJobOutsideLearnsNothingOfTheServersOfAFolder() throws Exception {
        for (String server : List.of("", ", server: 'production'")) {
            WorkflowRun run = Pipelines.build(jenkins, Result.FAILURE, GATE + server);

            assertTrue(error(run).startsWith("No MLflow server is configured for this job."), error(run));
            jenkins.assertLogNotContains(ofMl.uri(), run);
        }
        Folders.configure(nlp, "", "", Folders.server("nlp-only", ofNlp.uri(), "token"));
        WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job(ml, "wants", GATE + ", server: 'nlp-only'"));
        assertTrue(error(run).startsWith("There is no MLflow server named 'nlp-only' for this job."), error(run));
        assertTrue(error(run).endsWith("This job may use: 'production'."), error(run));
        assertEquals(List.of(), ofMl.requests);
        assertEquals(List.of(), ofNlp.requests);
    }

    @Test
    void aServerOfTheSameAddressInAFolderIsNoWayAroundTheListOfTheController() throws Exception {
        MlflowServerConfiguration listed = new MlflowServerConfiguration("controller", ofMl.uri());
        listed.setPromotion(new PromotionRights("ml/main"));
        MlflowGlobalConfiguration.get().setServers(List.of(listed));

        WorkflowRun run = jenkins.buildAndAssertStatus(Result.SUCCESS, job(ml, "feature", GATE));

        Map<?, ?> promotion = (Map<?, ?>) Pipelines.report(jenkins, run).get("promotion");
        assertTrue(promotion
                .get("reason")
                .toString()
                .contains("job 'ml/feature' is not allowed to promote on server 'production'"));
        assertEquals(List.of(), ofMl.changes);
        jenkins.buildAndAssertStatus(Result.SUCCESS, job(ml, "main", GATE));
        assertEquals("7", ofMl.holder("champion"));
    }

    private static String policy(double min, boolean locked) {
        return "version: 1\nmodels: {churn-classifier: {locked: " + locked + ", metrics: {accuracy: " + min
                + "}, promote: champion}}";
    }

    @Test
    void theStoredPolicyOfTheFolderCountsBeforeThatOfTheController() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(policy(0.99, false));
        Folders.configure(ml, "", policy(0.91, false), Folders.server("production", ofMl.uri(), "token"));

        WorkflowRun run = jenkins.buildAndAssertStatus(Result.SUCCESS, job(ml, "churn", STORED));
        jenkins.buildAndAssertStatus(Result.FAILURE, job(nlp, "tagger", STORED));

        assertEquals(
                "stored policy", ((Map<?, ?>) Pipelines.report(jenkins, run).get("policy")).get("origin"));
        assertEquals("7", ofMl.holder("champion"));
        assertEquals("6", ofNlp.holder("champion"));
    }

    @Test
    void aPolicyOfAFolderThatIsLooserThanALockAroundItEndsEveryGateThatWouldUseIt() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(policy(0.92, true));
        Folders.configure(ml, "", policy(0.8, false), Folders.server("production", ofMl.uri(), "token"));

        for (String gate : List.of(STORED, STORED + ", thresholds: [accuracy: 0.92]", STORED + ", promote: false")) {
            WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job(ml, "churn" + gate.length(), gate));
            assertEquals(
                    "the administrator locked the stored policy of model 'churn-classifier', and the policy stored in folder 'ml' asks"
                            + " less:\n- accuracy min 0.92 was lowered to 0.8\nCorrect the policy in the configuration of folder 'ml'.",
                    error(run));
        }
        assertEquals(List.of(), ofMl.requests);
        Folders.configure(ml, "", policy(0.925, false), Folders.server("production", ofMl.uri(), "token"));
        jenkins.buildAndAssertStatus(Result.SUCCESS, job(ml, "right", STORED));
        assertEquals("7", ofMl.holder("champion"));
    }

    @Test
    void everyLockAroundAJobHolds() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(policy(0.92, true));
        Folders.configure(ml, "", policy(0.925, true), Folders.server("production", ofMl.uri(), "token"));
        Folder team = Folders.in(ml, "team");

        WorkflowRun inner =
                jenkins.buildAndAssertStatus(Result.FAILURE, job(team, "a", STORED + ", thresholds: [accuracy: 0.92]"));
        assertTrue(
                error(inner).startsWith("folder 'ml' locked the stored policy of model 'churn-classifier'."),
                error(inner));
        WorkflowRun both =
                jenkins.buildAndAssertStatus(Result.FAILURE, job(team, "b", STORED + ", thresholds: [accuracy: 0.9]"));
        assertTrue(error(both).contains("- accuracy min 0.925 was lowered to 0.9"), error(both));
        jenkins.buildAndAssertStatus(Result.SUCCESS, job(team, "c", STORED + ", thresholds: [accuracy: 0.93]"));
        WorkflowRun outer =
                jenkins.buildAndAssertStatus(Result.FAILURE, job(nlp, "d", STORED + ", thresholds: [accuracy: 0.9]"));
        assertTrue(
                error(outer).startsWith("the administrator locked the stored policy of model 'churn-classifier'."),
                error(outer));
    }

    @Test
    void aLockOfAFolderThatIsTightenedWhileTheGateWaitsEndsItAndNamesTheRule() throws Exception {
        ofMl.status("r7", "RUNNING");
        WorkflowRun run = job(ml, "churn", GATE).scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7", run);

        Folders.configure(ml, "", policy(0.95, true), Folders.server("production", ofMl.uri(), "token"));
        ofMl.status("r7", "FINISHED");

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        assertTrue(
                error(run)
                        .startsWith(
                                "While the gate waited, the locked policy of model 'churn-classifier' in folder 'ml' was"
                                        + " changed"),
                error(run));
        assertTrue(error(run).contains("- accuracy min 0.95 was lowered to 0.9"), error(run));
        assertEquals(List.of(), ofMl.writes);
    }

    @Test
    void aTrainingGetsTheServerAndTheTrainingCredentialsOfItsFolder() throws Exception {
        Folders.token(ml, "training", "training-ml");
        Folders.token(nlp, "training", "training-nlp");
        for (Folder folder : List.of(ml, nlp)) {
            MlflowServerConfiguration server =
                    Folders.server("production", (folder == ml ? ofMl : ofNlp).uri(), "token");
            server.setTrainingCredentialsId("training");
            Folders.configure(folder, "", "", server);
            WorkflowRun run = jenkins.buildAndAssertStatus(
                    Result.SUCCESS,
                    job(
                            folder,
                            "train",
                            "withMlflow { echo \"${env.MLFLOW_TRACKING_URI} ${env.MLFLOW_TRACKING_TOKEN.reverse()}\" }"));
            jenkins.assertLogContains(
                    (folder == ml ? ofMl : ofNlp).uri() + " "
                            + new StringBuilder("training-" + folder.getName()).reverse(),
                    run);
            jenkins.assertLogContains("has no run of this build", run);
        }
    }

    @Test
    void whatIsLiveInAFolderIsRolledBackFromTheJobAndByAdministrators() throws Exception {
        WorkflowJob churn = job(ml, "churn", GATE);
        jenkins.buildAndAssertStatus(Result.SUCCESS, churn);
        assertEquals("7", ofMl.holder("champion"));
        roll(churn.getUrl() + "mlflow-eval-gate/");
        assertEquals("6", ofMl.holder("champion"));
        jenkins.buildAndAssertStatus(Result.SUCCESS, churn);
        assertEquals("7", ofMl.holder("champion"));
        try (JenkinsRule.WebClient client = client()) {
            String overview = client.goTo("manage/mlflow-models/").getBody().asNormalizedText();
            assertTrue(overview.contains("on production in folder ml"), overview);
            String own =
                    client.goTo(churn.getUrl() + "mlflow-eval-gate/").getBody().asNormalizedText();
            assertFalse(own.contains("in folder"), own);
        }

        roll("manage/mlflow-models/");

        assertEquals("6", ofMl.holder("champion"));
        assertEquals(Set.of("Bearer c4nary-ml"), ofMl.logins);
        assertEquals(List.of(), ofNlp.requests);
    }

    private void roll(String page) throws Exception {
        try (JenkinsRule.WebClient client = client()) {
            HtmlPage live = client.goTo(page);
            HtmlPage question = ((HtmlAnchor) live.querySelector("a[href^='rollback/']")).click();
            jenkins.submit(question.getFormByName("rollBack"));
        }
    }

    private JenkinsRule.WebClient client() {
        JenkinsRule.WebClient client = jenkins.createWebClient();
        // HtmlUnit knows no classes, so the script of the charts is for real browsers.
        client.getOptions().setThrowExceptionOnScriptError(false);
        return client;
    }
}
