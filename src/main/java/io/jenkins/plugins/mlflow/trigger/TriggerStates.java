package io.jenkins.plugins.mlflow.trigger;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.InvalidRecordException;
import io.jenkins.plugins.mlflow.report.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The file of each job's {@link TriggerState}. It is in the folder of the job, so that it goes where the job goes, and is deleted
 * with it. It is replaced as a whole, by one thread at a time.
 */
final class TriggerStates {
    static final String FILE = "mlflow-trigger.json";

    private static final Logger LOGGER = Logger.getLogger(TriggerStates.class.getName());
    private static final long LARGEST_FILE = 64L * 1024 * 1024;
    private static final Object[] LOCKS = new Object[64];

    static {
        Arrays.setAll(LOCKS, i -> new Object());
    }

    private TriggerStates() {}

    /**
     * Changes the state of a job, and writes it if it is another one then. A file that holds no state is set aside first.
     *
     * @throws IOException if the state cannot be read now, or cannot be written; then it is as it was before
     */
    static void update(Job<?, ?> job, Consumer<TriggerState> change) throws IOException {
        synchronized (LOCKS[Math.floorMod(System.identityHashCode(job), LOCKS.length)]) {
            TriggerState state = forUpdate(file(job));
            String before = Json.write(state.toMap());
            change.accept(state);
            if (!Json.write(state.toMap()).equals(before)) {
                if (!Files.isDirectory(job.getRootDir().toPath())) {
                    throw new IOException("The job was deleted.");
                }
                JsonFile.write(file(job), state.toMap());
                LOGGER.log(Level.FINE, "Wrote the state of the trigger of {0}", job.getFullName());
            }
        }
    }

    /** The builds that were decided and have not started; none if the state cannot be read. */
    static List<PlannedBuild> planned(Job<?, ?> job) throws IOException {
        return List.copyOf(copy(job).planned());
    }

    /** The state as it is now; what is done to the copy changes nothing. */
    static TriggerState copy(Job<?, ?> job) throws IOException {
        synchronized (LOCKS[Math.floorMod(System.identityHashCode(job), LOCKS.length)]) {
            return forUpdate(file(job));
        }
    }

    private static TriggerState forUpdate(Path file) throws IOException {
        try {
            return read(file);
        } catch (NoSuchFileException e) {
            return new TriggerState();
        } catch (InvalidRecordException e) {
            JsonFile.setAside(file, e);
            return new TriggerState();
        }
    }

    private static TriggerState read(Path file) throws IOException {
        Map<?, ?> map = JsonFile.read(file, LARGEST_FILE, TriggerState.SCHEMA_VERSION);
        try {
            return TriggerState.fromMap(map);
        } catch (IllegalArgumentException e) {
            throw new InvalidRecordException("It is no state of a trigger.", e, false);
        }
    }

    private static Path file(Job<?, ?> job) {
        return job.getRootDir().toPath().resolve(FILE);
    }
}
