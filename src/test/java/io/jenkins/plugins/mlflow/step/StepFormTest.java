package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Item;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.net.URI;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.Page;
import org.htmlunit.WebRequest;
import org.jenkinsci.plugins.workflow.cps.SnippetizerTester;
import org.jenkinsci.plugins.workflow.steps.StepConfigTester;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** The step's form, and the snippets that come of it. */
@WithSharedJenkins
class StepFormTest {
    private static final String DESCRIPTOR = "descriptorByName/" + MlflowEvalGateStep.class.getName() + "/";

    private static JenkinsRule jenkins;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void twoServers() {
        MlflowGlobalConfiguration.get()
                .setServers(List.of(
                        new MlflowServerConfiguration("production", "http://127.0.0.1:9/team"),
                        new MlflowServerConfiguration("staging", "http://127.0.0.1:9")));
    }

    @Test
    void everyFieldOfTheFormComesBackAsItWas() throws Exception {
        MlflowEvalGateStep step = new MlflowEvalGateStep("churn-classifier");
        step.setServer("staging");
        step.setRunId("r7");
        step.setExperiment("customer-churn");
        step.setFilter("tags.purpose = 'eval'");
        step.setMaxAge("24h");
        step.setPolicy("gates/churn.yaml");
        step.setThresholds(Map.of("accuracy", ">= 0.92", "log_loss", "<= 0.35"));
        step.setBaseline("champion");
        step.setPromote(false);
        step.setTimeout("10m");
        step.setSettle("2s");
        step.setOnFailure("unstable");
        step.setRunMode("dry_run");

        MlflowEvalGateStep back = new StepConfigTester(jenkins).configRoundTrip(step);

        assertEquals("staging", back.getServer());
        assertEquals("r7", back.getRunId());
        assertEquals("customer-churn", back.getExperiment());
        assertEquals("tags.purpose = 'eval'", back.getFilter());
        assertEquals("24h", back.getMaxAge());
        assertEquals("gates/churn.yaml", back.getPolicy());
        assertEquals(Map.of("accuracy", ">= 0.92", "log_loss", "<= 0.35"), back.getThresholds());
        assertEquals("champion", back.getBaseline());
        assertEquals(false, back.getPromote());
        assertEquals("10m", back.getTimeout());
        assertEquals("2s", back.getSettle());
        assertEquals("unstable", back.getOnFailure());
        assertEquals("dry_run", back.getRunMode());
    }

    @Test
    void anEmptyFormGivesTheModelAlone() throws Exception {
        MlflowEvalGateStep back =
                new StepConfigTester(jenkins).configRoundTrip(new MlflowEvalGateStep("churn-classifier"));

        assertEquals("churn-classifier", back.getModel());
        assertNull(back.getThresholds());
        assertNull(back.getPromote());
        assertNull(back.getOnFailure());
    }

    @Test
    void snippetsAreWhatAPersonWouldWrite() throws Exception {
        SnippetizerTester snippets = new SnippetizerTester(jenkins);
        MlflowEvalGateStep plain = new MlflowEvalGateStep("churn-classifier");
        snippets.assertRoundTrip(plain, "mlflowEvalGate 'churn-classifier'");

        MlflowEvalGateStep full = new MlflowEvalGateStep("churn-classifier");
        full.setVersion("7");
        full.setThresholds(new java.util.TreeMap<>(Map.of("accuracy", ">= 0.92", "log_loss", "<= 0.35")));
        full.setPromote("champion");
        snippets.assertRoundTrip(
                full,
                "mlflowEvalGate model: 'churn-classifier', promote: 'champion', "
                        + "thresholds: [accuracy: '>= 0.92', log_loss: '<= 0.35'], version: '7'");

        MlflowEvalGateStep mappings = new MlflowEvalGateStep("churn-classifier");
        mappings.setBaseline(Map.of("alias", "champion"));
        mappings.setPromote(false);
        mappings.setArchive(true);
        snippets.assertRoundTrip(
                mappings,
                "mlflowEvalGate archive: true, baseline: [alias: 'champion'], model: 'churn-classifier', promote: false");
    }

    @Test
    void whatAPipelineGivesIsKeptInPlainTypes() throws Exception {
        List<Object> alias = new java.util.ArrayList<>(List.of("champion"));
        Map<String, Object> baseline = new java.util.HashMap<>(Map.of("alias", alias));

        MlflowEvalGateStep step = (MlflowEvalGateStep) jenkins.jenkins
                .getDescriptorByType(MlflowEvalGateStep.DescriptorImpl.class)
                .newInstance(
                        Map.of("model", new StringBuilder("churn-classifier"), "version", 7, "baseline", baseline));
        alias.add("changed");

        assertEquals("churn-classifier", step.getModel());
        assertEquals("7", step.getVersion());
        assertEquals(Map.of("alias", List.of("champion")), step.getBaseline());
    }

