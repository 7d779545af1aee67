package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookQueriesTest {
    private static final String URL = "https://jenkins.example.com/mlflow-webhook/";
    private static final String WEBHOOK = "{\"webhook_id\": \"w-1\", \"name\": \"jenkins\", \"url\": \"" + URL
            + "\", \"events\": [{\"entity\": \"MODEL_VERSION\", \"action\": \"CREATED\"}], \"status\": \"ACTIVE\", \"creation_timestamp\": 1}";

    private final Map<String, String> responses = new ConcurrentHashMap<>();
    private int status = 200;
    private final StubServer server = new StubServer((request, out) -> StubServer.respond(
            out,
            status,
            responses.getOrDefault(request.method() + " " + request.target(), "{}"),
            "Content-Type: application/json"));
    private final WebhookQueries webhooks = server.server().webhooks("canary/1");

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void allPagesAreRead() throws Exception {
        responses.put(
                "GET /api/2.0/mlflow/webhooks?max_results=100",
                "{\"webhooks\": [" + WEBHOOK + "], \"next_page_token\": \"t\"}");
        responses.put(
                "GET /api/2.0/mlflow/webhooks?max_results=100&page_token=t",
                "{\"webhooks\": [" + WEBHOOK.replace("w-1", "w-2").replace("ACTIVE", "DISABLED") + "]}");

        List<Webhook> found = webhooks.list().orElseThrow();

        assertEquals(new Webhook("w-1", "jenkins", URL, true, Set.of("model_version.created")), found.get(0));
        assertEquals(List.of("w-1", "w-2"), found.stream().map(Webhook::id).toList());
        assertFalse(found.get(1).active());
    }

    @Test
    void aServerWithoutAnyHasAnEmptyList() throws Exception {
        assertEquals(Optional.of(List.of()), webhooks.list());
    }

    @ParameterizedTest
    @CsvSource({
        "404, <html>Not Found</html>",
        "405, no",
        "501, no",
        "404, '{\"error_code\": \"ENDPOINT_NOT_FOUND\", \"message\": \"no\"}'",
        "400, '{\"error_code\": \"FEATURE_DISABLED\", \"message\": \"Webhooks are off\"}'"
    })
    void aServerThatOffersNoneIsToldFromOneThatHasNone(int code, String body) throws Exception {
        status = code;
        responses.put("GET /api/2.0/mlflow/webhooks?max_results=100", body);

        assertEquals(Optional.empty(), webhooks.list());
    }

    @Test
    void aRefusalKeepsItsCategory() {
        status = 403;
        responses.put("GET /api/2.0/mlflow/webhooks?max_results=100", "Permission denied");

        assertEquals(
                ErrorCategory.FORBIDDEN,
                assertThrows(TrackingException.class, webhooks::list).category());
    }

    @Test
    void pagesThatRepeatAreRefused() {
        responses.put("GET /api/2.0/mlflow/webhooks?max_results=100", "{\"next_page_token\": \"t\"}");
        responses.put("GET /api/2.0/mlflow/webhooks?max_results=100&page_token=t", "{\"next_page_token\": \"t\"}");

        assertEquals(
                ErrorCategory.PROTOCOL,
                assertThrows(TrackingException.class, webhooks::list).category());
    }

    @Test
    void oneIsMadeWithItsEventsAndSecretAndIsActive() throws Exception {
        responses.put("POST /api/2.0/mlflow/webhooks", "{\"webhook\": " + WEBHOOK + "}");

        Webhook made = webhooks.create("jenkins", URL, List.of("model_version.created", "model_version_tag.set"));

        assertEquals("w-1", made.id());
        String body = server.requests().get(0).body();
        for (String part : List.of(
                "\"name\":\"jenkins\"",
                "\"url\":\"" + URL + "\"",
                "\"secret\":\"canary/1\"",
                "\"status\":\"ACTIVE\"",
                "{\"entity\":\"MODEL_VERSION\",\"action\":\"CREATED\"}",
                "{\"entity\":\"MODEL_VERSION_TAG\",\"action\":\"SET\"}")) {
            assertTrue(body.contains(part), body);
        }
    }

    @Test
    void oneThatIsThereIsChanged() throws Exception {
        responses.put("PATCH /api/2.0/mlflow/webhooks/w-1", "{\"webhook\": " + WEBHOOK + "}");

        assertEquals(
                "w-1",
                webhooks.update("w-1", URL, List.of("model_version.created")).id());
        assertThrows(TrackingException.class, () -> webhooks.update("../runs", URL, List.of("model_version.created")));
        assertEquals(1, server.requests().size());
    }

    @Test
    void noMessageShowsTheSecretThatTheServerSendsBack() {
        status = 400;
        responses.put(
                "POST /api/2.0/mlflow/webhooks",
                "{\"error_code\": \"INVALID_PARAMETER_VALUE\", \"message\": \"invalid: secret=canary/1\"}");

        TrackingException refused = assertThrows(
                TrackingException.class, () -> webhooks.create("jenkins", URL, List.of("model_version.created")));

        assertTrue(refused.getMessage().contains("secret=****"), refused.getMessage());
        assertFalse(refused.getMessage().contains("canary"), refused.getMessage());
    }

    @Test
    void aResponseAboutSomethingElseIsRefused() {
        responses.put(
                "POST /api/2.0/mlflow/webhooks",
                "{\"webhook\": " + WEBHOOK.replace(URL, "https://elsewhere.example.com/") + "}");

        assertThrows(TrackingException.class, () -> webhooks.create("jenkins", URL, List.of("model_version.created")));
        responses.put("POST /api/2.0/mlflow/webhooks", "{}");
        assertThrows(TrackingException.class, () -> webhooks.create("jenkins", URL, List.of("model_version.created")));
    }
}
