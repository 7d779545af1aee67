package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.FreeStyleProject;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import java.net.URL;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlTextArea;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.MockFolder;

@WithSharedJenkins
class FormMethodsTest {
    private static final String GLOBAL = "descriptorByName/" + MlflowGlobalConfiguration.class.getName() + "/";
    private static final String SERVER = "descriptorByName/" + MlflowServerConfiguration.class.getName() + "/";
    private static final String RIGHTS = "descriptorByName/" + PromotionRights.class.getName() + "/";
    private static final String USAGE = "descriptorByName/" + ServerUsage.class.getName() + "/";
    private static final List<String> CHECKS = List.of(
            GLOBAL + "checkDefaultServer?value=production",
            GLOBAL + "checkPolicy?value=version:1",
            SERVER + "checkName?value=production",
            SERVER + "checkTrackingUri?value=https://production.example.com",
            SERVER + "checkUiUrl?value=https://production.example.com",
            SERVER + "checkCredentialsId?value=mlflow-token",
            SERVER + "checkTrainingCredentialsId?value=mlflow-token",
            SERVER + "checkWebhookSecretId?value=mlflow-token",
            SERVER + "checkWorkspace?value=churn",
            SERVER + "checkCaCertificates?value=x",
            SERVER + "checkConnectTimeoutSeconds?value=5",
            SERVER + "checkRequestTimeoutSeconds?value=5",
            USAGE + "checkAllowedJobs?value=ml",
            RIGHTS + "checkAllowedJobs?value=ml",
            RIGHTS + "checkChangeRequests?value=true",
            SERVER + "testConnection?name=production&trackingUri=http://127.0.0.1:9&credentialsId=mlflow-token"
                    + "&connectTimeoutSeconds=1&requestTimeoutSeconds=1",
            SERVER + "registerWebhook?name=production&trackingUri=http://127.0.0.1:9&webhookSecretId=mlflow-token"
                    + "&connectTimeoutSeconds=1&requestTimeoutSeconds=1");
    private static final String FILL = SERVER + "fillCredentialsIdItems?credentialsId=current&trackingUri=https://h";
    private static final String FILL_SECRETS =
            SERVER + "fillWebhookSecretIdItems?webhookSecretId=current&trackingUri=https://h";

    private static JenkinsRule r;

