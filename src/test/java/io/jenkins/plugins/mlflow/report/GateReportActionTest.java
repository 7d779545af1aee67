package io.jenkins.plugins.mlflow.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.User;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.export.JunitXml;
import io.jenkins.plugins.mlflow.export.Markdown;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import jenkins.model.Jenkins;
import jenkins.model.experimentalflags.UserExperimentalFlagsProperty;
import org.htmlunit.FailingHttpStatusCodeException;
import org.htmlunit.Page;
import org.htmlunit.WebResponse;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.DomNode;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlTable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

@WithSharedJenkins
class GateReportActionTest {
    private static JenkinsRule jenkins;

    private FreeStyleProject job;
    private FreeStyleBuild build;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void aBuild() throws Exception {
        job = jenkins.createFreeStyleProject("train");
        build = jenkins.buildAndAssertSuccess(job);
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
        assertThat(
                visible(page),
                containsString("MLflow evaluation gate PASSED churn-classifier all checks passed"
                        + " Version 7 is champion now, in place of version 6"));
        assertThat(
                page.querySelector(".mlflow-gate-line a")
                        .getAttributes()
                        .getNamedItem("href")
                        .getNodeValue(),
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
                        containsString("PASSED churn-classifier all checks passed"),
                        containsString("MLflow evaluation gate 2 FAILED churn-classifier 1 check did not pass: recall"
                                + " 1 of 3 checks passed"),
                        containsString("PASSED third all checks passed")));
        assertThat(text("mlflow-eval-gate/"), allOf(containsString("third"), containsString("did not pass: recall")));
        HtmlPage second = page("mlflow-eval-gate/2/");
        assertThat(visible(second), containsString("1 check did not pass: recall"));
        assertThat(
                visible((DomNode) second.querySelector("nav [aria-current=page]")), is("2: FAILED churn-classifier"));
        assertThat(
                second.querySelectorAll("nav.mlflow-gate-gates a").stream()
                        .map(link -> link.getAttributes()
                                .getNamedItem("href")
                                .getNodeValue()
                                .replaceFirst(".*/mlflow", "mlflow"))
                        .toList(),
                is(List.of("mlflow-eval-gate/", "mlflow-eval-gate/1/", "mlflow-eval-gate/2/", "mlflow-eval-gate/3/")));
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

    @Test
    void aCheckIsShownWithItsNumbersItsMarginAndItsReason() throws Exception {
        Map<String, Object> recall = Reports.compared(
                Reports.check("recall", "min", 0.85, 0.8312345678, "FAILED", "unstable"),
                0.9,
                -0.0687654322,
                -0.0187654322);
        Map<String, Object> absent = Reports.check("auc", "min", 0.9, "NaN", "NOT_FINITE", "failure");
        Reports.attach(build, Reports.failed(List.of(recall, absent)), null);

        HtmlTable table = page("mlflow-eval-gate/1/").querySelector("table.mlflow-gate-table");
        assertThat(
                cells(table, 1),
                is(List.of("NOT_FINITE", "auc why auc is NOT_FINITE", "NaN", "min 0.9", "–", "–", "–")));
        assertThat(
                cells(table, 2),
                is(List.of(
                        "FAILED unstable",
                        "recall why recall is FAILED",
                        "0.831235",
                        "min 0.85",
                        "−0.0187654 −2.21 %",
                        "0.9",
                        "−0.0687654")));
        assertThat(table.querySelectorAll("tbody th[scope=row]").size(), is(2));
        assertThat(table.querySelectorAll("thead th[scope=col]").size(), is(7));
        assertThat(
                table.querySelectorAll("svg.mlflow-gate-bar.mlflow-gate-unstable rect")
                        .size(),
                is(1));
    }

    private static List<String> cells(HtmlTable table, int row) {
        return table.getRow(row).getCells().stream()
                .map(cell -> cell.asNormalizedText().replaceAll("\\s+", " "))
                .toList();
    }

    @Test
    void aLongTableHasPagesAndIsSearchedByTheServer() throws Exception {
        Reports.attach(build, Reports.failed(Reports.checks(600)), null);

        HtmlPage first = page("mlflow-eval-gate/1/");
        assertThat(rows(first), is(CheckTable.PAGE));
        assertThat(visible(first), containsString("All 600 checks as a list"));
        HtmlPage list = first.getAnchorByText("All 600 checks as a list").click();
        assertThat(visible(list), containsString("1–250 of 600"));
        HtmlPage last = ((HtmlPage) list.getAnchorByText("Next").click())
                .getAnchorByText("Next")
                .click();
        assertThat(rows(last), is(100));
        assertThat(visible(last), allOf(containsString("501–600 of 600"), containsString("metric_594")));

        HtmlForm form = first.querySelector("form.mlflow-gate-filter");
        form.getInputByName("q").setValue("METRIC_594");
        HtmlPage found = ((HtmlElement) form.querySelector("button[type=submit]")).click();
        assertThat(rows(found), is(1));
        assertThat(found.querySelector("table.mlflow-gate-table").asNormalizedText(), containsString("metric_594"));
    }

