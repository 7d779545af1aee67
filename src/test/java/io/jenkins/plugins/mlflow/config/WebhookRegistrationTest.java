package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.util.FormValidation;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.tracking.StubServer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import jenkins.model.JenkinsLocationConfiguration;
import org.htmlunit.html.HtmlButton;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

@WithSharedJenkins
class WebhookRegistrationTest {
    private static final String CANARY = "canary-of-the-webhook";
    private static final String URL = "https://jenkins.example.com/ci/mlflow-webhook/";
    private static final String EVENTS = "\"events\": [{\"entity\": \"MODEL_VERSION\", \"action\": \"CREATED\"}, "
            + "{\"entity\": \"MODEL_VERSION_ALIAS\", \"action\": \"CREATED\"}, {\"entity\": \"MODEL_VERSION_ALIAS\", \"action\": \"DELETED\"}, "
            + "{\"entity\": \"MODEL_VERSION_TAG\", \"action\": \"SET\"}, {\"entity\": \"MODEL_VERSION_TAG\", \"action\": \"DELETED\"}]";

    private final List<String> webhooks = new CopyOnWriteArrayList<>();
    private final List<String> writes = new CopyOnWriteArrayList<>();
    private StubServer mlflow;
    private MlflowServerConfiguration server;
    private static JenkinsRule jenkins;
    private volatile String refusal;
    private volatile int status;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void start() {
        mlflow = new StubServer(this::respond);
        JenkinsLocationConfiguration.get().setUrl("https://jenkins.example.com/ci");
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new StringCredentialsImpl(CredentialsScope.GLOBAL, "webhook", "", Secret.fromString(CANARY)));
        server = Servers.server("production", mlflow.url());
        server.setWebhookSecretId("webhook");
    }

    @AfterEach
    void stop() throws IOException {
        mlflow.close();
    }

    private void respond(StubServer.Request request, OutputStream out) throws IOException {
        String type = "Content-Type: application/json";
        if (!request.target().contains("/webhooks")) {
            StubServer.respond(
                    out,
                    200,
                    "{\"experiment\": {\"experiment_id\": \"0\", \"name\": \"Default\", \"lifecycle_stage\": \"active\"}}",
                    type);
        } else if (refusal != null) {
            StubServer.respond(out, status, refusal, type);
        } else if (request.method().equals("GET")) {
            StubServer.respond(out, 200, "{\"webhooks\": [" + String.join(", ", webhooks) + "]}", type);
        } else {
            writes.add(request.method() + " " + request.target() + " " + request.body());
            String id = request.target().replaceAll(".*/webhooks/?", "");
            webhooks.removeIf(webhook -> !id.isEmpty() && webhook.contains("\"" + id + "\""));
            webhooks.add(0, webhook(id.isEmpty() ? "w-new" : id, URL, "ACTIVE", EVENTS));
            StubServer.respond(out, 200, "{\"webhook\": " + webhooks.get(0) + "}", type);
        }
    }

    private static String webhook(String id, String url, String status, String events) {
        return "{\"webhook_id\": \"" + id + "\", \"name\": \"jenkins\", \"url\": \"" + url + "\", " + events
                + ", \"status\": \"" + status + "\"}";
    }

    private String registered(FormValidation.Kind kind) {
        FormValidation answer = WebhookRegistration.of(server);
        String html = answer.renderHtml();
        assertEquals(kind, answer.kind, html);
        assertFalse(html.contains(CANARY), html);
        return html;
    }

    private String tested() {
        FormValidation answer = ConnectionTest.of(server);
        assertEquals(FormValidation.Kind.OK, answer.kind, answer.renderHtml());
        return answer.renderHtml();
    }

    @Test
    void aWebhookIsMadeWhereThereIsNone() {
        webhooks.add(webhook("w-other", "https://elsewhere.example.com/hook", "ACTIVE", EVENTS));
        assertTrue(tested().contains("none to this Jenkins is registered"), this::tested);

        assertTrue(registered(FormValidation.Kind.OK).contains("Registered the webhook to " + URL));

        assertEquals(1, writes.size());
        assertTrue(writes.get(0).startsWith("POST /api/2.0/mlflow/webhooks {"), writes.get(0));
        assertTrue(writes.get(0).contains("\"secret\":\"" + CANARY + "\""));
        assertTrue(writes.get(0).contains("\"name\":\"jenkins-jenkins.example.com\""), writes.get(0));
        assertTrue(tested().contains("registered and active"), this::tested);
    }

    @Test
    void oneThatIsThereIsUpdatedAndNotDoubled() {
        webhooks.add(webhook("w-1", URL.substring(0, URL.length() - 1), "DISABLED", EVENTS));
        assertTrue(tested().contains("disabled or without some of the events"), this::tested);

        assertTrue(registered(FormValidation.Kind.OK).contains("was there"));

        assertEquals(1, writes.size());
        assertTrue(writes.get(0).startsWith("PATCH /api/2.0/mlflow/webhooks/w-1 {"), writes.get(0));
        assertEquals(1, webhooks.size());
    }

    @Test
    void severalToThisJenkinsAreSaid() {
        webhooks.add(webhook("w-1", URL, "ACTIVE", EVENTS));
        webhooks.add(webhook("w-2", URL, "ACTIVE", EVENTS));

        assertTrue(registered(FormValidation.Kind.WARNING).contains("1 more webhooks"));
    }

    @Test
    void oneWithoutASecretHereIsSaid() {
        webhooks.add(webhook("w-1", URL, "ACTIVE", EVENTS));
        server.setWebhookSecretId(null);

        assertTrue(tested().contains("no usable webhook secret is chosen here"), this::tested);
    }

    @Test
    void withoutPermissionOrSupportTheFormShowsWhatToRun() {
        status = 403;
        refusal = "Permission denied";
        String html = registered(FormValidation.Kind.ERROR);
        assertTrue(html.contains("FORBIDDEN") && html.contains("read -rs MLFLOW_WEBHOOK_SECRET"), html);
        assertTrue(tested().contains("Webhook: the server does not tell (FORBIDDEN)"), this::tested);

        status = 404;
        refusal = "Not Found";
        html = registered(FormValidation.Kind.WARNING);
        assertTrue(
                html.contains("offers no webhooks") && html.contains("create_webhook(") && html.contains("os.environ["),
                html);
        assertTrue(html.contains(URL) && html.contains(mlflow.url()), html);
        assertTrue(tested().contains("this server offers none"), this::tested);

        status = 400;
        refusal =
                "{\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"Invalid scheme <b> of " + CANARY + "\"}";
        html = registered(FormValidation.Kind.ERROR);
        assertTrue(html.contains("MLFLOW_WEBHOOK_ALLOWED_SCHEMES") && !html.contains("<b>"), html);
        assertEquals(List.of(), writes);
    }

    @Test
    void whatIsMissingInJenkinsIsSaidBeforeAnythingIsSent() {
        server.setWebhookSecretId("gone");
        assertTrue(registered(FormValidation.Kind.ERROR).contains("No usable webhook secret"));
        server.setWebhookSecretId("webhook");
        JenkinsLocationConfiguration.get().setUrl(null);
        assertNull(WebhookAddress.ofJenkins());
        assertTrue(registered(FormValidation.Kind.ERROR).contains("does not know its own address"));

        assertEquals(List.of(), mlflow.requests());
    }

    @Test
    void theButtonOfTheFormRegisters() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of(server));
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            HtmlPage page = client.goTo("manage/configure");
            List<HtmlButton> buttons = page.getByXPath("//button[contains(., 'Register webhook')]");
            buttons.get(0).click();
            client.waitForBackgroundJavaScript(20_000);

            assertTrue(page.asNormalizedText().contains("Registered the webhook to " + URL), page.asNormalizedText());
        }
    }
}
