package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Variables that MLflow's own clients obey are obeyed or refused, never ignored. */
class VariablesTest {
    private static final String NOBODY = "http://127.0.0.1:9";

    @TempDir
    private Path directory;

    private int check(Terminal terminal) {
        return terminal.run(
                "check",
                "--model",
                "churn",
                "--tracking-uri",
                NOBODY,
                "--threshold",
                "accuracy=0.9",
                "--timeout",
                "1s");
    }

    @ParameterizedTest
    @CsvSource({
        "MLFLOW_TRACKING_INSECURE_TLS, true, MLFLOW_TRACKING_SERVER_CERT_PATH",
        "MLFLOW_TRACKING_INSECURE_TLS, 1, MLFLOW_TRACKING_SERVER_CERT_PATH",
        "MLFLOW_TRACKING_CLIENT_CERT_PATH, client.pem, docs/command-line.md",
        "MLFLOW_REGISTRY_URI, https://elsewhere, tracking URI",
        "MLFLOW_REGISTRY_URI, databricks-uc, tracking URI",
        "MLFLOW_TRACKING_AWS_SIGV4, True, MLFLOW_TRACKING_TOKEN",
        "MLFLOW_TRACKING_AUTH, azureml, MLFLOW_TRACKING_TOKEN"
    })
    void whatCannotBeObeyedIsRefusedWithWhatToDo(String variable, String value, String advice) {
        Terminal terminal = new Terminal(directory);
        terminal.environment.put(variable, value);
        assertEquals(2, check(terminal), terminal.out);
        assertTrue(terminal.out.contains("CONFIGURATION"), terminal.out);
        assertTrue(terminal.out.contains(variable) && terminal.out.contains(advice), terminal.out);
        assertEquals(2, terminal.run("suggest", "--model", "churn", "--tracking-uri", NOBODY));
    }

    @ParameterizedTest
    @CsvSource({
        "MLFLOW_TRACKING_INSECURE_TLS, false", "MLFLOW_TRACKING_INSECURE_TLS, 0", "MLFLOW_TRACKING_INSECURE_TLS, ''",
        "MLFLOW_TRACKING_AWS_SIGV4, false", "MLFLOW_TRACKING_CLIENT_CERT_PATH, ''",
                "MLFLOW_REGISTRY_URI, http://127.0.0.1:9/"
    })
    void whatChangesNothingIsNotRefused(String variable, String value) {
        Terminal terminal = new Terminal(directory);
        terminal.environment.put(variable, value);
        assertEquals(3, check(terminal), terminal.out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_USERNAME"})
    void aVariableWhoseTextWasLostIsToldWithoutItsValue(String variable) {
        Terminal terminal = new Terminal(directory);
        terminal.environment.put("MLFLOW_TRACKING_USERNAME", "ann");
        terminal.environment.put("MLFLOW_TRACKING_PASSWORD", "secret");
        terminal.environment.put(variable, "canary\uFFFD\uFFFDx");
        assertEquals(2, check(terminal));
        assertTrue(terminal.out.contains(variable) && terminal.out.contains("LC_ALL=C.UTF-8"), terminal.out);
        assertFalse((terminal.out + terminal.err).contains("canary"), terminal.out);
    }

    @Test
    void anArgumentWhoseTextWasLostIsTold() {
        Terminal terminal = new Terminal(directory);
        assertEquals(2, terminal.run("check", "--model", "ch\uFFFD\uFFFDrn", "--tracking-uri", NOBODY));
        assertTrue(terminal.err.contains("LC_ALL=C.UTF-8"), terminal.err);
    }
}
