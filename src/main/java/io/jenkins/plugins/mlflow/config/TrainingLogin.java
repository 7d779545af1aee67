package io.jenkins.plugins.mlflow.config;

import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import hudson.model.Run;
import hudson.util.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/**
 * What builds log in to a server with: the variables of MLflow's clients. It is never what a gate logs in with.
 *
 * @param open values that are no secrets, by the names of their variables
 * @param secret values to mask, likewise
 */
public record TrainingLogin(Map<String, String> open, Map<String, Secret> secret) {
    public static final String USER = "MLFLOW_TRACKING_USERNAME";
    public static final String PASSWORD = "MLFLOW_TRACKING_PASSWORD";
    public static final String TOKEN = "MLFLOW_TRACKING_TOKEN";

    /** No variables. */
    public static final TrainingLogin NONE = new TrainingLogin(Map.of(), Map.of());

    /**
     * The training credentials of a server as they are now; without variables if it has none.
     *
     * @param run the build that uses them, to be noted with them
     * @throws ConfigurationException if they do not exist or are of another kind
     */
    public static TrainingLogin of(MlflowServerConfiguration server, Run<?, ?> run) throws ConfigurationException {
        String id = server.getTrainingCredentialsId();
        if (id == null) {
            return NONE;
        }
        if (JobConfiguration.of(run.getParent()).configured().anyMatch(any -> id.equals(any.getCredentialsId()))) {
            throw new ConfigurationException(
                    "The training credentials '" + id + "' of the MLflow server '" + server.getName()
                            + "' are those of a gate, which are never given to a build. Choose credentials that can only log runs "
                            + (server.folder() == null
                                    ? "under " + MlflowGlobalConfiguration.WHERE + "."
                                    : "in the configuration of folder '"
                                            + server.folder().getFullName() + "'."));
        }
        StandardUsernamePasswordCredentials pair =
                Connections.find(id, StandardUsernamePasswordCredentials.class, server);
        if (pair != null) {
            Connections.used(run, pair);
            Map<String, String> open = new LinkedHashMap<>();
            Map<String, Secret> secret = new LinkedHashMap<>();
            if (pair.isUsernameSecret()) {
                secret.put(USER, Secret.fromString(pair.getUsername()));
            } else {
                open.put(USER, pair.getUsername());
            }
            secret.put(PASSWORD, pair.getPassword());
            return new TrainingLogin(open, secret);
        }
        StringCredentials token = Connections.find(id, StringCredentials.class, server);
        if (token != null) {
            Connections.used(run, token);
            return new TrainingLogin(Map.of(), Map.of(TOKEN, token.getSecret()));
        }
        throw Connections.unusable(id, "training credentials", server);
    }
}
