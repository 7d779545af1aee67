package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.ExtensionList;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.transform.stream.StreamSource;
import jenkins.model.Jenkins;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class ConfigurationMonitorTest {
    private JenkinsRule r;
    private ConfigurationMonitor monitor;

    @BeforeEach
    void start(JenkinsRule rule) {
        r = rule;
        monitor = ExtensionList.lookupSingleton(ConfigurationMonitor.class);
    }

    private static MlflowServerConfiguration safe() {
        MlflowServerConfiguration server = Servers.server("production");
        server.setPromotion(new PromotionRights("ml/*/main"));
        server.setCredentialsId("mlflow-token");
        return server;
    }

    private String onlyProblem() {
        assertTrue(monitor.isActivated());
        assertEquals(
                1, monitor.getProblems().size(), () -> monitor.getProblems().toString());
        return monitor.getProblems().get(0);
    }

    @Test
    void aSafeConfigurationAndNoneAtAllAreSilent() {
        assertFalse(monitor.isActivated());

        MlflowGlobalConfiguration.get().setServers(List.of(safe()));
        MlflowGlobalConfiguration.get().setPolicy(Servers.POLICY);

        assertEquals(List.of(), monitor.getProblems());
        assertFalse(monitor.isActivated());
    }

    @Test
    void aServerWithoutAListOfJobsIsNamed() {
        MlflowServerConfiguration open = Servers.server("staging");
        MlflowGlobalConfiguration.get().setServers(List.of(safe(), open));
        assertTrue(onlyProblem().contains("'staging' lists no jobs"), onlyProblem());

        PromotionRights rights = new PromotionRights("");
        rights.setFourEyes(true);
        open.setPromotion(rights);
        assertTrue(onlyProblem().contains("'staging' lists no jobs"), onlyProblem());
    }

    @Test
    void credentialsThatAreSentUnencryptedAreNamed() {
        MlflowServerConfiguration server = Servers.server("plain", "HTTP://mlflow.example.com");
        server.setPromotion(new PromotionRights("ml/*/main"));
        MlflowGlobalConfiguration.get().setServers(List.of(server));
        assertFalse(monitor.isActivated());

        server.setCredentialsId("mlflow-token");

        assertTrue(onlyProblem().contains("'plain' has credentials"), onlyProblem());
    }

    @Test
    void aStoredPolicyThatCannotBeReadIsExplained() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(safe()));
        MlflowGlobalConfiguration configuration = MlflowGlobalConfiguration.get();
        configuration.setPolicy(Servers.POLICY);
        Path file = r.jenkins.getRootDir().toPath().resolve(MlflowGlobalConfiguration.class.getName() + ".xml");
        Files.writeString(file, Files.readString(file).replace("version: 1", "version: 7"));
        configuration.load();

        assertTrue(onlyProblem().contains("stored policy:1:"), onlyProblem());
    }

    @Test
    void theServersAndPoliciesOfFoldersAreNamedWithTheirFolder() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(safe()));
        Folder team = Folders.in(Folders.in(r.jenkins, "ml"), "team");
        MlflowServerConfiguration bound = new MlflowServerConfiguration("bound", safe().getTrackingUri());
        Folders.configure(team, "", "", bound);
        assertEquals(List.of(), monitor.getProblems(), "the list of the controller counts inside");

        MlflowServerConfiguration own = new MlflowServerConfiguration("own", "http://team.example.com");
        own.setCredentialsId("token");
        Folders.configure(team, "", Servers.POLICY, bound, own);
        assertEquals(
                2, monitor.getProblems().size(), () -> monitor.getProblems().toString());
        assertTrue(
                monitor.getProblems().get(0).startsWith("In folder 'ml/team', server 'own' lists no jobs"),
                monitor.getProblems()::toString);
        assertTrue(
                monitor.getProblems().get(1).startsWith("In folder 'ml/team', server 'own' has credentials"),
                monitor.getProblems()::toString);

        own.setPromotion(new PromotionRights("ml/team/*"));
        own.setCredentialsId(null);
        Folders.configure(team, "", Servers.POLICY, own);
        assertFalse(monitor.isActivated());
        team.updateByXml(new StreamSource(
                new StringReader(team.getConfigFile().asString().replace("version: 1", "version: 7"))));
        assertTrue(onlyProblem().contains("folder 'ml/team'"), onlyProblem());
    }

    @Test
    void theProblemsOfManyFoldersAreCounted() throws Exception {
        for (int i = 0; i < 22; i++) {
            Folders.configure(
                    Folders.in(r.jenkins, "team" + i),
                    "",
                    "",
                    Servers.server("own", "https://team" + i + ".example.com"));
        }

        assertEquals(21, monitor.getProblems().size());
        assertEquals("There are 2 more in folders.", monitor.getProblems().get(20));
    }

    @Test
    void aFolderOfRecordsThatCannotBeWrittenIsNamed() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(safe()));
        Path folder = r.jenkins.getRootDir().toPath().resolve("mlflow-eval-gate");
        assertFalse(monitor.isActivated());

        // Not by permissions: the tests may run as root, whom they do not stop.
        Files.writeString(folder, "a file in its place");

        assertTrue(onlyProblem().contains(folder.toString()), onlyProblem());
    }

    @Test
    void administratorsSeeItWithAWayToTheFormAndCanDismissItAndOthersDoNot() throws Exception {
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ, Jenkins.SYSTEM_READ, Jenkins.MANAGE)
                .everywhere()
                .to("manager"));
        MlflowGlobalConfiguration.get()
                .setServers(List.of(Servers.server("<b>staging", "https://staging.example.com")));
        try (ACLContext ignored = ACL.as2(User.getById("manager", true).impersonate2())) {
            assertEquals(List.of(), monitor.getProblems());
            assertFalse(monitor.hasRequiredPermission());
        }
        try (JenkinsRule.WebClient client = r.createWebClient().withThrowExceptionOnFailingStatusCode(false)) {
            client.login("manager");
            assertFalse(client.goTo("manage/").asNormalizedText().contains("lists no jobs"));
            assertEquals(
                    403,
                    client.goTo("administrativeMonitor/" + monitor.id + "/", "text/html")
                            .getWebResponse()
                            .getStatusCode());
        }
        try (JenkinsRule.WebClient client = r.createWebClient().login("admin")) {
            HtmlPage page = client.goTo("manage/");
            assertTrue(page.asNormalizedText().contains("Server '<b>staging' lists no jobs"), page.asNormalizedText());
            DomElement link = page.querySelector(".jenkins-alert a[href$='/manage/configure']");
            assertTrue(link != null);
            HtmlForm form = page.querySelector("form[action$='" + monitor.id + "/disable']");
            r.submit(form);
            assertFalse(monitor.isEnabled());
            assertFalse(client.goTo("manage/").asNormalizedText().contains("lists no jobs"));
        }
    }
}