    private static int rows(HtmlPage page) {
        return page.querySelectorAll("table.mlflow-gate-table > tbody > tr").size();
    }

    @Test
    void slicesAreFoldedInGroupsWithTheWorstNamed() throws Exception {
        GateReportAction.attach(build, "gate", SampleReports.document(2, 40, 0.3), MlflowLinks.NONE);

        HtmlPage page = page("mlflow-eval-gate/1/");
        assertThat(page.querySelectorAll("details.mlflow-gate-group").size(), is(4));
        assertThat(page.querySelectorAll("details.mlflow-gate-group[open]").size(), is(0));
        DomNode group = page.querySelector("details.mlflow-gate-group");
        String summary = visible((DomNode) group.querySelector("summary"));
        String worst = group.querySelector("tbody th bdi").getTextContent();
        assertThat(summary, summary.matches(".*/country=\\* min 0.8 .* of 10 passed.*"), is(true));
        assertThat(summary, containsString("worst: " + worst.replaceFirst(".*=", "") + ":"));
        assertThat(group.querySelectorAll("tbody tr").size(), is(10));
        assertThat(group.querySelector("tbody tr").getTextContent(), containsString("FAILED"));
    }

    @Test
    void thePageSaysWhatWasEvaluatedComparedAndPromoted() throws Exception {
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
                        containsString("Started Nov 20, 2026")));
        assertThat(page.getAnchorByText("run7").getHrefAttribute(), is(Reports.UI + "/#/experiments/3/runs/run7"));
        assertThat(page.getAnchorByText("run7").getRelAttribute(), is("noopener"));
        assertThat(
                page.getAnchorByText("Version 7").getHrefAttribute(),
                is(Reports.UI + "/#/models/churn-classifier/versions/7"));
        assertThat(page.getAnchorByText("version 6").getHrefAttribute(), endsWith("/versions/6"));
    }

    @Test
    void linksAndTheCommandLeadToTheWorkspace() throws Exception {
        GateReportAction.attach(
                build, "gate", SampleReports.document(12, 0, 0), new MlflowLinks(Reports.UI, "team & growth"));

        HtmlPage page = page("mlflow-eval-gate/1/");

        assertThat(
                page.getAnchorByText("Version 7").getHrefAttribute(),
                endsWith("/versions/7?workspace=team%20%26%20growth"));
        assertThat(
                text("mlflow-eval-gate/1/"),
                containsString(
                        "env 'MLFLOW_WORKSPACE=team & growth' java -jar mlflow-eval-gate.jar check --model=churn-classifier"));
    }

    @Test
    void theTimelineAndThePolicyAreShownAndTheCommandEvaluatesTheSameAgain() throws Exception {
        GateDocument document = SampleReports.document(12, 0, 0);
        GateReportAction.attach(build, "gate", document, new MlflowLinks(Reports.UI, null));

        String text = text("mlflow-eval-gate/1/");
        assertThat(
                text,
                allOf(
                        containsString("Candidate found Nov 20, 2026"),
                        containsString("+0.3 sec run 40f14cf4657c4e1ba4fa6ab779c630bf, version 7"),
                        containsString("after 12 sec of waiting, at the end for the metrics of run"),
                        containsString("Promoted Nov 20, 2026"),
                        containsString("6 requests to MLflow"),
                        containsString(
                                "No rule was loosened or removed since the last promotion, by build train/main #41"),
                        containsString("java -jar mlflow-eval-gate.jar check --model=churn-classifier --tracking-uri="
                                + Reports.UI
                                + " --run-id=40f14cf4657c4e1ba4fa6ab779c630bf --policy=policy.yaml --dry-run"),
                        containsString("alias champion was version 6")));

        String yaml = download("policy.yaml", "application/yaml");
        GatePolicy again = PolicyReader.resolve(
                PolicyDocument.read("policy.yaml", yaml), "churn-classifier", PolicyOverrides.NONE);
        assertThat(CanonicalPolicy.sha256(again), is(document.getReport().getPolicySha256()));
        assertThat(download("junit.xml", "application/xml"), is(JunitXml.of(document.getReport())));
        assertThat(download("report.md", "text/markdown"), is(Markdown.of(document.getReport())));
    }

    private String download(String name, String type) throws Exception {
        WebResponse response = client().goTo(build.getUrl() + "mlflow-eval-gate/1/" + name, type)
                .getWebResponse();
        assertThat(response.getResponseHeaderValue("X-Content-Type-Options"), is("nosniff"));
        assertThat(response.getResponseHeaderValue("Content-Disposition"), is("attachment; filename=\"" + name + "\""));
        return response.getContentAsString(StandardCharsets.UTF_8);
    }

    @Test
    void anApprovalIsInTheTimelineBetweenVerdictAndPromotion() throws Exception {
        Map<String, Object> parts = SampleReports.document(12, 0, 0).getReport().toMap();
        Map<String, Object> promotion = new HashMap<>();
        ((Map<?, ?>) parts.get("promotion")).forEach((key, value) -> promotion.put((String) key, value));
        promotion.put("approval", approval("alice", "2026-11-20T10:00:12.700Z", "<b>looked at it"));
        parts.put("promotion", promotion);
        Reports.attach(build, GateReport.fromMap(parts), null);

        assertThat(
                text("mlflow-eval-gate/1/"),
                matchesPattern(
                        "(?s).*Evaluated Nov.*Approved Nov 20, 2026.* by alice: <b>looked at it [0-9]. Promoted Nov.*"));

        promotion.put("approval", approval(null, null, null));
        Reports.attach(build, GateReport.fromMap(parts), null);
        assertThat(text("mlflow-eval-gate/2/"), not(containsString("Approved")));
    }

    private static Map<String, Object> approval(String by, String at, String reason) {
        Map<String, Object> approval = new HashMap<>();
        approval.put("required", true);
        approval.put("by", by);
        approval.put("at", at);
        approval.put("reason", reason);
        return approval;
    }

    @Test
    void reportsOfBeforeHaveNeitherPolicyNorCommand() throws Exception {
        Reports.attach(build, Reports.passed(), Reports.UI);

        assertThat(text("mlflow-eval-gate/1/"), not(containsString("mlflow-eval-gate.jar")));
        assertThat(status("mlflow-eval-gate/1/policy.yaml"), is(404));
        assertThat(status("mlflow-eval-gate/1/report.md"), is(200));
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
        assertThat(((Map<?, ?>) ((List<?>) first.get("checks")).get(3)).get("value"), is("NaN"));
        assertThat(first.get("error"), nullValue());
    }

    @Test
    void aCorruptFileLeavesWhatTheBuildRecordKnows() throws Exception {
        Reports.attach(build, Reports.passed(), null);
        Reports.attach(build, Reports.with(Map.of("model", "other")), null);
        loadAgain();
        for (String content : List.of(
                "{not json", "", "{}", "[]", "7", "{\"schema_version\": 2}", "{\"schema_version\": 1}", "raw")) {
            try (OutputStream out = content.equals("raw")
                    ? Files.newOutputStream(file(1))
                    : new GZIPOutputStream(Files.newOutputStream(file(1)))) {
                out.write(content.getBytes(StandardCharsets.UTF_8));
            }

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
            GateReportAction.attach(build, "one", SampleReports.hostile(text), new MlflowLinks(Reports.UI, null));
            GateReportAction.attach(build, "two", SampleReports.hostile(text), new MlflowLinks(text, null));
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

    @Test
    void aVeryLongNameIsCutOnTheBuildPageOnly() throws Exception {
        String name = "n".repeat(10_000);
        Reports.attach(build, Reports.with(Map.of("model", name, "reason", name)), null);

        assertThat(page("").getWebResponse().getContentAsString(), not(containsString("n".repeat(300))));
        assertThat(page("mlflow-eval-gate/1/").getElementById("main-panel").getTextContent(), containsString(name));
        assertThat(
                page("mlflow-eval-gate/1/")
                        .querySelectorAll("details.mlflow-gate-long:not([open])")
                        .size(),
                is(2));
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

        for (String path : List.of("", "1/", "1/report.json", "1/junit.xml", "1/report.md", "1/api/json", "api/json")) {
            String url = build.getUrl() + "mlflow-eval-gate/" + path;
            assertThat(path, status(client().login("outsider"), url), is(404));
            assertThat(path, status(client().login("reader"), url), is(200));
        }
    }

    @Test
    void theBuildRecordStaysSmall() throws Exception {
        GateReportAction.attach(
                build, "gate", SampleReports.document(1_000, 4_000, 0.3), new MlflowLinks(Reports.UI, null));

        assertThat(Files.size(build.getRootDir().toPath().resolve("build.xml")), lessThan(20_000L));
        assertThat(Files.size(file(1)), lessThan(300_000L));
        assertThat(
                page("mlflow-eval-gate/1/")
                        .getWebResponse()
                        .getContentAsString()
                        .length(),
                lessThan(800_000));
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
        assertThat(
                GateReportAction.urlOf(build, 2),
                is(jenkins.jenkins.getRootUrl() + build.getUrl() + "mlflow-eval-gate/2/"));
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

    private Path file(int number) {
        return build.getRootDir().toPath().resolve("mlflow-eval-gate").resolve(number + ".json.gz");
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
        return visible(page.getElementById("main-panel"));
    }

    private static String visible(DomNode node) {
        return node.asNormalizedText().replaceAll("[\\s\u00A0]+", " ");
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
        GateReportAction.attach(build, "12", new GateDocument(Reports.passed(), null), MlflowLinks.NONE);
        GateReportAction.attach(build, "34", new GateDocument(Reports.passed(), null), MlflowLinks.NONE);

        assertThat(
                GateReportAction.attach(
                        build, "12", new GateDocument(Reports.with(Map.of("model", "again")), null), MlflowLinks.NONE),
                is(1));

        GateReportAction action = build.getAction(GateReportAction.class);
        assertThat(action.getSummaries().size(), is(2));
        assertThat(action.getDynamic("1").getReport().getModel(), is("again"));
    }
}
