package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;

/**
 * An MLflow experiment.
 *
 * @param serverTime the server's clock when it answered, or null if it did not tell
 */
public record Experiment(String id, String name, boolean deleted, Instant serverTime) {}
