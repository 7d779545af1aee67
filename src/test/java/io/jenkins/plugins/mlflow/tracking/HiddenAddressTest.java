package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where people are shown another address than that of the server, no message of an error may hold the server's. */
class HiddenAddressTest {
    private static final String UI = "https://ui.example.com/mlflow";
    private static final ServerAddress HIDDEN =
            ServerAddress.parse("http://mlflow.internal:5000/team/").shownAs(ServerAddress.parse(UI + "/"));

    private static String message(int port) {
        ServerAddress address = ServerAddress.parse("http://127.0.0.1:" + port).shownAs(ServerAddress.parse(UI));
        TrackingServer server = new RestTrackingServer(
                RestTrackingServer.configure(HttpClient.newBuilder(), Duration.ofSeconds(2), null)
                        .build(),
                address,
                Credentials.none(),
                null,
                Duration.ofSeconds(2));
        return assertThrows(TrackingException.class, () -> server.run("abc")).getMessage();
    }

    private static void assertHidden(String message) {
        assertFalse(message.contains("127.0.0.1"), message);
        assertTrue(message.contains("GET " + UI + "/api/2.0/mlflow/runs/get"), message);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 407, 408, 409, 429, 500, 503})
    void noRefusalShowsTheServersAddress(int status) throws Exception {
        try (StubServer stub = StubServer.answering(status, "")) {
            assertHidden(message(stub.port()));
        }
        try (StubServer stub = StubServer.answering(
                status,
                "{\"error_code\": \"X\", \"message\": \"see http://127.0.0.1/help, HTTP://127.0.0.1:80 or ?next=http%3A%2F%2F127.0.0.1\"}")) {
            assertHidden(message(stub.port()));
        }
    }

    @Test
    void noHintShowsTheServersAddress() throws Exception {
        try (StubServer stub =
                StubServer.answering(403, "Invalid Host header - possible DNS rebinding attack detected")) {
            String message = message(stub.port());
            assertHidden(message);
            assertTrue(message.contains("--allowed-hosts and the host of its tracking URI"), message);
        }
        try (StubServer stub = StubServer.answering(302, "", "Location: http://127.0.0.1/login")) {
            assertHidden(message(stub.port()));
        }
        try (StubServer stub = StubServer.answering(200, "<html>127.0.0.1 wants you to log in</html>")) {
            assertHidden(message(stub.port()));
        }
        try (StubServer stub = StubServer.answering(200, "[\"127.0.0.1\"]")) {
            assertHidden(message(stub.port()));
        }
    }

    @Test
    void noTroubleOfTheConnectionShowsTheServersAddress() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        assertHidden(message(closed));
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertHidden(message(silent.getLocalPort()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "at http://mlflow.internal:5000/team/api, at https://ui.example.com/mlflow/api",
        "no name matching mlflow.internal found, no name matching ui.example.com found",
        "MLFLOW.internal:5000, ui.example.com",
        "'(mlflow.internal).', '(ui.example.com).'",
        "mlflow.internally is a word, mlflow.internally is a word",
        "my-mlflow.internal is another host, my-mlflow.internal is another host",
        "ui.example.com is shown, ui.example.com is shown",
    })
    void theAddressIsReplacedWhereItStands(String text, String shown) {
        assertEquals(shown, HIDDEN.hide(text));
    }

    @Test
    void aHostThatIsAWordIsReplacedOnlyAsAnAddress() {
        ServerAddress address = ServerAddress.parse("http://mlflow:5000").shownAs(ServerAddress.parse(UI));

        assertEquals("mlflow says no at ui.example.com", address.hide("mlflow says no at mlflow:5000"));
    }

    @Test
    void linksLeadToWhatIsShownAndRequestsToTheServer() {
        assertEquals(UI, HIDDEN.shown());
        assertEquals(
                "http://mlflow.internal:5000/team/api/2.0/mlflow/runs/get",
                HIDDEN.api("runs/get").toString());
        assertEquals(HIDDEN, ServerAddress.parse("http://mlflow.internal:5000/team"));
        ServerAddress plain = ServerAddress.parse("http://mlflow.internal:5000");
        assertEquals("http://mlflow.internal:5000", plain.shownAs(null).shown());
        assertEquals("at mlflow.internal", plain.shownAs(null).hide("at mlflow.internal"));
    }
}
