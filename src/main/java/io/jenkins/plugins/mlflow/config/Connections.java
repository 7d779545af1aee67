package io.jenkins.plugins.mlflow.config;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import hudson.model.ItemGroup;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import java.time.Duration;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/**
 * The way from a configured server to one that can be asked. Addresses and credentials only ever come from the
 * administrator's configuration, so that no pipeline can send them elsewhere.
 */
public final class Connections {
    private Connections() {}

    /**
     * The server, with its credentials as they are now. Nothing is sent yet.
     *
     * @param run the build that uses the credentials, to be noted with them, or null if that is already known
     * @throws ConfigurationException if the credentials are not there or of no use
     */
    public static RestTrackingServer open(MlflowServerConfiguration server, Run<?, ?> run)
            throws ConfigurationException {
        try {
            return new RestTrackingServer(
                    HttpClients.forServer(server),
                    server.address(),
                    credentials(server, run),
                    HttpClients.proxyCredentials(),
                    server.getWorkspace(),
                    Duration.ofSeconds(server.getRequestTimeoutSeconds()));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("MLflow server '" + server.getName() + "': " + e.getMessage());
        }
    }

    private static Credentials credentials(MlflowServerConfiguration server, Run<?, ?> run)
            throws ConfigurationException {
        String id = server.getCredentialsId();
        if (id == null) {
            return Credentials.none();
        }
        StandardUsernamePasswordCredentials pair = find(id, StandardUsernamePasswordCredentials.class, server);
        if (pair != null) {
            used(run, pair);
            return Credentials.basic(pair.getUsername(), Secret.toString(pair.getPassword()), id);
        }
        StringCredentials token = find(id, StringCredentials.class, server);
        if (token != null) {
            used(run, token);
            return Credentials.bearer(Secret.toString(token.getSecret()), id);
        }
        throw unusable(id, "credentials", server);
    }

    /** @param what what messages call them */
    static ConfigurationException unusable(String id, String what, MlflowServerConfiguration server) {
        return new ConfigurationException(
                find(id, StandardCredentials.class, server) == null
                        ? "The " + what + " '" + id + "' of the MLflow server '" + server.getName()
                                + "' are missing, or are not for its address. " + where(server)
                        : "The " + what + " '" + id + "' of the MLflow server '" + server.getName()
                                + "' are of a kind that it cannot use. Choose a username with password, or a secret text.");
    }

    private static String where(MlflowServerConfiguration server) {
        return server.folder() == null
                ? "Add them under Manage Jenkins → Credentials (system store), or choose others under "
                        + MlflowGlobalConfiguration.WHERE + "."
                : "Add them to the credentials of folder '" + server.folder().getFullName()
                        + "', or choose others in its configuration. Credentials of the scope System are not for folders.";
    }

    /** Null if the server may use none of this kind. */
    static <C extends IdCredentials> C find(String id, Class<C> kind, MlflowServerConfiguration server) {
        return find(id, kind, server.getTrackingUri(), server.folder());
    }

    /**
     * Null if there are none of this kind that may be used for this address.
     *
     * @param folder whose items use them, so that those of the scope System are none; null for the controller itself
     */
    static <C extends IdCredentials> C find(String id, Class<C> kind, String trackingUri, ItemGroup<?> folder) {
        return CredentialsProvider.findCredentialByIdInItemGroup(
                id,
                kind,
                folder == null ? Jenkins.get() : folder,
                ACL.SYSTEM2,
                URIRequirementBuilder.fromUri(trackingUri).build());
    }

    static void used(Run<?, ?> run, com.cloudbees.plugins.credentials.Credentials credentials) {
        if (run != null) {
            CredentialsProvider.track(run, credentials);
        }
    }
}
