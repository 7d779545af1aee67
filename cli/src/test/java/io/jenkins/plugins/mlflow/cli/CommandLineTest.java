package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a user meets it: arguments, variables, files and exit status. No server is needed here. */
class CommandLineTest {
    /** A port on which nothing listens. */
    private static final String NOBODY = "http://127.0.0.1:9";

    @TempDir
    private Path directory;

    private final Map<String, String> environment = new HashMap<>();
    private String out;
    private String err;

    private int run(String... args) {
        Terminal terminal = new Terminal(directory);
        terminal.environment.putAll(environment);
        int status = terminal.run(args);
        out = terminal.out;
        err = terminal.err;
        return status;
    }

    @Test
    void withoutACommandTheUsageIsShown() {
        assertEquals(2, run());
        assertTrue(err.contains("check, env, lint, backtest, suggest or schema"), err);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "check",
                "check --model",
                "check --model churn --tresholds accuracy=0.9",
                "check --model churn --version 7 --alias champion",
                "check --model churn --run-id a --model-id m-1",
                "check --model churn --run-id a --run-id b",
                "check --model churn --thresh accuracy=0.9",
                "check --model churn --threshold accuracy=0.9 recall=0.9",
                "lint",
                "backtest --model churn",
                "backtest --model churn --policy p.yaml --last 0",
                "suggest",
                "suggest --model churn --last 10001",
                "lnit eval_gate.yaml"
            })
    void argumentsThatCannotBeReadExitWithTwo(String line) {
        assertEquals(2, run(line.split(" ")));
        assertFalse(err.isBlank());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--approval-reason because", "--approved-by="})
    void anApprovalByNobodyIsAConfigurationError(String options) {
        String line = "check --model churn --threshold accuracy=0.9 --tracking-uri " + NOBODY + " " + options;
        assertEquals(2, run(line.split(" ")));
        assertTrue(out.contains("CONFIGURATION") || out.contains("`--approved-by`"), out);
    }

    @Test
    void anUnknownOptionIsToldWithTheOneThatWasMeant() {
        assertEquals(2, run("check", "--model", "churn", "--tresholds", "accuracy=0.9"));
        assertTrue(err.contains("did you mean `--threshold`?"), err);
        assertEquals(2, run("backtest", "--model", "churn"));
        assertTrue(err.contains("--policy is missing"), err);
        assertEquals(2, run("lnit", "eval_gate.yaml"));
        assertTrue(err.contains("`lnit`"), err);
    }

    @ParameterizedTest
    @CsvSource({
        "check,--threshold <NAME=BOUND>",
        "lint,--strict",
        "backtest,--compare",
        "suggest,--last",
        "schema,schema"
    })
    void helpTellsWhatACommandTakes(String command, String told) {
        assertEquals(0, run(command, "--help"));
        assertTrue(out.contains(told), out);
        assertEquals(0, run("--help"));
        assertTrue(out.contains(command), out);
    }

    @Test
    void withoutATrackingUriItNeverFallsBackToALocalFolder() throws Exception {
        assertEquals(2, run("check", "--model", "churn", "--threshold", "accuracy=0.9", "--json", "r.json"));

        assertTrue(out.contains("MLFLOW_TRACKING_URI"), out);
        Map<?, ?> report = (Map<?, ?>) Json.read(Files.readString(directory.resolve("r.json")));
        assertEquals("ERROR", report.get("status"));
        assertEquals("CONFIGURATION", ((Map<?, ?>) report.get("error")).get("category"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"})
    void oneOfTheCredentialPairAloneIsAnErrorThatDoesNotShowIt(String variable) {
        environment.put("MLFLOW_TRACKING_URI", NOBODY);
        environment.put(variable, "canary");
        environment.put("MLFLOW_TRACKING_TOKEN", "canary");

        assertEquals(2, run("check", "--model", "churn", "--threshold", "accuracy=0.9"));
        assertTrue(out.contains(variable), out);
        assertFalse((out + err).contains("canary"), out + err);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///tmp/mlruns", "./mlruns", "http://user:canary@mlflow", "databricks", "http://"})
    void aTrackingUriThatIsNotAServersIsAnError(String uri) {
        assertEquals(2, run("check", "--model", "churn", "--threshold", "a=1", "--tracking-uri", uri));
        assertFalse((out + err).contains("canary"), out + err);
    }

    @Test
    void withoutRulesItSaysHowToGiveSome() {
        assertEquals(2, run("check", "--model", "churn", "--tracking-uri", NOBODY));
        assertTrue(out.contains("CONFIGURATION"), out);
    }

    @Test
    void aThresholdThatCannotBeReadNamesItsOption() {
        assertEquals(2, run("check", "--model", "churn", "--tracking-uri", NOBODY, "--threshold", "accuracy=high"));
        assertTrue(out.contains("--threshold"), out);
        assertEquals(2, run("check", "--model", "churn", "--tracking-uri", NOBODY, "--threshold", "accuracy"));
        assertTrue(out.contains("NAME=NUMBER"), out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version=seven", "--alias=latest", "--model-id=7", "--timeout=5", "--max-age=-1h"})
    void aBadValueOfAnOptionExitsWithTwo(String option) {
        assertEquals(
                2, run("check", "--model", "churn", "--tracking-uri", NOBODY, "--threshold", "accuracy=1", option));
    }

    @Test
    void aServerThatCannotBeReachedExitsWithThreeAndAReport() throws Exception {
        int status = run(
                "check",
                "--model",
                "churn",
                "--tracking-uri",
                NOBODY,
                "--threshold",
                "accuracy=>= 0.9",
                "--run-id",
                "r1",
                "--timeout",
                "4s",
                "--json",
                "-",
                "--junit",
                "r.xml",
                "--markdown",
                "r.md");

        assertEquals(3, status);
        Map<?, ?> report = (Map<?, ?>) Json.read(out);
        assertEquals("UNREACHABLE", ((Map<?, ?>) report.get("error")).get("category"));
        assertTrue(((Number) ((Map<?, ?>) report.get("timing")).get("requests")).intValue() >= 1);
        assertTrue(err.contains("ERROR  churn"), err);
        assertTrue(Files.readString(directory.resolve("r.xml")).contains("<error message=\"UNREACHABLE"));
        assertTrue(Files.readString(directory.resolve("r.md")).startsWith("### ERROR: churn"));
    }

    @Test
    void theWorkingDirectorysPolicyIsUsedIfItIsThere() throws Exception {
        Files.writeString(
                directory.resolve("eval_gate.yaml"), "version: 1\nmodels:\n  churn:\n    metrics: {accuracy: high}\n");

        assertEquals(2, run("check", "--model", "churn", "--tracking-uri", NOBODY));
        assertTrue(out.contains("eval_gate.yaml:4:25"), out);
    }

    @Test
    void aNamedPolicyThatIsNotThereIsAnError() {
        assertEquals(
                2,
                run(
                        "check",
                        "--model",
                        "churn",
                        "--tracking-uri",
                        NOBODY,
                        "--policy",
                        "gone.yaml",
                        "--threshold",
                        "a=1"));
        assertTrue(out.contains("gone.yaml: there is no such file"), out);
    }

    @Test
    void onlyStrictLintFailsOnWarnings() throws Exception {
        Files.writeString(
                directory.resolve("idle.yaml"), "version: 1\nmodels:\n  churn:\n    metrics: {accuracy: {min: 0}}\n");

        assertEquals(0, run("lint", "idle.yaml"));
        assertTrue(out.contains("churn: warning: accuracy min 0 cannot fail"), out);
        assertEquals(2, run("lint", "--strict", "idle.yaml"));
    }

    @Test
    void theSchemaIsPrintedAsItShips() {
        assertEquals(0, run("schema"));
        Map<?, ?> schema = (Map<?, ?>) Json.read(out);
        assertTrue(schema.containsKey("$defs"), out);
    }

    @Test
    void aBacktestThatCannotBeComputedExitsAsCheckDoesAndWritesWhy() throws Exception {
        Files.writeString(directory.resolve("p.yaml"), "version: 1\nmodels:\n  churn:\n    metrics: {accuracy: 0.9}\n");

        assertEquals(2, run("backtest", "--model", "churn", "--policy", "gone.yaml", "--tracking-uri", NOBODY));
        assertTrue(err.contains("CONFIGURATION: gone.yaml: there is no such file"), err);
        Files.writeString(
                directory.resolve("d.yaml"),
                "version: 1\nmodels:\n  churn:\n    metrics: {accuracy: {min: 0.9, dataset: holdout}}\n");
        assertEquals(2, run("backtest", "--model", "churn", "--policy", "d.yaml", "--tracking-uri", NOBODY));
        assertTrue(err.contains("d.yaml: no rule is left: accuracy min 0.9 (`dataset: holdout`)"), err);
        assertEquals(2, run("backtest", "--model", "other", "--policy", "p.yaml", "--tracking-uri", NOBODY));
        assertEquals(2, run("backtest", "--model", "churn", "--policy", "p.yaml"));
        assertEquals(2, run("suggest", "--model", "churn", "--filter", "f", "--tracking-uri", NOBODY));
        assertEquals(
                3, run("backtest", "--model", "churn", "--policy", "p.yaml", "--tracking-uri", NOBODY, "--json", "-"));
        Map<?, ?> error = (Map<?, ?>) ((Map<?, ?>) Json.read(out)).get("error");
        assertEquals("UNREACHABLE", error.get("category"));
    }

    @Test
    void lintTellsEveryFileAndExitsWithTwoIfOneIsWrong() throws Exception {
        Files.writeString(
                directory.resolve("good.yaml"), "version: 1\nmodels:\n  churn:\n    metrics: {accuracy: 0.9}\n");
        Files.writeString(
                directory.resolve("bad.yaml"), "version: 1\nmodels:\n  churn:\n    metrics: {recall: {mim: 0.9}}\n");

        assertEquals(0, run("lint", "good.yaml"));
        assertEquals(
                "good.yaml: ok, 1 model: churn\n  churn: accuracy min 0.9: blocks 0.8999999999999999", out.strip());
        assertEquals(2, run("lint", "good.yaml", "bad.yaml", "gone.yaml"));
        assertTrue(err.contains("bad.yaml:4:24: "), err);
        assertTrue(err.contains("did you mean `min`?"), err);
        assertTrue(err.contains("gone.yaml: there is no such file"), err);
    }
}
