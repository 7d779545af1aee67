package io.jenkins.plugins.mlflow.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.User;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.policy.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jenkins.model.experimentalflags.UserExperimentalFlagsProperty;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Which runs, models and datasets a gate's values are of, on the pages of the build. */
@WithSharedJenkins
class GateIdentityTest {
    private static final String REPORT = "mlflow-eval-gate/1/";

    private static JenkinsRule jenkins;
    private FreeStyleProject job;

    private final Map<String, Object> candidate = new HashMap<>(Map.of(
            "run_id",
            "eval1",
            "experiment_id",
            "3",
            "experiment",
            "customer-churn",
            "version",
            "7",
            "model_id",
            "m-12ab",
            "model_name",
            "churn_model",
            "run_status",
            "FINISHED",
            "evaluation_run",
            true,
            "child_run",
            true));
    private final Map<String, Object> baseline = new HashMap<>(
            Map.of("alias", "champion", "version", "6", "run_id", "run6", "model_id", "m-99ff", "resolved", true));
    private final List<Object> checks = new ArrayList<>();
    private FreeStyleBuild build;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void aBuild() throws Exception {
        if (job == null) {
            job = jenkins.createFreeStyleProject("train");
        }
        build = jenkins.buildAndAssertSuccess(job);
    }

    private void attach() throws Exception {
        Reports.attach(
                build,
                Reports.with(Map.of("candidate", candidate, "baseline", baseline, "checks", checks)),
                Reports.UI);
    }

    private HtmlPage page(String path) throws Exception {
        return jenkins.createWebClient().withJavaScriptEnabled(false).getPage(build, path);
    }

    private String text(String path) throws Exception {
        return page(path).getElementById("main-panel").asNormalizedText().replaceAll("[\\s\u00A0]+", " ");
    }

    @Test
    void thePageNamesTheEvaluationRunTheModelAndTheRunsOfTheBaseline() throws Exception {
        attach();

        HtmlPage page = page(REPORT);
        assertThat(
                text(REPORT),
                allOf(
                        containsString("Evaluation run eval1 (FINISHED) a child run"),
                        containsString("Experiment customer-churn"),
                        containsString("Evaluated logged model churn_model (m-12ab)"),
                        containsString("Run run6"),
                        containsString("Logged model m-99ff")));
        assertThat(page.getAnchorByText("eval1").getHrefAttribute(), is(Reports.UI + "/#/experiments/3/runs/eval1"));
        assertThat(page.getAnchorByText("run6").getHrefAttribute(), is(Reports.UI + "/#/runs/run6"));
    }

    @Test
    void bothBuildPagesAndTheInterfaceNameThem() throws Exception {
        attach();

        String expected = "Candidate: version 7, evaluation run eval1 (a child run), logged model churn_model (m-12ab),"
                + " experiment customer-churn Baseline: champion, version 6, logged model m-99ff";
        assertThat(text(""), containsString(expected));
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        User.getById("alice", true)
                .addProperty(new UserExperimentalFlagsProperty(Map.of("new-build-page.flag", "true")));
        HtmlPage newPage = jenkins.createWebClient().login("alice").getPage(build);
        assertThat(newPage.getBody().asNormalizedText().replaceAll("[\\s\u00A0]+", " "), containsString(expected));
        String json = jenkins.createWebClient()
                .goTo(build.getUrl() + "mlflow-eval-gate/api/json", "application/json")
                .getWebResponse()
                .getContentAsString();
        Map<?, ?> report = (Map<?, ?>) ((List<?>) ((Map<?, ?>) Json.read(json)).get("reports")).get(0);
        assertThat(((Map<?, ?>) report.get("candidate")).get("model_name"), is("churn_model"));
        assertThat(((Map<?, ?>) report.get("candidate")).get("evaluation_run"), is(true));
        assertThat(((Map<?, ?>) report.get("baseline")).get("model_id"), is("m-99ff"));
    }

    @Test
    void anOrdinaryRunIsCalledARun() throws Exception {
        candidate.put("evaluation_run", false);
        candidate.put("child_run", false);
        attach();

        assertThat(text(REPORT), allOf(containsString("Run eval1"), not(containsString("child run"))));
        assertThat(text(""), containsString("version 7, run eval1, logged model"));
    }

    @Test
    void aBaselineThatWasNotFoundOutIsNotOneThatNobodyHolds() throws Exception {
        baseline.clear();
        baseline.putAll(Map.of("alias", "champion", "resolved", false));
        attach();
        assertThat(text(REPORT), containsString("The holder was not determined"));
        assertThat(text(""), containsString("Baseline: champion, holder not determined"));

        aBuild();
        baseline.put("resolved", true);
        attach();
        assertThat(text(REPORT), containsString("No version holds the alias"));
        assertThat(text(""), containsString("Baseline: champion, no version holds it"));
    }

    @Test
    void aBaselineMayBeThatOfAStage() throws Exception {
        baseline.remove("alias");
        baseline.put("stage", "Production");
        attach();

        assertThat(text(REPORT), containsString("Stage Production"));
        assertThat(text(""), containsString("Baseline: stage Production, version 6"));

        aBuild();
        baseline.remove("version");
        attach();
        assertThat(text(REPORT), containsString("No version is in the stage"));
    }

    @Test
    void aCheckNamesTheRunAndTheDatasetOfItsValueAndInfinity() throws Exception {
        Map<String, Object> check = Reports.check("accuracy", "min", 0.92, "Infinity", "NOT_FINITE", "failure");
        check.put("run_id", "other9");
        check.put("dataset", "holdout");
        check.put("change", "-Infinity");
        checks.add(check);
        attach();

        String text = text(REPORT);
        assertThat(
                text,
                allOf(
                        containsString("dataset holdout"),
                        containsString("logged by run other9"),
                        containsString("Infinity min 0.92"),
                        containsString("−Infinity")));
        assertThat(page(REPORT).getAnchorByText("other9").getHrefAttribute(), is(Reports.UI + "/#/runs/other9"));
    }

    @Test
    void whatWaitsForApprovalReadsLikeNoVerdict() {
        assertThat(StatusLook.PENDING.getWord(), is("pending approval"));
        assertThat(StatusLook.PASSED.getWord(), is("PASSED"));
    }
}
