package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockFolder;

/** Which jobs may use a server, and what the others learn of it. */
@WithSharedJenkins
class ServerUsageTest {
    private static JenkinsRule r;
    private FreeStyleProject inside;
    private FreeStyleProject outside;
    private MockFolder folder;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void aJobInAFolderAndOneOutside() throws Exception {
        folder = r.createFolder("ml");
        inside = folder.createProject(FreeStyleProject.class, "churn");
        outside = r.createFreeStyleProject("outside");
    }

    static MlflowServerConfiguration usedBy(String name, String uri, String jobs) {
        MlflowServerConfiguration server = new MlflowServerConfiguration(name, uri);
        server.setUsage(new ServerUsage(jobs));
        return server;
    }

    private static void configure(String defaultServer, MlflowServerConfiguration... servers) {
        MlflowGlobalConfiguration.get().setServers(List.of());
        MlflowGlobalConfiguration.get().setServers(List.of(servers));
        MlflowGlobalConfiguration.get().setDefaultServer(defaultServer);
    }

    private static String refused(Item job, String name) {
        return assertThrows(
                        ConfigurationException.class,
                        () -> JobConfiguration.of(job).getServer(name))
                .getMessage();
    }

    @Test
    void anEmptyListIsNone() {
        MlflowServerConfiguration server = usedBy("a", "https://a", " \n");
        assertNull(server.getUsage());
        assertEquals(
                "ml/**\nnlp/*",
                usedBy("a", "https://a", " ml/**\r\nnlp/* ").getUsage().getAllowedJobs());
        assertThrows(IllegalArgumentException.class, () -> new ServerUsage("ml/?"));
        assertThrows(IllegalArgumentException.class, () -> new ServerUsage(","));
    }

    @Test
    void aJobThatMayNotUseAServerIsToldNoMoreThanOfOneThatDoesNotExist() throws Exception {
        configure("", usedBy("production", "https://production.example.com", "ml/**"), Servers.server("staging"));

        assertEquals(
                "production",
                JobConfiguration.of(inside).getServer("production").getName());
        assertEquals(
                List.of("production", "staging"), JobConfiguration.of(inside).serverNames());
        assertEquals(List.of("staging"), JobConfiguration.of(outside).serverNames());
        String message = refused(outside, "production");
        assertTrue(message.startsWith("There is no MLflow server named 'production' for this job."), message);
        assertTrue(message.endsWith("This job may use: 'staging'."), message);
        assertEquals(message.replace("production", "nowhere"), refused(outside, "nowhere"));
        assertFalse(message.contains("ml/") || message.contains("example.com"), message);
    }

    @Test
    void whereAJobMayUseNoServerItsErrorsNameNone() {
        configure("production", usedBy("production", "https://production.example.com", "ml/**"));

        for (String name : Arrays.asList("production", "nowhere", null, " ")) {
            String message = refused(outside, name);
            assertTrue(message.startsWith("No MLflow server is configured for this job."), message);
            assertFalse(message.contains("production"), message);
        }
    }

    @Test
    void aDefaultServerThatIsNotForTheJobIsNotReplacedByAnother() throws Exception {
        configure(
                "production",
                usedBy("production", "https://production.example.com", "ml/**"),
                Servers.server("staging"));

        assertEquals("production", JobConfiguration.of(inside).getServer(null).getName());
        String message = refused(outside, null);
        assertTrue(message.startsWith("The default MLflow server is not one for this job."), message);
        assertTrue(message.endsWith("This job may use: 'staging'.") && !message.contains("production"), message);
    }

    @Test
    void withoutADefaultTheOnlyServerOfTheJobIsUsed() throws Exception {
        configure("", usedBy("production", "https://production.example.com", "ml/**"), Servers.server("staging"));

        assertEquals("staging", JobConfiguration.of(outside).getServer(null).getName());
        assertTrue(refused(inside, null).contains("none of them is the default"));
    }

    @Test
    void allEntriesOfARegistryCountTogetherHoweverItsAddressIsWritten() throws Exception {
        for (String address : List.of(
                "https://mlflow.example.com/",
                "https://MLflow.example.com:443",
                "http://mlflow.example.com:80",
                "https://mlflow.example.com.",
                "https://mlflow.example.com/x/..")) {
            for (String looser : List.of("", "**")) {
                configure(
                        "",
                        usedBy("production", "https://mlflow.example.com", "ml/**"),
                        usedBy("door", address, looser));

                assertEquals(
                        List.of("production", "door"),
                        JobConfiguration.of(inside).serverNames(),
                        address);
                assertEquals(List.of(), JobConfiguration.of(outside).serverNames(), address);
            }
        }
        configure(
                "",
                usedBy("production", "https://10.0.0.1/team", "ml/**"),
                Servers.server("door", "http://010.0.0.01/te%61m"));
        assertEquals(List.of(), JobConfiguration.of(outside).serverNames());
        configure(
                "", usedBy("production", "https://[::1]", "ml/**"), Servers.server("door", "http://[0:0:0:0:0:0:0:1]"));
        assertEquals(List.of(), JobConfiguration.of(outside).serverNames());
    }

    @Test
    void formsOfferWhatTheJobMayUse() throws Exception {
        configure("", usedBy("production", "https://production.example.com", "ml/churn"), Servers.server("staging"));

        assertEquals(List.of("", "production", "staging"), values(ServerNames.items(inside, "")));
        assertEquals(List.of("", "staging"), values(ServerNames.items(outside, "")));
        assertEquals(List.of("", "production", "staging"), values(ServerNames.items(folder, "")), "for the jobs in it");
        assertEquals(List.of("", "staging"), values(ServerNames.items(r.createFolder("empty"), "")));
        assertEquals(
                List.of("", "staging", "production"),
                values(ServerNames.items(outside, "production")),
                "what it has now");
    }

    private static List<String> values(ListBoxModel items) {
        return items.stream().map(option -> option.value).toList();
    }
}
