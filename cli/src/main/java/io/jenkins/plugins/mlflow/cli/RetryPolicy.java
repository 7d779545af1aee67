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
        T call() throws TrackingException, InterruptedException;
    }

    <T> T call(Attempt<T> request) throws TrackingException, InterruptedException {
        Duration pause = firstPause;
        for (int attempt = 1; ; attempt++) {
            try {
                return request.call();
            } catch (TrackingException fault) {
                if (!fault.isTransient() || attempt >= attempts) {
                    throw fault;
                }
                Duration requested = fault.retryAfter().orElse(Duration.ZERO);
                Duration wait = requested.compareTo(pause) > 0 ? requested : pause;
                Thread.sleep((wait.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait).toMillis());
                pause = pause.multipliedBy(2);
            }
        }
    }
}
