package io.jenkins.plugins.mlflow.config;

import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyLock;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;

/**
 * A stored policy that has a model.
 *
 * @param folder the full name of the folder that it is stored in; null for the controller
 */
public record StoredPolicy(PolicyDocument document, String model, String folder) {
    public boolean isLocked() {
        return document.isLocked(model);
    }

    /** What it asks of the model, without parameters. */
    public GatePolicy resolved() throws PolicyException {
        return PolicyReader.resolve(document, model, PolicyOverrides.NONE);
    }

    public PolicyLock lock() throws PolicyException {
        return new PolicyLock(resolved());
    }

    /** Who locked it, if it is locked, as the beginning of a sentence. */
    public String lockedBy() {
        return (folder == null ? "the administrator" : "folder '" + folder + "'")
                + " locked the stored policy of model '" + model + "'";
    }
}
