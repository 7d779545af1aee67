package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * MLflow's own Python client at work on one server: it makes runs and models of every shape, and loads what a gate promoted. The
 * script {@code model_shapes.py} says what the lines are that it exchanges with this class.
 */
final class ModelShapes implements AutoCloseable {
    private static final List<String> SCRIPTS = List.of("model_shapes.py", "shape_catalogue.py");

    private final Path folder;
    private final Process python;
    private final Writer questions;
    private final BufferedReader answers;
    private final Map<?, ?> made;

    /** Returns when all shapes are there. */
    ModelShapes(Path environment, MlflowServer server, Path folder) throws IOException {
        this.folder = folder;
        for (String script : SCRIPTS) {
            try (InputStream source = MlflowServer.class.getResourceAsStream(script)) {
                Files.copy(source, folder.resolve(script));
            }
        }
        ProcessBuilder command = new ProcessBuilder(
                        environment.toAbsolutePath().resolve("bin/python").toString(),
                        "model_shapes.py",
                        server.url(),
                        UUID.randomUUID().toString().substring(0, 8),
                        System.getProperty("model.shapes", ".*"))
                .directory(folder.toFile())
                .redirectError(folder.resolve("python.log").toFile());
        Map<String, String> variables = command.environment();
        variables.keySet().removeIf(name -> name.startsWith("MLFLOW_") || name.startsWith("_MLFLOW_"));
        variables.put("MLFLOW_DISABLE_TELEMETRY", "true");
        variables.put("DO_NOT_TRACK", "true");
        variables.put("GIT_PYTHON_REFRESH", "quiet");
        variables.put("PYTHONUTF8", "1");
        // What is absent is asked for once, not for minutes.
        variables.put("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1");
        python = command.start();
        questions = python.outputWriter(StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(python.getInputStream(), StandardCharsets.UTF_8));
        made = answer();
    }

    /** The script's first answer: a plain run, and the shapes with their gates. */
    Map<?, ?> made() {
        return made;
    }

    /** Who is champion of the model after a gate, and what it says that it is; takes back what the gate did. */
    synchronized Map<?, ?> afterGate(String model) throws IOException {
        try {
            questions.write(Json.write(Map.of("model", model)) + "\n");
            questions.flush();
        } catch (IOException e) {
            throw new IOException(log(), e);
        }
        return answer();
    }

    private Map<?, ?> answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(log());
        }
        return (Map<?, ?>) Json.read(line);
    }

    private String log() throws IOException {
        return "model_shapes.py ended:\n" + Files.readString(folder.resolve("python.log"));
    }

    @Override
    public void close() {
        try {
            questions.close();
        } catch (IOException e) {
            // It has ended already, and whoever asked last knows why.
        }
        try {
            if (!python.waitFor(10, TimeUnit.SECONDS)) {
                python.destroyForcibly();
            }
        } catch (InterruptedException e) {
            python.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
