package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of every way not to answer, and of every answer that is not MLflow's. */
@Timeout(30)
class RestFailuresTest {
    private static final Credentials LOGIN = Credentials.basic("ann", "c4nary-s3cret", "mlflow-login");

    private static TrackingException failure(StubServer stub) {
        return failure(stub.server());
    }

    private static TrackingException failure(TrackingServer server) {
        return assertThrows(TrackingException.class, () -> server.run("abc"));
    }

    private static TrackingException failureOf(int status, String body, String... headers) throws IOException {
        try (StubServer stub = StubServer.answering(status, body, headers)) {
            return failure(stub);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, PROTOCOL, false",
        "401, UNAUTHORIZED, false",
        "403, FORBIDDEN, false",
        "404, PROTOCOL, false",
        "405, PROTOCOL, false",
        "407, PROTOCOL, false",
        "408, TIMEOUT, true",
        "409, CONFLICT, false",
        "429, UNREACHABLE, true",
        "500, UNREACHABLE, true",
        "502, UNREACHABLE, true",
        "503, UNREACHABLE, true",
        "504, UNREACHABLE, true",
        "302, PROTOCOL, false",
        "308, PROTOCOL, false",
        "204, PROTOCOL, false",
    })
    void everyStatusHasItsCategory(int status, ErrorCategory category, boolean passing) throws IOException {
        String challenge = status == 407 ? "Proxy-Authenticate: Basic" : "WWW-Authenticate: Basic";
        TrackingException e = failureOf(status, status == 204 ? "" : "some words", challenge);
        assertEquals(category, e.category(), e.getMessage());
        assertEquals(passing, e.isTransient());
        assertEquals(status == 429, e.isNeverSent());
    }

    @Test
    void theMessageSaysWhatWasAskedWhatCameBackAndWhatToDo() throws IOException {
        try (StubServer stub = StubServer.answering(
                404,
                "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\",\n\"message\": \"Run with id=abc not found\"}\r\n")) {
            TrackingException e = failure(stub);
            assertEquals(ErrorCategory.NOT_FOUND, e.category());
            assertEquals(
                    "GET " + stub.url() + "/api/2.0/mlflow/runs/get (run 'abc') returned 404: "
                            + "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\", \"message\": \"Run with id=abc not found\"}. "
                            + "Check the name or id, and that this is the right server.",
                    e.getMessage());
        }
    }

    @Test
    void onlyTheFirst300CharactersAreShown() throws IOException {
        String message = failureOf(500, "x".repeat(5000)).getMessage();
        assertTrue(message.contains("x".repeat(300) + "…"), message);
        assertFalse(message.contains("x".repeat(301)), message);
    }

    @Test
    void unauthorizedNamesTheCredentialsThatWereUsed() throws IOException {
        try (StubServer stub = StubServer.answering(401, "no", "WWW-Authenticate: Basic realm=x")) {
            assertTrue(failure(stub).getMessage().contains("no credentials"));
            String message = failure(stub.server(LOGIN, Duration.ofSeconds(5))).getMessage();
            assertTrue(message.contains("mlflow-login"), message);
        }
    }

    @Test
    void aForbiddenHostGetsItsOwnHint() throws IOException {
        try (StubServer stub =
                StubServer.answering(403, "Invalid Host header - possible DNS rebinding attack detected")) {
            TrackingException e = failure(stub);
            assertEquals(ErrorCategory.FORBIDDEN, e.category());
            assertTrue(e.getMessage().contains("--allowed-hosts 127.0.0.1:" + stub.port()), e.getMessage());
        }
    }

    /** Below a path of its own, as a server of another test may have had the port before. */
    @Test
    void anUnknownRouteHintsAtThePathPrefix() throws IOException {
        try (StubServer stub =
                StubServer.answering(404, "<!doctype html><title>404 Not Found</title>", "Content-Type: text/html")) {
            TrackingException e =
                    failure(StubServer.server(stub.url() + "/wrong", Credentials.none(), null, Duration.ofSeconds(5)));
            assertEquals(ErrorCategory.PROTOCOL, e.category());
            assertTrue(e.getMessage().contains("path prefix"), e.getMessage());
        }
    }

