package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.tracking.StubServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A history is not kept: however long it is, the values that the rule is about are enough. */
@Timeout(180)
class LongHistoryTest {
    private static final int PAGE = 25_000;
    private static final int PAGES = 40;

    @TempDir
    private Path directory;

    @Test
    void aMillionValuesPassThroughAHeapOf64Megabytes() throws Exception {
        Path policy = Files.writeString(
                directory.resolve("policy.yaml"),
                "version: 1\nmodels:\n  m: {metrics: {loss: {max: 0.25, value: {mean_last: 1000}}}}\n");
        Path out = directory.resolve("out.txt");
        try (StubServer server = new StubServer(LongHistoryTest::answer)) {
            Process gate = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Main.class.getName(),
                            "check",
                            "--model",
                            "m",
                            "--policy",
                            policy.toString(),
                            "--tracking-uri",
                            server.url(),
                            "--run-id",
                            "r")
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            boolean ended = gate.waitFor(120, TimeUnit.SECONDS);
            gate.destroyForcibly();
            String printed = Files.readString(out);
            assertTrue(ended, printed);
            assertEquals(0, gate.exitValue(), printed);
            assertTrue(server.requests().stream()
                            .filter(LongHistoryTest::isOfHistory)
                            .count()
                    >= PAGES);
        }
    }

    private static boolean isOfHistory(StubServer.Request request) {
        return request.target().contains("metrics/get-history");
    }

    private static void answer(StubServer.Request request, OutputStream out) throws IOException {
        if (request.target().contains("runs/get")) {
            StubServer.respond(
                    out,
                    200,
                    "{\"run\":{\"info\":{\"run_id\":\"r\",\"experiment_id\":\"1\",\"status\":\"FINISHED\",\"lifecycle_stage\":\"active\","
                            + "\"start_time\":1,\"end_time\":2},\"data\":{\"metrics\":[{\"key\":\"loss\",\"value\":0.2,\"timestamp\":5,"
                            + "\"step\":999999}]}}}");
        } else if (isOfHistory(request)) {
            int token = request.target().indexOf("page_token=");
            int page = token < 0 ? 0 : Integer.parseInt(request.target().substring(token + "page_token=".length()));
            StringBuilder json = new StringBuilder(100 * PAGE).append("{\"metrics\":[");
            for (int i = 0; i < PAGE; i++) {
                int step = page * PAGE + i;
                json.append(i == 0 ? "" : ",")
                        .append("{\"key\":\"loss\",\"value\":")
                        .append(step < PAGE * PAGES - 1000 ? 7.5 : 0.2)
                        .append(",\"timestamp\":5,\"step\":")
                        .append(step)
                        .append('}');
            }
            json.append(page + 1 < PAGES ? "],\"next_page_token\":\"" + (page + 1) + "\"}" : "]}");
            StubServer.respond(out, 200, json.toString());
        } else {
            StubServer.respond(out, 404, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"no\"}");
        }
    }
}
