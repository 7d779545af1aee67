package io.jenkins.plugins.mlflow.report;

import hudson.util.AtomicFileWriter;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A small JSON document that is either there as a whole or not at all. */
public final class JsonFile {
    private static final Logger LOGGER = Logger.getLogger(JsonFile.class.getName());

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
     * @param largest in bytes; a larger one was not written by the plugin
     * @param schemaVersion of the documents that the caller reads
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws InvalidRecordException if it holds no JSON object of this schema version
     * @throws IOException if it cannot be read now, which says nothing about what it holds
     */
    public static Map<?, ?> read(Path file, long largest, int schemaVersion) throws IOException {
        if (Files.isRegularFile(file) && Files.size(file) > largest) {
            throw new InvalidRecordException("It has more than " + largest + " bytes.", null, false);
        }
        Object document;
        try {
            document = Json.read(Files.readString(file));
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw new InvalidRecordException("It is no JSON document.", e, false);
        }
        if (!(document instanceof Map<?, ?> map) || !(map.get("schema_version") instanceof Number version)) {
            throw new InvalidRecordException("It is no JSON object with a schema version.", null, false);
        }
        if (version.longValue() != schemaVersion) {
            throw new InvalidRecordException(
                    "It has schema version " + version + ", and this plugin reads version " + schemaVersion + ".",
                    null,
                    version.longValue() > schemaVersion);
        }
        return map;
    }

    /**
     * Moves a file whose record is invalid to a free name beside it, such as {@code name.json.corrupt} or
     * {@code name.json.newer}, so that a new record takes its place and nothing is lost.
     */
    public static void setAside(Path file, InvalidRecordException why) throws IOException {
        String name = file.getFileName() + (why.isNewer() ? ".newer" : ".corrupt");
        Path aside = file.resolveSibling(name);
        for (int i = 2; Files.exists(aside, LinkOption.NOFOLLOW_LINKS); i++) {
            aside = file.resolveSibling(name + "-" + i);
        }
        Files.move(file, aside);
        Path kept = aside;
        LOGGER.log(
                Level.WARNING,
                why,
                () -> "The record " + file + " cannot be used. It is kept as " + kept.getFileName()
                        + " and a new record takes its place. To get it back, restore the file and, if it is of a newer version of"
                        + " the plugin, update the plugin.");
    }
}
