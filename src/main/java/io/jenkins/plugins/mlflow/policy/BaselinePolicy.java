package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;

/**
 * The model version that the candidate is compared with.
 *
 * @param alias alias of the registered model
 * @param rubberStamp whether change and drop rules pass while no version holds the alias ({@code when_missing:
 *     rubber_stamp}); otherwise they do not
 */
public record BaselinePolicy(String alias, boolean rubberStamp) implements Serializable {}
