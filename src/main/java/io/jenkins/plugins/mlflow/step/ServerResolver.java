package io.jenkins.plugins.mlflow.step;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.Connections;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;

/** Finds the configured servers; problems become the errors of the step. */
final class ServerResolver {
    private ServerResolver() {}

    /** The server of this name, the default one without a name. */
    static MlflowServerConfiguration named(String name, Run<?, ?> run) throws StepException {
        try {
            return JobConfiguration.of(run.getParent()).getServer(name);
        } catch (ConfigurationException e) {
            throw new StepException(e.getMessage());
        }
    }

    /** Resolves the credentials anew, and tracks their use by {@code run} unless it is null. */
    static TrackingServer connect(MlflowServerConfiguration server, Run<?, ?> run) throws StepException {
        try {
            return Connections.open(server, run);
        } catch (ConfigurationException e) {
            throw new StepException(e.getMessage());
        }
    }

    /** Why this build may not promote on the server, or null if it may. */
    static String whyNotPromote(MlflowServerConfiguration server, Run<?, ?> run) {
        return server.whyNotPromote(run.getParent());
    }
}
