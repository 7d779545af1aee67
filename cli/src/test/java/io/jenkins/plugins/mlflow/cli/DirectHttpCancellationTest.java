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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request for which no one waits any longer: its connection and its thread end, and it is not sent later. */
@Timeout(60)
class DirectHttpCancellationTest {
    private static final Duration LONG = Duration.ofSeconds(40);

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        DirectClient.assertNoThreadIsLeft();
    }

    private static RestTrackingServer server(String uri, Duration connectTimeout, Duration timeout) {
        return new RestTrackingServer(
                new DirectHttpClient(connectTimeout), ServerAddress.parse(uri), Credentials.none(), null, timeout);
    }

    private static TrackingException failureToWrite(RestTrackingServer server) {
        return assertThrows(TrackingException.class, () -> server.setAlias("churn", "champion", "7"));
    }

    private static TrackingException failureToRead(RestTrackingServer server) {
        return assertThrows(TrackingException.class, () -> server.run("abc"));
    }

    @Test
    void aServerThatIsTooSlowMayHaveActedAndIsHungUpOn() throws Exception {
        assertLate(SocketServer::awaitHangup);
        assertLate(connection -> drip(connection, "", "HTTP/1.1 200 OK|Content-Length: 2||{}"));
        assertLate(connection -> drip(connection, "HTTP/1.1 200 OK|", "A: b|".repeat(1000)));
        assertLate(connection -> drip(connection, "HTTP/1.1 200 OK||", " ".repeat(1000)));
        assertLate(
                connection -> drip(connection, "HTTP/1.1 200 OK|Transfer-Encoding: chunked||", "1;a| |".repeat(1000)));
        assertLate(
                connection -> drip(connection, "HTTP/1.1 200 OK|Transfer-Encoding: chunked||0|", "A: b|".repeat(1000)));
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
        for (boolean write : new boolean[] {true, false}) {
            try (SocketServer server = new SocketServer((request, connection) -> slowness.at(connection))) {
                RestTrackingServer client = server(server.uri(), LONG, Duration.ofMillis(400));
                TrackingException e = write ? failureToWrite(client) : failureToRead(client);
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
                    new DirectHttpClient(LONG).sendAsync(request, HttpResponse.BodyHandlers.ofString());
            try (Socket connection = deaf.accept()) {
                connection.getInputStream().read();
                response.cancel(true);
                noThreadIsLeft();
                assertThrows(SocketException.class, () -> SocketServer.awaitHangup(connection));
            }
        }
    }

    @Test
    void whereConnectingTakesTooLongNothingWasSent() throws Exception {
        try (FullServer full = new FullServer()) {
            TrackingException e = failureToWrite(server(full.uri(), Duration.ofMillis(200), LONG));
            assertEquals(ErrorCategory.UNREACHABLE, e.category(), e.getMessage());
            assertTrue(e.isNeverSent(), e.getMessage());
        }
    }

    /** {@link #noThreadIsLeft} shows that it no longer waits for the connection. */
    @Test
    void aRequestThatIsCancelledBeforeItIsConnectedIsNeverSent() throws Exception {
        try (FullServer full = new FullServer()) {
            TrackingException e = failureToWrite(server(full.uri(), LONG, Duration.ofMillis(300)));
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
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(server.uri())).build();
            DirectHttpConnection fresh = new DirectHttpConnection();
            fresh.abort();
            assertThrows(IOException.class, () -> fresh.connect(request.uri(), LONG));
            DirectHttpConnection connected = new DirectHttpConnection();
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
            HttpClient client = new DirectHttpClient(LONG);
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(server.uri())).build();
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

    /** The JVM would wait for it before it exits. */
    @Test
    void aRequestThatNobodyWaitsForEndsWhenItsThreadIsInterrupted() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        try (SocketServer server = new SocketServer((request, connection) -> {
            sent.countDown();
            SocketServer.awaitHangup(connection);
        })) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(server.uri())).build();
            CompletableFuture<?> response =
                    new DirectHttpClient(LONG).sendAsync(request, HttpResponse.BodyHandlers.ofString());
            assertTrue(sent.await(20, TimeUnit.SECONDS));
            DirectClient.threads().forEach(Thread::interrupt);
            noThreadIsLeft();
            assertTrue(response.isCancelled());
        }
    }

    @Test
    void whoeverReadsTheBodyCannotKeepTheCallerWaiting() throws Exception {
        try (SocketServer server = new SocketServer((request, connection) -> SocketServer.respond(connection, "{}"))) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(server.uri())).build();
            assertInstanceOf(OutOfMemoryError.class, problemOf(request, head -> {
                throw new OutOfMemoryError("of a test");
            }));
            assertInstanceOf(
                    IOException.class,
                    problemOf(
                            request,
                            head -> HttpResponse.BodySubscribers.fromSubscriber(
                                    new CancellingSubscriber(), whole -> whole)));
        }
    }

    private static <T> Throwable problemOf(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        CompletableFuture<?> response = new DirectHttpClient(LONG).sendAsync(request, handler);
        return assertThrows(ExecutionException.class, () -> response.get(20, TimeUnit.SECONDS))
                .getCause();
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
