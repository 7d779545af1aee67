package io.jenkins.plugins.mlflow.step;

import static io.jenkins.plugins.mlflow.step.Pipelines.build;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hudson.model.Result;
import hudson.slaves.DumbSlave;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.FilesOfHome;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * Gates that pass, fail and meet every kind of server that sends the credentials back, with secrets that are then looked for
 * wherever Jenkins keeps or shows anything.
 */
@WithJenkins
class SecretsTest {
    private static final String CANARY = "c4nary";
    private static final String USER = "ann";
    private static final String PASSWORD = CANARY + "-p&ss/w0rd";
    private static final String TOKEN = CANARY + "-t0ken/+x";
    private static final String PAIR = base64(USER + ":" + PASSWORD);
    private static final List<String> MISBEHAVIOURS =
            List.of("401", "403", "500", "html", "error", "garbage", "redirect", "unreachable");

    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private final Set<String> echoes = ConcurrentHashMap.newKeySet();
    private final List<String> elsewhere = new CopyOnWriteArrayList<>();

    @Test
    void noSecretLeavesTheCredentialsForAnyPlaceButItsServer(JenkinsRule jenkins) throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .addAll(List.of(
                        new UsernamePasswordCredentialsImpl(CredentialsScope.SYSTEM, "login", "", USER, PASSWORD),
                        new StringCredentialsImpl(CredentialsScope.SYSTEM, "token", "", Secret.fromString(TOKEN))));
        SystemCredentialsProvider.getInstance().save();
        DumbSlave agent = jenkins.createOnlineSlave();
        List<WorkflowRun> builds = new ArrayList<>();
        Map<String, String> told = new TreeMap<>();
        try (LogRecorder logs = new LogRecorder();
                Server other = new Server(exchange -> {
                    elsewhere.add(exchange.getRequestURI().toString());
                    send(exchange, 200, "{}");
                });
                Server hostile = new Server(exchange -> misbehave(exchange, other.url()));
                HttpMlflow mlflow = new HttpMlflow()) {
            logs.record("", Level.INFO)
                    .record("io.jenkins.plugins.mlflow", Level.FINEST)
                    .capture(100_000);
            mlflow.version(6, "r6", "accuracy", 0.9)
                    .version(7, "r7", "accuracy", 0.93)
                    .alias("champion", 6);
            mlflow.leadsTo(other.url() + "/artifacts");
            for (String id : List.of("login", "token")) {
                configure(id, mlflow.uri(), hostile.url());
                builds.add(build(
                        jenkins, Result.SUCCESS, gate("good", "promote: 'champion', thresholds: [accuracy: 0.9]")));
                builds.add(build(jenkins, Result.FAILURE, gate("good", "thresholds: [accuracy: 0.99]")));
                builds.add(build(
                        jenkins,
                        Result.FAILURE,
                        "node('" + agent.getSelfLabel().getName() + "') { writeFile file: 'eval_gate.yaml', text: "
                                + "'version: 1\\nmodels: {churn-classifier: {metrics: {accuracy: 0.99}}}'\n"
                                + gate("good", "timeout: '5s'") + " }"));
                for (String misbehaviour : MISBEHAVIOURS) {
                    builds.add(build(
                            jenkins, Result.FAILURE, gate(misbehaviour, "thresholds: [accuracy: 0.9], timeout: '2s'")));
                    String test = "descriptorByName/" + MlflowServerConfiguration.class.getName()
                            + "/testConnection?name=x&connectTimeoutSeconds=1&requestTimeoutSeconds=1&credentialsId="
                            + id
                            + "&trackingUri=" + encoded(uri(misbehaviour, hostile.url()));
                    told.put(id + " " + test, ask(jenkins, test, HttpMethod.POST));
                }
            }
            pages(jenkins, builds).forEach(page -> told.put(page, ask(jenkins, page, HttpMethod.GET)));
            told.put("the export", ask(jenkins, "configuration-as-code/export", HttpMethod.POST));
            for (LogRecord record : logs.getRecords()) {
                told.merge("the logs", new SimpleFormatter().format(record), String::concat);
            }
        }
        told.put("names of threads", String.join("\n", threads));
        read(jenkins.jenkins.getRootDir().toPath(), told);
        read(Path.of(agent.getRemoteFS()), told);

