package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.MlflowServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is evaluated is what is promoted: MLflow's own client makes runs, models and versions of every shape on real servers, gates are
 * asked to promote them in every way, and whatever became champion is loaded and asked which model it is. Each model answers with its own
 * name. {@code shape_catalogue.py} says what is due for each shape and way; the same shapes are then compared with as baselines.
 * {@code -Dmodel.shapes=evaluated_.*} leaves it at the shapes whose names match.
 */
@Tag("mlflow")
@Tag("torture")
class ModelIdentityRealTest {
    private static final List<IdentityCell> CANDIDATES = new ArrayList<>();
    private static final List<IdentityCell> BASELINES = new ArrayList<>();

    @TempDir
    private static Path folder;

    /** Everything is done here, the servers side by side; the tests say what is wrong with it. */
    @BeforeAll
    @Timeout(900)
    static void gateEveryShapeInEveryWay() throws Exception {
        List<Path> environments = MlflowServers.environments();
        ExecutorService threads = Executors.newFixedThreadPool(environments.size());
        try {
            List<Future<Void>> started = new ArrayList<>();
            List<List<IdentityCell>> candidates = new ArrayList<>();
            List<List<IdentityCell>> baselines = new ArrayList<>();
            for (Path environment : environments) {
                List<IdentityCell> promoted = new ArrayList<>();
                List<IdentityCell> compared = new ArrayList<>();
                candidates.add(promoted);
                baselines.add(compared);
                started.add(threads.submit(() -> gateAll(environment, promoted, compared)));
            }
            for (Future<Void> one : started) {
                one.get();
            }
            candidates.forEach(CANDIDATES::addAll);
            baselines.forEach(BASELINES::addAll);
        } finally {
            threads.shutdownNow();
        }
        System.out.println(table("Candidates", CANDIDATES) + table("Baselines", BASELINES));
    }

    private static Void gateAll(Path environment, List<IdentityCell> candidates, List<IdentityCell> baselines)
            throws Exception {
        MlflowServer server = MlflowServers.plain(environment);
        Path own = Files.createDirectory(folder.resolve(server.version()));
        try (ModelShapes shapes = new ModelShapes(environment, server, own)) {
            IdentityDrive drive = new IdentityDrive(server, shapes, own);
            candidates.addAll(drive.candidates());
            baselines.addAll(drive.baselines());
        }
        return null;
    }

    @Test
    void everythingThatIsPromotedPassedByItselfAndCanBeLoaded() {
        List<String> wrong = new ArrayList<>();
        for (IdentityCell cell : CANDIDATES) {
            boolean promoted = cell.outcome().contains("=") && !cell.outcome().matches("(FAILED|PASSED)=.*");
            if (!cell.faults().isEmpty() || promoted && !cell.allowed().contains(cell.outcome())) {
                wrong.add(cell.shape() + ", " + cell.way() + " on " + cell.server() + ": " + cell.outcome() + " "
                        + cell.faults());
            }
        }
        assertFalse(CANDIDATES.isEmpty());
        assertEquals("", String.join("\n", wrong));
    }

    @TestFactory
    Stream<DynamicNode> candidates() {
        return tests(CANDIDATES);
    }

    @TestFactory
    Stream<DynamicNode> baselines() {
        return tests(BASELINES);
    }

    private static Stream<DynamicNode> tests(List<IdentityCell> cells) {
        return grouped(cells, IdentityCell::server).entrySet().stream()
                .map(server -> dynamicContainer(
                        "MLflow " + server.getKey(),
                        grouped(server.getValue(), IdentityCell::shape).entrySet().stream()
                                .map(shape -> dynamicContainer(
                                        shape.getKey(),
                                        shape.getValue().stream()
                                                .map(cell -> dynamicTest(
                                                        cell.way(),
                                                        () -> assertTrue(cell.isRight(), cell::toString)))))));
    }

    private static Map<String, List<IdentityCell>> grouped(
            List<IdentityCell> cells, Function<IdentityCell, String> by) {
        return cells.stream().collect(Collectors.groupingBy(by, LinkedHashMap::new, Collectors.toList()));
    }

    /** Shapes and ways down, servers across; what is wrong has a star. */
    private static String table(String title, List<IdentityCell> cells) {
        List<String> servers =
                cells.stream().map(IdentityCell::server).distinct().toList();
        StringBuilder table = new StringBuilder("\n" + title + "\n" + row("shape: way", servers));
        grouped(cells, IdentityCell::shape)
                .forEach((shape, ofShape) -> grouped(ofShape, IdentityCell::way).forEach((way, same) -> {
                    Map<String, String> outcomes = same.stream()
                            .collect(Collectors.toMap(
                                    IdentityCell::server, cell -> cell.outcome() + (cell.isRight() ? "" : " *")));
                    table.append(row(
                            shape + ": " + way,
                            servers.stream()
                                    .map(server -> outcomes.getOrDefault(server, ""))
                                    .toList()));
                }));
        long wrong = cells.stream().filter(cell -> !cell.isRight()).count();
        return table + String.valueOf(cells.size()) + " gates, " + wrong + " wrong\n";
    }

    private static String row(String name, List<String> values) {
        String columns =
                values.stream().map(value -> String.format(" %-18s", value)).collect(Collectors.joining());
        return String.format("%-82s%s", name, columns).stripTrailing() + "\n";
    }
}
