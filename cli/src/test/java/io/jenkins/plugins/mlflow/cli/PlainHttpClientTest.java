package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a gate relies on of the client for http: each request sent once, its own response, an end in time, and no false "not sent". */
@Timeout(60)
class PlainHttpClientTest {
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
                new PlainHttpClient(LONG), ServerAddress.parse(uri), Credentials.none(), null, timeout);
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
        for (Thread thread : clientThreads()) {
            thread.join(20_000);
        }
        assertEquals(List.of(), clientThreads());
    }

    private static List<Thread> clientThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("http")).toList();
    }

    @Test
    void aReadIsSentAsItIsMeant() throws Exception {
        try (SocketServer server = new SocketServer((request, connection) -> SocketServer.respond(connection, RUN))) {
            assertEquals("abc", server(server.uri() + "/pre%20fix/\u00fc", LONG).run("abc").id());
            String host = server.uri().replace("http://", "");
            assertEquals(
                    "GET /pre%20fix/%C3%BC/api/2.0/mlflow/runs/get?run_id=abc HTTP/1.1\r\nHost: " + host
                            + "\r\nConnection: close\r\nAccept: application/json\r\nUser-Agent: mlflow-eval-gate\r\n\r\n",
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
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.uri() + target)).build();
            new PlainHttpClient(LONG).sendAsync(request, HttpResponse.BodyHandlers.ofString()).get();
            String sent = target.length() > 1 ? "/%C3%BC?%C3%BC=%26" : "/";
            assertTrue(server.requests().get(0).startsWith("GET " + sent + " HTTP/1.1\r\n"), server.requests().get(0));
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
            assertTrue(server.requests().get(0).contains("\r\nHost: " + host + "\r\n"), server.requests().get(0));
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
            assertEquals(ErrorCategory.TIMEOUT, failure(READ, server(server.uri(), Duration.ofMillis(300))).category());
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
    @ValueSource(strings = {
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
    void aServerThatIsTooSlowMayHaveActedAndIsHungUpOn() throws Exception {
        assertLate(SocketServer::awaitHangup);
        assertLate(connection -> drip(connection, "", "HTTP/1.1 200 OK|Content-Length: 2||{}"));
        assertLate(connection -> drip(connection, "HTTP/1.1 200 OK|", "A: b|".repeat(1000)));
        assertLate(connection -> drip(connection, "HTTP/1.1 200 OK||", " ".repeat(1000)));
        assertLate(connection -> drip(connection, "HTTP/1.1 200 OK|Transfer-Encoding: chunked||", "1;a| |".repeat(1000)));
        assertLate(connection -> drip(connection, "HTTP/1.1 200 OK|Transfer-Encoding: chunked||0|", "A: b|".repeat(1000)));
        assertLate(connection -> drip(connection, "", "HTTP/1.1 100 Continue||".repeat(10)));
    }

    private interface Slowness {
        void at(Socket connection) throws IOException, InterruptedException;
    }

    private static void drip(Socket connection, String start, String rest) throws IOException, InterruptedException {
        SocketServer.send(connection, start);
        for (int i = 0; i < rest.length(); i++) {
            SocketServer.send(connection, rest.substring(i, i + 1));
            Thread.sleep(100);
        }
    }

    private static void assertLate(Slowness slowness) throws Exception {
        for (Call call : List.of(READ, WRITE)) {
            try (SocketServer server = new SocketServer((request, connection) -> slowness.at(connection))) {
                TrackingException e = failure(call, server(server.uri(), Duration.ofMillis(400)));
                assertEquals(ErrorCategory.TIMEOUT, e.category(), e.getMessage());
                assertTrue(e.isTransient(), e.getMessage());
                assertFalse(e.isNeverSent(), e.getMessage());
                assertTrue(server.awaitEnd(), "the connection stays open");
                assertEquals(1, server.requests().size());
            }
        }
    }

    @Test
    void aServerThatDoesNotReadTheRequestIsHungUpOn() throws Exception {
        try (ServerSocket deaf = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + deaf.getLocalPort()))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[64 << 20]))
                    .build();
            CompletableFuture<?> response =
                    new PlainHttpClient(LONG).sendAsync(request, HttpResponse.BodyHandlers.ofString());
            try (Socket connection = deaf.accept()) {
                connection.getInputStream().read();
                response.cancel(true);
                noThreadIsLeft();
                assertThrows(SocketException.class, () -> SocketServer.awaitHangup(connection));
            }
        }
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

    @Test
    void whereConnectingTakesTooLongNothingWasSent() throws Exception {
        try (FullServer full = new FullServer()) {
            RestTrackingServer server = new RestTrackingServer(
                    new PlainHttpClient(Duration.ofMillis(200)), ServerAddress.parse(full.uri()), Credentials.none(), null, LONG);
            TrackingException e = failure(WRITE, server);
            assertEquals(ErrorCategory.UNREACHABLE, e.category(), e.getMessage());
            assertTrue(e.isNeverSent(), e.getMessage());
        }
    }

    /** {@link #noThreadIsLeft} shows that it does not wait for the connection any longer. */
    @Test
    void aRequestThatIsCancelledBeforeItIsConnectedIsNeverSent() throws Exception {
        try (FullServer full = new FullServer()) {
            TrackingException e = failure(WRITE, server(full.uri(), Duration.ofMillis(300)));
            assertEquals(ErrorCategory.TIMEOUT, e.category(), e.getMessage());
            assertFalse(e.isNeverSent(), e.getMessage());
            noThreadIsLeft();
            assertFalse(full.hasMoreThanItsOwnConnections(), "connected after all");
        }
    }

    /** Takes no more connections, and keeps those waiting that come. */
    private static final class FullServer implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final List<Socket> own = new ArrayList<>();

        FullServer() throws IOException {
            while (own.size() < 20) {
                Socket connection = new Socket();
                try {
                    connection.connect(socket.getLocalSocketAddress(), 200);
                } catch (SocketTimeoutException e) {
                    connection.close();
                    return;
                }
                own.add(connection);
            }
            Assumptions.abort("This system lets more connections wait than were asked for");
        }

        String uri() {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }

        boolean hasMoreThanItsOwnConnections() throws IOException {
            for (int i = 0; i < own.size(); i++) {
                socket.accept().close();
            }
            socket.setSoTimeout(100);
            try {
                socket.accept().close();
                return true;
            } catch (SocketTimeoutException e) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
            for (Socket connection : own) {
                connection.close();
            }
        }
    }

    @Test
    void aConnectionThatIsAbortedSendsNothingWhateverItsState() throws Exception {
        try (SocketServer server = new SocketServer((request, connection) -> {})) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.uri())).build();
            PlainHttpConnection fresh = new PlainHttpConnection();
            fresh.abort();
            assertThrows(IOException.class, () -> fresh.connect(request.uri(), LONG));
            PlainHttpConnection connected = new PlainHttpConnection();
            connected.connect(request.uri(), LONG);
            connected.abort();
            assertThrows(IOException.class, () -> connected.send(request, null));
            assertTrue(server.awaitEnd());
            assertEquals(List.of(), server.requests());
        }
    }

    @Test
    void aRequestThatIsCancelledAtAnyMomentLeavesNeitherThreadNorConnection() throws Exception {
        AtomicInteger open = new AtomicInteger();
        try (SocketServer server = new SocketServer((request, connection) -> {
            open.incrementAndGet();
            try {
                SocketServer.awaitHangup(connection);
            } finally {
                open.decrementAndGet();
            }
        })) {
            HttpClient client = new PlainHttpClient(LONG);
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.uri())).build();
            for (int i = 0; i < 200; i++) {
                CompletableFuture<?> response = client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
                LockSupport.parkNanos(10_000L * i);
                response.cancel(true);
                assertThrows(CancellationException.class, response::get);
            }
            noThreadIsLeft();
            long end = System.nanoTime() + LONG.toNanos();
            while (open.get() > 0 && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertEquals(0, open.get());
            assertTrue(server.requests().size() > 0, "each was cancelled before it was sent");
        }
    }

    @Test
    void whoeverReadsTheBodyCannotKeepTheCallerWaiting() throws Exception {
        try (SocketServer server = new SocketServer((request, connection) -> SocketServer.respond(connection, RUN))) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.uri())).build();
            assertInstanceOf(OutOfMemoryError.class, problemOf(request, head -> {
                throw new OutOfMemoryError("of a test");
            }));
            assertInstanceOf(IOException.class, problemOf(request, head ->
                    HttpResponse.BodySubscribers.fromSubscriber(new CancellingSubscriber(), whole -> whole)));
        }
    }

    private static <T> Throwable problemOf(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        CompletableFuture<?> response = new PlainHttpClient(LONG).sendAsync(request, handler);
        return assertThrows(ExecutionException.class, () -> response.get(20, TimeUnit.SECONDS)).getCause();
    }

    private static final class CancellingSubscriber implements Flow.Subscriber<List<ByteBuffer>> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.cancel();
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {}

        @Override
        public void onError(Throwable problem) {}

        @Override
        public void onComplete() {}
    }
}
