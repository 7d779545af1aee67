package io.jenkins.plugins.mlflow.tracking;

import java.util.List;

/**
 * What a server tells about itself and about whoever asks it, as far as reading goes. What it does not tell is null.
 *
 * @param version MLflow's version, such as {@code 3.17.2}
 * @param user the name that MLflow's own login knows us by; null if the server has no login of its own or does not tell
 * @param administrator whether that user may do everything
 * @param promotable the registered models that the user was granted to change, by name; {@code *} for all. Beside them counts
 *     the server's default permission, which it tells nobody
 * @param open whether the server answers the same without any credentials; null if nobody looked
 */
public record ServerInfo(String version, String user, boolean administrator, List<String> promotable, Boolean open) {
    /** Stands for all models among {@link #promotable}. */
    public static final String ALL = "*";

    public ServerInfo {
        promotable = List.copyOf(promotable);
    }
}
