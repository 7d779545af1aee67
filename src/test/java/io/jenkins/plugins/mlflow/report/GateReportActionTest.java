package io.jenkins.plugins.mlflow.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.User;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import jenkins.model.experimentalflags.UserExperimentalFlagsProperty;
import org.htmlunit.FailingHttpStatusCodeException;
import org.htmlunit.Page;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class GateReportActionTest {
    private JenkinsRule jenkins;
    private FreeStyleProject job;
    private FreeStyleBuild build;

    @BeforeEach
    void aBuild(JenkinsRule rule) throws Exception {
        jenkins = rule;
        job = rule.createFreeStyleProject("train");
        build = rule.buildAndAssertSuccess(job);
    }

    @Test
    void aBuildWithoutGatesShowsNothing() throws Exception {
        assertThat(text(""), not(containsString("MLflow evaluation gate")));
        assertThat(
                assertThrows(FailingHttpStatusCodeException.class, () -> page("mlflow-eval-gate/"))
                        .getStatusCode(),
                is(404));
    }

    @Test
    void oneGateIsSummarisedOnTheClassicPageAndShownByTheActionItself() throws Exception {
        assertThat(Reports.attach(build, Reports.passed(), Reports.UI), is(1));

        HtmlPage page = page("");
        assertThat(page.querySelectorAll(".jenkins-alert").size(), is(0));
        assertThat(visible(page), containsString("MLflow evaluation gate: PASSED churn-classifier: all checks passed"));
        assertThat(
                page.querySelector(".mlflow-gate-line a").getAttributes().getNamedItem("href").getNodeValue(),
                is("mlflow-eval-gate/"));
        for (String path : List.of("mlflow-eval-gate/", "mlflow-eval-gate/1/")) {
            assertThat(text(path), allOf(containsString("all checks passed"), containsString("accuracy")));
        }
    }

    @Test
    void severalGatesKeepTheirOwnReports() throws Exception {
        assertThat(Reports.attach(build, Reports.passed(), null), is(1));
        assertThat(Reports.attach(build, Reports.failed(Reports.checks(3)), null), is(2));
        assertThat(Reports.attach(build, Reports.with(Map.of("model", "third")), null), is(3));

        assertThat(build.getActions(GateReportAction.class).size(), is(1));
        assertThat(
                text(""),
                allOf(
                        containsString("PASSED churn-classifier: all checks passed"),
                        containsString("MLflow evaluation gate 2: FAILED churn-classifier: 1 check did not pass: recall"),
                        containsString("PASSED third: all checks passed")));
        assertThat(text("mlflow-eval-gate/"), allOf(containsString("third"), containsString("did not pass: recall")));
        assertThat(text("mlflow-eval-gate/2/"), containsString("1 check did not pass: recall"));
        assertThat(text("mlflow-eval-gate/3/"), containsString("third"));
        for (String absent : List.of("0", "4", "01", "x", "-1", "99999999999")) {
            assertThat(absent, status("mlflow-eval-gate/" + absent + "/"), is(404));
        }
        GateReportAction action = build.getAction(GateReportAction.class);
        assertThat(action.getBadge().getText(), is("1"));
        assertThat(action.getBadge().getTooltip(), is("1 of 3 gates did not pass"));
    }

    @Test
    void theNewBuildPageHasACardAndNoSecondSummary() throws Exception {
        Reports.attach(build, Reports.failed(Reports.checks(3)), Reports.UI);

        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        User.getById("alice", true)
                .addProperty(new UserExperimentalFlagsProperty(Map.of("new-build-page.flag", "true")));
        JenkinsRule.WebClient client = jenkins.createWebClient().login("alice");
        HtmlPage page = client.getPage(build);

        assertThat(page.querySelector(".app-build__grid") == null, is(false));
        String card = page.querySelectorAll(".jenkins-card").stream()
                .map(node -> node.asNormalizedText())
                .filter(text -> text.contains("MLflow evaluation gate"))
                .findFirst()
                .orElseThrow();
        assertThat(card, allOf(containsString("FAILED"), containsString("1 check did not pass: recall")));
        assertThat(page.querySelectorAll(".app-summary").size(), is(0));
        assertThat(
                client.getPage(build, "mlflow-eval-gate/").getBody().asNormalizedText(),
                allOf(containsString("FAILED"), containsString("metric_2")));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 500})
    void everyCheckIsOnThePageWithItsNumbersInTheOrderGiven(int count) throws Exception {
        List<Object> checks = Reports.checks(count);
        Reports.attach(build, Reports.failed(checks), null);

        HtmlPage page = page("mlflow-eval-gate/1/");
        assertThat(page.querySelectorAll(".jenkins-alert").size(), is(1));
        HtmlTable table = page.querySelector("table.mlflow-gate-table");
        assertThat(table.getRowCount(), is(count + 1));
        for (int i = 0; i < count; i++) {
            Map<?, ?> check = (Map<?, ?>) checks.get(i);
            List<String> cells = new ArrayList<>();
            table.getRow(i + 1).getCells().forEach(cell -> cells.add(cell.asNormalizedText()));
            boolean compared = check.get("baseline") != null;
            assertThat(
                    cells,
                    is(List.of(
                            check.get("verdict"),
                            check.get("metric"),
                            check.get("reason"),
                            check.get("value") == null
                                    ? "–"
                                    : check.get("value") instanceof Double number
                                            ? shortest(number)
                                            : "NaN",
                            "max_drop 0.005",
                            compared ? "0.75" : "–",
                            compared ? "−" + shortest(0.25 - i / 1e4) : "–",
                            compared ? "−" + shortest(0.02 + i) : "–",
                            check.get("criticality"))));
        }
    }

    @Test
    void thePageSaysWhatWasJudgedComparedAndPromoted() throws Exception {
        Reports.attach(build, Reports.passed(), Reports.UI + "/");

        HtmlPage page = page("mlflow-eval-gate/1/");
        assertThat(
                visible(page),
                allOf(
                        containsString("customer-churn"),
                        containsString("FINISHED"),
                        containsString("champion"),
                        containsString("Replaced version 6"),
                        containsString("eval_gate.yaml"),
                        containsString("9f86d081884c7d65"),
                        containsString("Waited 12 sec"),
                        containsString("Took 13 sec"),
                        containsString("Requests 6")));
        assertThat(page.getAnchorByText("run7").getHrefAttribute(), is(Reports.UI + "/#/experiments/3/runs/run7"));
        assertThat(page.getAnchorByText("run7").getRelAttribute(), is("noopener"));
        assertThat(page.getAnchorByText("7").getHrefAttribute(), is(Reports.UI + "/#/models/churn-classifier/versions/7"));
        assertThat(page.getAnchorByText("version 6").getHrefAttribute(), endsWith("/versions/6"));
    }

    @Test
    void anErrorShowsItsCategoryAndMessage() throws Exception {
        Reports.attach(
                build,
                Reports.with(Map.of(
                        "status",
                        "ERROR",
                        "reason",
                        "the server did not answer",
                        "error",
                        Map.of("category", "UNREACHABLE", "message", "GET https://x: refused"))),
                null);

        assertThat(
                text("mlflow-eval-gate/1/"),
                allOf(
                        containsString("ERROR: UNREACHABLE churn-classifier"),
                        containsString("the server did not answer"),
                        containsString("GET https://x: refused"),
                        containsString("No checks were made")));
    }

    @Test
    void aDisabledGateSaysSoAndNeedsNoParts() throws Exception {
        GateReport report = new GateReport(GateStatus.DISABLED, null, null, "churn", null);
        Reports.attach(build, report, null);

        assertThat(text(""), containsString("DISABLED churn"));
        assertThat(text("mlflow-eval-gate/1/"), containsString("The gate was disabled: nothing was checked"));
    }

    @Test
    void theJsonIsTheDocument() throws Exception {
        GateReport report = Reports.failed(Reports.checks(12));
        Reports.attach(build, report, Reports.UI);
        Reports.attach(build, Reports.passed(), Reports.UI);

        Page json = json("mlflow-eval-gate/1/report.json");
        assertThat(json.getWebResponse().getContentType(), is("application/json"));
        assertThat(json.getWebResponse().getResponseHeaderValue("X-Content-Type-Options"), is("nosniff"));
        assertThat(json.getWebResponse().getContentAsString(), is(Json.write(new GateDocument(report, null).toMap())));
        assertThat(json.getWebResponse().getContentAsString(), containsString("\"value\":\"NaN\""));
        assertThat(
                json("mlflow-eval-gate/1/api/json").getWebResponse().getContentAsString(),
                is(Json.write(new GateDocument(report, null).toMap())));

        Map<?, ?> all = (Map<?, ?>)
                Json.read(json("mlflow-eval-gate/api/json").getWebResponse().getContentAsString());
        List<?> reports = (List<?>) all.get("reports");
        assertThat(reports.size(), is(2));
        Map<?, ?> first = (Map<?, ?>) reports.get(0);
        assertThat(first.keySet(), is(new GateDocument(report, null).toMap().keySet()));
        assertThat(GateReport.fromMap(first).toMap(), is(report.toMap()));
        assertThat(
                ((Map<?, ?>) ((List<?>) first.get("checks")).get(3)).get("value"),
                is("NaN"));
        assertThat(first.get("error"), nullValue());
    }

    @Test
    void aCorruptFileLeavesWhatTheBuildRecordKnows() throws Exception {
        Reports.attach(build, Reports.passed(), null);
        Reports.attach(build, Reports.with(Map.of("model", "other")), null);
        loadAgain();
        for (String content :
                List.of("{not json", "", "{}", "[]", "7", "{\"schema_version\": 2}", "{\"schema_version\": 1}")) {
            Files.writeString(file(1), content);

            assertThat(
                    text("mlflow-eval-gate/1/"),
                    allOf(
                            containsString("PASSED"),
                            containsString("all checks passed"),
                            containsString("missing or cannot be read"),
                            not(containsString("Exception"))));
            assertThat(text("mlflow-eval-gate/"), containsString("other"));
            assertThat(status("mlflow-eval-gate/1/report.json"), is(404));
            Map<?, ?> all = (Map<?, ?>)
                    Json.read(json("mlflow-eval-gate/api/json").getWebResponse().getContentAsString());
            assertThat(((List<?>) all.get("reports")).get(0), nullValue());
            assertThat(((Map<?, ?>) ((List<?>) all.get("reports")).get(1)).get("model"), is("other"));
        }
    }

    @Test
    void aMissingFileIsNoAccident() throws Exception {
        Reports.attach(build, Reports.passed(), null);
        loadAgain();
        Files.delete(file(1));

        assertThat(text("mlflow-eval-gate/"), containsString("missing or cannot be read"));
    }

    @Test
    void hostileTextsAreShownAsText() throws Exception {
        for (String text : List.of(
                "<script>document.title='owned'</script>",
                "\"'><img src=x onerror=alert(1)>",
                "${1+1} %{x} {0} &lt;",
                "two\nlines\ttab",
                "\u202Eevil\u202C عربي",
                "\u0000\u0007\uFFFE\uD800 half",
                "javascript:alert(1)")) {
            build = jenkins.buildAndAssertSuccess(job);
            Reports.attach(build, hostile(text), Reports.UI);
            Reports.attach(build, hostile(text), text);
            loadAgain();

            for (String path : List.of("", "mlflow-eval-gate/", "mlflow-eval-gate/1/", "mlflow-eval-gate/2/")) {
                HtmlPage page = page(path);
                String html = page.getWebResponse().getContentAsString();
                assertThat(html, not(containsString("<script>document.title")));
                assertThat(html, not(containsString("<img src=x")));
                assertThat(html, not(containsString("href=\"javascript:")));
                if (!text.matches("(?s).*[\\s\\p{Cc}\\p{Cs}\\uFFFE].*") || text.startsWith("$")) {
                    assertThat(visible(page), containsString(text));
                }
            }
            page("mlflow-eval-gate/1/").getAnchors().stream()
                    .map(anchor -> anchor.getHrefAttribute())
                    .filter(address -> address.contains("mlflow.example.com"))
                    .forEach(address -> assertThat(address.matches("[A-Za-z0-9:/#.%*_-]+"), is(true)));
            assertThat(Reports.attach(build, Reports.passed(), null), is(3));
        }
    }

    private static GateReport hostile(String text) {
        Map<String, Object> check = Reports.check(text, "min", 1.0, 2.0, "PASSED", "failure");
        check.put("slice", text);
        check.put("dataset", text);
        check.put("reason", text);
        Map<String, Object> parts = new HashMap<>();
        parts.put("model", text);
        parts.put("reason", text);
        parts.put("server", text);
        parts.put("candidate", Map.of("run_id", text, "experiment_id", text, "experiment", text, "version", text));
        parts.put("baseline", Map.of("alias", text, "version", text, "run_id", text));
        parts.put("policy", Map.of("origin", text, "sha256", text));
        parts.put("promotion", Map.of("promoted", true, "version", text, "alias", text, "stage", text, "reason", text));
        parts.put("error", Map.of("category", text, "message", text));
        parts.put("checks", List.of(check));
        return Reports.with(parts);
    }

    @Test
    void aVeryLongNameIsCutOnTheBuildPageOnly() throws Exception {
        String name = "n".repeat(10_000);
        Reports.attach(build, Reports.with(Map.of("model", name, "reason", name)), null);

        assertThat(page("").getWebResponse().getContentAsString(), not(containsString("n".repeat(300))));
        assertThat(text("mlflow-eval-gate/1/"), containsString(name));
    }

    @Test
    void whoMayNotReadTheJobCannotSeeItsReports() throws Exception {
        Reports.attach(build, Reports.passed(), null);
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ)
                .everywhere()
                .to("outsider", "reader")
                .grant(Item.READ)
                .everywhere()
                .to("reader"));

        for (String path : List.of("", "1/", "1/report.json", "1/api/json", "api/json")) {
            String url = build.getUrl() + "mlflow-eval-gate/" + path;
            assertThat(path, status(client().login("outsider"), url), is(404));
            assertThat(path, status(client().login("reader"), url), is(200));
        }
    }

    @Test
    void theBuildRecordStaysSmall() throws Exception {
        Reports.attach(build, Reports.failed(Reports.checks(5_000)), Reports.UI);

        assertThat(Files.size(build.getRootDir().toPath().resolve("build.xml")), lessThan(20_000L));
        assertThat(text(""), containsString("FAILED"));
    }

    @Test
    void deletingTheBuildDeletesItsReports() throws Exception {
        Reports.attach(build, Reports.passed(), null);
        Path file = file(1);
        assertThat(Files.exists(file), is(true));

        build.delete();

        assertThat(Files.exists(file), is(false));
    }

    @Test
    void theAddressOfAReportIsAbsolute() {
        assertThat(GateReportAction.urlOf(build, 2), is(jenkins.jenkins.getRootUrl() + "job/train/1/mlflow-eval-gate/2/"));
    }

    @Test
    void thereIsNeitherInlineScriptNorInlineStyle() throws Exception {
        Reports.attach(build, Reports.failed(Reports.checks(6)), Reports.UI);

        String html = page("mlflow-eval-gate/1/").getElementById("main-panel").asXml();
        for (String forbidden : List.of("style=", "<script", "<style", "onclick")) {
            assertThat(html, not(containsString(forbidden)));
        }
        for (DomElement link : page("mlflow-eval-gate/1/").getElementsByTagName("link")) {
            if (link.getAttribute("href").contains("GateReportPage")) {
                assertThat(status(client(), link.getAttribute("href").replaceFirst("^/jenkins/", "")), is(200));
                return;
            }
        }
        throw new AssertionError("The page has no style sheet of ours");
    }

    private void loadAgain() {
        job._getRuns().purgeCache();
        build = job.getBuildByNumber(build.getNumber());
    }

    private static String shortest(double number) {
        return new BigDecimal(number)
                .round(new MathContext(6))
                .stripTrailingZeros()
                .toPlainString();
    }

    private Path file(int number) {
        return build.getRootDir().toPath().resolve("mlflow-eval-gate").resolve(number + ".json");
    }

    private JenkinsRule.WebClient client() {
        return jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
    }

    private HtmlPage page(String path) throws Exception {
        return jenkins.createWebClient().withJavaScriptEnabled(false).getPage(build, path);
    }

    private Page json(String path) throws Exception {
        return jenkins.createWebClient().goTo(build.getUrl() + path, "application/json");
    }

    private String text(String path) throws Exception {
        return visible(page(path));
    }

    private static String visible(HtmlPage page) {
        return page.getElementById("main-panel").asNormalizedText().replaceAll("\\s+", " ");
    }

    private int status(String path) throws Exception {
        return status(client(), build.getUrl() + path);
    }

    private static int status(JenkinsRule.WebClient client, String url) throws Exception {
        return client.withThrowExceptionOnFailingStatusCode(false)
                .getPage(client.getContextPath() + url)
                .getWebResponse()
                .getStatusCode();
    }

    @Test
    void aGateThatAttachesItsReportAgainReplacesIt() throws Exception {
        GateReportAction.attach(build, "12", Reports.passed(), null);
        GateReportAction.attach(build, "34", Reports.passed(), null);

        assertThat(GateReportAction.attach(build, "12", Reports.with(Map.of("model", "again")), null), is(1));

        GateReportAction action = build.getAction(GateReportAction.class);
        assertThat(action.getSummaries().size(), is(2));
        assertThat(action.getDynamic("1").getReport().getModel(), is("again"));
    }
}
