package io.jenkins.plugins.mlflow.report;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The JSON documents, in the build's directory as {@code mlflow-eval-gate/<n>.json.gz}: the checks of a report are much alike,
 * and packed they take a tenth of the room. They go away with the build. A document is either there as a whole or not at all.
 */
public final class ReportFiles {
    private static final Logger LOGGER = Logger.getLogger(ReportFiles.class.getName());
    private static final String SUFFIX = ".json.gz";

    private ReportFiles() {}

    static void write(Run<?, ?> run, int number, GateDocument document) throws IOException {
        Path file = file(run, number);
        // Nobody else writes beside: reports are attached under the lock of their build.
        Files.createDirectories(directory(run.getRootDir().toPath()));
        Path fresh = file.resolveSibling(number + ".tmp");
        try {
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(fresh))) {
                out.write(Json.write(document.toMap()).getBytes(StandardCharsets.UTF_8));
            }
            replace(fresh, file);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static void replace(Path fresh, Path file) throws IOException {
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            LOGGER.log(Level.FINE, e, () -> "Cannot move " + fresh + " at once");
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Null if the file is missing or is not a report; why, is in Jenkins' log. */
    static GateDocument read(Run<?, ?> run, int number) {
        Path file = file(run, number);
        try {
            return GateDocument.fromMap((Map<?, ?>) Json.read(unpacked(file, Integer.MAX_VALUE)));
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.FINE, "There is no report {0}", file);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot read the report " + file);
        }
        return null;
    }

    /** The numbers of the reports in a build's directory; none if it was deleted. No build is loaded. */
    public static List<Integer> numbers(Path build) {
        String[] names = build.resolve(GateReportAction.URL_NAME).toFile().list();
        return Arrays.stream(names == null ? new String[0] : names)
                .filter(name -> name.matches("[1-9][0-9]{0,8}\\.json\\.gz"))
                .map(name -> Integer.valueOf(name.substring(0, name.length() - SUFFIX.length())))
                .sorted()
                .toList();
    }

    /**
     * The text of one of them.
     *
     * @param largest in bytes, unpacked
     * @return null if it is larger
     * @throws NoSuchFileException if there is none
     */
    public static String json(Path build, int number, int largest) throws IOException {
        return unpacked(file(build, number), largest);
    }

    private static String unpacked(Path file, int largest) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            byte[] bytes = in.readNBytes(largest);
            return in.read() < 0 ? new String(bytes, StandardCharsets.UTF_8) : null;
        }
    }

    /** Half a surrogate pair, which a name from MLflow may hold, has no UTF-8 form. */
    static String encodable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static Path file(Run<?, ?> run, int number) {
        return file(run.getRootDir().toPath(), number);
    }

    private static Path file(Path build, int number) {
        return directory(build).resolve(number + SUFFIX);
    }

    private static Path directory(Path build) {
        return build.resolve(GateReportAction.URL_NAME);
    }
}
