package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Promotions that the policy wants approved, on the command line and against real MLflow servers. */
@Tag("mlflow")
class ApprovedByRealTest {
    @TempDir
    private Path directory;

    private MlflowServer mlflow;
    private MlflowData data;
    private String model;
    private String out;

    private int check(String... more) throws Exception {
        Instant start = Instant.now().minusSeconds(3600);
        String run = data.run(data.experiment(MlflowData.unique("approved")), start);
        data.metric(run, "accuracy", 0.95, start.toEpochMilli(), 0);
        data.end(run, "FINISHED", start.plusSeconds(30));
        String[] first = {
            "check",
            "--model",
            model,
            "--tracking-uri",
            mlflow.url(),
            "--run-id",
            run,
            "--policy",
            "eval_gate.yaml",
            "--json",
            "report.json"
        };
        StringWriter standardOutput = new StringWriter();
        StringWriter standardError = new StringWriter();
        int status = Main.run(
                new Main(Map.of(), directory, Clock.systemUTC()),
                new PrintWriter(standardOutput, true),
                new PrintWriter(standardError, true),
                Stream.concat(Stream.of(first), Stream.of(more)).toArray(String[]::new));
        out = standardOutput.toString();
        return status;
    }

    private Map<?, ?> part(String name) throws Exception {
        return (Map<?, ?>) ((Map<?, ?>) Json.read(Files.readString(directory.resolve("report.json")))).get(name);
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void theFirstPromotionNeedsANameAndTheSecondDoesNot(MlflowServer server) throws Exception {
        mlflow = server;
        data = mlflow.data();
        model = MlflowData.unique("model");
        data.model(model);
        Files.writeString(
                directory.resolve("eval_gate.yaml"),
                "version: 1\nmodels:\n  " + model
                        + ":\n    metrics: {accuracy: 0.9}\n    promote: {alias: champion, approval: first}\n");

        assertEquals(2, check());
        assertTrue(out.contains("--approved-by NAME"), out);
        assertEquals("CONFIGURATION", part("error").get("category"));
        assertEquals(false, part("promotion").get("promoted"));

        assertEquals(0, check("--approved-by", "alice", "--approval-reason", "seen"), out);
        assertTrue(out.contains("approval: by alice at "), out);
        assertEquals("seen", ((Map<?, ?>) part("promotion").get("approval")).get("reason"));

        assertEquals(0, check(), out);
        assertEquals(true, part("promotion").get("promoted"));
        assertTrue(out.contains("approval: not required"), out);
    }
}
