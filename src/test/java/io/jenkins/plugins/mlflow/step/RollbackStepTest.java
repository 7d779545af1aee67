package io.jenkins.plugins.mlflow.step;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.PasswordParameterDefinition;
import hudson.model.PasswordParameterValue;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.FilesOfHome;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.PromotionRights;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.live.PromotionQueue;
import io.jenkins.plugins.mlflow.policy.Json;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** {@code mlflowRollback} in real pipelines. Version 6 is the champion, and the gate promotes version 7. */
@WithSharedJenkins
class RollbackStepTest {
    private static final String GATE =
            "mlflowEvalGate model: 'churn-classifier', promote: 'champion', baseline: 'champion', thresholds: [accuracy: 0.9]\n";
    private static final String BACK = "mlflowRollback model: 'churn-classifier', alias: 'champion'";
    private static final String PAUSE = "input message: 'Pause'\n";

    private static JenkinsRule jenkins;

    private HttpMlflow mlflow;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void start() throws Exception {
        mlflow = Pipelines.configure(new HttpMlflow().championAndCandidate());
    }

    @AfterEach
    void stop() {
        mlflow.close();
    }

    private WorkflowRun failed(String script, String why) throws Exception {
        WorkflowRun run = Pipelines.build(jenkins, Result.FAILURE, script);
        jenkins.assertLogContains(why, run);
        return run;
    }

    /** Starts the script, and returns once it has come to its pause. */
    private WorkflowRun paused(String script) throws Exception {
        WorkflowRun run = Pipelines.job(jenkins, script).scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage(script.contains(PAUSE) ? "Pause" : "Input requested", run);
        return run;
    }

    private WorkflowRun goOn(WorkflowRun run, Result expected) throws Exception {
        Pipelines.pendingInput(run).proceed(Map.of());
        return jenkins.assertBuildStatus(expected, jenkins.waitForCompletion(run));
    }

    private PromotionQueue.Place otherPromotion() throws Exception {
        return PromotionQueue.INSTANCE.enter(
                PromotionQueue.key(
                        MlflowGlobalConfiguration.get().getServer("stub").destination(), HttpMlflow.MODEL),
                false,
                () -> {});
    }

    private void rights(String allowedJobs) {
        MlflowServerConfiguration server = new MlflowServerConfiguration("stub", mlflow.uri());
        server.setPromotion(new PromotionRights(allowedJobs));
        MlflowGlobalConfiguration.get().setServers(List.of(server));
    }

    private static Map<?, ?> live(WorkflowJob job) throws Exception {
        String json = jenkins.createWebClient()
                .goTo(job.getUrl() + "mlflow-eval-gate/api/json?depth=3", "application/json")
                .getWebResponse()
                .getContentAsString();
        return (Map<?, ?>) ((List<?>) ((Map<?, ?>) Json.read(json)).get("live")).get(0);
    }

    @Test
    void afterAFailedDeploymentTheVersionBeforeIsLiveAgainAndEverybodySeesWhy() throws Exception {
        WorkflowRun run = failed(
                """
                pipeline {
                    agent none
                    stages {
                        stage('Gate') { steps { mlflowEvalGate model: 'churn-classifier', promote: 'champion', thresholds: [accuracy: 0.9] } }
                        stage('Deploy') { steps { error 'the smoke test failed' } }
                    }
                    post {
                        failure { mlflowRollback model: 'churn-classifier', alias: 'champion', reason: 'smoke test <b>failed' }
                    }
                }
                """,
                "Version 6 of churn-classifier is live again as 'champion', in place of version 7. Reason: smoke test <b>failed");

        String build = run.getParent().getFullName() + " #1";
        assertEquals(List.of("champion=7", "champion=6"), mlflow.writes);
        assertEquals("6", mlflow.holder("champion"));
        assertEquals(build, mlflow.tags.get("mlflow_eval_gate.rolled_back_by"));
        assertEquals("6", mlflow.tags.get("mlflow_eval_gate.rolled_back_to"));
        assertEquals(jenkins.getURL() + run.getUrl(), mlflow.tags.get("mlflow_eval_gate.rolled_back_build_url"));
        Map<?, ?> live = live(run.getParent());
        assertEquals("6", live.get("version"));
        assertNull(live.get("predecessor"));
        Map<?, ?> change = (Map<?, ?>) ((List<?>) live.get("changes")).get(0);
        assertEquals("ROLLED_BACK", change.get("what"));
        assertEquals("DONE", change.get("outcome"));
        assertEquals(build, change.get("by"));
        assertEquals("smoke test <b>failed", change.get("reason"));
        try (JenkinsRule.WebClient client = jenkins.createWebClient().withJavaScriptEnabled(false)) {
            HtmlPage page = client.getPage(run.getParent(), "mlflow-eval-gate/");
            assertThat(
                    page.getBody().asNormalizedText(),
                    allOf(containsString(build), containsString("smoke test <b>failed")));
            assertThat(
                    ((HtmlPage) client.getPage(run)).getBody().asNormalizedText(),
                    allOf(
                            containsString(
                                    "Rolled back alias champion of model churn-classifier from version 7 to version 6"),
                            containsString("smoke test <b>failed")));
            assertEquals(
                    200,
                    client.goTo(page.getAnchorByText(build)
                                    .getHrefAttribute()
                                    .substring(jenkins.contextPath.length() + 1))
                            .getWebResponse()
                            .getStatusCode());
        }
    }