        // That both were sent, and that the report of each of these builds was looked at, is what makes the rest worth
        // anything.
        assertEquals(Set.of("Basic " + PAIR, "Bearer " + TOKEN), sent);
        assertEquals(3, needles().filter(String.join(" ", echoes)::contains).count());
        assertEquals(2 * (3 + MISBEHAVIOURS.size()), builds.size());
        assertEquals(
                builds.size(),
                told.entrySet().stream()
                        .filter(page -> page.getKey().endsWith("report.json")
                                && page.getValue().contains("schema_version"))
                        .count());
        assertTrue(told.values().stream().anyMatch(text -> text.contains("UNAUTHORIZED")));
        assertTrue(told.values().stream().anyMatch(text -> text.contains("redirect to the host")));
        assertTrue(threads.stream().anyMatch(name -> name.startsWith("MLflow HTTP client")), threads::toString);
        List<String> leaks = new ArrayList<>();
        told.forEach((place, text) ->
                needles().filter(text::contains).forEach(needle -> leaks.add(needle + " in " + place)));
        assertEquals(List.of(), leaks);
        assertEquals(List.of(), elsewhere);
    }

    /** Any part of a secret, in clear or as Base64 makes it at each of its three alignments, and the pair as it is sent. */
    private static Stream<String> needles() {
        return Stream.of(
                CANARY,
                PAIR.substring(0, 12),
                base64(CANARY).substring(0, 8),
                base64("x" + CANARY).substring(2, 9),
                base64("xx" + CANARY).substring(3, 10));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static void configure(String credentialsId, String good, String hostile) {
        List<MlflowServerConfiguration> servers = new ArrayList<>(List.of(new MlflowServerConfiguration("good", good)));
        for (String name : MISBEHAVIOURS) {
            servers.add(new MlflowServerConfiguration(name, uri(name, hostile)));
        }
        servers.forEach(server -> server.setCredentialsId(credentialsId));
        MlflowGlobalConfiguration.get().setServers(servers);
    }

    private static String uri(String misbehaviour, String hostile) {
        return misbehaviour.equals("unreachable") ? "http://127.0.0.1:9" : hostile + "/" + misbehaviour;
    }

    private static String gate(String server, String parameters) {
        return "mlflowEvalGate model: 'churn-classifier', server: '" + server + "', " + parameters;
    }

    private static List<String> pages(JenkinsRule jenkins, List<WorkflowRun> builds) {
        List<String> pages = new ArrayList<>(List.of(
                "",
                "manage/configure",
                "manage/mlflow-models/",
                "manage/mlflow-models/api/json?depth=9",
                "log/all",
                "threadDump",
                "api/json?depth=9",
                "api/xml?depth=9",
                "computer/api/json?depth=9"));
        for (WorkflowRun build : builds) {
            String job = build.getParent().getUrl();
            pages.addAll(
                    List.of(job, job + "config.xml", job + "mlflow-eval-gate/", job + "mlflow-eval-gate/trend.json"));
            for (String page : List.of(
                    "",
                    "consoleText",
                    "console",
                    "api/json?depth=9",
                    "api/xml?depth=9",
                    "mlflow-eval-gate/1/",
                    "mlflow-eval-gate/api/json?depth=9",
                    "mlflow-eval-gate/1/report.json")) {
                pages.add(build.getUrl() + page);
            }
        }
        return pages;
    }

    private static String ask(JenkinsRule jenkins, String path, HttpMethod method) {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            client.withThrowExceptionOnFailingStatusCode(false).withJavaScriptEnabled(false);
            WebRequest request = new WebRequest(new URL(jenkins.getURL(), path), method);
            String text = client.loadWebResponse(method == HttpMethod.POST ? client.addCrumb(request) : request)
                    .getContentAsString();
            assertNotEquals("", text, path);
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All files but those of the credentials themselves and of the keys that they are kept with. */
    private static void read(Path folder, Map<String, String> told) throws IOException {
        FilesOfHome.read(folder).forEach((file, text) -> {
            if (!file.startsWith("secrets") && !file.equals(Path.of("credentials.xml"))) {
                told.put(folder.resolve(file).toString(), text);
            }
        });
    }

    /** Sends back what it was sent, wherever it can be put. The first segment of the path says how. */
    private void misbehave(HttpExchange exchange, String other) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        sent.add(String.valueOf(authorization));
        Thread.getAllStackTraces().keySet().forEach(thread -> threads.add(thread.getName()));
        String secret = String.valueOf(authorization).replaceFirst("^\\w+ ", "");
        String clear =
                secret.equals(PAIR) ? new String(Base64.getDecoder().decode(secret), StandardCharsets.UTF_8) : secret;
        String echo = "You sent " + authorization + ", that is " + clear + ", as /x?token=" + encoded(clear);
        String misbehaviour = exchange.getRequestURI().getPath().split("/")[1];
        echoes.add(echo);
        exchange.getResponseHeaders().set("X-You-Sent", authorization);
        exchange.getResponseHeaders().set("Set-Cookie", "session=" + secret);
        switch (misbehaviour) {
            case "401" -> {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"" + authorization + "\"");
                send(exchange, 401, echo);
            }
            case "403" -> send(exchange, 403, "<html>" + echo + "</html>");
            case "500" -> send(exchange, 500, echo);
            case "html" -> send(exchange, 200, "<html>" + echo + "</html>");
            case "error" -> send(exchange, 400, "{\"error_code\": \"" + secret + "\", \"message\": \"" + echo + "\"}");
            case "garbage" -> send(exchange, 200, "{\"run\": \"" + echo + "\", \"model_versions\": \"" + echo + "\"}");
            case "redirect" -> {
                exchange.getResponseHeaders()
                        .set("Location", other + "/" + encoded(secret) + "?token=" + encoded(secret));
                send(exchange, 307, echo);
            }
            default -> throw new IllegalStateException(misbehaviour);
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private interface Script {
        void answer(HttpExchange exchange) throws IOException;
    }

    private static final class Server implements AutoCloseable {
        private final HttpServer server;
        private final ExecutorService pool = Executors.newCachedThreadPool();

        Server(Script script) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(pool);
            server.createContext("/", script::answer);
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
            pool.shutdownNow();
        }
    }
}
