package io.jenkins.plugins.mlflow.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.mlflow.FilesOfHome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A part of every secret of these tests, to look for where no secret may be. */
final class Canary {
    private static final String TEXT = "c4nary";

    private Canary() {}

    /** In no file of the folder, the state of running pipelines included. */
    static void assertNotIn(Path folder) throws Exception {
        List<Path> leaks = FilesOfHome.read(folder).entrySet().stream()
                .filter(file -> file.getValue().contains(TEXT))
                .map(Map.Entry::getKey)
                .toList();
        assertEquals(List.of(), leaks);
    }
}
