package io.jenkins.plugins.mlflow.training;

import java.io.Serializable;

/**
 * Marks the body of a block for blocks inside of it.
 *
 * @param destination the server's; see {@link io.jenkins.plugins.mlflow.config.MlflowServerConfiguration#destination()}
 */
record TrainingBlock(String destination) implements Serializable {}
