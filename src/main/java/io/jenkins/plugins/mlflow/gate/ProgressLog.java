package io.jenkins.plugins.mlflow.gate;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/** Decides when to log again what a gate waits for: at once, when it changes, and otherwise at most every 15 s. */
public final class ProgressLog {
    private static final Duration QUIET = Duration.ofSeconds(15);

    private String said;
    private Instant saidAt;

    /** Whether {@code waitingFor} is to be printed now. */
    public boolean isDue(String waitingFor, Instant now) {
        if (waitingFor == null
                || Objects.equals(waitingFor, said)
                        && Duration.between(saidAt, now).compareTo(QUIET) < 0) {
            return false;
        }
        said = waitingFor;
        saidAt = now;
        return true;
    }
}