    @Test
    void aScriptGetsTheVersionsAndTheReasonAndNeedsNoAlias() throws Exception {
        WorkflowRun run = Pipelines.build(
                jenkins,
                Result.SUCCESS,
                GATE
                        + "def back = mlflowRollback model: 'churn-classifier', reason: \"build ${1 + 1}\"\n"
                        + "echo \"live ${back.version}, before ${back.previousVersion}: ${back.reason}\"");

        jenkins.assertLogContains("live 6, before 7: build 2", run);
    }

    @Test
    void anAliasThatWasMovedMeanwhileStaysWhereItIs() throws Exception {
        mlflow.version(8, "r8", "accuracy", 0.94);
        WorkflowRun run = paused(GATE.replace("promote", "version: 7, promote") + PAUSE + BACK);
        mlflow.alias("champion", 8);

        goOn(run, Result.FAILURE);

        jenkins.assertLogContains(
                "CONFLICT: Alias 'champion' of model 'churn-classifier' is at version 8, not at version 7", run);
        assertEquals(List.of("champion=7"), mlflow.writes);
        assertEquals("8", live(run.getParent()).get("version"), "what was seen is recorded");
    }

    @Test
    void whatAnotherBuildPromotedSinceStaysWhereItIs() throws Exception {
        mlflow.version(8, "r8", "accuracy", 0.94);
        WorkflowRun run = paused(GATE.replace("promote", "version: 7, promote") + PAUSE + BACK);
        Pipelines.build(jenkins, Result.SUCCESS, GATE);

        goOn(run, Result.FAILURE);

        jenkins.assertLogContains(
                "CONFLICT: Alias 'champion' of model 'churn-classifier' on server 'stub' is not rolled back: it is at"
                        + " version 8, not at version 7",
                run);
        assertEquals("8", mlflow.holder("champion"));
    }

