package io.jenkins.plugins.mlflow.config;

import hudson.util.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** The secrets that MLflow servers sign their webhooks with, as they are now. */
public final class WebhookSecrets {
    private static final Logger LOGGER = Logger.getLogger(WebhookSecrets.class.getName());

    private WebhookSecrets() {}

    /** A configured server and its secret, which is not empty. */
    public record Entry(MlflowServerConfiguration server, Secret secret) {}

    /** Of every server that has one. A server that cannot be read, or whose credentials are missing or of another kind, is left out. */
    public static List<Entry> all() {
        List<Entry> found = new ArrayList<>();
        for (MlflowServerConfiguration server : servers()) {
            try {
                Secret secret = of(server);
                if (secret != null) {
                    found.add(new Entry(server, secret));
                }
            } catch (RuntimeException e) {
                LOGGER.log(
                        Level.WARNING,
                        e,
                        () -> "The webhook secret of MLflow server '" + server.getName() + "' cannot be read");
            }
        }
        return found;
    }

    /** Those of the controller and of all folders. */
    private static List<MlflowServerConfiguration> servers() {
        List<MlflowServerConfiguration> all =
                new ArrayList<>(MlflowGlobalConfiguration.get().configured());
        if (OptionalPlugins.isActive(OptionalPlugins.FOLDERS)) {
            FolderSources.all().forEach(source -> all.addAll(source.configured()));
        }
        return all;
    }

    /** Null if the server has none, or the credentials are missing, of another kind or empty. */
    static Secret of(MlflowServerConfiguration server) {
        String id = server.getWebhookSecretId();
        StringCredentials found = id == null ? null : Connections.find(id, StringCredentials.class, server);
        return found == null || Secret.toString(found.getSecret()).isEmpty() ? null : found.getSecret();
    }
}
