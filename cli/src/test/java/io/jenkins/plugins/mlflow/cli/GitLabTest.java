package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What docs/command-line.md promises of GitLab, against a stub that was written from GitLab's public source: it answers runs,
 * and has neither a search for model versions nor a way to set an alias.
 */
class GitLabTest {
    private static final String PREFIX = "/api/v4/projects/7/ml/mlflow";
    private static final String RUN =
            "{\"run\": {\"info\": {\"run_id\": \"r1\", \"run_uuid\": \"r1\", \"experiment_id\": \"3\","
                    + " \"status\": \"FINISHED\", \"lifecycle_stage\": \"active\", \"start_time\": 1700000000000,"
                    + " \"end_time\": 1700000060000, \"artifact_uri\": \"x\"}, \"data\": {\"metrics\": [{\"key\": \"accuracy\","
                    + " \"value\": 0.95, \"timestamp\": 1700000050000, \"step\": 0}], \"params\": [], \"tags\": []}}}";

    @TempDir
    private Path directory;

    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            boolean run = path.equals(PREFIX + "/api/2.0/mlflow/runs/get");
            boolean alias = path.equals(PREFIX + "/api/2.0/mlflow/registered-models/alias")
                    && exchange.getRequestMethod().equals("GET");
            String body = run
                    ? RUN
                    : alias ? "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\"}" : "{\"error\": \"404 Not Found\"}";
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(run ? 200 : 404, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Terminal check(int status, String... more) {
        Terminal terminal = new Terminal(directory);
        terminal.environment.put(
                "MLFLOW_TRACKING_URI", "http://127.0.0.1:" + server.getAddress().getPort() + PREFIX);
        String[] first = {"check", "--model", "churn", "--threshold", "accuracy=0.9", "--timeout", "30s"};
        String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        assertEquals(status, terminal.run(all), terminal.out + terminal.err);
        return terminal;
    }

    @Test
    void aRunThatIsNamedIsEvaluated() {
        check(0, "--run-id", "r1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--promote=champion", "--stage=Production"})
    void aPromotionIsAnErrorThatSaysWhy(String promotion) {
        Terminal terminal = check(3, "--run-id", "r1", promotion);
        assertTrue(terminal.out.contains("GitLab does not offer that part"), terminal.out);
        assertFalse(terminal.out.contains("path prefix"), terminal.out);
    }

    @Test
    void theNewestVersionCannotBeFound() {
        assertTrue(check(3).out.contains("GitLab does not offer that part"));
    }
}
