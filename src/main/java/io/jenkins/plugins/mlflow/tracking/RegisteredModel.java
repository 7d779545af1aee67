package io.jenkins.plugins.mlflow.tracking;

/**
 * A registered model.
 *
 * @param prompt whether it is a prompt, which MLflow keeps in the model registry, too
 */
public record RegisteredModel(String name, boolean prompt) {}
