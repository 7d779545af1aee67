package io.jenkins.plugins.mlflow.step;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Item;
import hudson.model.Result;
import hudson.security.csrf.DefaultCrumbIssuer;
import io.jenkins.plugins.mlflow.Browsers;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.PromotionRights;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.live.PromotionQueue;
import io.jenkins.plugins.mlflow.live.RollbackService;
import io.jenkins.plugins.mlflow.policy.Json;
import java.net.URL;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.Page;
import org.htmlunit.WebRequest;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.util.NameValuePair;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/**
 * What is live, and rolling it back, from gates in real pipelines. Version 6 was the champion before, and version 7 was promoted
 * by the first build. "operator" may roll back on the job, "author" may do all else to it.
 */
@WithSharedJenkins
class RollbackPageTest {
    private static JenkinsRule jenkins;

    private HttpMlflow mlflow;
    private WorkflowJob job;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void sevenIsPromoted() throws Exception {
        mlflow = Pipelines.configure(new HttpMlflow().championAndCandidate());
        job = jenkins.createProject(WorkflowJob.class);
        build(0.9);
        assertEquals("7", mlflow.holder("champion"));
        mlflow.writes.clear();
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ)
                .everywhere()
                .to("operator", "author")
                .grant(Item.READ, RollbackService.ROLL_BACK)
                .onItems(job)
                .to("operator")
                .grant(Item.READ, Item.BUILD, Item.CONFIGURE, Item.DELETE)
                .onItems(job)
                .to("author"));
    }

    @AfterEach
    void stop() {
        mlflow.close();
    }

    private WorkflowRun build(double min) throws Exception {
        job.setDefinition(new CpsFlowDefinition(
                "mlflowEvalGate model: 'churn-classifier', promote: 'champion', baseline: 'champion', thresholds: [accuracy: "
                        + min + "]",
                true));
        return jenkins.buildAndAssertStatus(Result.SUCCESS, job);
    }

    private static JenkinsRule.WebClient as(String user) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        // HtmlUnit knows no classes, so the script of the charts is for real browsers.
        client.getOptions().setThrowExceptionOnScriptError(false);
        return Browsers.logIn(client, user);
    }

    private String page() {
        return job.getUrl() + "mlflow-eval-gate/";
    }

    private static String text(JenkinsRule.WebClient client, String path) throws Exception {
        return ((HtmlPage) client.getPage(jenkins.getURL() + path)).getBody().asNormalizedText();
    }

    /** The address of the page that rolls back, from below the page given. */
    private String question(String page) throws Exception {
        HtmlPage shown = (HtmlPage) as("admin").getPage(jenkins.getURL() + page);
        return page + ((HtmlAnchor) shown.querySelector("a[href^='rollback/']")).getHrefAttribute();
    }

    /** What a browser gets that fills in the form of the page. */
    private static HtmlPage rollBack(JenkinsRule.WebClient client, String question, String reason) throws Exception {
        HtmlForm form = ((HtmlPage) client.getPage(jenkins.getURL() + question)).getFormByName("rollBack");
        form.getInputByName("reason").setValue(reason);
        return (HtmlPage) jenkins.submit(form);
    }

    private static Page post(JenkinsRule.WebClient client, String path) throws Exception {
        WebRequest request = new WebRequest(new URL(jenkins.getURL(), path), HttpMethod.POST);
        request.setRequestParameters(List.of(new NameValuePair("from", "7"), new NameValuePair("to", "6")));
        return client.getPage(client.addCrumb(request));
    }

    private Map<?, ?> live() throws Exception {
        Page page = as("admin").goTo(page() + "api/json?depth=3", "application/json");
        List<?> rows = (List<?>) ((Map<?, ?>) Json.read(page.getWebResponse().getContentAsString())).get("live");
        return (Map<?, ?>) rows.get(0);
    }

    private void assertNothingChanged() {
        assertEquals("7", mlflow.holder("champion"));
        assertEquals(List.of(), mlflow.writes);
        assertNull(mlflow.tags.get("mlflow_eval_gate.rolled_back_by"));
    }

    @Test
    void thePageSaysWhatIsLiveSinceWhenByWhichBuildAndWhatWasBefore() throws Exception {
        String text = text(as("author"), page());

        assertThat(
                text,
                allOf(
                        containsString("churn-classifier"),
                        containsString("champion"),
                        containsString("\t7\t"),
                        containsString(job.getFullName() + " #1"),
                        containsString("\t6\t")));
        assertThat(text, not(containsString(mlflow.uri())));
        assertThat(text(as("admin"), "manage/mlflow-models/"), containsString(job.getFullName() + " #1"));

        job.getBuildByNumber(1).delete();
        assertThat(text(as("author"), page()), containsString("#1 (deleted)"));
        job.delete();
        assertThat(text(as("admin"), "manage/mlflow-models/"), containsString("#1 (deleted)"));
    }

    @Test
    void whoMayRollsBackAndEverybodySeesWhoItWas() throws Exception {
        HtmlPage after = rollBack(as("operator"), question(page()), "latency doubled <b>");

        assertEquals("6", mlflow.holder("champion"));
        assertEquals(List.of("champion=6"), mlflow.writes);
        assertEquals("operator", mlflow.tags.get("mlflow_eval_gate.rolled_back_by"));
        assertEquals("6", mlflow.tags.get("mlflow_eval_gate.rolled_back_to"));
        assertEquals(
                new URL(jenkins.getURL(), page()).toString(), after.getUrl().toString());
        for (String text : List.of(after.getBody().asNormalizedText(), text(as("admin"), "manage/mlflow-models/"))) {
            assertThat(
                    text,
                    allOf(
                            containsString("operator"),
                            containsString("Rolled back"),
                            containsString("latency doubled <b>")));
        }
        Map<?, ?> live = live();
        assertEquals("6", live.get("version"));
        assertNull(live.get("predecessor"));
        assertNull(after.querySelector("a[href^='rollback/']"), "nothing is known to go back to");
    }

    @Test
    void anAdministratorRollsBackFromThePageOverAll() throws Exception {
        HtmlPage after = rollBack(as("admin"), question("manage/mlflow-models/"), "");

        assertEquals("6", mlflow.holder("champion"));
        assertTrue(
                after.getUrl().toString().endsWith("/manage/mlflow-models/"),
                after.getUrl().toString());
        assertThat(after.getBody().asNormalizedText(), containsString("admin"));
    }

    @Test
    void whoMayWritePipelinesMayNotRollBack() throws Exception {
        String question = question(page());
        assertNull(((HtmlPage) as("author").getPage(jenkins.getURL() + page())).querySelector("a[href^='rollback/']"));
        assertEquals(
                403,
                as("author")
                        .getPage(jenkins.getURL() + question)
                        .getWebResponse()
                        .getStatusCode());
        assertEquals(
                403, post(as("author"), question + "rollBack").getWebResponse().getStatusCode());
        String overAll = question("manage/mlflow-models/");
        for (String user : List.of("author", "operator")) {
            assertEquals(
                    403, post(as(user), overAll + "rollBack").getWebResponse().getStatusCode());
        }
        assertNothingChanged();
        assertEquals(Jenkins.ADMINISTER, RollbackService.ROLL_BACK.impliedBy);
    }

    @Test
    void aLinkOrAPostWithoutCrumbChangesNothing() throws Exception {
        String target = question(page()) + "rollBack";
        int get = as("operator")
                .getPage(jenkins.getURL() + target + "?from=7&to=6")
                .getWebResponse()
                .getStatusCode();
        assertTrue(get == 404 || get == 405, String.valueOf(get));
        jenkins.jenkins.setCrumbIssuer(new DefaultCrumbIssuer(false));
        try {
            WebRequest bare = new WebRequest(new URL(jenkins.getURL(), target + "?from=7&to=6"), HttpMethod.POST);
            assertEquals(403, as("operator").getPage(bare).getWebResponse().getStatusCode());
        } finally {
            jenkins.jenkins.setCrumbIssuer(null);
        }
        assertNothingChanged();
    }

    @Test
    void anAliasThatMovedMeanwhileIsLeftWhereItIsAndThePageSaysSo() throws Exception {
        mlflow.version(8, "r8", "accuracy", 0.94);
        String question = question(page());
        mlflow.alias("champion", 8);

        HtmlPage refused = rollBack(as("operator"), question, "");

        assertEquals(409, refused.getWebResponse().getStatusCode());
        assertThat(
                refused.querySelector(".mlflow-live-problem").asNormalizedText(),
                containsString(
                        "is at version 8, not at version 7: another client moved it in the meantime. Nothing was changed."));
        assertEquals("8", mlflow.holder("champion"));
        assertEquals(List.of(), mlflow.writes);
        assertEquals("8", live().get("version"), "what was seen is taken down");
    }

    @Test
    void aPageThatIsOutOfDateRollsNothingBack() throws Exception {
        String question = question(page());
        HtmlForm form = ((HtmlPage) as("operator").getPage(jenkins.getURL() + question)).getFormByName("rollBack");
        mlflow.version(8, "r8", "accuracy", 0.94);
        build(0.9);
        mlflow.writes.clear();

        HtmlPage refused = (HtmlPage) jenkins.submit(form);

        assertEquals(409, refused.getWebResponse().getStatusCode());
        assertThat(refused.getBody().asNormalizedText(), containsString("has changed since you opened the page"));
        assertEquals("8", mlflow.holder("champion"));
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aServerThatIsDownIsAMessageAndNothingChanges() throws Exception {
        String question = question(page());
        mlflow.refuseWith(503);

        HtmlPage refused = rollBack(as("operator"), question, "");

        assertEquals(409, refused.getWebResponse().getStatusCode());
        assertThat(
                refused.querySelector(".mlflow-live-problem").asNormalizedText(),
                allOf(containsString("UNREACHABLE"), containsString("Nothing was changed.")));
        assertNothingChanged();
        assertEquals("7", live().get("version"));
    }

    @Test
    void aPromotionUnderWayIsNotInterrupted() throws Exception {
        String question = question(page());
        PromotionQueue.Place other = PromotionQueue.INSTANCE.enter(
                PromotionQueue.key(
                        MlflowGlobalConfiguration.get().getServer("stub").registry(), HttpMlflow.MODEL),
                false,
                () -> {});
        try {
            HtmlPage refused = rollBack(as("operator"), question, "");

            assertEquals(409, refused.getWebResponse().getStatusCode());
            assertThat(refused.getBody().asNormalizedText(), containsString("is in progress"));
            assertNothingChanged();
        } finally {
            PromotionQueue.INSTANCE.leave(other);
        }
        rollBack(as("operator"), question, "");
        assertEquals("6", mlflow.holder("champion"));
    }

    @Test
    void aJobThatMayNotPromoteMayNotRollBackEither() throws Exception {
        String question = question(page());
        MlflowServerConfiguration server = new MlflowServerConfiguration("stub", mlflow.uri());
        server.setPromotion(new PromotionRights("release/*"));
        MlflowGlobalConfiguration.get().setServers(List.of(server));

        Page refused = post(as("operator"), question + "rollBack");

        assertEquals(409, refused.getWebResponse().getStatusCode());
        assertThat(((HtmlPage) refused).getBody().asNormalizedText(), containsString("may not promote"));
        assertNothingChanged();
        rollBack(as("admin"), question("manage/mlflow-models/"), "");
        assertEquals("6", mlflow.holder("champion"));
    }

    @Test
    void aRolledBackPromotionIsNotTheLastOneThatPoliciesAreComparedWith() throws Exception {
        mlflow.version(8, "r8", "accuracy", 0.94);
        WorkflowRun stricter = build(0.93);
        mlflow.version(9, "r9", "accuracy", 0.95);
        rollBack(as("operator"), question(page()), "");
        assertEquals("7", mlflow.holder("champion"));

        WorkflowRun next = build(0.91);

        jenkins.assertLogContains("Promoted version 8", stricter);
        jenkins.assertLogNotContains("loosened or removed", next);
        assertEquals("9", mlflow.holder("champion"));
        assertEquals("9", live().get("version"));
        assertEquals("7", live().get("predecessor"));
    }
}
