package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;
import java.util.Map;

/**
 * A registered model.
 *
 * @param prompt whether it is a prompt, which MLflow keeps in the model registry, too
 * @param created when it was registered, by the server's clock, or null if the server does not tell
 * @param aliases from each alias to the version that holds it
 * @param highestVersion the highest number among its versions; null if the response names none, as some registries never do
 */
public record RegisteredModel(
        String name, boolean prompt, Instant created, Map<String, String> aliases, Long highestVersion) {

    public RegisteredModel {
        aliases = Map.copyOf(aliases);
    }
}