    @Test
    void everyFieldHasHelp() {
        for (String field : List.of(
                "model",
                "server",
                "runId",
                "version",
                "alias",
                "modelId",
                "experiment",
                "filter",
                "maxAge",
                "policy",
                "thresholds",
                "thresholdLines",
                "baseline",
                "promote",
                "timeout",
                "settle",
                "onFailure",
                "runMode")) {
            assertNotNull(MlflowEvalGateStep.class.getResource("MlflowEvalGateStep/help-" + field + ".html"), field);
        }
        assertNotNull(MlflowEvalGateStep.class.getResource("MlflowEvalGateStep/help.html"));
    }

    private Page ask(JenkinsRule.WebClient client, HttpMethod method, String path) throws Exception {
        WebRequest request = new WebRequest(new URI(jenkins.getURL() + path).toURL(), method);
        return client.withThrowExceptionOnFailingStatusCode(false).getPage(client.addCrumb(request));
    }

    @Test
    void formMethodsNeedAPostAndThePermissionToConfigure() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject("job");
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ, Item.CONFIGURE)
                .everywhere()
                .to("author")
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("reader"));
        List<String> methods = List.of(
                "fillServerItems?server=",
                "fillOnFailureItems",
                "fillRunModeItems",
                "checkModel?value=",
                "checkTimeout?value=5",
                "checkSettle?value=5",
                "checkMaxAge?value=5",
                "checkThresholdLines?value=x");
        JenkinsRule.WebClient author = jenkins.createWebClient().login("author");
        JenkinsRule.WebClient reader = jenkins.createWebClient().login("reader");
        for (String method : methods) {
            String path = job.getUrl() + DESCRIPTOR + method;
            Page refused = ask(author, HttpMethod.GET, path);
            assertTrue(
                    refused.getWebResponse().getStatusCode() >= 400,
                    () -> method + " answered GET with "
                            + refused.getWebResponse().getStatusCode());
            Page allowed = ask(author, HttpMethod.POST, path);
            assertEquals(200, allowed.getWebResponse().getStatusCode(), method);
            String said = allowed.getWebResponse().getContentAsString();
            assertTrue(said.contains("value") || said.contains("error"), said);
            String withheld =
                    ask(reader, HttpMethod.POST, path).getWebResponse().getContentAsString();
            assertFalse(
                    withheld.contains("production") || withheld.contains("error\""), () -> method + ": " + withheld);
            assertFalse(withheld.contains("127.0.0.1"), withheld);
        }
        String names = ask(author, HttpMethod.POST, job.getUrl() + DESCRIPTOR + "fillServerItems?server=")
                .getWebResponse()
                .getContentAsString();
        assertTrue(names.contains("production"), names);
        assertFalse(names.contains("127.0.0.1"), names);
    }

    @Test
    void theRollbacksFormAndSnippetSayWhatWasGiven() throws Exception {
        MlflowRollbackStep step = new MlflowRollbackStep("churn-classifier");
        step.setAlias("champion");
        step.setServer("staging");
        step.setFrom(7);
        step.setReason("smoke test failed");
        step.setTimeout("2m");

        MlflowRollbackStep back = new StepConfigTester(jenkins).configRoundTrip(step);

        assertEquals("churn-classifier", back.getModel());
        assertEquals("champion", back.getAlias());
        assertEquals("staging", back.getServer());
        assertEquals("7", back.getFrom());
        assertEquals("smoke test failed", back.getReason());
        assertEquals("2m", back.getTimeout());
        SnippetizerTester snippets = new SnippetizerTester(jenkins);
        snippets.assertRoundTrip(new MlflowRollbackStep("churn-classifier"), "mlflowRollback 'churn-classifier'");
        snippets.assertRoundTrip(
                back,
                "mlflowRollback alias: 'champion', from: '7', model: 'churn-classifier', reason: 'smoke test failed',"
                        + " server: 'staging', timeout: '2m'");
        for (String field : List.of("", "-model", "-alias", "-server", "-from", "-reason", "-timeout")) {
            assertNotNull(MlflowRollbackStep.class.getResource("MlflowRollbackStep/help" + field + ".html"), field);
        }
    }
}
