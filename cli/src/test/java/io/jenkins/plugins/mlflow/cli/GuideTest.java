package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.Guide;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.MlflowServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every example of docs/guide.md but its pipelines, which GuideStepTest runs: policies are read and free of warnings, commands can be
 * parsed, and, against real servers, print what the guide says that they print.
 */
class GuideTest {
    private static final String MODEL = "churn-classifier";
    private static final String SERVER = "https://mlflow.example.com";
    private static final String COMMAND = "java -jar mlflow-eval-gate.jar ";
    private static final Pattern ARGUMENT = Pattern.compile("'([^']*)'|\"([^\"]*)\"|([^\\s'\"]+)");
    private static final Map<String, String> EXPERIMENTS = new HashMap<>();

    @TempDir
    private Path directory;

    static Stream<String> sections() {
        return Guide.sections().keySet().stream();
    }

    static Stream<Arguments> sectionsOnServers() {
        return MlflowServers.plain()
                .flatMap(server -> sections()
                        .filter(section -> Guide.sections().get(section).stream()
                                .allMatch(block -> server.majorVersion()
                                        >= Integer.parseInt(block.words().getOrDefault("mlflow", "2"))))
                        .map(section -> Arguments.of(section, server)));
    }

    @ParameterizedTest
    @MethodSource("sections")
    void everyExampleIsOfAKindThatIsTested(String section) {
        String before = "";
        for (Guide.Block block : Guide.sections().get(section)) {
            assertTrue(Set.of("yaml", "json", "sh", "groovy", "text").contains(block.language()), block::toString);
            assertEquals(block.is("text"), before.equals("sh") || before.equals("groovy"), block + " after " + before);
            before = block.language();
            if (block.is("yaml") || block.is("groovy")) {
                assertNotNull(block.name(), block::toString);
            }
        }
        assertEquals("text", before, "the last block of " + section);
    }

