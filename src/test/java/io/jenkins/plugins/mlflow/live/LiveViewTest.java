package io.jenkins.plugins.mlflow.live;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import hudson.model.FreeStyleProject;
import hudson.model.Item;
import io.jenkins.plugins.mlflow.Browsers;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import jenkins.model.Jenkins;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** Who sees what of the models of a job, and what it costs. "reader" may read one job, and nothing or little of the other. */
@WithSharedJenkins
class LiveViewTest {
    private static final String MODEL = "churn";

    private static JenkinsRule jenkins;

    private FreeStyleProject mine;
    private FreeStyleProject other;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    /** The other job promoted version 7, and somebody rolled it back from there. */
    @BeforeEach
    void twoJobs() throws Exception {
        MlflowGlobalConfiguration.get()
                .setServers(List.of(new MlflowServerConfiguration("production", "https://mlflow.example.com")));
        mine = jenkins.createFreeStyleProject();
        other = jenkins.createFreeStyleProject();
        Gates.end(jenkins.buildAndAssertSuccess(other), "a", Gates.report(MODEL, 7, 0.95, List.of("accuracy")));
        LiveStore.update(key(), "production", record -> {
            LiveChange begun = LiveChange.rollBack(
                    "7",
                    "6",
                    Instant.now(),
                    RollbackRequester.user("operator", other.getFullName()),
                    "latency doubled");
            record.rollBackBegins(begun);
            record.rollBackEnds(begun, LiveChange.Outcome.DONE, null, "6", Instant.now());
        });
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(mayReadMine());
    }

