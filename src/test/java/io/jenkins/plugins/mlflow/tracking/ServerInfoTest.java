package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real servers cannot be made to say of themselves. */
class ServerInfoTest {
    private static final String DEFAULT =
            "{\"experiment\":{\"experiment_id\":\"0\",\"name\":\"Default\",\"lifecycle_stage\":\"active\"}}";
    private static final Credentials TOKEN = Credentials.bearer("t0ken-of-test", "mlflow-token");

    @Test
    void aProxyThatWantsTheTokenIsToldFromAServerThatDoesNotLookAtIt() throws Exception {
        try (StubServer proxy = new StubServer((request, out) -> {
            if (request.header("Authorization") == null) {
                StubServer.respond(out, 302, "", "Location: https://login.example.com/");
            } else {
                answer(request, out, Map.of("/api/2.0/mlflow/experiments/get-by-name", DEFAULT));
            }
        })) {
            ServerInfo serverInfo = proxy.server(TOKEN, Duration.ofSeconds(5)).serverInfo();

            assertEquals(new ServerInfo(null, null, false, List.of(), false), serverInfo);
        }
    }

    @Test
    void nothingIsEverWritten() throws Exception {
        try (StubServer stub = new StubServer((request, out) -> answer(
                request,
                out,
                Map.of(
                        "/version", "3.17.2",
                        "/api/2.0/mlflow/users/current", "{\"user\":{\"username\":\"bob\",\"is_admin\":false}}")))) {
            ServerInfo serverInfo = stub.server(TOKEN, Duration.ofSeconds(5)).serverInfo();

            assertEquals("3.17.2", serverInfo.version());
            assertEquals("bob", serverInfo.user());
            assertTrue(stub.requests().size() >= 3);
            assertTrue(stub.requests().stream()
                    .allMatch(request -> request.method().equals("GET")));
        }
    }

    @Test
    void grantsOnAllModelsAndOnAWorkspaceCountAsAll() throws Exception {
        try (StubServer stub = new StubServer(
                (request, out) -> answer(
                        request,
                        out,
                        Map.of(
                                "/api/2.0/mlflow/users/current",
                                "{\"user\":{\"username\":\"bob\"}}",
                                "/api/3.0/mlflow/users/current/permissions",
                                "{\"permissions\":["
                                        + "{\"resource_type\":\"registered_model\",\"resource_pattern\":\"a\",\"permission\":\"MANAGE\"},"
                                        + "{\"resource_type\":\"registered_model\",\"resource_pattern\":\"b\",\"permission\":\"READ\"},"
                                        + "{\"resource_type\":\"experiment\",\"resource_pattern\":\"c\",\"permission\":\"EDIT\"},"
                                        + "{\"resource_type\":\"workspace\",\"resource_pattern\":\"*\",\"permission\":\"EDIT\"}, 7]}")))) {
            assertEquals(
                    List.of("a", ServerInfo.ALL),
                    stub.server(TOKEN, Duration.ofSeconds(5)).serverInfo().promotable());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>3.1.0</html>", "welcome", "3", "{\"version\":\"3.1.0\"}"})
    void whatIsNoVersionIsNotShownAsOne(String body) throws Exception {
        try (StubServer stub = new StubServer((request, out) -> answer(request, out, Map.of("/version", body)))) {
            assertNull(stub.server().serverInfo().version());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"user\":[]}",
                "{\"user\":{\"username\":7}}",
                "{\"user\":{\"username\":\"\"}}",
                "no"
            })
    void anOddAnswerLeavesTheUserUnknown(String body) throws Exception {
        try (StubServer stub = StubServer.answering(200, body)) {
            ServerInfo serverInfo = stub.server(TOKEN, Duration.ofSeconds(5)).serverInfo();

            assertNull(serverInfo.user());
            assertFalse(serverInfo.administrator());
        }
    }

    @Test
    void aServerThatFallsSilentEndsTheQuestionsByTheTimeout() throws Exception {
        try (StubServer stub = new StubServer((request, out) -> Thread.sleep(60_000))) {
            long begin = System.nanoTime();

            ServerInfo serverInfo = stub.server(TOKEN, Duration.ofMillis(300)).serverInfo();

            assertEquals(new ServerInfo(null, null, false, List.of(), null), serverInfo);
            assertTrue(System.nanoTime() - begin < 5_000_000_000L);
        }
    }

    private static void answer(StubServer.Request request, OutputStream out, Map<String, String> bodies)
            throws IOException {
        String path = request.target().replaceAll("\\?.*", "");
        boolean known = bodies.containsKey(path);
        StubServer.respond(out, known ? 200 : 404, known ? bodies.get(path) : "<title>404 Not Found</title>");
    }
}
