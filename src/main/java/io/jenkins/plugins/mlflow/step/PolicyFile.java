package io.jenkins.plugins.mlflow.step;

/**
 * A policy file, or that there is none.
 *
 * @param origin what the report calls it
 * @param place where it was looked for, for a message: "in the workspace"
 */
record PolicyFile(String origin, String place, WorkspacePolicy.Found found) {}
