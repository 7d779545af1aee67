package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.gate.GateWorld;
import io.jenkins.plugins.mlflow.policy.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files for the report that cannot be written. */
class ReportFilesTest {
    @TempDir
    private Path directory;

    private GateWorld.Served server;
    private Terminal terminal;

    @BeforeEach
    void start() throws Exception {
        server = GateWorld.GOOD.serve();
        terminal = new Terminal(directory);
        Files.writeString(directory.resolve("eval_gate.yaml"), GateWorld.GOOD.file());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private int check(String json, String junit, String markdown) {
        return terminal.run(
                "check",
                "--model",
                GateWorld.MODEL,
                "--tracking-uri",
                server.url(),
                "--json",
                json,
                "--junit",
                junit,
                "--markdown",
                markdown);
    }

    @Test
    void everyFormIsWritten() throws Exception {
        assertEquals(0, check("r.json", "r.xml", "r.md"), terminal.out + terminal.err);
        assertEquals("PASSED", ((Map<?, ?>) Json.read(Files.readString(directory.resolve("r.json")))).get("status"));
        assertTrue(Files.readString(directory.resolve("r.xml")).contains("<testsuite"));
        assertTrue(Files.readString(directory.resolve("r.md")).startsWith("### PASSED"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "junit", "markdown"})
    void aFileThatCannotBeOpenedStopsTheGateBeforeTheFirstRequest(String option) throws Exception {
        String absent = "absent/r";
        int status = check(
                option.equals("json") ? absent : "r.json",
                option.equals("junit") ? absent : "r.xml",
                option.equals("markdown") ? absent : "r.md");

        assertEquals(2, status);
        assertTrue(terminal.out.contains("CONFIGURATION") && terminal.out.contains("--" + option), terminal.out);
        assertTrue(terminal.out.contains("absent"), terminal.out);
        assertEquals(Set.of(), server.headers());
        if (!option.equals("json")) {
            Map<?, ?> report = (Map<?, ?>) Json.read(Files.readString(directory.resolve("r.json")));
            assertEquals("ERROR", report.get("status"));
        }
        if (!option.equals("junit")) {
            assertTrue(Files.readString(directory.resolve("r.xml")).contains("<error"));
        }
    }

    @Test
    void twoReportsCannotShareAFileAndAFolderIsNone() {
        assertEquals(2, check("r.txt", "./r.txt", "r.md"));
        assertTrue(terminal.out.contains("--json") && terminal.out.contains("--junit"), terminal.out);
        assertEquals(2, check("r.json", "r.xml", "."));
        assertTrue(terminal.out.contains("--markdown"), terminal.out);
        assertEquals(Set.of(), server.headers());
    }

    @Test
    void aPolicyIsNotOverwrittenByAReportOfItself() throws Exception {
        assertEquals(2, check("eval_gate.yaml", "r.xml", "r.md"));
        assertEquals(GateWorld.GOOD.file(), Files.readString(directory.resolve("eval_gate.yaml")));
        assertEquals(Set.of(), server.headers());

        Files.writeString(directory.resolve("eval_gate.yaml"), "version: 2");
        assertEquals(2, check("eval_gate.yaml", "r.xml", "r.md"));
        assertEquals(
                2,
                terminal.run(
                        "backtest",
                        "--model",
                        GateWorld.MODEL,
                        "--tracking-uri",
                        server.url(),
                        "--policy",
                        "eval_gate.yaml",
                        "--json",
                        "eval_gate.yaml"));
        assertEquals("version: 2", Files.readString(directory.resolve("eval_gate.yaml")));
    }

    /** /dev/full can be opened and refuses what is written. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskHidesNeitherThePromotionNorTheOtherFiles() throws Exception {
        assertEquals(3, check("/dev/full", "r.xml", "r.md"));
        assertEquals(
                List.of("alias champion=2"),
                server.writes().stream().filter(w -> w.startsWith("alias")).toList());
        assertTrue(terminal.out.contains("promotion: version 2 to alias champion"), terminal.out);
        assertTrue(terminal.err.contains("--json") && terminal.err.contains("/dev/full"), terminal.err);
        assertTrue(Files.readString(directory.resolve("r.xml")).contains("<testsuite"));
        assertTrue(Files.readString(directory.resolve("r.md")).startsWith("### PASSED"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFailedGateStaysAFailedGate() {
        int status = terminal.run(
                "check",
                "--model",
                GateWorld.MODEL,
                "--tracking-uri",
                server.url(),
                "--threshold",
                "accuracy=0.99",
                "--json",
                "/dev/full");
        assertEquals(1, status);
        assertTrue(terminal.err.contains("/dev/full"), terminal.err);
    }

    @Test
    void aBacktestOpensItsFileFirst() {
        int status = terminal.run(
                "backtest",
                "--model",
                GateWorld.MODEL,
                "--tracking-uri",
                server.url(),
                "--policy",
                "eval_gate.yaml",
                "--json",
                "absent/r.json");
        assertEquals(2, status);
        assertTrue(terminal.err.contains("--json"), terminal.err);
        assertEquals(Set.of(), server.headers());
    }
}
