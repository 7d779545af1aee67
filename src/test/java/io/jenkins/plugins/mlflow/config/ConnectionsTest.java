package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SecretBytes;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.domains.HostnameSpecification;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.ProxyConfiguration;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.util.FormValidation;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.TestAuthority;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.StubServer;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jenkinsci.plugins.plaincredentials.impl.FileCredentialsImpl;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;

@WithSharedJenkins
class ConnectionsTest {
    private static final String CANARY = "canary-9f3a77c1";

    private static JenkinsRule r;
    private StubServer mlflow;
    private final Map<String, String> paths = new ConcurrentHashMap<>();
    private volatile int status;
    private volatile String type;
    private volatile String body;
    private volatile boolean silent;
    private MlflowServerConfiguration server;

    @TempDir
    private Path folder;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        r = rule;
    }

    @BeforeEach
    void start() throws Exception {
        respondWith(
                200,
                "application/json",
                "{\"experiment\":{\"experiment_id\":\"0\",\"name\":\"Default\",\"lifecycle_stage\":\"active\"}}");
        mlflow = new StubServer(this::respond);
        server = Servers.server("production", mlflow.url() + "/prefix");
        server.setRequestTimeoutSeconds(5);
    }

    @AfterEach
    void stop() throws Exception {
        mlflow.close();
    }

    private void respondWith(int status, String type, String body) {
        this.status = status;
        this.type = type;
        this.body = body;
    }

    private void respond(StubServer.Request request, OutputStream out) throws IOException, InterruptedException {
        if (silent) {
            new CountDownLatch(1).await();
        }
        String own = paths.entrySet().stream()
                .filter(path -> request.target().replaceAll("\\?.*", "").endsWith(path.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(body);
        if (status == 401) {
            StubServer.respond(out, status, own, "Content-Type: " + type, "WWW-Authenticate: Basic realm=\"mlflow\"");
        } else {
            StubServer.respond(out, status, own, "Content-Type: " + type);
        }
    }

    /** A header of the last request, or null. */
    private String header(String name) {
        return mlflow.requests().get(mlflow.requests().size() - 1).header(name);
    }

    @Test
    void eachKindOfCredentialsIsSentInItsWayAsItIsAtTheMoment() throws Exception {
        ask();
        assertNull(header("Authorization"));
        assertNull(header("X-MLFLOW-WORKSPACE"));

        Credentials token =
                add(new StringCredentialsImpl(CredentialsScope.SYSTEM, "mlflow", "", Secret.fromString(CANARY)));
        server.setCredentialsId("mlflow");
        server.setWorkspace("churn");
        ask();
        assertEquals("Bearer " + CANARY, header("Authorization"));
        assertEquals("churn", header("X-MLFLOW-WORKSPACE"));

        SystemCredentialsProvider.getInstance().getCredentials().remove(token);
        add(new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, "mlflow", "", "someone", CANARY));
        ask();
        String pair = Base64.getEncoder().encodeToString(("someone:" + CANARY).getBytes(StandardCharsets.UTF_8));
        assertEquals("Basic " + pair, header("Authorization"));
    }

    @Test
    void credentialsThatAreMissingOrOfNoUseAreAConfigurationError() throws Exception {
        server.setCredentialsId("gone");
        assertTrue(refused().contains("'gone'") && refused().contains("are missing"));

        add(new FileCredentialsImpl(CredentialsScope.GLOBAL, "file", "", "f", SecretBytes.fromString("Y2FuYXJ5")));
        server.setCredentialsId("file");
        assertTrue(refused().contains("'file'") && refused().contains("of a kind"), refused());

        add(new StringCredentialsImpl(CredentialsScope.GLOBAL, "broken", "", Secret.fromString(CANARY + "\n")));
        server.setCredentialsId("broken");
        assertTrue(refused().contains("broken") && !refused().contains(CANARY), refused());

        Domain elsewhere = new Domain("elsewhere", "", List.of(new HostnameSpecification("other.example.com", null)));
        SystemCredentialsProvider.getInstance()
                .getDomainCredentialsMap()
                .put(
                        elsewhere,
                        List.of(new StringCredentialsImpl(
                                CredentialsScope.GLOBAL, "bound", "", Secret.fromString(CANARY))));
        server.setCredentialsId("bound");
        assertTrue(refused().contains("'bound'"), refused());
        assertEquals(0, mlflow.requests().size());
    }

    @Test
    void theUseOfCredentialsIsNotedWithTheBuild() throws Exception {
        Credentials token =
                add(new StringCredentialsImpl(CredentialsScope.SYSTEM, "mlflow", "", Secret.fromString(CANARY)));
        server.setCredentialsId("mlflow");
        FreeStyleProject job = r.createFreeStyleProject("job");
        FreeStyleBuild build = r.buildAndAssertSuccess(job);
        assertNull(CredentialsProvider.getFingerprintOf(token));

        Connections.open(server, build);

        assertTrue(CredentialsProvider.getFingerprintOf(token).getJobs().contains("job"));
    }

    @Test
    void theTestTellsHowFarItCame() throws Exception {
        add(new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, "mlflow", "", "someone", CANARY));
        server.setCredentialsId("mlflow");
        assertTold(FormValidation.Kind.OK, "MLflow answered");

        respondWith(404, "application/json", "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"no Default\"}");
        assertTold(FormValidation.Kind.OK, "MLflow answered");

        respondWith(401, "text/plain", "go away, " + CANARY);
        assertTold(FormValidation.Kind.ERROR, "Reachable, but not authorised. UNAUTHORIZED", "mlflow");

        respondWith(403, "text/plain", "Invalid Host header");
        assertTold(FormValidation.Kind.ERROR, "Reachable, but not authorised. FORBIDDEN", "--allowed-hosts");

        respondWith(200, "text/html", "<html><script>alert(1)</script>" + CANARY + "</html>");
        assertTold(FormValidation.Kind.ERROR, "the response is not from MLflow. PROTOCOL");
        assertFalse(tested().contains("<script>"), tested());

        respondWith(500, "text/plain", "oops");
        assertTold(FormValidation.Kind.ERROR, "MLflow did not respond. UNREACHABLE");

        server.setRequestTimeoutSeconds(1);
        silent = true;
        long begin = System.nanoTime();
        assertTold(FormValidation.Kind.ERROR, "MLflow did not respond. TIMEOUT");
        assertTrue(System.nanoTime() - begin < 4_000_000_000L);
    }

    @Test
    void theTestTellsWhoWeAreAndWhatWeMayPromote() throws Exception {
        add(new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, "mlflow", "", "bob", CANARY));
        assertTold(
                FormValidation.Kind.OK,
                "No credentials are sent",
                "May read: yes",
                "this MLflow server has no authentication");
        server.setCredentialsId("mlflow");
        paths.put("/version", "3.17.2");
        assertTold(FormValidation.Kind.OK, "MLflow 3.17.2 answered", "responds the same without the credentials");

        paths.put("/users/current", "{\"user\":{\"username\":\"<b>bob</b>\",\"is_admin\":false}}");
        assertTold(
                FormValidation.Kind.WARNING,
                "Signed in as &#039;&lt;b&gt;bob",
                "no permission to edit a model is granted");

        paths.put(
                "/users/current/permissions",
                "{\"permissions\":[{\"resource_type\":\"registered_model\","
                        + "\"resource_pattern\":\"churn-classifier\",\"permission\":\"EDIT\"}]}");
        assertTold(FormValidation.Kind.OK, "May promote: churn-classifier.");

        paths.put("/users/current", "{\"user\":{\"username\":\"root\",\"is_admin\":true}}");
        assertTold(FormValidation.Kind.OK, "Signed in as &#039;root&#039;, an administrator", "every model");
    }

    @Test
    void theTestTellsWhenNobodyListensAndWhenThereAreNoCredentials() throws Exception {
        mlflow.close();
        assertTold(FormValidation.Kind.ERROR, "MLflow did not respond. UNREACHABLE");
        server.setCredentialsId("gone");
        assertTold(FormValidation.Kind.ERROR, "&#039;gone&#039;");
    }

    @Test
    void aServerThatAcceptsAndSaysNothingEndsByTheTimeout() throws Exception {
        try (ServerSocket mute = new ServerSocket(0)) {
            server = Servers.server("mute", "https://127.0.0.1:" + mute.getLocalPort());
            server.setConnectTimeoutSeconds(1);
            server.setRequestTimeoutSeconds(1);
            long begin = System.nanoTime();
            assertEquals(FormValidation.Kind.ERROR, ConnectionTest.of(server).kind);
            assertTrue(System.nanoTime() - begin < 4_000_000_000L);
        }
    }

    @Test
    void aPrivateAuthorityIsTrustedOnlyWhereItsCertificateIsGiven() throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        try (StubServer secure = new StubServer(authority.context(), this::respond)) {
            server = Servers.server("secure", secure.url() + "/prefix");
            TrackingException untrusted = assertThrows(TrackingException.class, this::ask);
            assertEquals(ErrorCategory.UNREACHABLE, untrusted.category());
            assertTrue(untrusted.getMessage().contains("CA certificates"), untrusted.getMessage());
            assertTold(FormValidation.Kind.ERROR, "CA certificates");

            server.setCaCertificates(authority.pem());
            ask();
            assertTold(FormValidation.Kind.OK, "MLflow answered");

            server.setCaCertificates(null);
            assertThrows(TrackingException.class, this::ask);
        }
    }

    @Test
    void clientsAreSharedAndMadeAnewWhenSomethingChanges() throws Exception {
        var first = HttpClients.forServer(server);
        assertSame(first, HttpClients.forServer(Servers.server("other", "http://other")));
        server.setConnectTimeoutSeconds(9);
        assertNotSame(first, HttpClients.forServer(server));
        server.setConnectTimeoutSeconds(5);
        assertSame(first, HttpClients.forServer(server));

        r.jenkins.setProxy(new ProxyConfiguration("127.0.0.1", 9));
        var proxied = HttpClients.forServer(server);
        assertNotSame(first, proxied);
        assertTrue(proxied.proxy().isPresent());
        r.jenkins.setProxy(null);

        var again = HttpClients.forServer(server);
        Servers.stored();
        assertNotSame(again, HttpClients.forServer(server));
    }

    @Test
    void behindAProxyWithAUserTheServerGetsItsCredentialsToo() throws Exception {
        URI proxy = URI.create(mlflow.url() + "/prefix");
        r.jenkins.setProxy(new ProxyConfiguration(proxy.getHost(), proxy.getPort(), "proxy-user", "proxy-" + CANARY));
        server = Servers.server("production", "http://mlflow.internal.example:5000");
        add(new StringCredentialsImpl(CredentialsScope.SYSTEM, "mlflow", "", Secret.fromString(CANARY)));
        server.setCredentialsId("mlflow");

        ask();

        assertEquals("Bearer " + CANARY, header("Authorization"));
        String pair =
                Base64.getEncoder().encodeToString(("proxy-user:proxy-" + CANARY).getBytes(StandardCharsets.UTF_8));
        assertEquals("Basic " + pair, header("Proxy-Authorization"));
    }

    @Test
    void manyRequestsTakeFewThreads() throws Exception {
        for (int i = 0; i < 40; i++) {
            ask();
        }

        long threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("MLflow HTTP client"))
                .peek(thread -> assertTrue(thread.isDaemon()))
                .count();
        assertTrue(threads >= 1 && threads <= 8, "threads: " + threads);
    }

    @Test
    void theSecretIsInNoLogAndInNoFileInClear() throws Exception {
        add(new StringCredentialsImpl(CredentialsScope.SYSTEM, "mlflow", "", Secret.fromString(CANARY)));
        server.setCredentialsId("mlflow");
        try (LogRecorder logs = new LogRecorder()) {
            logs.record("", Level.INFO)
                    .record("io.jenkins.plugins.mlflow", Level.ALL)
                    .capture(5000);
            MlflowGlobalConfiguration.get().setServers(List.of(server));
            respondWith(401, "text/plain", "bad token " + CANARY);
            assertFalse(tested().contains(CANARY), tested());
            respondWith(200, "application/json", "{\"experiment\":\"" + CANARY + "\"}");
            assertFalse(tested().contains(CANARY), tested());
            r.configRoundtrip();
            assertFalse(logs.getMessages().stream().anyMatch(message -> message.contains(CANARY)));
        }
        try (Stream<Path> files = Files.list(r.jenkins.getRootDir().toPath())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(CANARY),
                        file::toString);
            }
        }
    }

    private void ask() throws Exception {
        Connections.open(server, null).experimentByName("Default");
    }

    private String refused() {
        return assertThrows(ConfigurationException.class, () -> Connections.open(server, null))
                .getMessage();
    }

    private String tested() {
        FormValidation answer = ConnectionTest.of(server);
        return answer.renderHtml();
    }

    private void assertTold(FormValidation.Kind kind, String... parts) {
        FormValidation answer = ConnectionTest.of(server);
        assertEquals(kind, answer.kind, answer.renderHtml());
        for (String part : parts) {
            assertTrue(answer.renderHtml().contains(part), answer.renderHtml());
        }
        assertFalse(answer.renderHtml().contains(CANARY), answer.renderHtml());
    }

    private static <C extends Credentials> C add(C credentials) throws Exception {
        SystemCredentialsProvider.getInstance().getCredentials().add(credentials);
        SystemCredentialsProvider.getInstance().save();
        return credentials;
    }
}
