package io.jenkins.plugins.mlflow.tracking;

import java.util.List;

/**
 * What can be read of a server, and of the user that the credentials are of. What is unknown is null.
 *
 * @param version MLflow's version, such as {@code 3.17.2}
 * @param user the name that MLflow's own login knows us by; null if the server has no login of its own or does not give the name
 * @param administrator whether that user may do everything
 * @param promotable the registered models that the user was granted to change, by name; {@code *} for all. Beside them counts
 *     the server's default permission, which cannot be read
 * @param open whether the server responds the same without any credentials; null if that was not checked
 */
public record ServerInfo(String version, String user, boolean administrator, List<String> promotable, Boolean open) {
    /** Stands for all models among {@link #promotable}. */
    public static final String ALL = "*";

    public ServerInfo {
        promotable = List.copyOf(promotable);
    }
}