    @ParameterizedTest
    @MethodSource("sections")
    void policiesAreReadAndLintHasNothingToSay(String section) throws Exception {
        for (Guide.Block block : Guide.sections().get(section)) {
            if (block.is("yaml") && block.name().equals("stored")) {
                PolicyDocument.readStored(block.toString(), block.text());
                assertEquals(List.of(), EditorsView.problemsOfStored(block.text()), block::toString);
            } else if (block.is("yaml")) {
                Files.writeString(directory.resolve(block.name()), block.text());
                InProcess printed = InProcess.run(directory, "lint", "--strict", block.name());
                assertEquals(
                        block.words().containsKey("warnings") ? 2 : 0,
                        printed.status(),
                        block + printed.out() + printed.err());
                assertEquals(List.of(), EditorsView.problemsOfFile(block.text()), block::toString);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sections")
    void commandsLackNothingButTheServer(String section) throws Exception {
        for (Guide.Block block : Guide.sections().get(section)) {
            if (block.is("yaml")) {
                Files.writeString(directory.resolve(block.name()), block.text());
            }
            for (Line line : block.is("sh") ? lines(block) : List.<Line>of()) {
                InProcess printed = InProcess.run(directory, line.arguments.toArray(String[]::new));
                String all = printed.out() + printed.err();
                assertTrue(printed.status() == 0 || all.contains("there is no MLflow server"), block + ": " + all);
            }
        }
    }

    @Tag("mlflow")
    @ParameterizedTest
    @MethodSource("sectionsOnServers")
    void commandsPrintWhatTheGuideShows(String section, MlflowServer mlflow) throws Exception {
        MlflowData data = mlflow.data();
        data.model(MODEL);
        try {
            Map<String, String> environment = Map.of("MLFLOW_TRACKING_URI", mlflow.url());
            Guide.Block command = null;
            for (Guide.Block block : Guide.sections().get(section)) {
                if (block.is("yaml")) {
                    Files.writeString(directory.resolve(block.name()), block.text());
                } else if (block.is("json")) {
                    version(mlflow, block);
                } else if (block.is("text") && command.is("sh")) {
                    int status = Integer.parseInt(block.words().getOrDefault("exit", "0"));
                    assertPrints(block, status, run(environment, lines(command)), mlflow.url());
                }
                command = block;
            }
        } finally {
            data.deleteModel(MODEL);
        }
    }

    private record Line(List<String> arguments, String file) {}

    private static List<Line> lines(Guide.Block block) {
        List<Line> lines = new ArrayList<>();
        for (String text : block.text().replaceAll("\\\\\n\\s*", "").strip().split("\n")) {
            if (text.equals("export MLFLOW_TRACKING_URI=" + SERVER)) {
                continue;
            }
            assertTrue(text.startsWith(COMMAND), () -> "this command of " + block + " is not tested: " + text);
            List<String> arguments = new ArrayList<>();
            Matcher matcher = ARGUMENT.matcher(text.substring(COMMAND.length()));
            while (matcher.find()) {
                arguments.add(matcher.group().replaceAll("['\"]", ""));
            }
            int redirection = arguments.indexOf(">");
            lines.add(
                    redirection < 0
                            ? new Line(arguments, null)
                            : new Line(arguments.subList(0, redirection), arguments.get(redirection + 1)));
        }
        return lines;
    }

    private InProcess run(Map<String, String> environment, List<Line> lines) throws Exception {
        StringBuilder out = new StringBuilder();
        StringBuilder err = new StringBuilder();
        int status = 0;
        for (Line line : lines) {
            assertEquals(0, status, "only the last command of a block may fail: " + err);
            InProcess printed = InProcess.run(directory, environment, line.arguments.toArray(String[]::new));
            status = printed.status();
            err.append(printed.err());
            if (line.file == null) {
                out.append(printed.out());
            } else {
                Files.writeString(directory.resolve(line.file), printed.out());
            }
        }
        return new InProcess(status, out.toString(), err.toString());
    }

    /**
     * Compares with standard output, or with standard error if that is all there is. The columns' widths depend on what stands
     * for … and do not count.
     */
    private static void assertPrints(Guide.Block expected, int status, InProcess printed, String url) {
        String text = (printed.out().isEmpty() ? printed.err() : printed.out())
                .replace(url, SERVER)
                .replaceAll("\\b([0-9a-f]{64}|[0-9a-f]{32}|20\\d\\d-\\d\\d-\\d\\dT[0-9:.]+Z)\\b", "…");
        StringBuilder pattern = new StringBuilder();
        for (String line : brief(expected.text()).split("\n")) {
            pattern.append(line.strip().equals("…") ? "(.*\n)*?" : Pattern.quote(line) + "\n");
        }
        boolean holds = brief(text).matches(pattern.toString());
        if (!holds || status != printed.status()) {
            assertEquals(
                    "exit=" + status + "\n" + expected.text(),
                    "exit=" + printed.status() + "\n" + text,
                    expected + " does not show what is printed; on standard error: " + printed.err());
        }
    }

    private static String brief(String text) {
        return text.strip().replaceAll(" +", " ").replaceAll(" *\n *", "\n") + "\n";
    }

    private static void version(MlflowServer mlflow, Guide.Block block) {
        MlflowData data = mlflow.data();
        String experiment = EXPERIMENTS.computeIfAbsent(mlflow.url(), url -> data.experiment("customer-churn"));
        Instant now = Instant.now();
        String run = data.run(experiment, now.minusSeconds(60));
        long logged = now.minusSeconds(40).toEpochMilli();
        String loggedModel = block.words().containsKey("mlflow") ? data.loggedModel(experiment, run) : null;
        Map<?, ?> metrics = (Map<?, ?>) Json.read(block.text());
        List<?> datasets = List.copyOf(metrics.keySet());
        metrics.forEach((key, value) -> {
            if (value instanceof Map<?, ?> onDataset) {
                long then = logged + datasets.indexOf(key); // MLflow refuses two values of one moment
                onDataset.forEach((metric, number) -> data.metricOn(
                        (String) key,
                        "d-" + key,
                        loggedModel,
                        run,
                        (String) metric,
                        ((Number) number).doubleValue(),
                        then));
            } else {
                List<?> history = value instanceof List<?> list ? list : List.of(value);
                for (int step = 0; step < history.size(); step++) {
                    data.metric(run, (String) key, ((Number) history.get(step)).doubleValue(), logged + step, step);
                }
            }
        });
        if (block.words().containsKey("digest")) {
            data.dataset(run, "holdout", block.words().get("digest"));
        }
        String status = block.words().getOrDefault("status", "FINISHED");
        if (!status.equals("RUNNING")) {
            data.end(run, status, now.minusSeconds(30));
        }
        if ("no".equals(block.words().get("registered"))) {
            return;
        }
        String version = loggedModel == null ? data.version(MODEL, run) : data.versionOf(MODEL, loggedModel, run);
        assertEquals(block.words().get("version"), version, block::toString);
        if (block.words().containsKey("alias")) {
            data.alias(MODEL, block.words().get("alias"), version);
        }
    }
}
