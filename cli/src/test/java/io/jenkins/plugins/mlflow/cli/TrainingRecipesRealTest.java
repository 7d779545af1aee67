package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.Guide;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.MlflowServers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** The recipes of docs/command-line.md that train and gate in one build, run by a shell with MLflow's own Python client. */
@Tag("mlflow")
class TrainingRecipesRealTest {
    private static final String JAR = "java -jar tools/mlflow-eval-gate.jar";
    private static final String TRAINING = """
            import mlflow
            mlflow.set_experiment("%s")
            with mlflow.start_run():
                mlflow.log_metric("accuracy", 0.95)
                with mlflow.start_run(nested=True):
                    mlflow.log_metric("accuracy", 0.1)
            """;

    @TempDir
    private Path directory;

    static Stream<Arguments> recipesOnServers() {
        return MlflowServers.plain()
                .flatMap(server ->
                        Stream.of("GitHub Actions", "GitLab CI").map(heading -> Arguments.of(heading, server)));
    }

    @ParameterizedTest
    @MethodSource("recipesOnServers")
    void theRunOfThisBuildIsEvaluated(String heading, MlflowServer mlflow) throws Exception {
        MlflowData data = mlflow.data();
        Files.writeString(directory.resolve("train.py"), TRAINING.formatted(MlflowData.unique("recipe")));
        Files.writeString(
                directory.resolve("eval_gate.yaml"),
                "version: 1\nmodels: {churn-classifier: {metrics: {accuracy: 0.9}}}\n");
        String other = data.run(data.experiment(MlflowData.unique("other")), Instant.now());
        data.metric(other, "accuracy", 0.1);
        data.end(other, "FINISHED", Instant.now());

        String first = MlflowData.unique("build");
        String second = MlflowData.unique("build");
        String third = MlflowData.unique("build");
        String printed = build(heading, mlflow, first, 0);
        assertTrue(printed.contains("the run with the tags {ci.build=" + first + "}"), printed);

        assertTrue(build(heading, mlflow, second, 0).contains("{ci.build=" + second + "}"));
        Files.writeString(directory.resolve("train.py"), "");
        String without = build(heading, mlflow, third, 3);
        assertTrue(without.contains("no active top-level run with the tags {ci.build=" + third + "}"), without);
    }

    @ParameterizedTest
    @MethodSource("recipesOnServers")
    void withoutAServerTheTrainingNeverRuns(String heading, MlflowServer mlflow) throws Exception {
        Files.writeString(directory.resolve("train.py"), "open('trained', 'w')");

        build(heading, mlflow, "build-4", 2, "MLFLOW_TRACKING_URI");

        assertTrue(Files.notExists(directory.resolve("trained")));
    }

    /** Runs the recipe's commands as the CI system's shell does, and returns what they print. */
    private String build(String heading, MlflowServer mlflow, String build, int status, String... unset)
            throws Exception {
        Path script = directory.resolve("build.sh");
        // Promotions are not what these recipes are about, and there is no registered model.
        String commands = String.join("\n", commands(heading)).replace("--promote champion", "");
        Files.writeString(
                script,
                "gate() { \"$JAVA\" -cp \"$CLASSES\" io.jenkins.plugins.mlflow.cli.Main \"$@\"; }\n"
                        + commands.replace(JAR, "gate"));
        ProcessBuilder shell = new ProcessBuilder("bash", "-e", script.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true);
        Map<String, String> environment = shell.environment();
        environment.keySet().removeIf(name -> name.startsWith("MLFLOW_"));
        environment.put(
                "JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
        environment.put("CLASSES", System.getProperty("java.class.path"));
        environment.put("PATH", mlflow.python().getParent() + ":" + environment.get("PATH"));
        environment.put("MLFLOW_TRACKING_URI", mlflow.url());
        environment.put("BUILD", build);
        environment.keySet().removeAll(List.of(unset));
        Process process = shell.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), printed);
        assertEquals(status, process.exitValue(), printed);
        return printed;
    }

    @SuppressWarnings("unchecked")
    private static List<String> commands(String heading) throws Exception {
        String page = Files.readString(Guide.docs().resolve("command-line.md"));
        Matcher block = Pattern.compile("## " + heading + "\n\n```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(page);
        assertTrue(block.find(), heading);
        Map<String, Object> file = new Yaml().load(block.group(1));
        List<String> commands = new ArrayList<>();
        if (file.containsKey("jobs")) {
            Map<String, Object> job = ((Map<String, Map<String, Object>>) file.get("jobs")).get("gate");
            for (Map<String, Object> step : (List<Map<String, Object>>) job.get("steps")) {
                if (step.get("run") instanceof String run && !step.containsKey("if")) {
                    commands.add(run);
                }
            }
        } else {
            commands.addAll((List<String>) ((Map<String, Object>) file.get("gate")).get("script"));
        }
        assertTrue(commands.size() >= 2, commands::toString);
        return commands;
    }
}
