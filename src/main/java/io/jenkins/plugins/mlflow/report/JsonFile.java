package io.jenkins.plugins.mlflow.report;

import hudson.util.AtomicFileWriter;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A small JSON document that is either there as a whole or not at all. */
public final class JsonFile {
    private JsonFile() {}

    /** Writes it in place of an earlier one; folders that are missing are made. */
    public static void write(Path file, Map<String, Object> document) throws IOException {
        replace(file, Json.writePretty(document));
    }

    /** The same for a text. Half a surrogate pair, which a name from MLflow may hold, has no UTF-8 form. */
    public static void replace(Path file, String text) throws IOException {
        try (AtomicFileWriter writer = new AtomicFileWriter(file, StandardCharsets.UTF_8)) {
            writer.write(ReportFiles.encodable(text));
            writer.commit();
        }
    }

    /**
     * Reads it.
     *
     * @param largest in bytes; a larger one was not written by us
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if it cannot be read, or is no JSON object
     */
    public static Map<?, ?> read(Path file, long largest) throws IOException {
        if (Files.size(file) > largest) {
            throw new IOException("it is larger than any that was written");
        }
        try {
            if (Json.read(Files.readString(file)) instanceof Map<?, ?> document) {
                return document;
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(e);
        }
        throw new IOException("it holds no object");
    }
}
