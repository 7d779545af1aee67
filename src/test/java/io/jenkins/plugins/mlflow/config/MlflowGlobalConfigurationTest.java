package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.BulkChange;
import hudson.model.FreeStyleProject;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import java.io.File;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import jenkins.model.Jenkins;
import org.htmlunit.html.DomNode;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlInput;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlTextArea;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

@WithSharedJenkins
class MlflowGlobalConfigurationTest {
    private static JenkinsRule r;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        r = rule;
    }

    @Test
    void theFormGivesBackWhatItWasGiven() throws Exception {
        MlflowGlobalConfiguration configuration = Servers.stored();
        String before = Servers.told(configuration);

        r.configRoundtrip();

        assertEquals(before, Servers.told(configuration));
    }

    @Test
    void theFormOfNothingGivesBackNothing() throws Exception {
        r.configRoundtrip();

        assertEquals("\n", Servers.told(MlflowGlobalConfiguration.get()));
    }

    @Test
    void aListOfServersThatWasEmptiedInTheFormIsEmpty() throws Exception {
        MlflowGlobalConfiguration configuration = Servers.stored();
        HtmlForm form = form();
        form.querySelectorAll("[name=servers]:not(.to-be-removed)").forEach(row -> row.remove());
        form.getInputByName("_.defaultServer").setValue("");

        r.submit(form);

        assertEquals(List.of(), configuration.getServers());
        assertEquals(Servers.POLICY, configuration.getPolicy());
    }

    @Test
    void aFormWithABadValueIsRefusedWholeAndSaysWhy() throws Exception {
        MlflowGlobalConfiguration configuration = Servers.stored();
        String before = Servers.told(configuration);
        String onDisk = onDisk();

        assertRefused("_.trackingUri", "https://user:canary@mlflow", "user name or password");
        assertRefused("_.name", "staging", "Two MLflow servers have the name 'staging'");
        assertRefused("_.name", " ", "name of an MLflow server is empty");
        assertRefused("_.defaultServer", "nowhere", "nowhere");
        assertRefused("_.requestTimeoutSeconds", "", "whole number");
        assertRefused("_.policy", "version: 2", "stored policy:1:");

        assertEquals(before, Servers.told(configuration));
        assertEquals(onDisk, onDisk());
        r.configRoundtrip();
        assertEquals(before, Servers.told(configuration));
    }

    private void assertRefused(String field, String value, String reason) throws Exception {
        HtmlForm form = form();
        // Something else of the same form is changed, too, and must not get through.
        first(form, "_.policy", HtmlTextArea.class).setText(Servers.POLICY.replace("0.92", "0.1"));
        if (field.equals("_.policy")) {
            first(form, field, HtmlTextArea.class).setText(value);
        } else {
            first(form, field, HtmlInput.class).setValue(value);
        }
        form.getPage().getWebClient().getOptions().setThrowExceptionOnFailingStatusCode(false);

        HtmlPage answer = r.submit(form);

        String text = answer.asNormalizedText();
        assertEquals(400, answer.getWebResponse().getStatusCode(), field);
        assertTrue(text.contains(reason), () -> field + " was answered with " + text);
        assertFalse(answer.getWebResponse().getContentAsString().contains("canary"), field);
    }

    /** The field of the first server, or the form's own. */
    private static <T> T first(HtmlForm form, String field, Class<T> type) {
        String named = "[name='" + field + "']";
        DomNode ofServer = form.querySelector("[name=servers]:not(.to-be-removed) " + named);
        return type.cast(ofServer == null ? form.querySelector(named) : ofServer);
    }

    private HtmlForm form() throws Exception {
        return r.createWebClient().goTo("manage/configure").getFormByName("config");
    }

    @Test
    void aSetterRefusesAndChangesNothing() {
        MlflowGlobalConfiguration configuration = Servers.stored();
        String before = Servers.told(configuration);

        assertThrows(IllegalArgumentException.class, () -> configuration.setDefaultServer("nowhere"));
        assertThrows(
                IllegalArgumentException.class,
                () -> configuration.setServers(List.of(Servers.server("a"), Servers.server("a"))));
        assertThrows(IllegalArgumentException.class, () -> configuration.setPolicy("models: {}"));
        configuration.save();

        assertEquals(before, Servers.told(configuration));
    }

    @Test
    void severalChangesCountTogetherAndWhatWasGivenUpDoesNotComeBack() throws Exception {
        MlflowGlobalConfiguration configuration = Servers.stored();
        String before = Servers.told(configuration);
        try (BulkChange change = new BulkChange(configuration)) {
            configuration.setDefaultServer("other");
            assertEquals(before, Servers.told(configuration));
        }
        try (BulkChange change = new BulkChange(configuration)) {
            configuration.setPolicy("");
            configuration.setDefaultServer("nowhere");
            assertThrows(IllegalArgumentException.class, change::commit);
        }
        assertEquals(before, Servers.told(configuration));

        try (BulkChange change = new BulkChange(configuration)) {
            configuration.setDefaultServer("other");
            configuration.setServers(List.of(Servers.server("other")));
            change.commit();
        }

        assertEquals("other", configuration.getDefaultServer());
        assertEquals(Servers.POLICY, configuration.getPolicy());
    }

    @Test
    void aDefaultServerThatIsTakenAwayIsNoLongerTheDefault() throws Exception {
        MlflowGlobalConfiguration configuration = Servers.stored();

        configuration.setServers(List.of(Servers.server("only")));

        assertEquals("", configuration.getDefaultServer());
        assertEquals("only", configuration.getServer(null).getName());
    }

    @Test
    void aStepGetsTheServerItNamesOrTheDefaultAndElseHearsWhatToDo() throws Exception {
        MlflowGlobalConfiguration configuration = MlflowGlobalConfiguration.get();
        assertTrue(noServer(configuration, null).contains("Manage Jenkins → System → MLflow"));
        assertTrue(noServer(configuration, "production").contains("No MLflow server is configured"));
        configuration.setServers(List.of(Servers.server("a"), Servers.server("b")));
        assertTrue(noServer(configuration, null).contains("none of them is the default"));
        assertTrue(noServer(configuration, "c").contains("'c'"));
        assertFalse(noServer(configuration, "c").contains("example.com"));
        assertEquals("b", configuration.getServer("b").getName());
        configuration.setDefaultServer("b");
        assertEquals("b", configuration.getServer(null).getName());
        assertEquals("b", configuration.getServer(" ").getName());
        assertEquals(List.of("a", "b"), configuration.serverNames());
    }

    private static String noServer(MlflowGlobalConfiguration configuration, String name) {
        return assertThrows(ConfigurationException.class, () -> configuration.getServer(name))
                .getMessage();
    }

    @Test
    void theStoredPolicyIsReadOnceForEveryText() throws Exception {
        MlflowGlobalConfiguration configuration = MlflowGlobalConfiguration.get();
        assertTrue(configuration.storedPolicy().isEmpty());
        configuration.setPolicy(Servers.POLICY.replace("\n", "\r\n"));
        assertEquals(Servers.POLICY, configuration.getPolicy());
        assertTrue(configuration.storedPolicy().orElseThrow().hasModel("churn-classifier"));
        assertEquals("stored policy", configuration.storedPolicy().orElseThrow().origin());
        assertTrue(configuration.storedPolicy().get()
                == configuration.storedPolicy().get());
        configuration.setPolicy(" \n");
        assertTrue(configuration.storedPolicy().isEmpty());
    }

    private static MlflowServerConfiguration listing(String name, String uri, String workspace, String jobs) {
        MlflowServerConfiguration server = new MlflowServerConfiguration(name, uri);
        server.setWorkspace(workspace);
        server.setPromotion(new PromotionRights(jobs));
        return server;
    }

    @Test
    void allEntriesOfARegistryCountTogetherHoweverItsAddressIsWritten() throws Exception {
        MlflowGlobalConfiguration configuration = MlflowGlobalConfiguration.get();
        FreeStyleProject main = r.createFreeStyleProject("main");
        FreeStyleProject other = r.createFreeStyleProject("other");
        for (String address : List.of(
                "https://mlflow.example.com/", "https://MLflow.example.com:443", "http://mlflow.example.com:80/")) {
            for (String workspace : Arrays.asList(null, "default")) {
                configuration.setServers(List.of(
                        listing("production", "https://mlflow.example.com", null, "main"),
                        listing("door", address, workspace, "")));

                assertNull(configuration.getServer("door").whyNotPromote(main), address);
                assertEquals(
                        "job 'other' is not allowed to promote on server 'door'",
                        configuration.getServer("door").whyNotPromote(other),
                        address);
            }
        }
        configuration.setServers(List.of(
                listing("production", "https://mlflow.example.com", "a", "main"),
                listing("b", "https://mlflow.example.com", "b", "other"),
                listing("path", "https://mlflow.example.com/Team", "a", "other"),
                listing("port", "https://mlflow.example.com:8443", "a", "other")));
        for (String server : List.of("b", "path", "port")) {
            assertNull(configuration.getServer(server).whyNotPromote(other), server);
        }
    }

    @Test
    void oneEntryOfARegistryIsEnoughForFourEyes() throws Exception {
        MlflowGlobalConfiguration configuration = MlflowGlobalConfiguration.get();
        FreeStyleProject main = r.createFreeStyleProject("main");
        MlflowServerConfiguration strict = listing("production", "https://mlflow.example.com", null, "");
        PromotionRights rights = new PromotionRights("");
        rights.setFourEyes(true);
        strict.setPromotion(rights);

        configuration.setServers(
                List.of(strict, Servers.server("door", "https://mlflow.example.com/"), Servers.server("far")));

        assertTrue(configuration.getServer("door").needsFourEyes(main));
        assertFalse(configuration.getServer("far").needsFourEyes(main));
    }

    @Test
    void aStoredListOfTheFormerNameIsReadAndASpoiltOneAllowsNothing() {
        String element = PromotionRights.class.getName();
        PromotionRights former = (PromotionRights)
                Jenkins.XSTREAM2.fromXML("<" + element + "><allowed__jobs>ml/*/main</allowed__jobs></" + element + ">");
        PromotionRights spoilt = (PromotionRights)
                Jenkins.XSTREAM2.fromXML("<" + element + "><allowedJobs>ml/?</allowedJobs></" + element + ">");
        PromotionRights empty = (PromotionRights) Jenkins.XSTREAM2.fromXML("<" + element + "/>");

        assertEquals("ml/*/main", former.getAllowedJobs());
        assertTrue(Jenkins.XSTREAM2.toXML(former).contains("<allowedJobs>ml/*/main</allowedJobs>"));
        assertFalse(Jenkins.XSTREAM2.toXML(former).contains("allowed__jobs"));
        assertFalse(spoilt.isFor("ml/x", false));
        assertFalse(empty.isFor("ml/x", false));
    }

    private String onDisk() throws Exception {
        return Files.readString(
                new File(r.jenkins.getRootDir(), "io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration.xml")
                        .toPath());
    }
}
