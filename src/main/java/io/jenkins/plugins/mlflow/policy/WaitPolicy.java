package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.time.Duration;

/**
 * How long the gate waits for the run and its metrics.
 *
 * @param timeout from the start of the gate to its verdict, positive
 * @param settle how far apart two identical readings must be, zero or more
 */
public record WaitPolicy(Duration timeout, Duration settle) implements Serializable {
    public static final WaitPolicy DEFAULT = new WaitPolicy(Duration.ofMinutes(5), Duration.ofSeconds(5));
}
