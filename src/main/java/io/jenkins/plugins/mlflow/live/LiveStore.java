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
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * The records of what is live, one small file each under {@code JENKINS_HOME/mlflow-eval-gate/live}. They outlive builds and
 * jobs. A record is changed by one at a time, and its file is replaced as a whole. What was read or written is kept in memory and
 * read again when the file has changed.
 */
final class LiveStore {
    /** Beyond it the record that was not touched for the longest time goes. */
    static final int MOST_RECORDS = 2_000;

    private static final Logger LOGGER = Logger.getLogger(LiveStore.class.getName());
    private static final long LARGEST_FILE = 1024 * 1024;
    private static final String ID = "[0-9a-f]{64}";
    private static final String SUFFIX = ".json";

    /** A record is locked by one of them, so that gates of other models do not wait for its file. */
    private static final Object[] LOCKS = new Object[64];

    /** Held while records are counted and deleted, and never while waiting for it with a record's lock. */
    private static final Object ROOM = new Object();

    private static final Map<Path, Known> KNOWN = new ConcurrentHashMap<>();

    static {
        Arrays.setAll(LOCKS, i -> new Object());
    }

    /**
     * The record of a file that is of this time and size. It is never changed, only a copy of it.
     *
     * @param stored what the file holds, which may say of an earlier time that it was seen
     */
    private record Known(FileTime modified, long size, LiveRecord stored, LiveRecord record) {}

    private LiveStore() {}

    /**
     * Changes a record, which is new if there was none. A file that holds no record of this version is set aside first. If nothing
     * has changed but when it was seen, and that by less than a minute, no file is written.
     *
     * @throws IOException if the record could not be read now, or not be written; then it is left as it is
     */
    static void update(LiveKey key, String server, Consumer<LiveRecord> change) throws IOException {
        boolean fresh;
        synchronized (lock(key.id())) {
            fresh = change(key, record -> {
                record.setServer(server);
                change.accept(record);
            });
        }
        if (fresh) {
            makeRoom();
        }
    }

    /** Whether the record is new. */
    private static boolean change(LiveKey key, Consumer<LiveRecord> change) throws IOException {
        Path file = file(key.id());
        Known before = null;
        try {
            before = read(file);
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.FINE, "There is no record {0} yet", file);
        } catch (InvalidRecordException e) {
            JsonFile.setAside(file, e);
        }
        LiveRecord after =
                before == null ? new LiveRecord(key) : before.record().copy();
        change.accept(after);
        if (before == null || after.isWorthWriting(before.stored())) {
            JsonFile.write(file, after.toMap());
            know(file, after);
        } else {
            KNOWN.put(file, new Known(before.modified(), before.size(), before.stored(), after));
        }
        return before == null;
    }

    private static void know(Path file, LiveRecord record) throws IOException {
        BasicFileAttributes written = Files.readAttributes(file, BasicFileAttributes.class);
        KNOWN.put(file, new Known(written.lastModifiedTime(), written.size(), record, record));
    }

    /** The record of this id, which must not be changed; null if there is none, or it cannot be read. */
    @CheckForNull
    static LiveRecord find(String id) {
        return id.matches(ID) ? find(file(id)) : null;
    }

    private static LiveRecord find(Path file) {
        try {
            return read(file).record();
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.FINE, "There is no record {0}", file);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot read what is live from " + file);
        }
        return null;
    }

    private static Known read(Path file) throws IOException {
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            KNOWN.remove(file);
            throw e;
        }
        Known known = KNOWN.get(file);
        if (known == null || known.size() != now.size() || !known.modified().equals(now.lastModifiedTime())) {
            LiveRecord stored = parsed(file);
            known = new Known(now.lastModifiedTime(), now.size(), stored, stored);
            KNOWN.put(file, known);
        }
        return known;
    }

    private static LiveRecord parsed(Path file) throws IOException {
        Map<?, ?> document = JsonFile.read(file, LARGEST_FILE, LiveRecord.SCHEMA_VERSION);
        try {
            LiveRecord record = LiveRecord.fromMap(document);
            if (file.equals(file(record.getKey().id()))) {
                return record;
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidRecordException("It is no record of what is live.", e, false);
        }
        throw new InvalidRecordException("It is the record of something else.", null, false);
    }

    /** All that can be read, by model and then by alias or stage. They must not be changed. */
    static List<LiveRecord> all() {
        LOGGER.log(Level.FINE, "Reading all of what is live");
        return Arrays.stream(files())
                .limit(MOST_RECORDS)
                .map(file -> find(file.toPath()))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(
                                (LiveRecord record) -> record.getKey().model())
                        .thenComparing(record -> record.getKey().kind())
                        .thenComparing(record -> record.getKey().name())
                        .thenComparing(LiveRecord::getServer, Comparator.nullsFirst(Comparator.naturalOrder())))
                .toList();
    }

    private static void makeRoom() throws IOException {
        synchronized (ROOM) {
            List<File> files = new ArrayList<>(Arrays.asList(files()));
            if (files.size() <= MOST_RECORDS) {
                return;
            }
            files.sort(Comparator.comparingLong(File::lastModified));
            for (File file : files.subList(0, files.size() - MOST_RECORDS)) {
                synchronized (lock(file.getName().substring(0, file.getName().length() - SUFFIX.length()))) {
                    Files.deleteIfExists(file.toPath());
                    KNOWN.remove(file.toPath());
                }
            }
        }
    }

    private static Object lock(String id) {
        return LOCKS[Math.floorMod(id.hashCode(), LOCKS.length)];
    }

    private static File[] files() {
        File[] files = folder().toFile().listFiles((folder, name) -> name.matches(ID + "\\.json"));
        return files == null ? new File[0] : files;
    }

    private static Path file(String id) {
        return folder().resolve(id + SUFFIX);
    }

    private static Path folder() {
        return Jenkins.get()
                .getRootDir()
                .toPath()
                .resolve(GateReportAction.URL_NAME)
                .resolve("live");
    }
}
