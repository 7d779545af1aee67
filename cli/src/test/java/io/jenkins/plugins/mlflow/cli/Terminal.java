package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.Json;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** Runs commands as a user does, one after the other, and keeps what the last one printed. */
final class Terminal {
    final Map<String, String> environment = new HashMap<>();
    Clock clock = Clock.systemUTC();
    String out;
    String err;
    private final Path directory;

    Terminal(Path directory) {
        this.directory = directory;
    }

    /** The exit status. */
    int run(String... args) {
        InProcess done = InProcess.run(directory, environment, clock, args);
        out = done.out();
        err = done.err();
        return done.status();
    }

    /** Standard output as JSON. */
    Map<?, ?> json() {
        return (Map<?, ?>) Json.read(out);
    }
}
