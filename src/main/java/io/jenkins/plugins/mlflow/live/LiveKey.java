package io.jenkins.plugins.mlflow.live;

import io.jenkins.plugins.mlflow.policy.Digests;

/**
 * What holds a version live: an alias, or a stage, of a model in a registry.
 *
 * @param registry the address of the registry, with its workspace; never shown
 */
record LiveKey(String registry, String model, Kind kind, String name) {

    /** By what a version is live. */
    enum Kind {
        ALIAS,
        STAGE
    }

    /** What names a registry where its address must not be shown: 64 hexadecimal digits. */
    static String digest(String registry) {
        return Digests.sha256(registry);
    }

    /** Fit for a file name and an address: 64 hexadecimal digits. */
    String id() {
        return Digests.sha256(String.join("\n", registry, model, kind.name(), name));
    }
}