    @AfterEach
    void forbid() {
        Jenkins.MANAGE.setEnabled(false);
        Jenkins.SYSTEM_READ.setEnabled(false);
    }

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void start() throws Exception {
        Jenkins.MANAGE.setEnabled(true);
        Jenkins.SYSTEM_READ.setEnabled(true);
        r.jenkins.setSecurityRealm(r.createDummySecurityRealm());
        r.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.MANAGE, Jenkins.SYSTEM_READ, Jenkins.READ)
                .everywhere()
                .to("manager")
                .grant(Jenkins.READ)
                .everywhere()
                .to("reader"));
        Servers.stored();
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new StringCredentialsImpl(
                        CredentialsScope.SYSTEM, "mlflow-token", "the token", Secret.fromString("canary-token")));
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(
                        CredentialsScope.GLOBAL, "mlflow-pair", "the pair", "someone", "canary-password-123"));
    }

    @Test
    void administratorsAreAnsweredAndOthersAreNot() throws Exception {
        for (String method : CHECKS) {
            assertEquals(200, post("admin", method).getStatusCode(), method);
            assertFalse(post("admin", method).getContentAsString().contains("canary"), method);
            for (String user : new String[] {"manager", "reader", null}) {
                WebResponse answer = post(user, method);
                assertEquals(403, answer.getStatusCode(), user + " " + method);
                assertTellsNothing(answer, user + " " + method);
            }
        }
    }

    @Test
    void everyFormMethodWantsPost() throws Exception {
        for (String method : CHECKS) {
            assertTrue(List.of(404, 405).contains(get("admin", method).getStatusCode()), method);
        }
        for (String fill : List.of(FILL, FILL_SECRETS)) {
            assertTrue(List.of(404, 405).contains(get("admin", fill).getStatusCode()), fill);
        }
    }

    @Test
    void credentialsAreOfferedToAdministratorsOnly() throws Exception {
        String offered = post("admin", FILL).getContentAsString();
        assertTrue(offered.contains("mlflow-token") && offered.contains("mlflow-pair") && offered.contains("current"));
        assertFalse(offered.contains("canary"), offered);
        for (String user : new String[] {"manager", "reader", null}) {
            for (String fill : List.of(FILL, FILL_SECRETS)) {
                WebResponse answer = post(user, fill);
                assertTellsNothing(answer, user);
                assertTrue(
                        answer.getStatusCode() == 403
                                || answer.getContentAsString().contains("current"),
                        user);
            }
        }
    }

    @Test
    void onlySecretTextsAreOfferedAsWebhookSecrets() throws Exception {
        String offered = post("admin", FILL_SECRETS).getContentAsString();

        assertTrue(offered.contains("mlflow-token") && offered.contains("current"), offered);
        assertFalse(offered.contains("mlflow-pair") || offered.contains("canary"), offered);
        assertEquals("ok", kind(SERVER + "checkWebhookSecretId", Map.of("value", " ")));
        assertEquals(
                "ok",
                kind(SERVER + "checkWebhookSecretId", Map.of("value", "mlflow-token", "trackingUri", "https://h")));
        assertEquals(
                "warning",
                kind(SERVER + "checkWebhookSecretId", Map.of("value", "mlflow-pair", "trackingUri", "https://h")));
    }

    @Test
    void whoMayNotAdministerReadsNeitherServersNorPolicy() throws Exception {
        List<String> pages = List.of(
                "manage/configure",
                "configuration-as-code/viewExport",
                "manage/configuration-as-code/viewExport",
                "api/json?depth=3&tree=*,mlflow[*]",
                GLOBAL,
                GLOBAL + "config",
                GLOBAL + "servers/0/",
                GLOBAL + "servers/0/trackingUri",
                GLOBAL + "getServers/0/config",
                GLOBAL + "server/production",
                GLOBAL + "server/production/config",
                GLOBAL + "server/production/api/json",
                GLOBAL + "storedPolicy",
                GLOBAL + "serverNames",
                GLOBAL + "api/xml?depth=3",
                GLOBAL + "policy",
                GLOBAL + "api/json?depth=3",
                GLOBAL + "configFile",
                SERVER,
                SERVER + "config",
                "descriptor/" + MlflowGlobalConfiguration.class.getName() + "/config",
                "descriptor/" + MlflowGlobalConfiguration.class.getName() + "/help/policy");
        for (String page : pages) {
            for (String user : new String[] {"manager", "reader", null}) {
                assertTellsNothing(get(user, page), user + " " + page);
            }
        }
        String form = get("admin", "manage/configure").getContentAsString();
        assertTrue(form.contains("https://production.example.com/team") && form.contains("churn-classifier"));
        assertFalse(form.contains("canary"));
        String export = post("admin", "configuration-as-code/export").getContentAsString();
        assertTrue(export.contains("https://production.example.com/team"), export);
        assertFalse(export.contains("canary"));
        assertEquals(200, get("manager", "manage/configure").getStatusCode());
        assertEquals(200, post("manager", "configuration-as-code/export").getStatusCode());
        String exportForManager =
                post("manager", "configuration-as-code/export").getContentAsString();
        assertFalse(exportForManager.contains("example.com") || exportForManager.contains("churn"), exportForManager);
    }

    @Test
    void everyFieldHasHelp() throws Exception {
        for (String field : List.of("servers", "defaultServer", "policy")) {
            assertEquals(
                    200,
                    get("admin", "descriptor/" + MlflowGlobalConfiguration.class.getName() + "/help/" + field)
                            .getStatusCode());
        }
        for (String field : List.of(
                "name",
                "trackingUri",
                "uiUrl",
                "credentialsId",
                "trainingCredentialsId",
                "webhookSecretId",
                "workspace",
                "caCertificates",
                "connectTimeoutSeconds",
                "requestTimeoutSeconds",
                "usage",
                "promotion")) {
            assertEquals(
                    200,
                    get("admin", "descriptor/" + MlflowServerConfiguration.class.getName() + "/help/" + field)
                            .getStatusCode());
        }
    }

    @Test
    void whoMayPromoteHasHelp() throws Exception {
        for (String field : List.of("allowedJobs", "changeRequests", "fourEyes")) {
            assertEquals(
                    200,
                    get("admin", "descriptor/" + PromotionRights.class.getName() + "/help/" + field)
                            .getStatusCode());
        }
    }

    @Test
    void whoMayUseAServerHasHelp() throws Exception {
        assertEquals(
                200,
                get("admin", "descriptor/" + ServerUsage.class.getName() + "/help/allowedJobs")
                        .getStatusCode());
    }

    @Test
    void patternsThatMatchNoJobAreWarnedOf() throws Exception {
        MockFolder folder = r.createProject(MockFolder.class, "ml");
        // As a multibranch project names the job of the branch release/1.0, which no user could.
        FreeStyleProject branch = new FreeStyleProject(folder, "release%2F1.0");
        branch.onCreatedFromScratch();
        folder.add(branch, branch.getName());
        String method = RIGHTS + "checkAllowedJobs";

        assertEquals("warning", kind(USAGE + "checkAllowedJobs", Map.of("value", "nlp/**")));
        assertEquals("ok", kind(USAGE + "checkAllowedJobs", Map.of("value", "ml/**")));
        assertEquals("ok", kind(method, Map.of("value", "")));
        assertEquals("ok", kind(method, Map.of("value", "ml/*,\nml/release/*")));
        assertEquals("error", kind(method, Map.of("value", "ml//main")));
        String warning = check(method, Map.of("value", "ml/**\nml/*/main, release/**"));
        assertTrue(warning.contains("No job matches: ml/*/main, release/**."), warning);
        assertEquals("warning", kind(RIGHTS + "checkChangeRequests", Map.of("value", "true", "allowedJobs", " ")));
        assertEquals("ok", kind(RIGHTS + "checkChangeRequests", Map.of("value", "true", "allowedJobs", "ml/**")));
        assertEquals("ok", kind(RIGHTS + "checkChangeRequests", Map.of("value", "false")));
    }

    @Test
    void everyProblemOfThePolicyIsListedWithItsLine() throws Exception {
        String bad = check(
                GLOBAL + "checkPolicy",
                Map.of(
                        "value",
                        String.join(
                                "\r\n",
                                "version: 1",
                                "models:",
                                "  churn:",
                                "    metrics:",
                                "      <i>auc</i>: {mim: 0.9}",
                                "      f1: {min: 2, max: 1}")));

        assertTrue(bad.contains("Line 5, column ") && bad.contains("did you mean `min`?"), bad);
        assertTrue(bad.contains("Line 6, column ") && bad.contains("f1: {min: 2, max: 1}</code>"), bad);
        assertTrue(bad.contains("&lt;i&gt;auc") && !bad.contains("<i>"), bad);
    }

    @Test
    void aPolicyOfAnyAllowedLengthIsCheckedThroughTheForm() throws Exception {
        StringBuilder text = new StringBuilder("version: 1\nmodels:\n");
        for (int i = 0; i < 2000; i++) {
            text.append("  model-").append(i).append(":\n    metrics: {accuracy: 0.9}\n");
        }
        text.append("  churn: {}\n");
        try (JenkinsRule.WebClient client = r.createWebClient().login("admin")) {
            HtmlPage page = client.goTo("manage/configure");
            HtmlTextArea policy = page.getFormByName("config").getTextAreaByName("_.policy");
            policy.setText(text.toString());
            policy.fireEvent("change");
            Instant end = Instant.now().plusSeconds(90);
            while (!page.asNormalizedText().contains("Line 4003, column ")
                    && Instant.now().isBefore(end)) {
                client.waitForBackgroundJavaScript(1_000);
            }

            assertTrue(page.asNormalizedText().contains("Line 4003, column "), page.asNormalizedText());
        }
    }

    @Test
    void checksSayWhatIsWrong() throws Exception {
        assertEquals("ok", kind(GLOBAL + "checkPolicy", Map.of("value", Servers.POLICY)));
        String bad = check(GLOBAL + "checkPolicy", Map.of("value", "version: 1\nmodels:\n  <b>x: 1"));
        assertTrue(bad.contains("error") && bad.contains("Line 3, column ") && !bad.contains("<b>"), bad);
        assertEquals("ok", kind(GLOBAL + "checkDefaultServer", Map.of("value", "staging")));
        assertEquals("warning", kind(GLOBAL + "checkDefaultServer", Map.of("value", "nowhere")));
        assertEquals("warning", kind(GLOBAL + "checkDefaultServer", Map.of("value", "")));
        assertEquals("error", kind(SERVER + "checkName", Map.of("value", " ")));
        assertEquals("ok", kind(SERVER + "checkTrackingUri", Map.of("value", "https://h/team//")));
        assertEquals("error", kind(SERVER + "checkTrackingUri", Map.of("value", "mlflow.example.com")));
        assertEquals("warning", kind(SERVER + "checkTrackingUri", Map.of("value", "http://h", "credentialsId", "x")));
        assertEquals("ok", kind(SERVER + "checkUiUrl", Map.of("value", "")));
        assertEquals("ok", kind(SERVER + "checkUiUrl", Map.of("value", "https://ui.example.com/mlflow/")));
        assertEquals("error", kind(SERVER + "checkUiUrl", Map.of("value", "javascript:alert(1)")));
        assertEquals(
                "ok", kind(SERVER + "checkCredentialsId", Map.of("value", "mlflow-token", "trackingUri", "http://h")));
        assertEquals(
                "ok", kind(SERVER + "checkCredentialsId", Map.of("value", "mlflow-pair", "trackingUri", "http://h")));
        assertEquals(
                "warning", kind(SERVER + "checkCredentialsId", Map.of("value", "gone", "trackingUri", "not a uri")));
        assertEquals("error", kind(SERVER + "checkWorkspace", Map.of("value", "a b")));
        assertEquals("error", kind(SERVER + "checkCaCertificates", Map.of("value", "hello")));
        assertTrue(check(
                        GLOBAL + "checkPolicy",
                        Map.of("value", Servers.POLICY.replace("metrics:", "locked: true\n    metrics:")))
                .contains("churn-classifier (locked)"));
        assertEquals("error", kind(SERVER + "checkConnectTimeoutSeconds", Map.of("value", "")));
        assertEquals("error", kind(SERVER + "checkRequestTimeoutSeconds", Map.of("value", "1.5")));
        assertEquals("ok", kind(SERVER + "checkRequestTimeoutSeconds", Map.of("value", "300")));
    }

    private String kind(String method, Map<String, String> parameters) throws Exception {
        String answer = check(method, parameters);
        return answer.contains("class=error") || answer.contains("class=\"error\"")
                ? "error"
                : answer.contains("warning") ? "warning" : "ok";
    }

    private String check(String method, Map<String, String> parameters) throws Exception {
        StringBuilder query = new StringBuilder(method);
        new LinkedHashMap<>(parameters)
                .forEach((name, value) -> query.append(query.indexOf("?") < 0 ? '?' : '&')
                        .append(name)
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return post("admin", query.toString()).getContentAsString();
    }

    private static void assertTellsNothing(WebResponse answer, String which) {
        String text = answer.getContentAsString();
        for (String secret : List.of("canary", "mlflow-token", "mlflow-pair", "production.example.com", "churn")) {
            assertFalse(text.contains(secret), () -> which + " tells " + secret);
        }
    }

    private WebResponse post(String user, String path) throws Exception {
        return ask(user, path, HttpMethod.POST);
    }

    private WebResponse get(String user, String path) throws Exception {
        return ask(user, path, HttpMethod.GET);
    }

    private WebResponse ask(String user, String path, HttpMethod method) throws Exception {
        try (JenkinsRule.WebClient client = r.createWebClient()) {
            client.withThrowExceptionOnFailingStatusCode(false).withJavaScriptEnabled(false);
            if (user != null) {
                client.withBasicApiToken(user);
            }
            return client.loadWebResponse(new WebRequest(new URL(r.getURL(), path), method));
        }
    }
}
