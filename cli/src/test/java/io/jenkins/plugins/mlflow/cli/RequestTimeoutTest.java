package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long one request may take. */
class RequestTimeoutTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"120ms, 0.1 s", "1s, 1 s"})
    void aServerThatSaysNothingIsGivenUpAfterIt(String timeout, String told) throws Exception {
        Terminal terminal = new Terminal(directory);
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            int status = terminal.run(
                    "check",
                    "--model",
                    "churn",
                    "--run-id",
                    "r1",
                    "--threshold",
                    "accuracy=0.9",
                    "--tracking-uri",
                    "http://127.0.0.1:" + silent.getLocalPort(),
                    "--request-timeout",
                    timeout,
                    "--timeout",
                    "20s",
                    "--dry-run");
            assertEquals(3, status);
            assertTrue(terminal.err.contains("got no complete response within " + told), terminal.err + terminal.out);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "5", "-1s", "soon", "''", "400d"})
    void nonsenseIsAnErrorOfEachCommandThatAsks(String timeout) throws Exception {
        Files.writeString(directory.resolve("p.yaml"), "version: 1\nmodels:\n  churn:\n    metrics: {accuracy: 0.9}\n");
        Terminal terminal = new Terminal(directory);
        String value = timeout.replace("'", "");
        for (String command : new String[] {"check", "backtest", "suggest"}) {
            String[] policy = command.equals("suggest") ? new String[0] : new String[] {"--policy", "p.yaml"};
            String[] all = new String[7 + policy.length];
            System.arraycopy(
                    new String[] {
                        command, "--model", "churn", "--tracking-uri", "http://127.0.0.1:9", "--request-timeout", value
                    },
                    0,
                    all,
                    0,
                    7);
            System.arraycopy(policy, 0, all, 7, policy.length);
            assertEquals(2, terminal.run(all));
            assertTrue((terminal.out + terminal.err).contains("--request-timeout"), terminal.out + terminal.err);
        }
    }

    @Test
    void helpTellsTheUsualOne() {
        Terminal terminal = new Terminal(directory);
        terminal.run("check", "--help");
        assertTrue(terminal.out.replaceAll("\\s+", " ").contains("one request may take; default 10s"), terminal.out);
        terminal.run("suggest", "--help");
        assertTrue(terminal.out.replaceAll("\\s+", " ").contains("one request may take; default 60s"), terminal.out);
    }
}
