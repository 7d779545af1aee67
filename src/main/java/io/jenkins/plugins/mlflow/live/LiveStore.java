package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.InvalidRecordException;
import io.jenkins.plugins.mlflow.report.JsonFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * The records of what is live, one small file each under {@code JENKINS_HOME/mlflow-eval-gate/live}. They outlive builds and
 * jobs. One change at a time, and each file is replaced as a whole.
 */
final class LiveStore {
    /** Beyond it the record that was not touched for the longest time goes. */
    static final int MOST_RECORDS = 2_000;

    private static final Logger LOGGER = Logger.getLogger(LiveStore.class.getName());
    private static final long LARGEST_FILE = 1024 * 1024;
    private static final String ID = "[0-9a-f]{64}";
    private static final String SUFFIX = ".json";

    private LiveStore() {}

    /**
     * Changes a record, which is new if there was none. A file that holds no record of this version is set aside first.
     *
     * @throws IOException if the record could not be read now, or not be written; then it is left as it is
     */
    static synchronized void update(LiveKey key, String server, Consumer<LiveRecord> change) throws IOException {
        LiveRecord record;
        try {
            record = read(key.id());
        } catch (NoSuchFileException e) {
            record = null;
        } catch (InvalidRecordException e) {
            JsonFile.setAside(file(key.id()), e);
            record = null;
        }
        if (record == null) {
            record = new LiveRecord(key);
            makeRoom();
        }
        record.setServer(server);
        change.accept(record);
        JsonFile.write(file(key.id()), record.toMap());
    }

    /** The record of this id; null if there is none, or it cannot be read. */
    @CheckForNull
    static LiveRecord find(String id) {
        if (!id.matches(ID)) {
            return null;
        }
        try {
            return read(id);
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.FINE, "There is no record {0}", id);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot read what is live from " + file(id));
        }
        return null;
    }

    private static LiveRecord read(String id) throws IOException {
        Map<?, ?> document = JsonFile.read(file(id), LARGEST_FILE, LiveRecord.SCHEMA_VERSION);
        try {
            LiveRecord record = LiveRecord.fromMap(document);
            if (record.getKey().id().equals(id)) {
                return record;
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidRecordException("It is no record of what is live.", e, false);
        }
        throw new InvalidRecordException("It is the record of something else.", null, false);
    }

    /** All that can be read, by model and then by alias or stage. */
    static List<LiveRecord> all() {
        LOGGER.log(Level.FINE, "Reading all of what is live");
        return Arrays.stream(files())
                .limit(MOST_RECORDS)
                .map(file -> find(file.getName().substring(0, file.getName().length() - SUFFIX.length())))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing((LiveRecord record) -> record.getKey().model())
                        .thenComparing(record -> record.getKey().kind())
                        .thenComparing(record -> record.getKey().name())
                        .thenComparing(LiveRecord::getServer, Comparator.nullsFirst(Comparator.naturalOrder())))
                .toList();
    }

    private static void makeRoom() throws IOException {
        List<File> files = new ArrayList<>(Arrays.asList(files()));
        if (files.size() >= MOST_RECORDS) {
            files.sort(Comparator.comparingLong(File::lastModified));
            for (File file : files.subList(0, files.size() - MOST_RECORDS + 1)) {
                Files.deleteIfExists(file.toPath());
            }
        }
    }

    private static File[] files() {
        File[] files = folder().toFile().listFiles((folder, name) -> name.matches(ID + "\\.json"));
        return files == null ? new File[0] : files;
    }

    private static Path file(String id) {
        return folder().resolve(id + SUFFIX);
    }

    private static Path folder() {
        return Jenkins.get().getRootDir().toPath().resolve(GateReportAction.URL_NAME).resolve("live");
    }
}