    /** The first answer shows that the address is right. */
    @Test
    void aPartThatIsMissingIsToldApartFromAWrongAddress() throws Exception {
        String run = "{\"run\": {\"info\": {\"run_id\": \"abc\", \"experiment_id\": \"3\", \"status\": \"FINISHED\"}}}";
        try (StubServer stub = new StubServer((request, out) -> {
            boolean known = request.target().contains("runs/get");
            StubServer.respond(out, known ? 200 : 404, known ? run : "Not Found", "Content-Type: text/plain");
        })) {
            assertTrue(failureOfVersion(stub, "churn").getMessage().contains("path prefix"));
            stub.server().run("abc");
            TrackingException e = failureOfVersion(stub, "churn");
            assertEquals(ErrorCategory.PROTOCOL, e.category());
            assertTrue(e.getMessage().contains("does not offer that part of MLflow's REST API"), e.getMessage());
            assertFalse(e.getMessage().contains("path prefix"), e.getMessage());
        }
    }

    private static TrackingException failureOfVersion(StubServer stub, String model) {
        return assertThrows(TrackingException.class, () -> stub.server().version(model, "7"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"error\": \"404 Not Found\"}; GitLab does not offer that part of MLflow's REST API",
                "{\"message\": \"404 Project Not Found\"}; GitLab does not show this project to these credentials",
            })
    void gitLabsOwn404IsToldAsGitLabs(String body, String told) throws IOException {
        TrackingException e = failureOf(404, body, "Content-Type: application/json");
        assertEquals(ErrorCategory.PROTOCOL, e.category());
        assertTrue(e.getMessage().contains(told), e.getMessage());
        assertFalse(e.getMessage().contains("path prefix"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESOURCE_DOES_NOT_EXIST", "ENDPOINT_NOT_FOUND", "INVALID_PARAMETER_VALUE"})
    void aModelNameOfThreePartsHintsAtUnityCatalog(String code) throws IOException {
        try (StubServer stub =
                StubServer.answering(code.startsWith("INVALID") ? 400 : 404, "{\"error_code\": \"" + code + "\"}")) {
            String message = failureOfVersion(stub, "main.ml.churn").getMessage();
            assertTrue(message.contains("Unity Catalog"), message);
            assertFalse(failureOfVersion(stub, "churn").getMessage().contains("Unity Catalog"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Type: text/html", "Content-Type: application/json"})
    void aPageWithStatus200IsALoginPage(String type) throws IOException {
        TrackingException e = failureOf(200, "\n <html>Please sign in</html>", type);
        assertEquals(ErrorCategory.PROTOCOL, e.category());
        assertTrue(e.getMessage().contains("proxy or login page responded"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "OK",
                "{bad json",
                "{\"run\": 5}",
                "{}",
                "{\"run\":{}}",
                "{\"run\":{\"info\":{}}}",
                "{\"run\":{\"info\":{\"run_id\":\"other\"}}}",
                "{\"run\":{\"info\":{\"run_id\":\"abc\"},\"data\":{\"metrics\":[{\"key\":\"a\",\"value\":\"many\"}]}}}",
            })
    void whatIsNotTheRunAskedForIsRefused(String body) throws IOException {
        TrackingException e = failureOf(200, body, "Content-Type: application/json");
        assertEquals(ErrorCategory.PROTOCOL, e.category(), e.getMessage());
        assertFalse(e.isTransient());
    }

    @Test
    void aNameOfTheServersMakingNeitherFillsNorBreaksTheMessage() throws IOException {
        String message = failureOf(
                        200, "{\"run\":{\"info\":{\"run_id\":\"a\\u0000\\n\\u009b" + "x".repeat(5000) + "\"}}}")
                .getMessage();
        assertTrue(message.length() < 1000, message);
        assertTrue(message.chars().noneMatch(Character::isISOControl), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"s\":\"\u0080\u009b2J", "<html>\u0007\u007f", "\u2028"})
    void aBodyThatCouldSteerATerminalIsToldWithoutItsControlCharacters(String body) throws IOException {
        String message = failureOf(200, body).getMessage();
        assertTrue(message.chars().noneMatch(c -> Character.isISOControl(c) || c == 0x2028), message);
    }

    @Test
    void deeplyNestedJsonIsRefused() throws IOException {
        String bomb = "{\"run\":" + "{\"x\":".repeat(100_000) + "1" + "}".repeat(100_001);
        assertEquals(ErrorCategory.PROTOCOL, failureOf(200, bomb).category());
        assertEquals(ErrorCategory.PROTOCOL, failureOf(400, bomb).category());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\\u0031", "\u0661", "0.", "1e", "-"})
    void aNumberOfMillionsOfDigitsIsRefusedAtOnce(String digit) throws IOException {
        for (String field : new String[] {"value", "step"}) {
            for (String quote : new String[] {"", "\""}) {
                String body = "{\"run\":{\"info\":{\"run_id\":\"abc\"},\"data\":{\"metrics\":[{\"key\":\"a\",\"" + field
                        + "\":" + quote + digit.repeat(2_000_000) + quote + "}]}}}";
                TrackingException e = assertTimeoutPreemptively(Duration.ofSeconds(10), () -> failureOf(200, body));
                assertEquals(ErrorCategory.PROTOCOL, e.category());
                assertTrue(e.getMessage().length() < 1000);
            }
        }
    }

    @Test
    void manyLongNumbersAreRefusedAtOnce() throws IOException {
        String metric = "{\"key\":\"a\",\"value\":0." + "1".repeat(8000) + "},";
        String body = "{\"run\":{\"data\":{\"metrics\":[" + metric.repeat(3000) + "{}]}}}";
        TrackingException e = assertTimeoutPreemptively(Duration.ofSeconds(10), () -> failureOf(200, body));
        assertTrue(e.getMessage().contains("exceeds a limit (Number value length"), e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-1e999999999", "1e-2147483647", "9223372036854775808"})
    void aNumberOfAHugeExponentCostsNothing(String number) throws IOException {
        String body = "{\"run\":{\"info\":{\"run_id\":\"abc\",\"start_time\":" + number + "}}}";
        TrackingException e = assertTimeoutPreemptively(Duration.ofSeconds(5), () -> failureOf(200, body));
        assertEquals(ErrorCategory.PROTOCOL, e.category());
    }

    @Test
    void millionsOfValuesAreRefusedBeforeTheyTakeGigabytes() throws IOException {
        String body = "{\"x\":[" + "{},".repeat(JsonObject.MOST_TOKENS / 2) + "{}]}";
        TrackingException e = failureOf(200, body);
        assertEquals(ErrorCategory.PROTOCOL, e.category());
        assertTrue(e.getMessage().contains("exceeds a limit (Token count"), e.getMessage());
    }

    @Test
    void longTextsOfDigitsInTagsAreNoReasonToRefuse() throws Exception {
        String tag = "{\"key\":\"bits\",\"value\":\"" + "01".repeat(4000) + "\"},";
        String body = "{\"run\":{\"info\":{\"run_id\":\"abc\"},\"data\":{\"tags\":[" + tag.repeat(100)
                + "{\"key\":\"z\",\"value\":\"\\\\\"}]}}}";
        try (StubServer stub = StubServer.answering(200, body)) {
            assertEquals("abc", stub.server().run("abc").id());
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "999999, 3600", "-3, ", "soon, ", "'', "})
    void retryAfterInSecondsIsHeldWithinAnHour(String header, Long seconds) throws IOException {
        TrackingException e = failureOf(503, "busy", "Retry-After: " + header);
        assertEquals(seconds, e.retryAfter().map(Duration::toSeconds).orElse(null));
    }

    @Test
    void retryAfterAsADateCountsFromTheServersClock() throws IOException {
        TrackingException e = failureOf(
                429, "busy", "Date: Fri, 20 Nov 2026 10:00:00 GMT", "Retry-After: Fri, 20 Nov 2026 10:00:42 GMT");
        assertEquals(Duration.ofSeconds(42), e.retryAfter().orElseThrow());
        TrackingException past = failureOf(
                429, "busy", "Date: Fri, 20 Nov 2026 10:00:00 GMT", "Retry-After: Fri, 20 Nov 2026 09:00:00 GMT");
        assertEquals(Duration.ZERO, past.retryAfter().orElseThrow());
        String soon = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(30).atOffset(ZoneOffset.UTC));
        assertTrue(failureOf(429, "", "Retry-After: " + soon)
                        .retryAfter()
                        .orElseThrow()
                        .toSeconds()
                > 20);
        assertNull(failureOf(429, "busy").retryAfter().orElse(null));
    }

    @Test
    void aRedirectIsNotFollowedAndCarriesNoCredentialsElsewhere() throws IOException {
        try (StubServer elsewhere = StubServer.answering(200, "{}");
                StubServer stub = StubServer.answering(
                        307, "", "Location: http://localhost:" + elsewhere.port() + "/x?token=c4nary-s3cret")) {
            TrackingException e = failure(stub.server(LOGIN, Duration.ofSeconds(5)));
            assertEquals(ErrorCategory.PROTOCOL, e.category());
            assertTrue(e.getMessage().contains("the host 'localhost'"), e.getMessage());
            assertFalse(e.getMessage().contains("token"), e.getMessage());
            assertTrue(elsewhere.requests().isEmpty());
            assertEquals(1, stub.requests().size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 401, 403, 404, 500})
    void secretsThatTheServerSendsBackAreMasked(int status) throws IOException {
        String pair = Base64.getEncoder().encodeToString("ann:c4nary-s3cret".getBytes(StandardCharsets.UTF_8));
        String echo = "x".repeat(290) + "c4nary-s3cret " + pair;
        try (StubServer stub = StubServer.answering(status, echo, "WWW-Authenticate: Basic")) {
            for (String body : new String[] {"abc", "c4nary-s3cret"}) {
                TrackingServer server = stub.server(LOGIN, Duration.ofSeconds(5));
                String message = assertThrows(TrackingException.class, () -> server.run(body))
                        .getMessage();
                assertFalse(message.contains("c4na"), message);
                assertFalse(message.contains(pair.substring(0, 6)), message);
            }
        }
    }

    @Test
    void noConnectionIsUnreachableAndNothingWasSent() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        TrackingException e =
                failure(StubServer.server("http://127.0.0.1:" + port, Credentials.none(), null, Duration.ofSeconds(5)));
        assertEquals(ErrorCategory.UNREACHABLE, e.category());
        assertTrue(e.isNeverSent());
        assertTrue(e.getMessage().contains("could not connect"), e.getMessage());
    }

    @Test
    void anUnknownHostIsUnreachable() {
        TrackingException e = failure(
                StubServer.server("http://no-such-host.invalid", Credentials.none(), null, Duration.ofSeconds(20)));
        assertEquals(ErrorCategory.UNREACHABLE, e.category());
        assertTrue(e.isNeverSent());
        assertTrue(e.getMessage().contains("no such host"), e.getMessage());
    }

    /** Both may come after the request: a second handshake, and a record that somebody on the way made up. */
    @Test
    void aFaultOfTlsMayComeAfterTheRequest() {
        IOException second = new SSLHandshakeException("Remote host terminated the handshake");
        second.initCause(new SocketException("Connection reset"));
        IOException tampered = new IOException("closed", new SSLException("Tag mismatch!"));
        for (IOException problem : List.of(second, tampered)) {
            TrackingException e =
                    ConnectionFailure.of(problem).asException("POST x", "detail", Credentials.none(), null);
            assertEquals(ErrorCategory.UNREACHABLE, e.category());
            assertTrue(e.isTransient());
            assertFalse(e.isNeverSent());
        }
    }

    @Test
    void httpsToAPlainServerIsUnreachableWithAHintOnCertificates() throws IOException {
        try (StubServer stub = StubServer.answering(200, "{}")) {
            TrackingException e = failure(StubServer.server(
                    "https://127.0.0.1:" + stub.port(), Credentials.none(), null, Duration.ofSeconds(5)));
            assertEquals(ErrorCategory.UNREACHABLE, e.category());
            assertTrue(e.getMessage().contains("TLS"), e.getMessage());
        }
    }

    @Test
    void aCertificateOfAnUnknownAuthorityHintsAtTheCaCertificatesAndIsAcceptedOnceTrustedForItsHostOnly(
            @TempDir Path folder) throws Exception {
        KeyStore keys = selfSigned(folder.resolve("keys.p12"));
        HttpsServer https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SSLContext trusting = context(keys);
        https.setHttpsConfigurator(new HttpsConfigurator(trusting));
        AtomicInteger asked = new AtomicInteger();
        https.createContext("/", exchange -> {
            asked.incrementAndGet();
            byte[] body = "{\"run\":{\"info\":{\"run_id\":\"abc\"}}}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        https.start();
        try {
            String url = "https://localhost:" + https.getAddress().getPort();
            TrackingException e = failure(StubServer.server(url, Credentials.none(), null, Duration.ofSeconds(5)));
            assertEquals(ErrorCategory.UNREACHABLE, e.category());
            assertFalse(e.isTransient());
            assertTrue(e.getMessage().contains("CA certificates"), e.getMessage());
            HttpClient client = RestTrackingServer.configure(HttpClient.newBuilder(), Duration.ofSeconds(2), trusting)
                    .build();
            Run run = new RestTrackingServer(
                            client, ServerAddress.parse(url), Credentials.none(), null, Duration.ofSeconds(5))
                    .run("abc");
            assertEquals("abc", run.id());

            // The certificate is for localhost.
            int before = asked.get();
            TrackingException another = failure(new RestTrackingServer(
                    client,
                    ServerAddress.parse(url.replace("localhost", "127.0.0.1")),
                    LOGIN,
                    null,
                    Duration.ofSeconds(5)));
            assertEquals(ErrorCategory.UNREACHABLE, another.category());
            assertTrue(another.getMessage().contains("check https and the host name"), another.getMessage());
            assertEquals(before, asked.get());
        } finally {
            https.stop(0);
        }
    }

    private static KeyStore selfSigned(Path file) throws Exception {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "stub",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertEquals(0, process.waitFor());
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "changeit".toCharArray());
        }
        keys.setCertificateEntry("authority", keys.getCertificate("stub"));
        return keys;
    }

    private static SSLContext context(KeyStore keys) throws Exception {
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "changeit".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void anAnswerThatIsNotHttpIsProtocol() throws IOException {
        try (StubServer stub = new StubServer((request, out) -> out.write("SSH-2.0-OpenSSH_9\r\n\r\n".getBytes()))) {
            TrackingException e = failure(stub);
            assertEquals(ErrorCategory.PROTOCOL, e.category(), e.getMessage());
        }
    }

    @Test
    void hangingUpWithoutAWordIsUnreachableAndMayHaveBeenSent() throws IOException {
        try (StubServer stub = new StubServer((request, out) -> {})) {
            TrackingException e =
                    assertThrows(TrackingException.class, () -> stub.server().setAlias("m", "a", "1"));
            assertEquals(ErrorCategory.UNREACHABLE, e.category());
            assertTrue(e.isTransient());
            assertFalse(e.isNeverSent());
            assertEquals(1, stub.requests().size(), "a write must not be repeated behind our back");
        }
    }

    @Test
    void halfABodyIsUnreachable() throws IOException {
        try (StubServer stub = new StubServer(
                (request, out) -> out.write("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"run\":".getBytes()))) {
            TrackingException e = failure(stub);
            assertEquals(ErrorCategory.UNREACHABLE, e.category(), e.getMessage());
            assertTrue(e.isTransient());
        }
    }

    @Test
    void aSilentServerEndsInTime() throws IOException {
        try (StubServer stub = new StubServer((request, out) -> Thread.sleep(60_000))) {
            long start = System.nanoTime();
            TrackingException e = failure(stub.server(Credentials.none(), Duration.ofMillis(400)));
            assertEquals(ErrorCategory.TIMEOUT, e.category());
            assertTrue(e.isTransient());
            assertFalse(e.isNeverSent());
            assertTrue(e.getMessage().contains("0.4 s"), e.getMessage());
            assertTrue(Duration.ofNanos(System.nanoTime() - start).toMillis() < 1500);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDrippingAnswerEndsInTimeAndIsHungUpOn(boolean drippingBody) throws Exception {
        CountDownLatch hungUp = new CountDownLatch(1);
        try (StubServer stub = new StubServer((request, out) -> {
            try {
                out.write(("HTTP/1.1 200 OK\r\n" + (drippingBody ? "Content-Length: 5000\r\n\r\n" : "X: ")).getBytes());
                while (true) {
                    out.write(' ');
                    out.flush();
                    Thread.sleep(20);
                }
            } catch (IOException e) {
                hungUp.countDown();
            }
        })) {
            long start = System.nanoTime();
            TrackingServer server = stub.server().within(Duration.ofMillis(400));
            assertEquals(ErrorCategory.TIMEOUT, failure(server).category());
            assertTrue(Duration.ofNanos(System.nanoTime() - start).toMillis() < 1500);
            assertTrue(hungUp.await(5, TimeUnit.SECONDS), "the connection must be closed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHugeBodyIsRefusedWhetherAnnouncedOrNot(boolean announced) throws IOException {
        byte[] chunk = " ".repeat(1 << 20).getBytes();
        try (StubServer stub = new StubServer((request, out) -> {
            out.write(("HTTP/1.1 200 OK\r\n" + (announced ? "Content-Length: " + (50 << 20) + "\r\n" : "") + "\r\n")
                    .getBytes());
            for (int i = 0; i < 50; i++) {
                out.write(chunk);
            }
        })) {
            TrackingException e = failure(stub);
            assertEquals(ErrorCategory.PROTOCOL, e.category(), e.getMessage());
            assertTrue(e.getMessage().contains("more than 32 MiB"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptEndsACallAtOnce(boolean headersSent) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (StubServer stub = new StubServer((request, out) -> {
            if (headersSent) {
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{".getBytes());
                out.flush();
            }
            asked.countDown();
            Thread.sleep(60_000);
        })) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            TrackingServer server = stub.server(Credentials.none(), Duration.ofSeconds(30));
            Thread caller = new Thread(() -> {
                try {
                    server.setVersionTags("m", "1", Map.of("a", "1", "b", "2"));
                } catch (Exception e) {
                    thrown.set(e);
                }
            });
            caller.start();
            asked.await();
            caller.interrupt();
            caller.join(1000);
            assertFalse(caller.isAlive());
            assertTrue(thrown.get() instanceof InterruptedException, String.valueOf(thrown.get()));
        }
    }

    @Test
    void aChangeUnderWayIsWaitedForAndTheInterruptIsKept() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        try (StubServer stub = new StubServer((request, out) -> {
            asked.countDown();
            interrupted.await();
            StubServer.respond(out, 200, "{}");
        })) {
            TrackingServer server = stub.server(Credentials.none(), Duration.ofSeconds(30));
            AtomicReference<Object> seen = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                try {
                    server.setAlias("m", "champion", "7");
                    seen.set("done, interrupted: " + Thread.currentThread().isInterrupted());
                } catch (Exception e) {
                    seen.set(e);
                }
            });
            caller.start();
            asked.await();
            caller.interrupt();
            interrupted.countDown();
            caller.join(20_000);
            assertEquals("done, interrupted: true", seen.get());
        }
    }

    @Test
    void withoutTimeLeftNothingIsSent() throws IOException {
        try (StubServer stub = StubServer.answering(200, "{}")) {
            TrackingServer server = stub.server();
            TrackingException e = failure(server.within(Duration.ZERO));
            assertEquals(ErrorCategory.TIMEOUT, e.category());
            assertTrue(e.isNeverSent());
            assertEquals(0, server.requests());
            assertTrue(stub.requests().isEmpty());
        }
    }

    @Test
    void a401WithoutAChallengeIsStillUnauthorizedForAClientWithAnAuthenticator() throws IOException {
        try (StubServer stub = StubServer.answering(401, "no")) {
            HttpClient client = RestTrackingServer.configure(HttpClient.newBuilder(), Duration.ofSeconds(2), null)
                    .authenticator(new Authenticator() {})
                    .build();
            TrackingException e = failure(new RestTrackingServer(
                    client, ServerAddress.parse(stub.url()), LOGIN, null, Duration.ofSeconds(5)));
            assertEquals(ErrorCategory.UNAUTHORIZED, e.category(), e.getMessage());
        }
    }

    @Test
    void aWorkspaceThatTheServerDoesNotHaveIsConfiguration() throws IOException {
        for (String[] answer : new String[][] {
            {"500", "FEATURE_DISABLED", "Workspace APIs are not available: workspaces are not enabled on this server"},
            {"404", "RESOURCE_DOES_NOT_EXIST", "Workspace 'churn' not found"},
            {"400", "INVALID_PARAMETER_VALUE", "Workspace name 'churn' must match the pattern"},
        }) {
            String body = "{\"error_code\":\"" + answer[1] + "\",\"message\":\"" + answer[2] + "\"}";
            try (StubServer stub = StubServer.answering(Integer.parseInt(answer[0]), body)) {
                TrackingServer server =
                        StubServer.server(stub.url(), Credentials.none(), "churn", Duration.ofSeconds(5));
                TrackingException e =
                        assertThrows(TrackingException.class, () -> server.versionByAlias("m", "champion"));
                assertEquals(ErrorCategory.CONFIGURATION, e.category(), e.getMessage());
                assertEquals("churn", stub.request().header("X-MLFLOW-WORKSPACE"));
            }
        }
    }

    /** A history of four pages, each of which takes 300 ms. */
    private static StubServer slowHistory() {
        return new StubServer((request, out) -> {
            Thread.sleep(300);
            int page = request.target().contains("page_token=")
                    ? Integer.parseInt(request.target().replaceAll(".*=", ""))
                    : 0;
            String next = page == 3 ? "" : ", \"next_page_token\": \"" + (page + 1) + "\"";
            StubServer.respond(
                    out,
                    200,
                    "{\"metrics\": [{\"key\": \"loss\", \"value\": " + page + ", \"step\": " + page + "}]" + next
                            + "}");
        });
    }

    @Test
    void eachPageOfALongHistoryHasTheRequestTimeout() throws Exception {
        try (StubServer stub = slowHistory()) {
            List<Run.Metric> values = new ArrayList<>();
            stub.server(Credentials.none(), Duration.ofSeconds(1)).history("r", "loss", values::add);
            assertEquals(4, values.size());
        }
    }

    @Test
    void allPagesTogetherEndWithTheBudget() throws Exception {
        try (StubServer stub = slowHistory()) {
            TrackingServer server =
                    stub.server(Credentials.none(), Duration.ofSeconds(5)).within(Duration.ofMillis(700));
            TrackingException e = assertThrows(TrackingException.class, () -> server.history("r", "loss", value -> {}));
            assertEquals(ErrorCategory.TIMEOUT, e.category());
            assertTrue(stub.requests().size() < 4, "sent " + stub.requests().size());
        }
    }
}
