package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gate relies on of the client for http: each request is sent once and gets its own response, and "never sent" is true. */
@Timeout(60)
class DirectHttpClientTest {
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final String RUN =
            "{\"run\": {\"info\": {\"run_id\": \"abc\", \"experiment_id\": \"3\", \"status\": \"FINISHED\"}}}";

    private interface Call {
        void of(RestTrackingServer server) throws Exception;
    }

    private static final Call READ = server -> server.run("abc");
    private static final Call WRITE = server -> server.setAlias("churn", "champion", "7");

    private static RestTrackingServer server(String uri, Duration timeout) {
        return new RestTrackingServer(
                new DirectHttpClient(LONG), ServerAddress.parse(uri), Credentials.none(), null, timeout);
    }

    private static TrackingException failure(Call call, RestTrackingServer server) {
        return assertThrows(TrackingException.class, () -> call.of(server));
    }

    /** Of a server that responds like this to a write, and of one that responds like this to a read. */
    private static TrackingException failure(SocketServer.Script script) throws IOException {
        TrackingException of = null;
        for (Call call : List.of(READ, WRITE)) {
            try (SocketServer server = new SocketServer(script)) {
                of = failure(call, server(server.uri(), LONG));
                assertEquals(1, server.requests().size(), "requests that were sent");
                assertFalse(of.isNeverSent(), of.getMessage());
            }
        }
        return of;
    }

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        DirectClient.assertNoThreadIsLeft();
    }

    @Test
    void aReadIsSentAsItIsMeant() throws Exception {
        try (SocketServer server = new SocketServer((request, connection) -> SocketServer.respond(connection, RUN))) {
            assertEquals(
                    "abc",
                    server(server.uri() + "/pre%20fix/\u00fc", LONG).run("abc").id());
            String host = server.uri().replace("http://", "");
            assertEquals(
                    "GET /pre%20fix/%C3%BC/api/2.0/mlflow/runs/get?run_id=abc HTTP/1.1\r\nHost: " + host
                            + "\r\nConnection: close\r\nAccept: application/json\r\nCache-Control: no-cache\r\nUser-Agent: mlflow-eval-gate\r\n\r\n",
                    server.requests().get(0));
        }
    }

    @Test
    void aWriteIsSentWithTheLengthOfItsBytes() throws Exception {
        try (SocketServer server = new SocketServer((request, connection) -> SocketServer.respond(connection, "{}"))) {
            server(server.uri(), LONG).setAlias("r\u00e4ume", "champion", "7");
            String body = "{\"name\":\"r\u00e4ume\",\"alias\":\"champion\",\"version\":\"7\"}";
            String request = server.requests().get(0);
            assertTrue(request.startsWith("POST /api/2.0/mlflow/registered-models/alias HTTP/1.1\r\n"), request);
            assertTrue(request.endsWith("\r\nContent-Length: " + (body.length() + 1) + "\r\n\r\n" + body), request);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/\u00fc?\u00fc=%26"})
    void aTargetIsNeverEmptyAndAlwaysAscii(String target) throws Exception {
        try (SocketServer server = new SocketServer((request, connection) -> SocketServer.respond(connection, "x"))) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(server.uri() + target)).build();
            new DirectHttpClient(LONG)
                    .sendAsync(request, HttpResponse.BodyHandlers.ofString())
                    .get();
            String sent = target.length() > 1 ? "/%C3%BC?%C3%BC=%26" : "/";
            assertTrue(
                    server.requests().get(0).startsWith("GET " + sent + " HTTP/1.1\r\n"),
                    server.requests().get(0));
        }
    }

    @Test
    void anIpv6AddressIsAHost() throws Exception {
        SocketServer server;
        try {
            server = new SocketServer(
                    InetAddress.getByName("::1"), (request, connection) -> SocketServer.respond(connection, RUN));
        } catch (IOException e) {
            Assumptions.abort("This machine has no IPv6: " + e);
            return;
        }
        try (server) {
            assertEquals("abc", server(server.uri(), LONG).run("abc").id());
            String host = server.uri().replace("http://", "");
            assertTrue(
                    server.requests().get(0).contains("\r\nHost: " + host + "\r\n"),
                    server.requests().get(0));
        }
    }

    @Test
    void aWholeResponseIsNotHeldUpByAConnectionThatStaysOpen() throws Exception {
        try (SocketServer server = new SocketServer((request, connection) -> {
            SocketServer.respond(connection, RUN);
            SocketServer.awaitHangup(connection);
        })) {
            assertEquals("abc", server(server.uri(), LONG).run("abc").id());
            assertTrue(server.awaitEnd(), "the connection stays open");
        }
    }

    /** A second response, at once or whenever the next request comes, would be about another version. */
    @Test
    void whatAServerSendsAfterAResponseIsNeverTheResponseToAnotherRequest() throws Exception {
        try (SocketServer server = new SocketServer((request, connection) -> {
            String run = request.replaceAll("(?s).*run_id=(\\w+).*", "$1");
            SocketServer.respond(connection, RUN.replace("abc", run));
            for (String more : new String[] {"first", "second", "third"}) {
                SocketServer.respond(connection, RUN.replace("abc", more));
            }
            connection.getInputStream().read();
            SocketServer.respond(connection, RUN.replace("abc", "third"));
            SocketServer.awaitHangup(connection);
        })) {
            RestTrackingServer client = server(server.uri(), LONG);
            for (String run : new String[] {"first", "second", "third"}) {
                assertEquals(run, client.run(run).id());
            }
            assertEquals(3, server.connections());
        }
    }

    @Test
    void aRequestAfterAnIncompleteResponseIsNotAffected() throws Exception {
        AtomicLong count = new AtomicLong();
        try (SocketServer server = new SocketServer((request, connection) -> {
            if (count.getAndIncrement() == 0) {
                SocketServer.send(connection, "HTTP/1.1 200 OK|Content-Length: 500||{\"run\": ");
                SocketServer.awaitHangup(connection);
            } else {
                SocketServer.respond(connection, RUN);
            }
        })) {
            assertEquals(
                    ErrorCategory.TIMEOUT,
                    failure(READ, server(server.uri(), Duration.ofMillis(300))).category());
            assertEquals("abc", server(server.uri(), LONG).run("abc").id());
        }
    }

    @Test
    void aServerThatHangsUpMayHaveActed() throws IOException {
        assertLost((request, connection) -> {});
        assertLost((request, connection) -> SocketServer.send(connection, "HTTP/1.1 200 OK|Content-Le"));
        assertLost((request, connection) -> SocketServer.send(connection, "HTTP/1.1 200 OK|Content-Length: 9||{"));
        assertLost((request, connection) -> SocketServer.reset(connection));
        assertLost((request, connection) -> {
            SocketServer.send(connection, "HTTP/1.1 200 OK||{");
            SocketServer.reset(connection);
        });
    }

    private static void assertLost(SocketServer.Script script) throws IOException {
        TrackingException e = failure(script);
        assertEquals(ErrorCategory.UNREACHABLE, e.category(), e.getMessage());
        assertTrue(e.isTransient(), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.9||",
                "HTTP/1.1 200 OK|Content-Length: many||{}",
                "HTTP/1.1 200 OK|Content-Length: 2|Transfer-Encoding: chunked||2|{}|0||",
                "HTTP/1.1 101 Switching Protocols||",
            })
    void whatIsNotHttpIsRefusedAtOnceAndForGood(String text) throws IOException {
        TrackingException e = failure((request, connection) -> {
            SocketServer.send(connection, text);
            SocketServer.awaitHangup(connection);
        });
        assertEquals(ErrorCategory.PROTOCOL, e.category(), e.getMessage());
        assertFalse(e.isTransient(), e.getMessage());
        assertTrue(e.getMessage().contains("not HTTP"), e.getMessage());
    }

    @Test
    void aRefusalWithoutAChallengeIsARefusal() throws IOException {
        TrackingException e = failure((request, connection) ->
                SocketServer.send(connection, "HTTP/1.1 401 Unauthorized|Content-Length: 0||"));
        assertEquals(ErrorCategory.UNAUTHORIZED, e.category(), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 34603008", "Transfer-Encoding: chunked", "Connection: close"})
    void aBodyOfMoreThan32MiBEndsTheConnection(String header) throws IOException {
        AtomicLong sent = new AtomicLong();
        boolean announced = header.startsWith("Content-Length");
        TrackingException e = failure((request, connection) -> {
            sent.set(0);
            SocketServer.send(connection, "HTTP/1.1 200 OK|" + header + "||");
            String part = " ".repeat(1 << 20);
            for (int i = 0; i < 100; i++) {
                SocketServer.send(connection, header.endsWith("chunked") ? "100000|" + part + "|" : part);
                sent.addAndGet(part.length());
            }
        });
        assertEquals(ErrorCategory.PROTOCOL, e.category(), e.getMessage());
        assertTrue(e.getMessage().contains("more than 32 MiB"), e.getMessage());
        assertTrue(sent.get() < (announced ? 32 : 64) << 20, "the server could send " + sent);
    }

    @Test
    void whereNothingListensNothingWasSent() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        assertNeverSent("http://127.0.0.1:" + closed, "could not connect");
        assertNeverSent("http://no-such-host.invalid", "no such host");
        // To connect to many hosts at once is impossible everywhere.
        assertNeverSent("http://224.0.0.1:9", "could not connect");
    }

    private static void assertNeverSent(String uri, String told) {
        for (Call call : List.of(READ, WRITE)) {
            TrackingException e = failure(call, server(uri, LONG));
            assertEquals(ErrorCategory.UNREACHABLE, e.category(), e.getMessage());
            assertTrue(e.isNeverSent(), e.getMessage());
            assertTrue(e.getMessage().contains(told), e.getMessage());
        }
    }
}
