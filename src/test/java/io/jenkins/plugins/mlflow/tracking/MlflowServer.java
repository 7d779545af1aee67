package io.jenkins.plugins.mlflow.tracking;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real MLflow server of one Python environment, on a free loopback port with a database and artifacts of its own. It
 * is up when it answers {@code /health}; {@link #stop}, or the end of the JVM, ends its whole process tree. What it logged
 * is in every message about a failed start, and in {@link #log()}. It is not AutoCloseable, because JUnit closes such
 * arguments of a parameterised test after each test, and tests share servers.
 */
public final class MlflowServer {
    /** The administrator of servers with {@link Builder#basicAuth()}. */
    public static final String ADMIN = "admin";

    public static final String ADMIN_PASSWORD = "Adm1n-of-the-tests";

    private static final Duration STARTUP = Duration.ofSeconds(150);

    private final String version;
    private final Path environment;
    private final boolean basicAuth;
    private final Path folder;
    private final Process process;
    private String url;
    private final Thread hook = new Thread(this::killAndForget, "end of MLflow server");

    private MlflowServer(Builder builder) throws IOException {
        version = builder.version();
        environment = builder.environment;
        basicAuth = builder.basicAuth;
        folder = Files.createTempDirectory("mlflow-server-");
        int port = freePort();
        url = "http://127.0.0.1:" + port + builder.prefix;
        ProcessBuilder command = new ProcessBuilder(builder.command(folder, port))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("server.log").toFile());
        Map<String, String> variables = command.environment();
        variables.keySet().removeIf(name -> name.startsWith("MLFLOW_") || name.startsWith("_MLFLOW_"));
        variables.put("PATH", builder.environment.resolve("bin") + ":" + variables.get("PATH"));
        variables.put("MLFLOW_DISABLE_TELEMETRY", "true");
        variables.put("DO_NOT_TRACK", "true");
        variables.put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        if (basicAuth) {
            variables.put("MLFLOW_AUTH_CONFIG_PATH", authConfiguration(folder).toString());
            variables.put("MLFLOW_FLASK_SERVER_SECRET_KEY", "only for tests");
        }
        variables.putAll(builder.variables);
        process = command.start();
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** @param environment a Python virtual environment with MLflow, such as {@code .cache/mlflow-3} */
    public static Builder in(Path environment) {
        return new Builder(environment);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Path authConfiguration(Path folder) throws IOException {
        return Files.writeString(
                folder.resolve("auth.ini"),
                String.join(
                        "\n",
                        "[mlflow]",
                        "default_permission = READ",
                        "database_uri = sqlite:///" + folder.resolve("auth.db"),
                        "admin_username = " + ADMIN,
                        "admin_password = " + ADMIN_PASSWORD,
                        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth",
                        ""));
    }

    private void awaitHealth() throws InterruptedException {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        String root = URI.create(url).resolve("/").toString().replaceAll("/$", "");
        List<String> places = List.of(url, root);
        Instant end = Instant.now().plus(STARTUP);
        while (Instant.now().isBefore(end) && process.isAlive()) {
            for (String place : places) {
                if (isUp(client, URI.create(place + "/health"))) {
                    url = place;
                    return;
                }
            }
            Thread.sleep(100);
        }
        String state = process.isAlive() ? "was not up after " + STARTUP.toSeconds() + " s" : "ended by itself";
        String log = log();
        stop();
        String message = this + " " + state + ". Its log:\n" + log;
        throw log.contains("already in use") || log.contains("Connection in use")
                ? new PortTakenException(message)
                : new IllegalStateException(message);
    }

    private static boolean isUp(HttpClient client, URI health) throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(health)
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The tracking URI without a trailing slash. It ends with the static prefix only where the REST API is below it:
     * MLflow 2 moves no more than the pages of its UI there.
     */
    public String url() {
        return url;
    }

    /** MLflow's version, such as 2.17.2. */
    public String version() {
        return version;
    }

    /** The Python that has the client of the server's version. */
    public Path python() {
        return environment.resolve("bin/python");
    }

    public int majorVersion() {
        return Integer.parseInt(version.substring(0, version.indexOf('.')));
    }

    /** The administrator's where the server wants any, else none. */
    public Credentials credentials() {
        return basicAuth ? Credentials.basic(ADMIN, ADMIN_PASSWORD, "administrator") : Credentials.none();
    }

    /** The product's own client of this server, with {@link #credentials()}. */
    public RestTrackingServer client() {
        return client(credentials());
    }

    public RestTrackingServer client(Credentials credentials) {
        HttpClient client = RestTrackingServer.configure(HttpClient.newBuilder(), Duration.ofSeconds(5), null)
                .build();
        return new RestTrackingServer(client, ServerAddress.parse(url), credentials, null, Duration.ofSeconds(30));
    }

    /** A client that prepares what a test needs on this server. */
    public MlflowData data() {
        return new MlflowData(this);
    }

    /** What the server logged so far. */
    public String log() {
        try {
            return new String(Files.readAllBytes(folder.resolve("server.log")), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "unreadable: " + e;
        }
    }

    /** Ends it at once and deletes what it stored. */
    public void stop() {
        Runtime.getRuntime().removeShutdownHook(hook);
        killAndForget();
    }

    private void killAndForget() {
        kill();
        deleteFolder();
    }

    private void kill() {
        // Asked for before the parent ends: orphans are nobody's descendants.
        List<ProcessHandle> tree = new ArrayList<>(process.descendants().toList());
        tree.add(process.toHandle());
        tree.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle handle : tree) {
            try {
                handle.onExit().get(5, TimeUnit.SECONDS);
            } catch (Exception e) {
                // It was told to end; there is nothing more to do.
            }
        }
    }

    private void deleteFolder() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // It is a temporary folder.
        }
    }

    @Override
    public String toString() {
        return "MLflow " + version + (basicAuth ? " with basic-auth" : "");
    }

    /** Another process took the port between its choice and the start of the server. */
    private static final class PortTakenException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        PortTakenException(String message) {
            super(message);
        }
    }

    /** How to start a server. */
    public static final class Builder {
        private static final int MOST_PORTS = 3;

        private final Path environment;
        private boolean basicAuth;
        private boolean workspaces;
        private String prefix = "";
        private final Map<String, String> variables = new HashMap<>();

        private Builder(Path environment) {
            this.environment = environment.toAbsolutePath();
        }

        /** With MLflow's own login; everyone may read, {@link MlflowServer#ADMIN} may do everything. */
        public Builder basicAuth() {
            basicAuth = true;
            return this;
        }

        /** With workspaces, which MLflow has from 3.10 on; see {@link MlflowData#workspace}. */
        public Builder workspaces() {
            workspaces = true;
            return this;
        }

        /** @param path such as {@code /some/prefix} */
        public Builder staticPrefix(String path) {
            prefix = path;
            return this;
        }

        /** Sets an environment variable. */
        public Builder variable(String name, String value) {
            variables.put(name, value);
            return this;
        }

        /** Returns when the server is up. */
        public MlflowServer start() {
            try {
                for (int attempts = 1; true; attempts++) {
                    MlflowServer server = new MlflowServer(this);
                    try {
                        server.awaitHealth();
                        return server;
                    } catch (PortTakenException e) {
                        if (attempts == MOST_PORTS) {
                            throw e;
                        }
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("The MLflow server of " + environment + " cannot be started", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while the MLflow server started", e);
            }
        }

        private List<String> command(Path folder, int port) {
            List<String> command = new ArrayList<>(List.of(
                    environment.resolve("bin/mlflow").toString(),
                    "server",
                    "--backend-store-uri",
                    "sqlite:///" + folder.resolve("mlflow.db"),
                    "--artifacts-destination",
                    folder.resolve("artifacts").toString(),
                    "--host",
                    "127.0.0.1",
                    "--port",
                    String.valueOf(port),
                    "--workers",
                    "1"));
            if (basicAuth) {
                command.addAll(List.of("--app-name", "basic-auth"));
            }
            if (workspaces) {
                command.add("--enable-workspaces");
            }
            if (!prefix.isEmpty()) {
                command.addAll(List.of("--static-prefix", prefix));
            }
            return command;
        }

        private String version() throws IOException {
            Process python = new ProcessBuilder(
                            environment.resolve("bin/python").toString(),
                            "-c",
                            "from importlib.metadata import version; print(version('mlflow'))")
                    .redirectErrorStream(true)
                    .start();
            String answer = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!answer.matches("\\d+\\.\\d+\\S*")) {
                throw new IllegalStateException("There is no MLflow in " + environment + ": " + answer);
            }
            return answer;
        }
    }
}
