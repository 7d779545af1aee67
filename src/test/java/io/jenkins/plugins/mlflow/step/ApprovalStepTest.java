package io.jenkins.plugins.mlflow.step;

import static io.jenkins.plugins.mlflow.step.Pipelines.build;
import static io.jenkins.plugins.mlflow.step.Pipelines.job;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Item;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.Browsers;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.PromotionRights;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.util.NameValuePair;
import org.jenkinsci.plugins.tokenmacro.TokenMacro;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.actions.PauseAction;
import org.jenkinsci.plugins.workflow.support.steps.input.ApproverAction;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.BuildWatcherExtension;

/** A build that pauses for an approval, as people and scripts meet it. */
class ApprovalStepTest extends PipelineTest {
    @RegisterExtension
    private static final BuildWatcherExtension BUILDS = new BuildWatcherExtension();

    @BeforeEach
    void protect() throws Exception {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ, Item.DISCOVER)
                .everywhere()
                .to("alice", "bob", "carol")
                .grant(Item.BUILD)
                .everywhere()
                .to("alice")
                .grant(Item.CANCEL)
                .everywhere()
                .to("carol")
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("root"));
    }

    private WorkflowRun waiting(String more) throws Exception {
        WorkflowRun run = job(
                        jenkins,
                        "def gate = mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], buildDescription: true, "
                                + "promote: [alias: 'champion', approval: 'always'" + more + "]\n"
                                + "echo \"after: ${gate.status} ${gate.promoted} ${gate.toMap().promotion.approval.by}\"")
                .scheduleBuild2(0)
                .waitForStart();
        jenkins.waitForMessage("Input requested", run);
        return run;
    }

    private static InputAction inputs(WorkflowRun run) {
        return run.getAction(InputAction.class);
    }

    private static String id(WorkflowRun run) throws Exception {
        return inputs(run).getExecutions().get(0).getId();
    }

    private int post(String user, WorkflowRun run, String what, String json) throws Exception {
        return post(user, run, id(run), what, json);
    }

    private int post(String user, WorkflowRun run, String input, String what, String json) throws Exception {
        try (JenkinsRule.WebClient client = client(user).withJavaScriptEnabled(false)) {
            WebRequest request = new WebRequest(
                    new URL(jenkins.getURL(), run.getUrl() + "input/" + input + "/" + what), HttpMethod.POST);
            if (json != null) {
                request.setRequestParameters(List.of(new NameValuePair("json", json)));
            }
            client.addCrumb(request);
            return client.getPage(request).getWebResponse().getStatusCode();
        }
    }

    private JenkinsRule.WebClient client(String user) throws Exception {
        return Browsers.logIn(jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false), user);
    }

    private Map<?, ?> report(WorkflowRun run) throws Exception {
        try (JenkinsRule.WebClient client = client("bob")) {
            return Pipelines.report(client, run, 1);
        }
    }

    private static Map<?, ?> promotion(Map<?, ?> report) {
        return (Map<?, ?>) report.get("promotion");
    }

    private static Map<?, ?> approval(Map<?, ?> report) {
        return (Map<?, ?>) promotion(report).get("approval");
    }

    private void assertNobodyIsAsked(WorkflowRun run) throws Exception {
        // The input leaves the build on a thread of its own.
        for (int tries = 0; inputs(run).getDisplayName() != null && tries < 200; tries++) {
            Thread.sleep(50);
        }
        assertNull(inputs(run).getDisplayName());
        assertEquals(List.of(), inputs(run).getExecutions());
    }

    @Test
    void theFormOfTheInputPromotesAndKeepsWhoApprovedAndWhy() throws Exception {
        WorkflowRun run = waiting("");
        assertEquals(List.of(), mlflow.writes);

        try (JenkinsRule.WebClient client = client("alice")) {
            HtmlPage page = client.goTo(run.getUrl() + "input/");
            String text = page.getBody().getTextContent();
            assertTrue(text.contains("Promote version 7 of churn-classifier to alias 'champion'?"), text);
            assertTrue(text.contains(run.getUrl() + "mlflow-eval-gate/1/"), text);
            HtmlForm form = page.getFormByName(id(run));
            form.getInputByName("value").setValue("looked at the slices");
            jenkins.submit(form, "proceed");
        }

        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        jenkins.assertLogContains("after: PASSED true alice", run);
        assertEquals(List.of("champion=7"), mlflow.writes);
        assertEquals("alice", mlflow.tags.get("mlflow_eval_gate.approved_by"));
        assertEquals("looked at the slices", mlflow.tags.get("mlflow_eval_gate.approval_reason"));
        assertEquals("looked at the slices", approval(report(run)).get("reason"));
        try (JenkinsRule.WebClient client = client("bob")) {
            String page =
                    client.goTo(run.getUrl() + "mlflow-eval-gate/1/").getBody().getTextContent();
            assertTrue(page.contains("looked at the slices") && page.contains("alice"), page);
        }
        assertNobodyIsAsked(run);
    }

    @Test
    void theReportIsThereWhilePeopleThinkAndIsReplacedAfterwards() throws Exception {
        WorkflowRun run = waiting("");

        Map<?, ?> before = report(run);
        assertPending(run, before);
        assertTrue(
                promotion(before).get("reason").toString().startsWith("waiting for approval since"), before::toString);
        assertEquals(true, approval(before).get("required"));
        assertTrue(run.isBuilding());
        assertNull(run.getDescription(), "a gate that is not over tells nobody of its verdict");
        Path trend = run.getParent().getRootDir().toPath().resolve("mlflow-eval-gate/trend.jsonl");
        assertFalse(Files.exists(trend));
        PauseAction pause = new DepthFirstScanner()
                .allNodes(run.getExecution()).stream()
                        .map(node -> node.getAction(PauseAction.class))
                        .filter(action -> action != null)
                        .findFirst()
                        .orElseThrow();
        assertTrue(pause.isPaused());

        assertEquals(200, post("alice", run, "proceedEmpty", null));
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));

        Map<?, ?> after = report(run);
        assertEquals(true, promotion(after).get("promoted"));
        assertEquals("alice", approval(after).get("by"));
        assertNull(approval(after).get("reason"));
        assertEquals(1, run.getAction(GateReportAction.class).getSummaries().size());
        assertTrue(run.getDescription().startsWith("churn-classifier PASSED"), run::getDescription);
        assertTrue(Files.exists(trend));
    }

    /** Nothing that people or scripts read says that the gate passed. */
    private void assertPending(WorkflowRun run, Map<?, ?> report) throws Exception {
        assertEquals("PENDING", report.get("status"));
        assertTrue(report.get("reason").toString().startsWith("pending approval: "), report::toString);
        GateReportAction action = run.getAction(GateReportAction.class);
        assertEquals("Pending approval", action.getBadge().getTooltip());
        assertEquals("PENDING", TokenMacro.expandAll(run, null, TaskListener.NULL, "${MLFLOW_GATE, show=\"status\"}"));
        try (JenkinsRule.WebClient client = client("bob")) {
            for (String page : List.of("", "mlflow-eval-gate/1/")) {
                String text = client.goTo(run.getUrl() + page).getBody().getTextContent();
                assertTrue(text.contains("pending approval"), text);
                assertFalse(text.contains("PASSED:"), text);
            }
        }
    }

    @Test
    void theRestInterfaceTakesTheReasonToo() throws Exception {
        WorkflowRun run = waiting("");

        post("alice", run, "proceed", "{\"parameter\": [{\"name\": \"reason\", \"value\": \"by script\"}]}");

        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        assertEquals("by script", approval(report(run)).get("reason"));
    }

    @Test
    void whoRefusesIsNamedAndNothingIsPromoted() throws Exception {
        WorkflowRun run = waiting("");

        post("carol", run, "abort", null);

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        jenkins.assertLogContains("FORBIDDEN: The gate passed, but carol refused the promotion", run);
        jenkins.assertLogNotContains("after:", run);
        assertEquals(List.of(), mlflow.writes);
        assertEquals("refused by carol", promotion(report(run)).get("reason"));
        assertEquals("FORBIDDEN", ((Map<?, ?>) report(run).get("error")).get("category"));
        assertNobodyIsAsked(run);
    }

    @Test
    void whoMayNotBuildTheJobMayNeitherApproveNorRefuse() throws Exception {
        WorkflowRun run = waiting("");

        post("bob", run, "proceedEmpty", null);
        post("bob", run, "proceed", "{\"parameter\": [{\"name\": \"reason\", \"value\": \"x\"}]}");
        post("bob", run, "abort", null);
        post("carol", run, "proceedEmpty", null);

        assertFalse(inputs(run).getExecutions().get(0).isSettled());
        assertEquals(List.of(), mlflow.writes);
        assertTrue(run.isBuilding());
        post("alice", run, "proceedEmpty", null);
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        assertEquals("alice", approval(report(run)).get("by"));
    }

    @Test
    void nobodyInTimeIsAnErrorAndNobodyIsAskedAnyMore() throws Exception {
        WorkflowRun run = waiting(", approval_timeout: '1s'");

        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));

        jenkins.assertLogContains(
                "TIMEOUT: The gate passed, but nobody approved the promotion to alias 'champion' within 1s", run);
        assertEquals("nobody approved it", promotion(report(run)).get("reason"));
        assertEquals(List.of(), mlflow.writes);
        assertNobodyIsAsked(run);
    }

    /** Nothing was promoted, the report says why, and nothing is left to be done: not on the server, nor on any page. */
    private void assertStopped(WorkflowRun run, int requests, String why) throws Exception {
        Map<?, ?> report = report(run);
        assertEquals("ERROR", report.get("status"));
        assertEquals("stopped before it finished: " + why, report.get("reason"));
        assertEquals(false, promotion(report).get("promoted"));
        assertEquals("nobody approved it", promotion(report).get("reason"));
        assertEquals(true, approval(report).get("required"));
        assertNull(approval(report).get("by"));
        jenkins.assertLogNotContains("after:", run);
        assertEquals(requests, mlflow.requests.size(), mlflow.requests::toString);
        assertEquals(List.of(), mlflow.writes);
        assertEquals(Map.of(), mlflow.tags);
        assertNobodyIsAsked(run);
        try (JenkinsRule.WebClient client = client("alice")) {
            for (String page : List.of("", "mlflow-eval-gate/", "mlflow-eval-gate/1/")) {
                String text = client.goTo(run.getUrl() + page).getBody().getTextContent();
                assertTrue(text.contains("stopped before it finished"), text);
                assertFalse(text.contains("waiting for approval") || text.contains("Paused for Input"), text);
            }
        }
    }

    @Test
    void anAbortedBuildIsAbortedAndNobodyIsAskedAnyMore() throws Exception {
        WorkflowRun run = waiting("");
        int requests = mlflow.requests.size();

        try (JenkinsRule.WebClient client = client("carol")) {
            WebRequest stop = new WebRequest(new URL(jenkins.getURL(), run.getUrl() + "stop"), HttpMethod.POST);
            client.getPage(client.addCrumb(stop));
        }

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
        assertStopped(run, requests, "Aborted by carol");

        WorkflowRun next = waiting("");
        assertEquals(200, post("alice", next, "proceedEmpty", null));
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(next));
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    @Test
    void aTimeoutOfThePipelineEndsThePause() throws Exception {
        WorkflowRun run = job(
                        jenkins,
                        "timeout(time: 5, unit: 'SECONDS') { mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], "
                                + "promote: [alias: 'champion', approval: 'always'] }")
                .scheduleBuild2(0)
                .waitForStart();
        jenkins.waitForMessage("Input requested", run);
        int requests = mlflow.requests.size();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));

        assertStopped(run, requests, "Timeout has been exceeded");
    }

    /** Jenkins tells the steps of such a build nothing, and leaves its input on the page. */
    @Test
    void whoAnswersAfterTheBuildWasKilledHardPromotesNothing() throws Exception {
        WorkflowRun run = waiting("");
        int requests = mlflow.requests.size();
        InputStepExecution asked = inputs(run).getExecutions().get(0);

        run.doKill();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));

        assertTrue(post("alice", run, asked.getId(), "proceedEmpty", null) >= 400);
        assertEquals(requests, mlflow.requests.size(), mlflow.requests::toString);
        for (int tries = 0; !"ERROR".equals(report(run).get("status")) && tries < 200; tries++) {
            Thread.sleep(50);
        }
        assertEquals("ERROR", report(run).get("status"));
        assertEquals(
                "the build was killed before the gate finished", report(run).get("reason"));
        assertEquals(false, promotion(report(run)).get("promoted"));
        assertEquals("nobody approved it", promotion(report(run)).get("reason"));
        WorkflowRun next = waiting("");
        assertEquals(200, post("alice", next, "proceedEmpty", null));
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(next));
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    @Test
    void othersPromoteTheModelWhilePeopleThink() throws Exception {
        WorkflowRun run = waiting("");
        mlflow.version(8, "r8", "accuracy", 0.95).alias("challenger", 6);

        build(
                jenkins,
                Result.SUCCESS,
                "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], promote: 'challenger'");

        assertEquals(List.of("challenger=8"), mlflow.writes);
        post("alice", run, "proceedEmpty", null);
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void twoGatesOfOneBuildAskSideBySide() throws Exception {
        mlflow.alias("a", 6).alias("b", 7);
        String gate = "mlflowEvalGate model: 'churn-classifier', version: %d, thresholds: [accuracy: 0.9], "
                + "promote: [alias: '%s', approval: 'always']";
        WorkflowRun run = job(
                        jenkins,
                        "parallel a: { " + gate.formatted(7, "a") + " }, b: { " + gate.formatted(6, "b") + " }")
                .scheduleBuild2(0)
                .waitForStart();
        for (int tries = 0; (inputs(run) == null || inputs(run).getExecutions().size() < 2) && tries < 600; tries++) {
            Thread.sleep(50);
        }
        assertEquals(2, inputs(run).getExecutions().size());

        post("alice", run, "proceedEmpty", null);
        post("alice", run, "proceedEmpty", null);

        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        assertEquals("7", mlflow.holder("a"));
        assertEquals("6", mlflow.holder("b"));
    }

    private WorkflowRun waitingFor(String promote, Cause... causes) throws Exception {
        WorkflowJob job = job(
                jenkins, "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], promote: " + promote);
        WorkflowRun run = job.scheduleBuild2(0, new CauseAction(causes)).waitForStart();
        jenkins.waitForMessage("Input requested", run);
        return run;
    }

    private static Cause startedBy(String user) {
        return new Cause.UserIdCause(user);
    }

    private void fourEyes() {
        MlflowServerConfiguration server = new MlflowServerConfiguration("stub", mlflow.uri());
        PromotionRights rights = new PromotionRights("");
        rights.setFourEyes(true);
        server.setPromotion(rights);
        MlflowGlobalConfiguration.get().setServers(List.of(server));
    }

    private void assertRefused(String user, WorkflowRun run) throws Exception {
        assertEquals(400, post(user, run, "proceedEmpty", null), user);
        assertEquals(
                400, post(user, run, "proceed", "{\"parameter\": [{\"name\": \"reason\", \"value\": \"x\"}]}"), user);
        assertFalse(inputs(run).getExecutions().get(0).isSettled());
        assertEquals(List.of(), run.getActions(ApproverAction.class));
        jenkins.assertLogNotContains("Approved by", run);
        assertTrue(run.isBuilding());
        assertEquals(List.of(), mlflow.writes);
    }

    private void assertApproves(String user, WorkflowRun run) throws Exception {
        assertEquals(200, post(user, run, "proceedEmpty", null), user);
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        assertEquals(user, approval(report(run)).get("by"));
        assertEquals(user, mlflow.tags.get("mlflow_eval_gate.approved_by"));
        assertEquals(List.of("champion=7"), mlflow.writes);
    }

    /** dave may build, and root may administer; neither is a member of the group. */
    @Test
    void whereThePolicyNamesApproversOnlyTheyMayApproveAndNotEvenAdministrators() throws Exception {
        JenkinsRule.DummySecurityRealm realm = jenkins.createDummySecurityRealm();
        realm.addGroups("mia", "ml-leads");
        jenkins.jenkins.setSecurityRealm(realm);
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("bob", "mia")
                .grant(Jenkins.READ, Item.READ, Item.BUILD)
                .everywhere()
                .to("dave")
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("root"));
        WorkflowRun run = waitingFor("[alias: 'champion', approval: 'always', approvers: ['ml-leads', 'rita']]");
        jenkins.assertLogContains("One of these users and groups must approve it: ml-leads, rita.", run);
        assertEquals(
                "ml-leads,rita", inputs(run).getExecutions().get(0).getInput().getSubmitter());

        for (String user : List.of("dave", "bob", "root")) {
            assertRefused(user, run);
        }

        assertApproves("mia", run);
    }

    @Test
    void withFourEyesWhoStartedTheBuildMayNotApproveAndOneOtherIsEnough() throws Exception {
        fourEyes();
        WorkflowRun run = waitingFor("[alias: 'champion', approval: 'always']", startedBy("root"));

        assertRefused("root", run);

        assertApproves("alice", run);
    }

    @Test
    void withFourEyesWhoStartedTheUpstreamBuildMayNotApproveEither() throws Exception {
        fourEyes();
        WorkflowRun upstream = jenkins.assertBuildStatusSuccess(
                job(jenkins, "echo 'trained'").scheduleBuild2(0, new CauseAction(startedBy("alice"))));
        WorkflowRun run =
                waitingFor("[alias: 'champion', approval: 'always']", new Cause.UpstreamCause((Run<?, ?>) upstream));

        assertRefused("alice", run);

        assertApproves("root", run);
    }

    @Test
    void aStarterWhoIsNotLoggedInLeavesNoSecondPairOfEyes() throws Exception {
        fourEyes();
        WorkflowRun run = waitingFor("[alias: 'champion', approval: 'always']", new Cause.UserIdCause(null));

        assertRefused("alice", run);

        post("carol", run, "abort", null);
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
    }

    @Test
    void fourEyesThatAreTurnedOnWhilePeopleThinkCount() throws Exception {
        WorkflowRun run = waitingFor("[alias: 'champion', approval: 'always']", startedBy("alice"));
        fourEyes();

        assertRefused("alice", run);

        assertApproves("root", run);
    }

    @Test
    void withoutFourEyesWhoStartedTheBuildMayApprove() throws Exception {
        WorkflowRun run = waitingFor("[alias: 'champion', approval: 'always']", startedBy("alice"));

        assertApproves("alice", run);
    }
}
