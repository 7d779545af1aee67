package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** Runs commands as a user does, one after the other, and keeps what the last one printed. */
final class Terminal {
    final Map<String, String> environment = new HashMap<>();
    String out;
    String err;
    private final Path directory;

    Terminal(Path directory) {
        this.directory = directory;
    }

    /** The exit status. */
    int run(String... args) {
        StringWriter standardOutput = new StringWriter();
        StringWriter standardError = new StringWriter();
        int status = Main.run(
                new Main(environment, directory, Clock.systemUTC()),
                new PrintWriter(standardOutput, true),
                new PrintWriter(standardError, true),
                args);
        out = standardOutput.toString();
        err = standardError.toString();
        return status;
    }

    /** Standard output as JSON. */
    Map<?, ?> json() {
        return (Map<?, ?>) Json.read(out);
    }
}
