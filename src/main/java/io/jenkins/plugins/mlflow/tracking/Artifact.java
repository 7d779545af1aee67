package io.jenkins.plugins.mlflow.tracking;

/**
 * A file or directory among the artifacts of a run.
 *
 * @param path below the run, with {@code /} between its parts
 */
public record Artifact(String path, boolean directory) {}
