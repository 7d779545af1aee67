package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.ConfigurationContext;
import io.jenkins.plugins.casc.ConfiguratorRegistry;
import io.jenkins.plugins.casc.misc.ConfiguredWithCode;
import io.jenkins.plugins.casc.misc.JenkinsConfiguredWithCodeRule;
import io.jenkins.plugins.casc.misc.Util;
import io.jenkins.plugins.casc.misc.junit.jupiter.WithJenkinsConfiguredWithCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@WithJenkinsConfiguredWithCode
class ConfigurationAsCodeTest {
    @TempDir
    private Path folder;

    @Test
    @ConfiguredWithCode("full.yaml")
    void aWholeConfigurationIsImportedAndExportedAsItWas(JenkinsConfiguredWithCodeRule r) throws Exception {
        MlflowGlobalConfiguration configuration = MlflowGlobalConfiguration.get();

        assertEquals("production", configuration.getDefaultServer());
        assertEquals(2, configuration.getServers().size());
        MlflowServerConfiguration production = configuration.getServer(null);
        assertEquals("https://mlflow.example.com/team", production.getTrackingUri());
        assertEquals("https://ui.example.com/mlflow", production.getUiUrl());
        assertEquals("mlflow-token", production.getCredentialsId());
        assertEquals("mlflow-training", production.getTrainingCredentialsId());
        assertEquals("mlflow-webhook", production.getWebhookSecretId());
        assertEquals("churn", production.getWorkspace());
        assertEquals(1, Certificates.parse(production.getCaCertificates()).size());
        assertEquals(6, production.getConnectTimeoutSeconds());
        assertEquals(60, production.getRequestTimeoutSeconds());
        assertEquals("ml/*/main", production.getPromotion().getAllowedJobs());
        assertTrue(production.getPromotion().isChangeRequests());
        assertTrue(production.getPromotion().isFourEyes());
        assertEquals("ml/**", production.getUsage().getAllowedJobs());
        assertTrue(production.allows("ml/churn/main", false));
        assertFalse(production.allows("ml/churn/PR-7", false));
        assertNull(configuration.getServer("staging").getPromotion());
        assertNull(configuration.getServer("staging").getUsage());
        assertTrue(configuration.storedPolicy().orElseThrow().isLocked("churn-classifier"));
        assertEquals(5, configuration.getServer("staging").getConnectTimeoutSeconds());
        assertTrue(configuration.storedPolicy().orElseThrow().hasModel("churn-classifier"));
        assertEquals(Util.toStringFromYamlFile(this, "full-export.yaml"), exported());
    }

    @Test
    @ConfiguredWithCode("empty.yaml")
    void emptyFormsMeanNoneAndTakeAwayWhatWasThere(JenkinsConfiguredWithCodeRule r) throws Exception {
        assertEquals("\n", Servers.told(MlflowGlobalConfiguration.get()));
        // The plugin itself leaves empty values out.
        assertEquals("{}", exported().replaceAll("\\s", ""));

        Servers.stored();
        apply("    defaultServer: ''\n    servers: []\n    policy: ''");

        assertEquals("\n", Servers.told(MlflowGlobalConfiguration.get()));
    }

    @Test
    @ConfiguredWithCode("full.yaml")
    void aDocumentReplacesTheServersAndMayLeaveTheDefaultOut(JenkinsConfiguredWithCodeRule r) throws Exception {
        MlflowGlobalConfiguration configuration = MlflowGlobalConfiguration.get();

        apply("    servers: [{name: only, trackingUri: 'http://localhost:5000/'}]");
        assertEquals("only", configuration.getServer(null).getName());

        apply(
                "    defaultServer: b\n    servers: [{name: a, trackingUri: 'http://a'}, {name: b, trackingUri: 'http://b'}]");
        assertEquals("b", configuration.getServer(null).getName());
        assertTrue(configuration.storedPolicy().isPresent());
    }

