package io.jenkins.plugins.mlflow;

import java.nio.file.Files;
import java.nio.file.Path;

/** The project's docs, found from wherever a build runs its tests. */
public final class Guide {
    private Guide() {}

    /** The folder docs/. */
    public static Path docs() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/policy.md"))) {
            folder = folder.getParent();
        }
        return folder.resolve("docs");
    }
}
