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

    /** The server of this name that the build may use, the default one without a name. */
    static MlflowServerConfiguration named(String name, Run<?, ?> run) throws StepException {
        try {
            return JobConfiguration.of(run.getParent()).getServer(name);
        } catch (ConfigurationException e) {
            throw new StepException(e.getMessage());
        }
    }

    /**
     * The server of a gate that has started, as it is configured now, whether the build may still use it or not.
     *
     * @throws StepException if the name leads to another registry now: one that was evaluated must not be promoted on another
     */
    static MlflowServerConfiguration again(PersistedGate gate, Run<?, ?> run) throws StepException {
        MlflowServerConfiguration server;
        try {
            server = JobConfiguration.of(run.getParent()).getConfigured(gate.serverName);
        } catch (ConfigurationException e) {
            throw new StepException(e.getMessage());
        }
        if (gate.destination == null) {
            gate.destination = server.destination();
        }
        if (!gate.destination.equals(server.destination())) {
            throw new StepException(
                    "While the gate waited, server '" + gate.serverName + "' was changed and leads to another MLflow"
                            + " server or workspace now. The gate does not continue there. "
                            + (gate.state != null && gate.state.hasBegunToPromote()
                                    ? "Its promotion had started: check the model on the server where it did."
                                    : "Nothing was promoted.")
                            + " Run the gate again.");
        }
        gate.registry = server.registry();
        return server;
    }

    /** Why this build may not use the server, or null if it may. */
    static String whyNotUse(MlflowServerConfiguration server, Run<?, ?> run) {
        return server.whyNotUse(run.getParent());
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