    @Test
    void anAliasThatWentElsewhereAndCameBackIsNotWhereThisBuildPutIt() throws Exception {
        mlflow.version(5, "r5", "accuracy", 0.91);
        WorkflowRun run = paused(GATE + PAUSE + BACK);
        String look =
                "mlflowEvalGate model: 'churn-classifier', version: 7, promote: false, baseline: 'champion', thresholds: [accuracy: 0.9]";
        for (int version : new int[] {5, 7}) {
            mlflow.alias("champion", version);
            Pipelines.build(jenkins, Result.SUCCESS, look);
        }

        goOn(run, Result.FAILURE);

        jenkins.assertLogContains("replaced version 6, but version 5 was live before it now", run);
        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void whereNothingWasLiveBeforeTheAliasStays() throws Exception {
        mlflow.close();
        mlflow = Pipelines.configure(new HttpMlflow().version(7, "r7", "accuracy", 0.93));

        failed(
                GATE.replace("baseline: 'champion', ", "") + BACK,
                "CONFLICT: Alias 'champion' of model 'churn-classifier' on server 'stub' is not"
                        + " rolled back: no version before version 7 is known. Nothing was changed.");

        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void aBuildThatPromotedNothingMustNameTheVersion() throws Exception {
        failed(BACK, "CONFIGURATION: this build promoted no version of model 'churn-classifier' to alias 'champion'");
        failed("mlflowRollback model: 'churn-classifier', from: 7", "CONFIGURATION: parameter `alias` is missing");
        failed(
                "mlflowRollback model: 'churn-classifier'",
                "CONFIGURATION: this build promoted no version of model 'churn-classifier'");
        failed(
                GATE.replace("accuracy: 0.9]", "accuracy: 0.99], onFailure: 'continue'") + BACK,
                "CONFIGURATION: this build promoted no version");
        failed(
                GATE + "mlflowRollback model: 'other', alias: 'champion'",
                "CONFIGURATION: this build promoted no version of model 'other'");
        failed("mlflowRollback model: null, alias: null", "CONFIGURATION: parameter `model` is null");
        failed("mlflowRollback alias: 'champion'", "CONFIGURATION: parameter `model` is missing");
        failed(BACK + ", server: 'other'", "This job may use: 'stub'");

        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    @Test
    void aBuildThatMovedTwoAliasesMustSayWhich() throws Exception {
        String both = GATE.replace("promote: 'champion'", "promote: 'challenger'") + GATE;
        failed(
                both + "mlflowRollback model: 'churn-classifier'",
                "CONFIGURATION: parameter `alias` is missing: this build promoted model 'churn-classifier' to the aliases 'challenger', 'champion'");
        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void anotherBuildMayNameTheVersion() throws Exception {
        Pipelines.build(jenkins, Result.SUCCESS, GATE);

        failed(
                BACK + ", from: 6",
                "CONFLICT: Alias 'champion' of model 'churn-classifier' on server 'stub' is not rolled back: it is at version 7");
        Pipelines.build(jenkins, Result.SUCCESS, BACK + ", from: 7");

        assertEquals("6", mlflow.holder("champion"));
    }

    @Test
    void aLockedPolicyIsNoObstacleForTheBuildThatPromotedButForAllOthers() throws Exception {
        MlflowGlobalConfiguration.get()
                .setPolicy(
                        "version: 1\nmodels: {churn-classifier: {locked: true, metrics: {accuracy: 0.9}, promote: champion}}");
        String gate = "mlflowEvalGate model: 'churn-classifier'\n";
        Pipelines.build(jenkins, Result.SUCCESS, gate + BACK);
        assertEquals("6", mlflow.holder("champion"));
        Pipelines.build(jenkins, Result.SUCCESS, gate);
        mlflow.requests.clear();

        failed(
                BACK + ", from: '7'",
                "FORBIDDEN: version 7 was not promoted to alias 'champion' by this build, and the administrator locked the"
                        + " stored policy of model 'churn-classifier'");

        assertEquals("7", mlflow.holder("champion"));
        assertEquals(List.of(), mlflow.requests);
    }

    @Test
    void anApprovedPromotionIsTakenBackByItsOwnBuildWithoutAskingAndByNoOther() throws Exception {
        String asking = GATE.replace("promote: 'champion'", "promote: [alias: 'champion', approval: 'always']");
        WorkflowRun run = paused(asking + BACK);
        goOn(run, Result.SUCCESS);
        assertEquals("6", mlflow.holder("champion"));
        goOn(paused(asking), Result.SUCCESS);
        assertEquals("7", mlflow.holder("champion"));

        failed(
                BACK + ", from: 7",
                "FORBIDDEN: version 7 was not promoted to alias 'champion' by this build, and its promotion required approval");
        MlflowGlobalConfiguration.get()
                .setPolicy(
                        "version: 1\nmodels: {churn-classifier: {metrics: {accuracy: 0.9}, promote: {alias: champion, approval: first}}}");
        mlflow.version(8, "r8", "accuracy", 0.94);
        Pipelines.build(jenkins, Result.SUCCESS, GATE);
        failed(
                BACK + ", from: 8",
                "FORBIDDEN: version 8 was not promoted to alias 'champion' by this build, and the stored policy of model"
                        + " 'churn-classifier' requires approval");

        assertEquals("8", mlflow.holder("champion"));
    }

    @Test
    void aJobThatMayNotPromoteMayNotRollBackEither() throws Exception {
        WorkflowRun withdrawn = paused(GATE + PAUSE + BACK);
        rights("release/*");
        mlflow.requests.clear();

        goOn(withdrawn, Result.FAILURE);
        failed(BACK + ", from: 7", "FORBIDDEN: job '");

        jenkins.assertLogContains(
                "FORBIDDEN: job '" + withdrawn.getParent().getFullName()
                        + "' is not allowed to promote on server 'stub'." + " Nothing was changed.",
                withdrawn);
        assertEquals(List.of(), mlflow.requests);
        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void aRightThatIsWithdrawnWhileItWaitsCounts() throws Exception {
        WorkflowRun run = paused(GATE + PAUSE + BACK);
        PromotionQueue.Place other = otherPromotion();
        Pipelines.pendingInput(run).proceed(Map.of());
        jenkins.waitForMessage("Waiting for the promotions of churn-classifier by other builds", run);
        rights("release/*");
        PromotionQueue.INSTANCE.leave(other);

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));

        jenkins.assertLogContains("FORBIDDEN: job '", run);
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    @Test
    void aSecondRollbackOfTheSamePromotionChangesNothing() throws Exception {
        failed(
                GATE + BACK + "\n" + BACK,
                "CONFLICT: Alias 'champion' of model 'churn-classifier' on server 'stub' is not rolled back: it is at"
                        + " version 6, not at version 7");

        assertEquals(List.of("champion=7", "champion=6"), mlflow.writes);
    }

    @Test
    void twoAtOnceTakeTurnsAndOneFindsItDone() throws Exception {
        WorkflowRun run = failed(
                GATE + "parallel a: { " + BACK + " }, b: { " + BACK + " }",
                "is not rolled back: it is at version 6, not at version 7");

        jenkins.assertLogContains("Version 6 of churn-classifier is live again", run);
        assertEquals(List.of("champion=7", "champion=6"), mlflow.writes);
    }

    @Test
    void anAbortWhileItWaitsWinsAndLeavesItsPlaceToOthers() throws Exception {
        WorkflowRun run = paused(GATE + PAUSE + BACK);
        PromotionQueue.Place other = otherPromotion();
        Pipelines.pendingInput(run).proceed(Map.of());
        jenkins.waitForMessage("Waiting for the promotions of churn-classifier by other builds", run);

        run.getExecutor().interrupt();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));

        PromotionQueue.INSTANCE.leave(other);
        PromotionQueue.Place next = otherPromotion();
        assertTrue(PromotionQueue.INSTANCE.isFirst(next));
        PromotionQueue.INSTANCE.leave(next);
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    @Test
    void anAbortBeforeTheWriteWinsAndOneDuringTheWriteLeavesATrueRecord() throws Exception {
        for (String at : List.of("GET model-versions/get", "POST registered-models/alias")) {
            mlflow.alias("champion", 6);
            WorkflowRun run = paused(GATE + PAUSE + BACK);
            mlflow.writes.clear();
            CountDownLatch reached = new CountDownLatch(1);
            CountDownLatch held = new CountDownLatch(1);
            mlflow.between((request, parameters, done) -> {
                if (request.equals(at) && !done && reached.getCount() > 0) {
                    reached.countDown();
                    held.await();
                }
            });
            Pipelines.pendingInput(run).proceed(Map.of());
            reached.await();

            run.getExecutor().interrupt();
            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
            held.countDown();

            PromotionQueue.Place next = otherPromotion();
            while (!PromotionQueue.INSTANCE.isFirst(next)) {
                Thread.sleep(20);
            }
            PromotionQueue.INSTANCE.leave(next);
            boolean writing = at.startsWith("POST");
            assertEquals(writing ? List.of("champion=6") : List.of(), mlflow.writes, at);
            assertEquals(writing ? "6" : "7", live(run.getParent()).get("version"), at);
        }
    }

    @Test
    void itGivesUpInTime() throws Exception {
        WorkflowRun run = paused(GATE + PAUSE + BACK + ", timeout: '1s'");
        PromotionQueue.Place other = otherPromotion();
        try {
            goOn(run, Result.FAILURE);
        } finally {
            PromotionQueue.INSTANCE.leave(other);
        }

        jenkins.assertLogContains(
                "TIMEOUT: Alias 'champion' of model 'churn-classifier' was not rolled back within 1s, because of the"
                        + " promotions of churn-classifier by other builds. Nothing was changed.",
                run);
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    @Test
    void aServerThatIsBackInTimeIsRolledBackAndOneThatIsNotIsAnError() throws Exception {
        WorkflowRun run = paused(GATE + PAUSE + BACK);
        mlflow.refuseWith(503);
        Pipelines.pendingInput(run).proceed(Map.of());
        jenkins.waitForMessage("Waiting for server stub to respond", run);
        mlflow.refuseWith(0);
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        assertEquals("6", mlflow.holder("champion"));

        WorkflowRun late = paused(GATE + PAUSE + BACK + ", timeout: '1s'");
        mlflow.refuseWith(503);
        goOn(late, Result.FAILURE);
        jenkins.assertLogContains("UNREACHABLE: ", late);
        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void aWriteThatTheServerRefusesFailsTheStep() throws Exception {
        mlflow.between((request, parameters, done) -> {
            if (request.equals("POST registered-models/alias") && "6".equals(parameters.get("version"))) {
                throw new java.io.IOException("the connection is lost");
            }
        });

        WorkflowRun run = failed(GATE + BACK, "may yet take effect");

        assertEquals("7", mlflow.holder("champion"));
        assertEquals("UNKNOWN", ((Map<?, ?>) ((List<?>) live(run.getParent()).get("changes")).get(0)).get("outcome"));
    }

    /** The server under a second name and another spelling of its address. */
    private void alsoSpelledOtherwise() {
        MlflowGlobalConfiguration.get()
                .setServers(List.of(
                        new MlflowServerConfiguration("stub", mlflow.uri()),
                        new MlflowServerConfiguration("other", mlflow.uri().replace("127.0.0.1", "127.000.000.001"))));
    }

    @Test
    void anotherSpellingOfTheAddressIsNoWayAroundAnApproval() throws Exception {
        alsoSpelledOtherwise();
        goOn(
                paused(GATE.replace("model:", "server: 'stub', model:")
                        .replace("promote: 'champion'", "promote: [alias: 'champion', approval: 'always']")),
                Result.SUCCESS);

        failed(
                BACK + ", from: 7, server: 'other'",
                "FORBIDDEN: version 7 was not promoted to alias 'champion' by this build, and its promotion required approval");

        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void promotionsAndRollbacksThroughTwoSpellingsOfAnAddressTakeTurns() throws Exception {
        alsoSpelledOtherwise();
        PromotionQueue.Place other = otherPromotion();
        WorkflowRun run = Pipelines.job(
                        jenkins, GATE.replace("model:", "server: 'other', model:") + PAUSE + BACK + ", server: 'other'")
                .scheduleBuild2(0)
                .waitForStart();
        jenkins.waitForMessage("Waiting for the promotions of churn-classifier by other builds", run);
        assertEquals(List.of(), mlflow.writes);
        PromotionQueue.INSTANCE.leave(other);
        jenkins.waitForMessage("Pause", run);

        goOn(run, Result.SUCCESS);

        assertEquals(List.of("champion=7", "champion=6"), mlflow.writes);
    }

    @Test
    void whatWasPromotedIsRolledBackByAnyNameOfTheServerAndOnNoOther() throws Exception {
        alsoSpelledOtherwise();
        String gate = GATE.replace("model:", "server: 'stub', model:");
        Pipelines.build(jenkins, Result.SUCCESS, gate + BACK + ", server: 'other'");
        assertEquals("6", mlflow.holder("champion"));
        try (HttpMlflow another = new HttpMlflow().championAndCandidate().alias("champion", 7)) {
            MlflowGlobalConfiguration.get()
                    .setServers(List.of(
                            new MlflowServerConfiguration("stub", mlflow.uri()),
                            new MlflowServerConfiguration("other", another.uri())));
            failed(
                    gate + BACK + ", server: 'other'",
                    "CONFIGURATION: this build promoted no version of model 'churn-classifier' to alias"
                            + " 'champion' on server 'other'");

            assertEquals(List.of(), another.writes);
        }
    }

    @Test
    void aNameThatLeadsToAnotherServerNowTakesNothingBackThere() throws Exception {
        try (HttpMlflow another = new HttpMlflow().championAndCandidate()) {
            Pipelines.configure(another);
            Pipelines.build(jenkins, Result.SUCCESS, GATE);
            Pipelines.configure(mlflow);
            WorkflowRun run = paused(GATE + PAUSE + BACK);
            Pipelines.configure(another);
            goOn(run, Result.FAILURE);

            jenkins.assertLogContains(
                    "CONFLICT: Alias 'champion' of model 'churn-classifier' on server 'stub' is not rolled back", run);
            assertEquals(List.of("champion=7"), another.writes);
            assertEquals("7", mlflow.holder("champion"));
        }
    }

    @Test
    void aSecretInTheReasonIsMaskedWhereverItIsKept() throws Exception {
        WorkflowJob job = Pipelines.job(
                jenkins, GATE + "def back = " + BACK + ", reason: \"token ${params.TOKEN} expired\"\necho back.reason");
        job.addProperty(
                new ParametersDefinitionProperty(new PasswordParameterDefinition("TOKEN", Secret.fromString(""), "")));
        WorkflowRun run = job.scheduleBuild2(
                        0, new ParametersAction(new PasswordParameterValue("TOKEN", "c4nary-0f-rollback", "")))
                .waitForStart();
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));

        assertEquals("token **** expired", ((Map<?, ?>) ((List<?>) live(job).get("changes")).get(0)).get("reason"));
        jenkins.assertLogContains("Reason: token **** expired", run);
        assertThat(mlflow.tags.toString(), not(containsString("c4nary")));
        assertThat(
                FilesOfHome.read(jenkins.jenkins.getRootDir().toPath().resolve("mlflow-eval-gate"))
                        .toString(),
                allOf(containsString("token **** expired"), not(containsString("c4nary"))));
    }
}
