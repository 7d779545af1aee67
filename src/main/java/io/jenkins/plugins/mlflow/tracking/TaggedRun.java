package io.jenkins.plugins.mlflow.tracking;

/**
 * A run that a search for tags found.
 *
 * @param name the run's name, or null if it has none
 * @param experiment name of the run's experiment, or null if it is unknown
 */
public record TaggedRun(Run run, String name, String experiment) {}
