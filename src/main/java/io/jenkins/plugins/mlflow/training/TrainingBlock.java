package io.jenkins.plugins.mlflow.training;

import java.io.Serializable;

/**
 * Marks the body of a block for blocks inside of it.
 *
 * @param registry the server's; see {@link io.jenkins.plugins.mlflow.config.MlflowServerConfiguration#registry()}
 */
record TrainingBlock(String registry) implements Serializable {}
