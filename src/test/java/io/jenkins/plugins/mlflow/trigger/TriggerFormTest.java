package io.jenkins.plugins.mlflow.trigger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.Result;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.step.Pipelines;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import jenkins.model.ParameterizedJobMixIn;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.structs.describable.DescribableModel;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** How a trigger is written, in a form and in a pipeline, and what a page says of it. */
@WithSharedJenkins
class TriggerFormTest {
    private static JenkinsRule jenkins;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void start() {
        TriggerEngine.automatic = false;
        MlflowGlobalConfiguration.get()
                .setServers(List.of(new MlflowServerConfiguration("production", "http://127.0.0.1:9")));
    }

    @AfterEach
    void stop() {
        TriggerEngine.automatic = true;
    }

    private static MlflowModelVersionTrigger.DescriptorImpl descriptor() {
        return Jenkins.get().getDescriptorByType(MlflowModelVersionTrigger.DescriptorImpl.class);
    }

    private static void assertFull(MlflowModelVersionTrigger trigger) {
        assertEquals("churn", trigger.getModel());
        assertEquals("production", trigger.getServer());
        assertEquals(List.of("created", "alias:challenger", "tag:validation=requested"), trigger.getOn());
        assertEquals("10m", trigger.getPoll());
    }

    @Test
    void aFormGivesBackWhatItWasGiven() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        MlflowModelVersionTrigger trigger = new MlflowModelVersionTrigger("churn");
        trigger.setServer("production");
        trigger.setOn(List.of("created", "alias:challenger", "tag:validation=requested"));
        trigger.setPoll("10m");
        job.addTrigger(trigger);
        job.save();

        assertFull(jenkins.configRoundtrip(job).getTrigger(MlflowModelVersionTrigger.class));

        FreeStyleProject plain = jenkins.createFreeStyleProject();
        plain.addTrigger(new MlflowModelVersionTrigger("churn"));
        MlflowModelVersionTrigger read = jenkins.configRoundtrip(plain).getTrigger(MlflowModelVersionTrigger.class);
        assertEquals(List.of("created"), read.getOn());
        assertNull(read.getServer());
        assertNull(read.getPoll());
    }

    @Test
    void aDeclarativePipelineSetsIt() throws Exception {
        WorkflowJob job = Pipelines.job(
                jenkins,
                "pipeline { agent none\n triggers { mlflowModelVersion(model: 'churn', server: 'production',"
                        + " on: ['created', 'alias:challenger', 'tag:validation=requested'], poll: '10m') }\n"
                        + " stages { stage('gate') { steps { echo 'hello' } } } }");
        jenkins.buildAndAssertSuccess(job);
        assertFull(ParameterizedJobMixIn.getTrigger(job, MlflowModelVersionTrigger.class));
    }

    @Test
    void aScriptedPipelineSetsIt() throws Exception {
        WorkflowJob job = Pipelines.job(
                jenkins,
                "properties([pipelineTriggers([mlflowModelVersion(model: 'churn', server: 'production',"
                        + " on: ['created', 'alias:challenger', 'tag:validation=requested'], poll: '10m')])])");
        jenkins.buildAndAssertSuccess(job);
        assertFull(ParameterizedJobMixIn.getTrigger(job, MlflowModelVersionTrigger.class));
    }

    @Test
    void anInvalidParameterFailsThePipelineWithItsName() throws Exception {
        WorkflowRun run = Pipelines.build(
                jenkins,
                Result.FAILURE,
                "properties([pipelineTriggers([mlflowModelVersion(model: 'churn', on: ['deleted'])])])");
        jenkins.assertLogContains(
                "parameter `on` has the entry 'deleted': write 'created', 'alias:NAME' or 'tag:KEY=VALUE'", run);
    }

    @Test
    void defaultsAreLeftOutOfWhatTheGeneratorWrites() throws Exception {
        Map<String, Object> written = DescribableModel.of(MlflowModelVersionTrigger.class)
                .uninstantiate2(new MlflowModelVersionTrigger("churn"))
                .toMap();
        written.keySet().removeIf(key -> key.startsWith("$"));
        assertEquals(Map.of("model", "churn"), written);
    }

    @Test
    void invalidEntriesSayWhatWouldBeRight() {
        MlflowModelVersionTrigger trigger = new MlflowModelVersionTrigger("churn");
        assertThrows(IllegalArgumentException.class, () -> new MlflowModelVersionTrigger(" "));
        for (String entry : List.of(
                "",
                "create",
                "alias:",
                "alias:v7",
                "alias:a b",
                "tag:x",
                "tag:=x",
                "tag:a=",
                "tag:a`b=c",
                "tag:a=b'c")) {
            String message = assertThrows(IllegalArgumentException.class, () -> trigger.setOn(List.of(entry)), entry)
                    .getMessage();
            assertTrue(message.startsWith("parameter `on` has the entry '" + entry + "': "), message);
        }
        assertEquals(
                "parameter `poll` is 9s; it must be at least 10s",
                assertThrows(IllegalArgumentException.class, () -> trigger.setPoll("9s"))
                        .getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> trigger.setPoll("5"))
                .getMessage()
                .contains("has no unit"));
    }

    @Test
    void onlyWhoMayConfigureTheJobIsToldAnything() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ)
                .everywhere()
                .to("reader")
                .grant(Jenkins.READ, Item.READ, Item.CONFIGURE)
                .everywhere()
                .to("author"));
        try (ACLContext as = ACL.as(User.getOrCreateByIdOrFullName("reader"))) {
            assertEquals(
                    "", descriptor().doCheckOnLines(job, "deleted").toString().replaceAll("(?s)OK.*", ""));
            assertFalse(descriptor().doFillServerItems(job, "").toString().contains("production"));
        }
        try (ACLContext as = ACL.as(User.getOrCreateByIdOrFullName("author"))) {
            assertTrue(descriptor()
                    .doCheckOnLines(job, "created\ndeleted")
                    .getMessage()
                    .contains("deleted"));
            assertTrue(descriptor().doCheckPoll(job, "1s").getMessage().contains("at least 10s"));
            assertTrue(descriptor().doCheckModel(job, "").getMessage().contains("`model`"));
            assertTrue(descriptor().doFillServerItems(job, "").toString().contains("production"));
        }
    }

    @Test
    void theCauseIsEscapedAndLinksOnlyToTheAddressThatUsersAreShown() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        VersionEvent event = VersionEvent.tag("<b>churn</b>", "7", "key", "<script>alert(1)</script>");
        PlannedBuild planned =
                new PlannedBuild("id", "production", "r", event, null, "https://ui.example.com/#/models/x", 1);
        BuildPlanner.schedule(job, List.of(planned));
        jenkins.waitUntilNoActivity();

        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            HtmlPage page = client.goTo(job.getBuildByNumber(1).getUrl());
            String text = page.asNormalizedText();
            assertTrue(
                    text.contains("Version 7 of model <b>churn</b> on MLflow server 'production': tag:key=<script>"),
                    text);
            List<HtmlAnchor> links = page.getAnchors().stream()
                    .filter(anchor -> anchor.getHrefAttribute().startsWith("https://ui.example.com/"))
                    .toList();
            assertEquals(1, links.size());
            String api = client.goTo(job.getBuildByNumber(1).getUrl() + "api/json", "application/json")
                    .getWebResponse()
                    .getContentAsString();
            assertTrue(api.contains("\"version\":\"7\"") && api.contains("\"event\":\"tag:key="), api);
        }
    }
}
