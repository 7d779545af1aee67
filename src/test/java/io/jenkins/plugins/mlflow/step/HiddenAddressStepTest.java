package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Item;
import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** A server with a UI address: whoever may read its builds is shown that one, and nowhere the tracking URI. */
@WithJenkins
class HiddenAddressStepTest {
    private static final String UI = "https://ui.example.com/mlflow";

    @Test
    void noPageLogErrorOrApiThatAReaderMaySeeHoldsTheTrackingUri(JenkinsRule jenkins) throws Exception {
        List<WorkflowRun> builds = new ArrayList<>();
        Map<String, String> told = new LinkedHashMap<>();
        String canary;
        try (HttpMlflow mlflow = new HttpMlflow().championAndCandidate()) {
            canary = mlflow.uri().substring("http://".length());
            MlflowServerConfiguration server = new MlflowServerConfiguration("production", mlflow.uri());
            server.setUiUrl(UI);
            MlflowGlobalConfiguration.get().setServers(List.of(server));
            String gate =
                    "mlflowEvalGate model: 'churn-classifier', archive: true, buildDescription: true, timeout: '3s', ";
            builds.add(Pipelines.build(
                    jenkins, Result.SUCCESS, gate + "thresholds: [accuracy: 0.9], promote: 'champion'"));
            builds.add(Pipelines.build(jenkins, Result.FAILURE, gate + "thresholds: [accuracy: 0.99]"));
            builds.add(
                    Pipelines.build(jenkins, Result.FAILURE, gate + "runId: 'unknown', thresholds: [accuracy: 0.9]"));
            for (int status : List.of(401, 403, 404, 500)) {
                mlflow.refuseWith(status);
                builds.add(Pipelines.build(jenkins, Result.FAILURE, gate + "thresholds: [accuracy: 0.9]"));
            }
            mlflow.close();
            builds.add(Pipelines.build(jenkins, Result.FAILURE, gate + "thresholds: [accuracy: 0.9]"));
        }
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("reader"));
        for (WorkflowRun build : builds) {
            for (String page : List.of(
                    "",
                    "consoleText",
                    "api/json?depth=3",
                    "api/xml?depth=3",
                    "mlflow-eval-gate/",
                    "mlflow-eval-gate/api/json",
                    "mlflow-eval-gate/1/",
                    "mlflow-eval-gate/1/report.json",
                    "mlflow-eval-gate/1/junit.xml",
                    "mlflow-eval-gate/1/report.md",
                    "mlflow-eval-gate/1/policy.yaml",
                    "artifact/mlflow-eval-gate-1.json",
                    "artifact/mlflow-eval-gate-1.xml")) {
                told.put(build.getUrl() + page, ask(jenkins, build.getUrl() + page));
            }
            String job = build.getParent().getUrl();
            for (String page :
                    List.of("", "api/json?depth=3", "mlflow-eval-gate/", "mlflow-eval-gate/api/json?depth=3")) {
                told.put(job + page, ask(jenkins, job + page));
            }
            Path record = build.getRootDir().toPath().resolve("build.xml");
            told.put(record.toString(), Files.readString(record));
        }

        told.forEach(
                (where, text) -> assertFalse(text.contains(canary), () -> where + " tells " + canary + ": " + text));
        // That the reports were looked at is what makes the rest worth anything.
        assertEquals(
                builds.size(),
                told.entrySet().stream()
                        .filter(page -> page.getKey().endsWith("report.json")
                                && page.getValue().contains("schema_version"))
                        .count());
        String page = told.get(builds.get(0).getUrl() + "mlflow-eval-gate/1/");
        assertTrue(page.contains("href=\"" + UI + "/#/experiments/1/runs/r7\""), page);
        assertTrue(page.contains("--tracking-uri=" + UI), page);
        String log = told.get(builds.get(4).getUrl() + "consoleText");
        assertTrue(log.contains("GET " + UI + "/api/2.0/mlflow/"), log);
    }

    private static String ask(JenkinsRule jenkins, String path) throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            client.withThrowExceptionOnFailingStatusCode(false)
                    .withJavaScriptEnabled(false)
                    .withBasicApiToken("reader");
            WebResponse answer = client.loadWebResponse(new WebRequest(new URL(jenkins.getURL(), path)));
            return answer.getContentAsString();
        }
    }
}
