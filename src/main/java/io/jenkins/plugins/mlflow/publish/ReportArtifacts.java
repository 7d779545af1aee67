package io.jenkins.plugins.mlflow.publish;

import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.export.JunitXml;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import jenkins.util.BuildListenerAdapter;

/**
 * A report as artifacts of its build: {@code mlflow-eval-gate-<n>.json}, and {@code mlflow-eval-gate-<n>.xml} in JUnit's form. They
 * go where the build's other artifacts go, which may be far away and slow.
 */
public final class ReportArtifacts {
    private static final ExecutorService THREADS = Threads.few(4, "MLflow evaluation gate artifacts");

    private ReportArtifacts() {}

    /**
     * Starts to archive a report; that continues in the background for as long as it takes.
     *
     * @param document the JSON document
     * @return done when it is archived or cannot be, with what went wrong as one sentence, or null
     */
    public static CompletableFuture<String> archive(
            Run<?, ?> run, int number, GateReport report, Map<String, Object> document, TaskListener log) {
        CompletableFuture<String> archived = new CompletableFuture<>();
        try {
            THREADS.execute(() -> archived.complete(problem(run, number, report, document, log)));
        } catch (RejectedExecutionException e) {
            archived.complete("the report was not archived: too many others wait for it.");
        }
        return archived;
    }

    private static String problem(
            Run<?, ?> run, int number, GateReport report, Map<String, Object> document, TaskListener log) {
        try {
            archive(
                    run,
                    "mlflow-eval-gate-" + number,
                    Map.of(".json", Json.writePretty(document) + "\n", ".xml", JunitXml.of(report)),
                    log);
            return null;
        } catch (IOException | InterruptedException | RuntimeException | LinkageError e) {
            return "the report could not be archived: " + e.getMessage();
        }
    }

    private static void archive(Run<?, ?> run, String name, Map<String, String> texts, TaskListener log)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(run.getRootDir().toPath(), "mlflow-eval-gate-artifacts");
        FilePath workspace = new FilePath(folder.toFile());
        try {
            for (Map.Entry<String, String> text : texts.entrySet()) {
                // Half a surrogate pair, which a name from MLflow may hold, has no UTF-8 form.
                Files.write(
                        folder.resolve(name + text.getKey()), text.getValue().getBytes(StandardCharsets.UTF_8));
            }
            run.pickArtifactManager()
                    .archive(
                            workspace,
                            new Launcher.LocalLauncher(log),
                            BuildListenerAdapter.wrap(log),
                            Map.of(name + ".json", name + ".json", name + ".xml", name + ".xml"));
        } finally {
            workspace.deleteRecursive();
        }
    }
}
