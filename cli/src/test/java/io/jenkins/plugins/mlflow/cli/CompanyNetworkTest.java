package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.TestAuthority;
import io.jenkins.plugins.mlflow.gate.GateWorld;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server behind TLS of a private authority, and proxies, as the variables of MLflow's own clients tell of them. */
class CompanyNetworkTest {
    private static final String CERTIFICATES = "MLFLOW_TRACKING_SERVER_CERT_PATH";
    private static final String SECRET = "canary-s3cret";

    @TempDir
    private static Path certificates;

    private static TestAuthority authority;

    @TempDir
    private Path directory;

    private GateWorld.Served server;
    private Terminal terminal;

    @BeforeAll
    static void makeAnAuthority() throws Exception {
        authority = new TestAuthority(certificates);
    }

    @BeforeEach
    void start() throws Exception {
        server = GateWorld.GOOD.serve();
        terminal = new Terminal(directory);
        terminal.environment.put("MLFLOW_TRACKING_TOKEN", SECRET);
        Files.writeString(directory.resolve("eval_gate.yaml"), GateWorld.GOOD.file());
        Files.writeString(directory.resolve("ca.pem"), "An authority - ours\n" + authority.pem());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private int check(String url) {
        return check(url, "1m");
    }

    private int check(String url, String timeout) {
        int status = terminal.run("check", "--model", GateWorld.MODEL, "--tracking-uri", url, "--timeout", timeout);
        assertFalse((terminal.out + terminal.err).contains(SECRET), terminal.out + terminal.err);
        return status;
    }

    private String secured() {
        return server.url(authority.context());
    }

    @Test
    void aPrivateAuthorityIsTrustedIfItsCertificateIsNamed() {
        String url = secured();
        assertEquals(3, check(url));
        assertTrue(terminal.out.contains("UNREACHABLE") && terminal.out.contains(CERTIFICATES), terminal.out);

        terminal.environment.put(CERTIFICATES, "ca.pem");
        assertEquals(0, check(url), terminal.out);
        assertTrue(server.writes().contains("alias champion=2"), server.writes().toString());
    }

    @Test
    void onlyTheNamedAuthorityIsTrusted() throws Exception {
        TrustManagerFactory ofJava = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        ofJava.init((KeyStore) null);
        X509Certificate other = ((X509TrustManager) ofJava.getTrustManagers()[0]).getAcceptedIssuers()[0];
        terminal.environment.put(CERTIFICATES, "other.pem");
        Files.writeString(directory.resolve("other.pem"), TestAuthority.pem(other.getEncoded()));
        assertEquals(3, check(secured()));
        assertEquals(List.of(), server.writes());
    }

    @ParameterizedTest
    @CsvSource({"absent.pem,", "empty.pem, ''", "garbage.pem, garbage", "key.pem, KEY", "cut.pem, CUT", "., FOLDER"})
    void certificatesThatCannotBeReadAreToldBeforeAnyRequest(String name, String content) throws Exception {
        if (content != null && !name.equals(".")) {
            Files.writeString(
                    directory.resolve(name),
                    switch (content) {
                        case "KEY" -> "-----BEGIN PRIVATE KEY-----\n" + SECRET + "\n-----END PRIVATE KEY-----\n";
                        case "CUT" -> authority.pem().substring(0, 200);
                        default -> content;
                    });
        }
        terminal.environment.put(CERTIFICATES, name);
        assertEquals(2, check(secured()));
        assertTrue(terminal.out.contains(CERTIFICATES) && terminal.out.contains(name), terminal.out);
    }

    @Test
    void throughATunnelTheProxySeesNoCredentials() throws Exception {
        try (ForwardProxy proxy = new ForwardProxy(null, 0)) {
            terminal.environment.put(CERTIFICATES, "ca.pem");
            terminal.environment.put("HTTPS_PROXY", "http://127.0.0.1:" + proxy.port());
            assertEquals(0, check(secured()), terminal.out);

            assertFalse(proxy.heads().isEmpty());
            for (String head : proxy.heads()) {
                assertTrue(head.startsWith("CONNECT localhost:"), head);
                assertFalse(head.contains("uthorization"), head);
            }
            assertTrue(proxy.tunnelled().length() > 0);
            assertFalse(proxy.tunnelled().contains(SECRET));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_PROXY", "http_proxy", "ALL_PROXY"})
    void plainRequestsGoThroughTheProxyToo(String variable) throws Exception {
        try (ForwardProxy proxy = new ForwardProxy(null, 0)) {
            terminal.environment.put(variable, "127.0.0.1:" + proxy.port());
            assertEquals(0, check(server.url()), terminal.out);
            assertTrue(proxy.heads().size() > 1, proxy.heads().toString());
        }
    }

    /** Whatever they come from: properties, a file of the JDK, or the system. */
    @Test
    void withoutVariablesTheSettingsOfJavaCount() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        try (ForwardProxy proxy = new ForwardProxy(null, 0)) {
            ProxySelector.setDefault(ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port())));
            assertEquals(0, check(server.url()), terminal.out);
            assertTrue(proxy.heads().size() > 1, proxy.heads().toString());
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @Test
    void noProxyGoesStraight() throws Exception {
        try (ForwardProxy proxy = new ForwardProxy(null, 0)) {
            terminal.environment.put("HTTP_PROXY", "http://127.0.0.1:" + proxy.port());
            terminal.environment.put("NO_PROXY", "localhost, 127.0.0.0/8");
            assertEquals(0, check(server.url()), terminal.out);
            assertEquals(List.of(), proxy.heads());
        }
    }

    private static String basic(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theProxysOwnPasswordGoesToTheProxyOnly() throws Exception {
        try (ForwardProxy proxy = new ForwardProxy(basic("ann:p@ss wörd"), 0)) {
            terminal.environment.put("HTTP_PROXY", "http://ann:p%40ss%20w%C3%B6rd@127.0.0.1:" + proxy.port());
            assertEquals(0, check(server.url()), terminal.out);
            assertTrue(
                    server.headers().stream().noneMatch(name -> name.startsWith("proxy-")),
                    server.headers().toString());
            assertTrue(
                    server.headers().contains("authorization"), server.headers().toString());
        }
    }

    /** In a process of its own, as Java reads once whether it may send passwords to proxies before tunnels. */
    @Test
    void theProxysOwnPasswordOpensATunnel() throws Exception {
        try (ForwardProxy proxy = new ForwardProxy(basic("ann:" + SECRET), 0)) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    "check",
                    "--model",
                    GateWorld.MODEL,
                    "--tracking-uri",
                    secured()));
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
            builder.environment().put(CERTIFICATES, "ca.pem");
            builder.environment().put("HTTPS_PROXY", "http://ann:" + SECRET + "@127.0.0.1:" + proxy.port());
            builder.environment().put("MLFLOW_TRACKING_TOKEN", "another");
            builder.environment().keySet().removeIf(name -> name.equalsIgnoreCase("no_proxy"));
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(1, TimeUnit.MINUTES));

            assertEquals(0, process.exitValue(), output);
            assertFalse(output.contains(SECRET), output);
            assertTrue(
                    server.headers().stream().noneMatch(name -> name.startsWith("proxy-")),
                    server.headers().toString());
            assertTrue(
                    proxy.heads().stream().noneMatch(head -> head.contains("Bearer")),
                    proxy.heads().toString());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProxyThatWantsAPasswordIsTold(boolean tunnel) throws Exception {
        try (ForwardProxy proxy = new ForwardProxy(basic("ann:right"), 0)) {
            terminal.environment.put(CERTIFICATES, "ca.pem");
            terminal.environment.put(
                    tunnel ? "HTTPS_PROXY" : "HTTP_PROXY", "http://ann:" + SECRET + "@127.0.0.1:" + proxy.port());
            assertEquals(3, check(tunnel ? secured() : server.url()));
            assertTrue(terminal.out.contains("407") && terminal.out.contains("proxy"), terminal.out);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 503})
    void aProxyThatOpensNoTunnelIsTold(int refusal) throws Exception {
        try (ForwardProxy proxy = new ForwardProxy(null, refusal)) {
            terminal.environment.put(CERTIFICATES, "ca.pem");
            terminal.environment.put("https_proxy", "http://127.0.0.1:" + proxy.port());
            assertEquals(3, check(secured(), "2s"));
            assertTrue(
                    terminal.out.contains("127.0.0.1:" + proxy.port()) && terminal.out.contains(refusal + ""),
                    terminal.out);
            assertTrue(terminal.out.contains("UNREACHABLE"), terminal.out);
        }
    }

    @Test
    void aProxyThatIsNotThereIsToldAsTheProxy() {
        terminal.environment.put("http_proxy", "http://127.0.0.1:9");
        assertEquals(3, check(server.url(), "2s"));
        assertTrue(terminal.out.contains("proxy 127.0.0.1:9"), terminal.out);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socks5://ann:canary-s3cret@proxy:1080", "https://ann:canary-s3cret@proxy", "http://ann:canary-s3cret@",
                "http://ann:canary-s3cret@proxy:port", "http://ann:canary-s3cret@proxy:99999",
                        "http://%zz:canary-s3cret@proxy"
            })
    void aProxyThatCannotBeUsedIsAConfigurationError(String value) {
        terminal.environment.put("HTTP_PROXY", value);
        assertEquals(2, check(server.url()));
        assertTrue(terminal.out.contains("HTTP_PROXY"), terminal.out);
    }
}
