package io.jenkins.plugins.mlflow.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.TestAuthority;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.step.Pipelines;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;

/** The environment of a block, with servers that do not answer. */
@WithSharedJenkins
class WithMlflowStepTest {
    private static final String PASSWORD = "c4nary/p&ss";
    private static final String TOKEN = "c4nary-t0ken";
    private static final String SHOW = "sh 'env | sort | grep -a MLFLOW_ | sed s/^/SEEN:/'";

    private static JenkinsRule jenkins;
    private MlflowServerConfiguration production;
    private MlflowServerConfiguration staging;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void twoServersThatDoNotAnswer() throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .addAll(List.of(
                        new UsernamePasswordCredentialsImpl(CredentialsScope.SYSTEM, "login", "", "trainer", PASSWORD),
                        new UsernamePasswordCredentialsImpl(
                                CredentialsScope.SYSTEM, "promoter", "", "promoter", "pr0moter-c4nary"),
                        new StringCredentialsImpl(CredentialsScope.SYSTEM, "token", "", Secret.fromString(TOKEN))));
        production = new MlflowServerConfiguration("production", "http://127.0.0.1:9/team");
        production.setCredentialsId("promoter");
        staging = new MlflowServerConfiguration("staging", "http://127.0.0.1:9");
        configure();
    }

    private void configure() {
        MlflowGlobalConfiguration.get().setServers(List.of(production, staging));
        MlflowGlobalConfiguration.get().setDefaultServer("production");
    }

    private WorkflowRun build(Result expected, String script) throws Exception {
        return Pipelines.build(jenkins, expected, script);
    }

    /** The variables that the script showed, in the order of their lines. */
    private static List<String> seen(WorkflowRun run) throws Exception {
        return run.getLog(10_000).stream()
                .filter(line -> line.startsWith("SEEN:"))
                .map(line -> line.substring(5))
                .toList();
    }

    private static String value(List<String> seen, String name) {
        return seen.stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse(null);
    }

    @Test
    void theBlockKnowsTheServerAndTheTagsOfTheBuild() throws Exception {
        production.setWorkspace("churn");
        configure();

        WorkflowRun run = build(
                Result.SUCCESS,
                "node { withEnv(['MLFLOW_EXPERIMENT_ID=7', 'GIT_COMMIT=abc', 'MLFLOW_RUN_CONTEXT={\"kept\": \"yes\", \"team\": \"old\"}']) {\n"
                        + " withMlflow(experiment: 'customer-churn', tags: [team: \"g${1}\", 'jenkins.job': 'forged']) { "
                        + SHOW + " }\n"
                        + " echo \"after: ${env.MLFLOW_TRACKING_URI}\" } }");

        List<String> seen = seen(run);
        assertEquals("http://127.0.0.1:9/team", value(seen, "MLFLOW_TRACKING_URI"));
        assertEquals("customer-churn", value(seen, "MLFLOW_EXPERIMENT_NAME"));
        assertEquals(null, value(seen, "MLFLOW_EXPERIMENT_ID"));
        assertEquals("churn", value(seen, "MLFLOW_WORKSPACE"));
        assertEquals(null, value(seen, "MLFLOW_TRACKING_PASSWORD"));
        JSONObject tags = JSONObject.fromObject(value(seen, "MLFLOW_RUN_CONTEXT"));
        assertEquals("yes", tags.getString("kept"));
        assertEquals("g1", tags.getString("team"));
        assertEquals(run.getParent().getFullName(), tags.getString("jenkins.job"));
        assertEquals("1", tags.getString("jenkins.build_number"));
        assertEquals(jenkins.getURL() + run.getUrl(), tags.getString("jenkins.build_url"));
        assertEquals("abc", tags.getString("mlflow.source.git.commit"));
        assertTrue(tags.getString("mlflow_eval_gate.build").matches("[0-9a-f-]{36}"), tags::toString);
        jenkins.assertLogContains("after: null", run);
        jenkins.assertLogContains("WARNING: UNREACHABLE: the runs of this build could not be listed", run);
    }

    @Test
    void everyBuildHasAnIdOfItsOwnAndKeepsItFromBlockToBlock() throws Exception {
        WorkflowJob job = Pipelines.job(
                jenkins,
                "node { parallel a: { withMlflow { " + SHOW + " } }, b: { withMlflow(server: 'staging') { " + SHOW
                        + " } } }");
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            List<String> contexts = seen(jenkins.buildAndAssertSuccess(job)).stream()
                    .filter(line -> line.startsWith("MLFLOW_RUN_CONTEXT="))
                    .map(line -> JSONObject.fromObject(line.substring(19)).getString("mlflow_eval_gate.build"))
                    .toList();
            assertEquals(2, contexts.size());
            assertEquals(contexts.get(0), contexts.get(1));
            ids.add(contexts.get(0));
        }
        assertNotEquals(ids.get(0), ids.get(1));
    }

    @Test
    void aBuildGetsTheTrainingCredentialsAndNeverThoseOfTheGate() throws Exception {
        production.setTrainingCredentialsId("login");
        configure();

        WorkflowRun run = build(
                Result.SUCCESS,
                "node { withMlflow { " + SHOW
                        + "\n sh 'test ${#MLFLOW_TRACKING_PASSWORD} = 11 && echo right $MLFLOW_TRACKING_USERNAME; set +x; printf %s \"$MLFLOW_TRACKING_PASSWORD\" | base64'\n"
                        + " echo \"${MLFLOW_TRACKING_PASSWORD} ${env.MLFLOW_TRACKING_PASSWORD}\" } }");

        jenkins.assertLogContains("right trainer", run);
        jenkins.assertLogContains("MLFLOW_TRACKING_PASSWORD=****", run);
        jenkins.assertLogNotContains("c4nary", run);
        Canary.assertNotIn(run.getRootDir().toPath());
    }

    @Test
    void aTokenReplacesALoginOfTheOutside() throws Exception {
        production.setTrainingCredentialsId("token");
        configure();

        WorkflowRun run = build(
                Result.SUCCESS,
                "node { withEnv(['MLFLOW_TRACKING_USERNAME=me', 'MLFLOW_TRACKING_PASSWORD=mine']) { withMlflow { "
                        + SHOW + " } } }");

        assertEquals("****", value(seen(run), "MLFLOW_TRACKING_TOKEN"));
        assertEquals(null, value(seen(run), "MLFLOW_TRACKING_USERNAME"));
        assertEquals(null, value(seen(run), "MLFLOW_TRACKING_PASSWORD"));
    }

    @Test
    void withoutTrainingCredentialsThePipelinesOwnAreKept() throws Exception {
        WorkflowRun run = build(
                Result.SUCCESS, "node { withEnv(['MLFLOW_TRACKING_TOKEN=mine']) { withMlflow { " + SHOW + " } } }");

        assertEquals("mine", value(seen(run), "MLFLOW_TRACKING_TOKEN"));
    }

    @Test
    void aBlockForAnotherServerDoesNotGetTheCredentialsOfTheOneAroundIt() throws Exception {
        production.setTrainingCredentialsId("login");
        production.setWorkspace("churn");
        configure();

        WorkflowRun run = build(
                Result.SUCCESS,
                "node { withMlflow(experiment: 'outer') { withMlflow(server: 'staging') { " + SHOW + " } } }");

        List<String> seen = seen(run);
        assertEquals("http://127.0.0.1:9", value(seen, "MLFLOW_TRACKING_URI"));
        for (String name : List.of(
                "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_WORKSPACE", "MLFLOW_EXPERIMENT_NAME")) {
            assertEquals(null, value(seen, name), seen::toString);
        }
    }

    @Test
    void certificatesAreAFileForTheTimeOfTheBlock(@TempDir Path folder) throws Exception {
        String pem = new TestAuthority(folder).pem();
        production.setCaCertificates(pem);
        configure();

        WorkflowRun run = build(
                Result.FAILURE,
                "node { withMlflow { sh 'cat \"$MLFLOW_TRACKING_SERVER_CERT_PATH\" && echo \"AT:$MLFLOW_TRACKING_SERVER_CERT_PATH\"'\n error 'stop' } }");

        jenkins.assertLogContains(pem.lines().skip(1).findFirst().orElseThrow(), run);
        String at = run.getLog(1000).stream()
                .filter(line -> line.startsWith("AT:"))
                .findFirst()
                .orElseThrow()
                .substring(3);
        assertTrue(at.contains("@tmp"), at);
        assertTrue(Files.notExists(Path.of(at)), at);
        WorkflowRun outside = build(Result.FAILURE, "withMlflow { echo 'never' }");
        jenkins.assertLogContains("CONFIGURATION: MLflow server 'production' has CA certificates", outside);
        jenkins.assertLogNotContains("never", outside);
    }

    @Test
    void outsideOfANodeTheEnvironmentIsSetToo() throws Exception {
        WorkflowRun run = build(Result.SUCCESS, "withMlflow { echo \"at ${env.MLFLOW_TRACKING_URI}\" }");

        jenkins.assertLogContains("at http://127.0.0.1:9/team", run);
    }

    @Test
    void whatIsWrongIsSaidBeforeTheBodyRuns() throws Exception {
        Map<String, String> wrong = Map.of(
                "withMlflow(server: 'nowhere')",
                        "CONFIGURATION: There is no MLflow server named 'nowhere' for this job",
                "withEnv(['MLFLOW_RUN_CONTEXT=c4nary']) { withMlflow",
                        "CONFIGURATION: the variable MLFLOW_RUN_CONTEXT is not a JSON object",
                "withMlflow(server: 'staging')",
                        "CONFIGURATION: The training credentials 'gone' of the MLflow server 'staging'");
        staging.setTrainingCredentialsId("gone");
        configure();
        jenkins.assertLogContains(
                "This job may use: 'production', 'staging'.",
                build(Result.FAILURE, "withMlflow(server: 'nowhere') { echo 'never' }"));
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            String end = each.getKey().startsWith("withEnv") ? " } }" : " }";
            WorkflowRun run = build(Result.FAILURE, "node { " + each.getKey() + " { echo 'never' }" + end);
            jenkins.assertLogContains(each.getValue(), run);
            jenkins.assertLogNotContains("never", run);
        }
    }

    @Test
    void aRequiredRunThatCannotBeLookedForFailsTheStep() throws Exception {
        WorkflowRun run = build(Result.FAILURE, "node { withMlflow(requireRun: true) { echo 'trained' } }");

        jenkins.assertLogContains("trained", run);
        jenkins.assertLogContains("ERROR: UNREACHABLE: the runs of this build could not be listed", run);
        jenkins.assertLogNotContains("WARNING: UNREACHABLE", run);
    }

    @Test
    void theErrorOfTheBodyIsThatOfTheStep() throws Exception {
        WorkflowRun run = build(
                Result.FAILURE,
                "node { try { withMlflow(requireRun: true) { error 'no data' } } catch (e) { echo \"caught ${e.message}\"; throw e } }");

        jenkins.assertLogContains("caught no data", run);
    }

    @Test
    void aSecretInAnExceptionIsMaskedToo() throws Exception {
        production.setTrainingCredentialsId("login");
        configure();

        WorkflowRun run =
                build(Result.FAILURE, "node { withMlflow { error \"the login is ${env.MLFLOW_TRACKING_PASSWORD}\" } }");

        jenkins.assertLogContains("the login is ****", run);
        jenkins.assertLogNotContains("c4nary", run);
        Canary.assertNotIn(run.getRootDir().toPath());
    }

    @Test
    void theAddressIsMaskedWhereReadersMustNotSeeIt() throws Exception {
        production.setUiUrl("https://ui.example.com");
        configure();

        WorkflowRun run = build(
                Result.SUCCESS,
                "node { withMlflow { sh 'echo \"View run at: $MLFLOW_TRACKING_URI/#/experiments/1\"' } }");

        jenkins.assertLogContains("View run at: ****/#/experiments/1", run);
        jenkins.assertLogNotContains("127.0.0.1:9", run);
    }

    @Test
    void theCredentialsOfAGateAreNeverTrainingCredentials() throws Exception {
        staging.setTrainingCredentialsId("promoter");
        configure();

        WorkflowRun run = build(Result.FAILURE, "node { withMlflow(server: 'staging') { echo 'never' } }");

        jenkins.assertLogContains(
                "CONFIGURATION: The training credentials 'promoter' of the MLflow server 'staging' are those of a gate",
                run);
    }

    @Test
    void aMisspeltParameterIsAnError() throws Exception {
        WorkflowRun run = build(Result.FAILURE, "withMlflow(requiresRun: true) { echo 'trained' }");

        jenkins.assertLogContains("CONFIGURATION: unknown parameter `requiresRun` of withMlflow", run);
        jenkins.assertLogNotContains("trained", run);
    }

    @Test
    void declarativePipelinesHaveIt() throws Exception {
        WorkflowRun run = build(
                Result.SUCCESS,
                "pipeline { agent any; stages { stage('train') { steps { withMlflow(experiment: 'e') { " + SHOW
                        + " } } } } }");

        assertEquals("e", value(seen(run), "MLFLOW_EXPERIMENT_NAME"));
    }

    @Test
    void theFormAndTheSnippetComeBackAsTheyWere() throws Exception {
        WithMlflowStep step = new WithMlflowStep();
        step.setServer("staging");
        step.setExperiment("customer-churn");
        step.setRequireRun(true);
        step.setTags(Map.of("team", "growth=fast"));

        WithMlflowStep back = new StepConfigTester(jenkins).configRoundTrip(step);

        assertEquals("staging", back.getServer());
        assertEquals("customer-churn", back.getExperiment());
        assertTrue(back.isRequireRun());
        assertEquals(Map.of("team", "growth=fast"), back.getTags());
        new SnippetizerTester(jenkins)
                .assertRoundTrip(
                        step,
                        "withMlflow(experiment: 'customer-churn', requireRun: true, server: 'staging', tags: [team: 'growth=fast']) {\n    // some block\n}");
        new SnippetizerTester(jenkins).assertRoundTrip(new WithMlflowStep(), "withMlflow {\n    // some block\n}");
    }

    @Test
    void aJobWithoutABlockHasNoPageOfRuns() throws Exception {
        WorkflowRun without = build(Result.SUCCESS, "echo 'nothing'");
        WorkflowRun with = build(Result.SUCCESS, "withMlflow { }");

        assertEquals(null, without.getParent().getAction(JobRunsAction.class));
        assertNotNull(with.getParent().getAction(JobRunsAction.class));
        for (String page :
                List.of(with.getUrl() + "mlflow-runs/", with.getParent().getUrl() + "mlflow-runs/", with.getUrl())) {
            String text = jenkins.createWebClient().goTo(page).asNormalizedText();
            assertTrue(text.contains("MLflow runs"), text);
            assertFalse(text.contains("127.0.0.1"), text);
        }
    }
}
