package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Duration;

/** Repeats a read after a fault that may pass, with growing pauses, a few times. */
final class RetryPolicy {
    static final RetryPolicy USUAL = new RetryPolicy(Duration.ofMillis(500), 5);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Duration firstPause;
    private final int attempts;

    RetryPolicy(Duration firstPause, int attempts) {
        this.firstPause = firstPause;
        this.attempts = attempts;
    }

    /** One request to a server. */
    interface Attempt<T> {
        T ask() throws TrackingException, InterruptedException;
    }

    <T> T ask(Attempt<T> request) throws TrackingException, InterruptedException {
        Duration pause = firstPause;
        for (int attempt = 1; ; attempt++) {
            try {
                return request.ask();
            } catch (TrackingException fault) {
                if (!fault.isTransient() || attempt >= attempts) {
                    throw fault;
                }
                Duration asked = fault.retryAfter().orElse(Duration.ZERO);
                Duration wait = asked.compareTo(pause) > 0 ? asked : pause;
                Thread.sleep((wait.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait).toMillis());
                pause = pause.multipliedBy(2);
            }
        }
    }
}
