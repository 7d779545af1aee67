package io.jenkins.plugins.mlflow.config;

import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import java.util.List;
import java.util.Optional;

/** Servers and a stored policy that were configured in one place, for all jobs in it: the controller, or a folder. */
interface ConfigurationSource {
    /** All servers, for rules that count whoever asks. */
    List<MlflowServerConfiguration> configured();

    /** The name of the default server; empty for none. */
    String defaultName();

    /**
     * The stored policy, if any.
     *
     * @throws ConfigurationException if it cannot be read
     */
    Optional<PolicyDocument> storedPolicy() throws ConfigurationException;

    /** The full name of the folder; null for the controller. */
    String folderName();
}
