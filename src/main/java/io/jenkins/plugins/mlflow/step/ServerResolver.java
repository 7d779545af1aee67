package io.jenkins.plugins.mlflow.step;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.Connections;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.util.List;

/** Finds the configured servers; problems become the errors of the step. */
final class ServerResolver {
    private ServerResolver() {}

    /** The server of this name, the default one without a name. An error about an unknown name lists those that there are. */
    static MlflowServerConfiguration named(String name) throws StepException {
        try {
            return MlflowGlobalConfiguration.get().getServer(name);
        } catch (ConfigurationException e) {
            List<String> known = MlflowGlobalConfiguration.get().serverNames();
            throw new StepException(
                    name == null || known.isEmpty() || known.contains(name)
                            ? e.getMessage()
                            : e.getMessage() + " The configured servers are: '" + String.join("', '", known) + "'.");
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
