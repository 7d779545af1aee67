package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;

/**
 * An MLflow experiment.
 *
 * @param serverTime the server's clock when it responded, or null if it sent none
 */
public record Experiment(String id, String name, boolean deleted, Instant serverTime) {}
