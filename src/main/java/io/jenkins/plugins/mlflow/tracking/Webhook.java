package io.jenkins.plugins.mlflow.tracking;

import java.util.Set;

/**
 * A webhook of an MLflow server. Its secret cannot be read.
 *
 * @param url where it sends events to
 * @param active whether it sends them
 * @param events what it sends, such as {@code model_version.created}
 */
public record Webhook(String id, String name, String url, boolean active, Set<String> events) {
    public Webhook {
        events = Set.copyOf(events);
    }
}