    private MockAuthorizationStrategy mayReadMine() {
        return new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ)
                .everywhere()
                .to("reader")
                .grant(Item.READ, RollbackService.ROLL_BACK)
                .onItems(mine)
                .to("reader");
    }

    private static LiveKey key() {
        return new LiveKey("mlflow.example.com\ndefault", MODEL, LiveKey.Kind.ALIAS, "champion");
    }

    private static JenkinsRule.WebClient as(String user) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        // HtmlUnit knows no classes, so the script of the charts is for real browsers.
        client.getOptions().setThrowExceptionOnScriptError(false);
        return Browsers.logIn(client, user);
    }

    private static HtmlPage page(String user, FreeStyleProject job) throws Exception {
        return (HtmlPage) as(user).getPage(jenkins.getURL() + job.getUrl() + "mlflow-eval-gate/");
    }

    private static Map<?, ?> api(String user, FreeStyleProject job) throws Exception {
        return (Map<?, ?>)
                Json.read(as(user).goTo(job.getUrl() + "mlflow-eval-gate/api/json?depth=3", "application/json")
                        .getWebResponse()
                        .getContentAsString());
    }

    private void evaluatedInMine() throws Exception {
        Gates.end(jenkins.buildAndAssertSuccess(mine), "a", Gates.report(MODEL, 6, 0.8, List.of("accuracy")));
    }

    @Test
    void aGateThatReadNoAliasShowsNothingOfTheModel() throws Exception {
        Map<String, Object> error = Gates.report(MODEL, 7, 0.8, List.of()).toMap();
        error.put("status", "ERROR");
        error.put("baseline", Map.of("alias", "champion", "resolved", false));
        error.put("promotion", null);
        Gates.end(jenkins.buildAndAssertSuccess(mine), "a", GateReport.fromMap(error));

        HtmlPage page = page("reader", mine);
        assertThat(page.getBody().asNormalizedText(), containsString("No gate has seen a live version yet"));
        assertThat((List<?>) api("reader", mine).get("live"), is(empty()));
        String rollBack = mine.getUrl() + "mlflow-eval-gate/rollback/" + key().id() + "/";
        assertThat(
                as("reader")
                        .getPage(jenkins.getURL() + rollBack)
                        .getWebResponse()
                        .getStatusCode(),
                is(404));

        evaluatedInMine();
        assertThat(page("reader", mine).getBody().asNormalizedText(), containsString("champion"));
        assertThat((List<?>) api("reader", mine).get("live"), hasSize(1));
    }

    @Test
    void whoRolledBackFromAJobThatTheReaderMayNotSeeIsHidden() throws Exception {
        evaluatedInMine();

        String text = page("reader", mine).getBody().asNormalizedText();
        assertThat(
                text,
                allOf(
                        containsString("Rolled back"),
                        containsString("a user of a job that you may not see"),
                        not(containsString("operator")),
                        not(containsString("latency doubled"))));
        Map<?, ?> live = (Map<?, ?>) ((List<?>) api("reader", mine).get("live")).get(0);
        assertThat(live.toString(), allOf(not(containsString("operator")), not(containsString("latency doubled"))));
        Map<?, ?> change = (Map<?, ?>) ((List<?>) live.get("changes")).get(0);
        assertThat(change.get("by"), is(nullValue()));
        assertThat(change.get("hidden"), is(true));

        jenkins.jenkins.setAuthorizationStrategy(
                mayReadMine().grant(Item.READ).onItems(other).to("reader"));
        assertThat(
                page("reader", mine).getBody().asNormalizedText(),
                allOf(containsString("operator"), containsString("latency doubled")));
        assertThat(page("admin", mine).getBody().asNormalizedText(), containsString("latency doubled"));
    }

    @Test
    void aBuildOfAJobThatTheReaderMayOnlyDiscoverIsHiddenWithoutATrace() throws Exception {
        Gates.end(jenkins.buildAndAssertSuccess(other), "a", Gates.report(MODEL, 8, 0.95, List.of("accuracy")));
        evaluatedInMine();
        jenkins.jenkins.setAuthorizationStrategy(
                mayReadMine().grant(Item.DISCOVER).onItems(other).to("reader"));
        try (LogRecorder log = new LogRecorder()
                .record("hudson", Level.WARNING)
                .record("io.jenkins.plugins.mlflow", Level.WARNING)
                .capture(100)) {
            String text = page("reader", mine).getBody().asNormalizedText();

            assertThat(text, containsString("a build that you may not see"));
            assertThat(text, not(containsString(other.getFullName())));
            assertThat(log.getMessages(), is(empty()));
        }
    }

    @Test
    void whoAsksJenkinsForItsJobsReadsNoneOfTheirGates() throws Exception {
        evaluatedInMine();
        try (LogRecorder log = new LogRecorder()
                .record(TrendIndex.class, Level.FINE)
                .record(LiveStore.class, Level.FINE)
                .capture(100)) {
            for (String path : List.of(
                    "api/json?depth=4",
                    "view/all/api/json?depth=2",
                    mine.getUrl() + "api/json?depth=3",
                    mine.getUrl() + "1/api/json?depth=2",
                    mine.getUrl() + "api/json?tree=actions[gates[*],live[*],reports[*]]")) {
                String answer = as("admin")
                        .goTo(path, "application/json")
                        .getWebResponse()
                        .getContentAsString();
                assertThat(path, answer, not(containsString("accuracy")));
            }
            assertThat(log.getMessages(), is(empty()));

            api("admin", mine);
            assertThat(log.getMessages(), hasSize(2));
        }
    }

    @Test
    void aTrendThatCannotBeReadIsSaidOnThePageAndInTheInterface() throws Exception {
        evaluatedInMine();
        Path index = mine.getRootDir().toPath().resolve("mlflow-eval-gate").resolve("trend.jsonl");
        Files.delete(index);
        Files.createDirectory(index);

        HtmlPage page = page("reader", mine);

        assertThat(page.getWebResponse().getStatusCode(), is(200));
        assertThat(page.querySelector("[role=alert]").asNormalizedText(), containsString("cannot be read"));
        assertThat(page.getBody().asNormalizedText(), not(containsString("No gate has seen")));
        assertThat(
                page.getBody().asNormalizedText(),
                not(containsString(index.getParent().toString())));
        assertThat((String) api("reader", mine).get("problem"), containsString("cannot be read"));
        String trend = mine.getUrl() + "mlflow-eval-gate/";
        assertThat(
                as("reader")
                        .getPage(jenkins.getURL() + trend + "trend.json")
                        .getWebResponse()
                        .getStatusCode(),
                is(500));
        HtmlPage table = (HtmlPage) as("reader").getPage(jenkins.getURL() + trend + "table");
        assertThat(table.querySelector("[role=alert]").asNormalizedText(), containsString("cannot be read"));
    }
}
