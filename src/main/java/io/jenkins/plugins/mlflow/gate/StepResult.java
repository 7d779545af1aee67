package io.jenkins.plugins.mlflow.gate;

import java.time.Duration;
import java.util.List;

/**
 * What one advance came to.
 *
 * @param state the state to continue with; it must be safe on disk before the next advance
 * @param delay when to come back; zero for at once
 * @param messages what has been found out and should be printed once
 * @param waitingFor what the gate waits for, or null if it does not wait
 */
public record StepResult(GateState state, Duration delay, List<String> messages, String waitingFor) {
    public StepResult {
        messages = List.copyOf(messages);
    }
}
