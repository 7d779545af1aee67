package io.jenkins.plugins.mlflow.gate;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses that start at 1 s and grow to 10 s, each up to a fifth shorter at random so that many gates do not send requests at
 * once.
 */
final class BackOff {
    private static final double FIRST_MILLIS = 1_000;
    private static final double LONGEST_MILLIS = 10_000;
    private static final double GROWTH = 1.5;
    private static final double JITTER = 0.2;

    private final RandomGenerator random;

    BackOff(RandomGenerator random) {
        this.random = random;
    }

    Duration after(int attempts) {
        double millis = Math.min(LONGEST_MILLIS, FIRST_MILLIS * Math.pow(GROWTH, attempts));
        double shortened = attempts == 0 ? millis : millis * (1 - JITTER * random.nextDouble());
        return Duration.ofMillis(Math.round(shortened));
    }
}
