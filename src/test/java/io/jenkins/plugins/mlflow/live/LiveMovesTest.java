package io.jenkins.plugins.mlflow.live;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.report.PromotionMemory;
import java.util.List;
import java.util.Map;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** What is known of live models when servers and jobs change their names and places. */
@WithSharedJenkins
class LiveMovesTest {
    private static JenkinsRule jenkins;
    private static int models;

    private String model;
    private FreeStyleProject job;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void sevenIsPromoted() throws Exception {
        configure("production", "http://mlflow.example.com/" + ++models);
        model = "churn " + models;
        job = jenkins.createFreeStyleProject();
        end(7);
    }

    private static void configure(String name, String uri) {
        MlflowGlobalConfiguration.get().setServers(List.of(new MlflowServerConfiguration(name, uri)));
    }

    private void end(int version) throws Exception {
        end(version, "production");
    }

    private void end(int version, String server) throws Exception {
        Map<String, Object> report =
                Gates.report(model, version, 0.95, List.of("accuracy")).toMap();
        report.put("server", server);
        Gates.end(jenkins.buildAndAssertSuccess(job), "a", GateReport.fromMap(report));
    }

    private List<?> exported(String name) throws Exception {
        String json = jenkins.createWebClient()
                .goTo(job.getUrl() + "mlflow-eval-gate/api/json?depth=3", "application/json")
                .getWebResponse()
                .getContentAsString();
        return (List<?>) ((Map<?, ?>) Json.read(json)).get(name);
    }

    private static String registry(String server) throws Exception {
        return MlflowGlobalConfiguration.get().getServer(server).registry();
    }

    private HtmlPage page() throws Exception {
        return jenkins.createWebClient().withJavaScriptEnabled(false).getPage(job, "mlflow-eval-gate/");
    }

    @Test
    void aServerOfAnotherNameHasTheSameModelsAndOneTrend() throws Exception {
        configure("prod", "http://mlflow.example.com/" + models);
        assertThat(exported("live"), hasSize(1));

        end(8, "prod");

        assertThat(exported("live"), hasSize(1));
        assertThat(page().querySelectorAll(".mlflow-trend__model option"), hasSize(1));
        for (String server : List.of("prod", "production")) {
            String trend = jenkins.createWebClient()
                    .goTo(
                            job.getUrl() + "mlflow-eval-gate/trend.json?server=" + server + "&model=churn%20" + models,
                            "application/json")
                    .getWebResponse()
                    .getContentAsString();
            assertThat((List<?>) ((Map<?, ?>) Json.read(trend)).get("points"), hasSize(2));
        }
    }

    @Test
    void aServerOfAnotherAddressKeepsItsModelsItsTrendAndItsLastPolicies() throws Exception {
        GatePolicy policy = PolicyReader.resolve(
                null,
                model,
                PolicyOverrides.builder()
                        .thresholds(Map.of("accuracy", 0.9))
                        .promote("champion")
                        .build());
        Map<String, Object> report =
                Gates.report(model, 7, 0.95, List.of("accuracy")).toMap();
        PromotionMemory.remember(registry("production"), GateReport.fromMap(report), policy, job.getLastBuild());

        configure("production", "https://ml.example.com/" + models);

        assertThat(exported("live"), hasSize(1));
        assertThat(
                PromotionMemory.compare(registry("production"), model, policy).getCount(), is(0));
        end(8);
        List<?> live = exported("live");
        assertThat(live, hasSize(1));
        assertThat(((Map<?, ?>) live.get(0)).get("version"), is("8"));
        assertThat(((Map<?, ?>) live.get(0)).get("predecessor"), is("7"));
        assertThat(page().querySelectorAll(".mlflow-trend__model option"), hasSize(1));
    }

    @Test
    void theRecordsFollowAJobThatIsRenamed() throws Exception {
        String old = job.getFullName();
        job.renameTo("renamed-" + models);

        HtmlPage page = page();
        assertThat(
                page.querySelectorAll("a[href$='/job/renamed-" + models + "/1/mlflow-eval-gate/']")
                        .isEmpty(),
                is(false));
        assertThat(page.getBody().asNormalizedText(), containsString("renamed-" + models + " #1"));

        FreeStyleProject later = jenkins.createFreeStyleProject(old);
        jenkins.buildAndAssertSuccess(later);
        assertThat(page().querySelectorAll("a[href$='/job/" + old + "/1/mlflow-eval-gate/']"), hasSize(0));
    }

    @Test
    void aBuildOfALaterJobOfTheSameNameIsNotTaken() throws Exception {
        String name = job.getFullName();
        FreeStyleBuild first = job.getLastBuild();
        assertThat(
                page().querySelectorAll("a[href$='" + first.getUrl() + "mlflow-eval-gate/']")
                        .isEmpty(),
                is(false));
        job.delete();
        job = jenkins.createFreeStyleProject(name);
        jenkins.buildAndAssertSuccess(job);
        Map<String, Object> seen =
                Gates.report(model, 8, 0.8, List.of("accuracy")).toMap();
        Gates.end(jenkins.buildAndAssertSuccess(job), "a", GateReport.fromMap(seen));

        HtmlPage page = page();
        assertThat(page.querySelectorAll("a[href$='" + first.getUrl() + "mlflow-eval-gate/']"), hasSize(0));
        assertThat(page.getBody().asNormalizedText(), containsString(name + " #1 (deleted)"));
    }
}
