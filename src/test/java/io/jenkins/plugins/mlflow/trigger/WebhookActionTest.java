package io.jenkins.plugins.mlflow.trigger;

import static io.jenkins.plugins.mlflow.trigger.Deliveries.SECRET;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.created;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.post;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.request;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.send;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.server;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.signed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import io.jenkins.plugins.mlflow.Await;
import io.jenkins.plugins.mlflow.config.Folders;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.WebhookSecrets;
import io.jenkins.plugins.mlflow.gate.FakeClock;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What senders of webhooks get for an answer, over the real port of a Jenkins that lets nobody in without a login. */
@WithJenkins
class WebhookActionTest {
    private static final byte[] BODY = created("churn", "7").getBytes(StandardCharsets.UTF_8);

    private JenkinsRule jenkins;
    private Sink sink;

    @TestExtension
    public static final class Sink extends RecordingSink {}

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        sink = ExtensionList.lookupSingleton(Sink.class);
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin"));
        configure(server("production", "https://mlflow.example.com", "webhook", SECRET));
    }

    private static void configure(MlflowServerConfiguration... servers) {
        MlflowGlobalConfiguration.get().setServers(List.of(servers));
    }

    @Test
    void aServerOfAFolderHasASecretOfTheFoldersOwn() throws Exception {
        Folder team = Folders.in(jenkins.jenkins, "team");
        Folders.token(team, "team-webhook", "the secret of the team");
        MlflowServerConfiguration own = server("production", "https://team.example.com", "team-webhook", null);
        Folders.configure(team, "", "", own);

        assertEquals(
                200, post(jenkins, signed(BODY, "the secret of the team"), BODY).statusCode());

        assertEquals(
                List.of(own.destination()),
                sink.servers.stream()
                        .map(MlflowServerConfiguration::destination)
                        .toList());
    }

    @Test
    void aHundredRequestsOfStrangersCostOneLookUpOfTheSecrets() throws Exception {
        FakeClock clock = new FakeClock();
        AtomicInteger lookUps = countLookUps(clock);
        for (int i = 0; i < 100; i++) {
            assertEquals(401, post(jenkins, signed(BODY, "a guess"), BODY).statusCode());
        }
        assertEquals(1, lookUps.get());

        clock.pass(RecentSecrets.MOST_AGE);
        assertEquals(401, post(jenkins, signed(BODY, "a guess"), BODY).statusCode());
        assertEquals(2, lookUps.get());
    }

    private static AtomicInteger countLookUps(Clock clock) {
        AtomicInteger lookUps = new AtomicInteger();
        RecentSecrets counting = new RecentSecrets(
                () -> {
                    lookUps.incrementAndGet();
                    return WebhookSecrets.all();
                },
                clock);
        replace(new WebhookAction(counting, WebhookAction.BODY_TIMEOUT));
        return lookUps;
    }

    /** Jenkins has a new action for each test. */
    private static WebhookAction replace(WebhookAction action) {
        ExtensionList<WebhookAction> extensions = ExtensionList.lookup(WebhookAction.class);
        WebhookAction before = ExtensionList.lookupSingleton(WebhookAction.class);
        extensions.remove(before);
        extensions.add(action);
        Jenkins.get().getActions().remove(before);
        Jenkins.get().getActions().add(action);
        return action;
    }

    private static WebhookAction withBodyTimeout(Duration timeout) {
        return new WebhookAction(new RecentSecrets(WebhookSecrets::all, Clock.systemUTC()), timeout);
    }

    @Test
    void aSecretThatIsChangedIsRefusedAtOnceAndTheNewOneAcceptedSoon() throws Exception {
        FakeClock clock = new FakeClock();
        countLookUps(clock);
        assertEquals(200, send(jenkins, created("churn", "7")));

        SystemCredentialsProvider.getInstance().getCredentials().clear();
        server("production", "https://mlflow.example.com", "webhook", "another secret");
        assertEquals(401, send(jenkins, created("churn", "8")));
        clock.pass(RecentSecrets.MOST_AGE);
        assertEquals(200, post(jenkins, signed(BODY, "another secret"), BODY).statusCode());
        assertEquals(401, send(jenkins, created("churn", "8")));
    }

    @Test
    void aServerThatIsConfiguredOrTakenAwayCountsAtOnce() throws Exception {
        countLookUps(new FakeClock());
        assertEquals(401, post(jenkins, signed(BODY, "another secret"), BODY).statusCode());
        configure(server("other", "https://other.example.com", "other", "another secret"));
        assertEquals(200, post(jenkins, signed(BODY, "another secret"), BODY).statusCode());
        assertEquals(401, send(jenkins, created("churn", "7")));

        Folder team = Folders.in(jenkins.jenkins, "team");
        Folders.token(team, "team-webhook", "the secret of the team");
        assertEquals(
                401, post(jenkins, signed(BODY, "the secret of the team"), BODY).statusCode());
        Folders.configure(team, "", "", server("own", "https://team.example.com", "team-webhook", null));
        assertEquals(
                200, post(jenkins, signed(BODY, "the secret of the team"), BODY).statusCode());
        team.delete();
        assertEquals(
                401, post(jenkins, signed(BODY, "the secret of the team"), BODY).statusCode());
    }

    @Test
    void theDeliveriesOfAFolderAreCountedTogetherAndApartFromThoseOfTheController() throws Exception {
        Folder inner = Folders.in(Folders.in(jenkins.jenkins, "team"), "inner");
        MlflowServerConfiguration own = server("own", "https://team.example.com", "webhook", null);
        Folders.configure(inner, "", "", own);

        assertEquals("folder team", WebhookAction.signer(List.of(own)));
        assertEquals(
                "server mlflow.example.com\ndefault",
                WebhookAction.signer(List.of(MlflowGlobalConfiguration.get().getServer("production"), own)));
    }

    @Test
    void aSignedEventReachesTheSink() throws Exception {
        assertEquals(200, send(jenkins, created("churn", "7")));
        assertEquals(
                200,
                send(
                        jenkins,
                        created("churn", "8")
                                .replace("model_version", "model_version_alias")
                                .replace("\"source\"", "\"alias\": \"challenger\", \"source\"")));
        assertEquals(
                200,
                send(
                        jenkins,
                        created("churn", "9")
                                .replace("model_version", "model_version_tag")
                                .replace("created", "set")
                                .replace(
                                        "\"source\"",
                                        "\"key\": \"validation\", \"value\": \"requested\", \"source\"")));

        assertEquals(
                List.of(
                        "production: churn 7 created",
                        "production: churn 8 alias:challenger",
                        "production: churn 9 tag:validation=requested"),
                sink.offered);
    }

    @Test
    void anEventOfAnotherKindIsTakenAndNothingHappens() throws Exception {
        assertEquals(200, send(jenkins, created("churn", "7").replace("model_version", "prompt_version")));
        assertEquals(200, send(jenkins, created("churn", "7").replace("created", "deleted")));

        assertEquals(List.of(), sink.offered);
    }

    @Test
    void withoutAValidSignatureTheAnswerIsAlwaysTheSame() throws Exception {
        Map<String, HttpResponse<String>> answers = new TreeMap<>();
        Instant now = Instant.now();
        answers.put("wrong secret", post(jenkins, signed(BODY, "another secret"), BODY));
        answers.put("old", post(jenkins, signed(BODY, SECRET, "old", now.minusSeconds(320)), BODY));
        answers.put("of the future", post(jenkins, signed(BODY, SECRET, "future", now.plusSeconds(320)), BODY));
        answers.put("no header", post(jenkins, Map.of(), BODY));
        answers.put("garbage", post(jenkins, Map.of(), new byte[] {0, 1, (byte) 0xff}));
        answers.put("empty", post(jenkins, signed(BODY, SECRET), new byte[0]));
        answers.put(
                "another body",
                post(jenkins, signed(BODY, SECRET), created("churn", "8").getBytes(StandardCharsets.UTF_8)));
        for (String header : signed(BODY, SECRET).keySet()) {
            Map<String, String> headers = new HashMap<>(signed(BODY, SECRET));
            String value = headers.remove(header);
            answers.put("without " + header, post(jenkins, headers, BODY));
            HttpRequest twice = request(jenkins, headers)
                    .header(header, value)
                    .header(header, value)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(BODY))
                    .build();
            answers.put("twice " + header, Deliveries.HTTP.send(twice, HttpResponse.BodyHandlers.ofString()));
        }
        configure(server("missing", "https://mlflow.example.com", "missing", null));
        answers.put("secret that does not exist", post(jenkins, signed(BODY, SECRET), BODY));
        configure(new MlflowServerConfiguration("none", "https://mlflow.example.com"));
        answers.put("no secret", post(jenkins, signed(BODY, SECRET), BODY));
        configure();
        answers.put("no server", post(jenkins, signed(BODY, SECRET), BODY));

        Map<String, List<String>> first = headers(answers.get("wrong secret"));
        answers.forEach((which, answer) -> {
            assertEquals(401, answer.statusCode(), which);
            assertEquals("", answer.body(), which);
            assertEquals(first, headers(answer), which);
        });
        assertEquals(List.of(), sink.offered);
    }

    private static Map<String, List<String>> headers(HttpResponse<String> response) {
        Map<String, List<String>> headers = new TreeMap<>(response.headers().map());
        // Jetty closes a connection whose body it has not read, or not yet received.
        headers.keySet().removeIf(name -> name.equalsIgnoreCase("date") || name.equalsIgnoreCase("connection"));
        return headers;
    }

    @Test
    void aClockThatIsAlmostFiveMinutesOffIsAccepted() throws Exception {
        assertEquals(
                200,
                post(jenkins, signed(BODY, SECRET, "slow", Instant.now().minusSeconds(270)), BODY)
                        .statusCode());
        assertEquals(
                200,
                post(jenkins, signed(BODY, SECRET, "fast", Instant.now().plusSeconds(270)), BODY)
                        .statusCode());
    }

    @Test
    void onlyPostIsAnswered() throws Exception {
        for (String method : List.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS")) {
            HttpResponse<String> answer = Deliveries.HTTP.send(
                    request(jenkins, signed(BODY, SECRET))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertEquals(405, answer.statusCode(), method);
            assertEquals("", answer.body(), method);
            assertEquals(List.of("POST"), answer.headers().allValues("Allow"), method);
        }
    }

    @Test
    void onlyThisPathNeedsNoCrumb() throws Exception {
        URI address = Deliveries.address(jenkins);
        for (String other : List.of("x", "../mlflow-webhook/x/", "../mlflow-webhook", "../createItem?name=x")) {
            HttpRequest request = HttpRequest.newBuilder(address.resolve(other))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(BODY))
                    .build();
            int status = Deliveries.HTTP
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .statusCode();
            assertEquals(403, status, other);
        }
    }

    @Test
    void aReplayedDeliveryIsAnsweredAndNothingHappens() throws Exception {
        Map<String, String> headers = signed(BODY, SECRET);

        assertEquals(200, post(jenkins, headers, BODY).statusCode());
        assertEquals(200, post(jenkins, headers, BODY).statusCode());
        assertEquals(200, post(jenkins, headers, BODY).statusCode());

        assertEquals(List.of("production: churn 7 created"), sink.offered);
    }

    @Test
    void aSignedBodyThatIsNoEventIsABadRequest() throws Exception {
        for (String body : List.of(
                "", "garbled", "{}", "[".repeat(100_000), created("churn", "seven"), created("churn", "7") + "x")) {
            assertEquals(400, send(jenkins, body), () -> body.substring(0, Math.min(40, body.length())));
        }
        assertEquals(List.of(), sink.offered);
    }

    @Test
    void aFullSinkMakesMlflowSendTheDeliveryAgain() throws Exception {
        Map<String, String> headers = signed(BODY, SECRET);
        sink.full = true;
        HttpResponse<String> refused = post(jenkins, headers, BODY);
        assertEquals(429, refused.statusCode());
        assertTrue(refused.headers().firstValueAsLong("Retry-After").orElse(0) > 0);
        sink.full = false;

        assertEquals(200, post(jenkins, headers, BODY).statusCode());
        assertEquals(List.of("production: churn 7 created"), sink.offered);
    }

    @Test
    void aFailureOfJenkinsMakesMlflowSendTheDeliveryAgainAndTellsNothing() throws Exception {
        Map<String, String> headers = signed(BODY, SECRET);
        sink.failure = new IllegalStateException("the disk is full");
        HttpResponse<String> failed = post(jenkins, headers, BODY);
        assertEquals(500, failed.statusCode());
        assertEquals("", failed.body());
        sink.failure = null;

        assertEquals(200, post(jenkins, headers, BODY).statusCode());
        assertEquals(List.of("production: churn 7 created"), sink.offered);
    }

    @Test
    void anEventIsOfferedOnceForEachRegistryWithTheSecret() throws Exception {
        MlflowServerConfiguration first = server("first", "https://mlflow.example.com", "webhook", null);
        MlflowServerConfiguration same = server("same", "https://MLFLOW.example.com:443/", "webhook", null);
        MlflowServerConfiguration other = server("other", "https://other.example.com", "webhook", null);
        MlflowServerConfiguration another =
                server("another", "https://another.example.com", "its own", "another secret");
        configure(another, first, same, other);

        assertEquals(200, send(jenkins, created("churn", "7")));
        assertEquals(List.of("first: churn 7 created", "other: churn 7 created"), sink.offered);

        sink.offered.clear();
        assertEquals(200, post(jenkins, signed(BODY, "another secret"), BODY).statusCode());
        assertEquals(List.of("another: churn 7 created"), sink.offered);
    }

    @Test
    void aMebibyteIsTakenAndOneByteMoreIsNot() throws Exception {
        String event = created("churn", "7");
        byte[] largest = (event.substring(0, event.length() - 1) + " ".repeat(WebhookBody.LIMIT - event.length()) + "}")
                .getBytes(StandardCharsets.UTF_8);
        assertEquals(200, post(jenkins, signed(largest, SECRET), largest).statusCode());
        assertEquals(200, chunked(largest));

        byte[] larger = new byte[WebhookBody.LIMIT + 1];
        assertEquals(413, chunked(larger));
        assertEquals(2, sink.offered.size());
    }

    private int chunked(byte[] body) throws Exception {
        return Deliveries.HTTP
                .send(
                        request(jenkins, signed(body, SECRET))
                                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    /** Only the head of a request, as its sender may never send the rest. */
    private Socket head(Map<String, String> headers, String... more) throws Exception {
        URI address = Deliveries.address(jenkins);
        Socket socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout((int) Duration.ofMinutes(1).toMillis());
        StringBuilder head = new StringBuilder(
                "POST " + address.getPath() + " HTTP/1.1\r\nHost: " + address.getAuthority() + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        for (String header : more) {
            head.append(header).append("\r\n");
        }
        socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static int status(Socket socket) throws IOException {
        String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                .readLine();
        return Integer.parseInt(line.split(" ")[1]);
    }

    @Test
    void aBodyThatIsAnnouncedTooLargeIsRefusedAtOnce() throws Exception {
        for (String length : List.of(String.valueOf(WebhookBody.LIMIT + 1), "999999999999")) {
            try (Socket socket = head(Map.of(), "Content-Length: " + length)) {
                assertEquals(413, status(socket));
            }
        }
    }

    /** A sender whose body does not end. A valid head is all that a stranger needs for this. */
    private Socket silent() throws Exception {
        Socket socket = head(signed(BODY, "a guess"), "Content-Length: 100");
        socket.getOutputStream().write('{');
        return socket;
    }

    @Test
    void aSilentSenderIsRefusedAtTheDeadline() throws Exception {
        replace(withBodyTimeout(Duration.ofMillis(100)));
        try (Socket socket = silent()) {
            assertEquals(408, status(socket));
        }
    }

    @Test
    void sendersWithoutTheSecretHoldUpOnlyAFewRequests() throws Exception {
        WebhookAction action = replace(withBodyTimeout(Duration.ofHours(1)));
        List<Socket> senders = new ArrayList<>();
        try {
            while (senders.size() < 32) {
                senders.add(silent());
            }
            Await.until("all places to be taken", () -> action.bodies.availablePermits() == 0);
            assertEquals(429, send(jenkins, created("churn", "7")));

            for (Socket sender : senders) {
                sender.getOutputStream().write(" ".repeat(99).getBytes(StandardCharsets.US_ASCII));
                assertEquals(401, status(sender));
            }
            Await.until("all places to be free", () -> action.bodies.availablePermits() == 32);
            assertEquals(200, send(jenkins, created("churn", "7")));
        } finally {
            for (Socket sender : senders) {
                sender.close();
            }
        }
    }

    @Test
    void nothingThatIsSentIsInALog() throws Exception {
        byte[] body = created("canary-model", "7").getBytes(StandardCharsets.UTF_8);
        try (LogRecorder logs = new LogRecorder()) {
            logs.record("", Level.INFO)
                    .record("io.jenkins.plugins.mlflow", Level.ALL)
                    .capture(5000);
            assertEquals(
                    200,
                    post(jenkins, signed(body, SECRET, "canary-id", Instant.now()), body)
                            .statusCode());
            assertEquals(
                    401,
                    post(jenkins, signed(body, "canary-guess", "canary-id", Instant.now()), body)
                            .statusCode());
            assertEquals(
                    401,
                    post(jenkins, Map.of("X-MLflow-Signature", "canary-signature"), body)
                            .statusCode());
            assertEquals(400, send(jenkins, "{\"canary\": "));
            sink.failure = new IllegalStateException("cannot take canary-model");
            assertEquals(500, send(jenkins, created("canary-model", "8")));

            assertTrue(logs.getMessages().stream()
                    .anyMatch(message -> message.contains("A webhook of MLflow was not taken")));
            logs.getRecords().forEach(entry -> {
                assertFalse(entry.getMessage().contains("canary"), entry.getMessage());
                assertFalse(
                        String.valueOf(entry.getThrown()).contains("canary"), () -> String.valueOf(entry.getThrown()));
            });
        }
    }
}
