package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvCommandTest {
    private static final String SERVER = "https://mlflow.example.com";

    @TempDir
    private Path directory;

    private Terminal terminal;

    @BeforeEach
    void openATerminal() {
        terminal = new Terminal(directory);
    }

    private String variable(String name) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "eval \"$1\"; printenv \"$2\"", "sh", terminal.out, name)
                .redirectErrorStream(true)
                .start();
        String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(shell.waitFor(20, TimeUnit.SECONDS));
        return printed.replaceFirst("\n$", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"42", "it's", "$(id)`id`\\", "a\nb", "\"quoted\" & ; |", "ümläut="})
    void aShellReadsBackWhatWasGiven(String value) throws Exception {
        assertEquals(
                0,
                terminal.run("env", "--tag", "ci.build=" + value, "--tracking-uri", SERVER, "--experiment", "it's"),
                terminal.err);

        assertEquals(Map.of("ci.build", value), Json.read(variable("MLFLOW_RUN_CONTEXT")));
        assertEquals(SERVER, variable("MLFLOW_TRACKING_URI"));
        assertEquals("it's", variable("MLFLOW_EXPERIMENT_NAME"));
    }

    @Test
    void tagsOfTheEnvironmentAreKept() throws Exception {
        terminal.environment.put("MLFLOW_TRACKING_URI", SERVER);
        terminal.environment.put("MLFLOW_RUN_CONTEXT", "{\"team\": \"growth\", \"a\": \"old\"}");

        assertEquals(0, terminal.run("env", "--tag", "a=1", "--tag", "b=2"), terminal.err);

        assertEquals(Map.of("team", "growth", "a", "1", "b", "2"), Json.read(variable("MLFLOW_RUN_CONTEXT")));
    }

    @Test
    void withoutAServerNothingIsPrinted() {
        assertEquals(2, terminal.run("env", "--tag", "a=1"));
        assertEquals("", terminal.out);
        assertTrue(terminal.err.contains("there is no MLflow server"), terminal.err);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "=1", "a=", " =x", "a= "})
    void aTagIsANameAndAValue(String tag) {
        assertEquals(2, terminal.run("env", "--tag", tag, "--tracking-uri", SERVER));
        assertEquals("", terminal.out);
        assertTrue(terminal.err.contains("write NAME=VALUE"), terminal.err);
    }

    @Test
    void aTagIsGivenOnce() {
        assertEquals(2, terminal.run("env", "--tag", "a=1", "--tag", "a=2", "--tracking-uri", SERVER));
        assertTrue(terminal.err.contains("more than once"), terminal.err);
    }

    @Test
    void aContextThatIsNoObjectIsAnError() {
        terminal.environment.put("MLFLOW_RUN_CONTEXT", "team=growth");
        assertEquals(2, terminal.run("env", "--tag", "a=1", "--tracking-uri", SERVER));
        assertTrue(terminal.err.contains("the variable MLFLOW_RUN_CONTEXT is not a JSON object"), terminal.err);
    }

    @Test
    void checkTakesATagOrACandidate() {
        assertEquals(
                2,
                terminal.run(
                        "check",
                        "--model",
                        "m",
                        "--threshold",
                        "a=1",
                        "--run-id",
                        "r",
                        "--tag",
                        "a=1",
                        "--tracking-uri",
                        SERVER));
        assertTrue(
                (terminal.out + terminal.err).contains("option `--tag` chooses among runs"),
                terminal.out + terminal.err);
    }
}
