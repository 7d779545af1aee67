package io.jenkins.plugins.mlflow.report;

import hudson.model.Run;
import hudson.util.AtomicFileWriter;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The JSON documents, in the build's directory as {@code mlflow-eval-gate/<n>.json}. They go away with the build. A document
 * is either there as a whole or not at all.
 */
final class ReportFiles {
    private static final Logger LOGGER = Logger.getLogger(ReportFiles.class.getName());

    private ReportFiles() {}

    static void write(Run<?, ?> run, int number, GateDocument document) throws IOException {
        try (AtomicFileWriter writer = new AtomicFileWriter(file(run, number), StandardCharsets.UTF_8)) {
            writer.write(encodable(Json.write(document.toMap())));
            writer.commit();
        }
    }

    /** Null if the file is missing or is not a report; why, is in Jenkins' log. */
    static GateDocument read(Run<?, ?> run, int number) {
        Path file = file(run, number);
        try {
            return GateDocument.fromMap((Map<?, ?>) Json.read(Files.readString(file)));
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.FINE, "There is no report {0}", file);
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Cannot read the report " + file);
        }
        return null;
    }

    /** Half a surrogate pair, which a name from MLflow may hold, has no UTF-8 form. */
    static String encodable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static Path file(Run<?, ?> run, int number) {
        return run.getRootDir().toPath().resolve(GateReportAction.URL_NAME).resolve(number + ".json");
    }
}