    @Test
    @ConfiguredWithCode("full.yaml")
    void aDocumentWithABadValueIsRefusedWholeNamingIt(JenkinsConfiguredWithCodeRule r) throws Exception {
        MlflowGlobalConfiguration configuration = MlflowGlobalConfiguration.get();
        String before = Servers.told(configuration);
        String good = "name: a, trackingUri: 'http://a'";

        for (List<String> bad : List.of(
                List.of("servers: [{name: a, trackingUri: 'ftp://a'}]", "'a': The tracking URI must begin with http"),
                List.of("servers: [{name: a, trackingUri: 'http://u:canary@a'}]", "must not hold a user name"),
                List.of("servers: [{name: a}]", "The tracking URI is empty"),
                List.of("servers: [{name: '', trackingUri: 'http://a'}]", "name of an MLflow server is empty"),
                List.of("servers: [{" + good + "}, {" + good + "}]", "Two MLflow servers have the name 'a'"),
                List.of("servers: [{" + good + ", uiUrl: 'ftp://a'}]", "'a': The UI address must begin with http"),
                List.of("servers: [{" + good + ", uiUrl: 'http://u:canary@a'}]", "must not hold a user name"),
                List.of("servers: [{" + good + ", workspace: \"a\\nb\"}]", "The workspace 'a b'"),
                List.of("servers: [{" + good + ", connectTimeoutSeconds: 0}]", "connect timeout is 0"),
                List.of("servers: [{" + good + ", requestTimeoutSeconds: 301}]", "request timeout is 301"),
                List.of("servers: [{" + good + ", requestTimeoutSeconds: soon}]", "request timeout is 0"),
                List.of("servers: [{" + good + ", caCertificates: hello}]", "CA certificates"),
                List.of("servers: [{" + good + ", promotion: {allowedJobs: 'ml/?'}}]", "The pattern 'ml/?'"),
                List.of("servers: [{" + good + ", usage: {allowedJobs: 'ml/?'}}]", "The pattern 'ml/?'"),
                List.of("servers: [{" + good + ", usage: {jobs: 'ml'}}]", "jobs"),
                List.of("servers: [{" + good + ", promotion: {allowed_jobs: 'ml/?'}}]", "The pattern 'ml/?'"),
                List.of(
                        "servers: [{" + good + ", promotion: {allowed_jobs: 'ml', allowedJobs: 'ml'}}]",
                        "allowedJobs and allowed_jobs are both given"),
                List.of("servers: [{" + good + ", promotion: {alowedJobs: 'ml'}}]", "alowedJobs"),
                List.of("servers: [{" + good + ", token: x}]", "token"),
                List.of("defaultServer: nowhere", "'nowhere'"),
                List.of("servers: []\n    defaultServer: production", "'production'"),
                List.of("policy: 'version: 7'", "stored policy:1:"),
                List.of("polizy: ''", "polizy"))) {
            // Good values in the same document must not get through either.
            String document = "    " + bad.get(0)
                    + (bad.get(0).startsWith("policy") ? "" : "\n    policy: ''")
                    + (bad.get(0).contains("servers") ? "" : "\n    servers: [{" + good + "}]");
            Exception refusal = assertThrows(Exception.class, () -> apply(document), bad.get(0));
            StringWriter told = new StringWriter();
            refusal.printStackTrace(new PrintWriter(told, true));
            assertTrue(told.toString().contains(bad.get(1)), () -> bad.get(0) + " was refused with " + told);
            assertTrue(!told.toString().contains("canary"), bad.get(0));
            assertEquals(before, Servers.told(configuration), bad.get(0));
        }
        configuration.load();
        assertEquals(before, Servers.told(configuration));
    }

    @Test
    @ConfiguredWithCode("full.yaml")
    void theFormerNameOfTheAllowedJobsIsReadAndNotWritten(JenkinsConfiguredWithCodeRule r) throws Exception {
        apply(
                "    defaultServer: a\n    servers: [{name: a, trackingUri: 'http://a', promotion: {allowed_jobs: 'ml/*/main'}}]");

        assertEquals(
                "ml/*/main",
                MlflowGlobalConfiguration.get().getServer("a").getPromotion().getAllowedJobs());
        assertTrue(exported().contains("allowedJobs: \"ml/*/main\""), exported());
        assertFalse(exported().contains("allowed_jobs"), exported());
    }

    private void apply(String mlflow) throws Exception {
        Path file = folder.resolve("jenkins.yaml");
        Files.writeString(file, "unclassified:\n  mlflow:\n" + mlflow);
        ConfigurationAsCode.get().configure(file.toString());
    }

    private static String exported() throws Exception {
        ConfigurationContext context = new ConfigurationContext(ConfiguratorRegistry.get());
        return Util.toYamlString(Util.getUnclassifiedRoot(context).get("mlflow"));
    }
}
