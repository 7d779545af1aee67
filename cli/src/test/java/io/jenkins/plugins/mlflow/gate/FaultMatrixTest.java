package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault at every request: no pass that is not due, nothing twice, over in time, and the cause named. */
class FaultMatrixTest {
    private static final int FEW = 80;

    @Test
    void someFaultsAtSomeRequestsAreWithstood() throws Exception {
        List<FaultCell> cells = new ArrayList<>(FaultMatrix.cells(FaultWorld.Scripted.SOURCE));
        Collections.shuffle(cells, new Random(5));
        assertNothingWrong(FaultMatrix.run(
                "a few cells",
                FaultWorld.Scripted.SOURCE,
                cells.subList(0, FEW),
                16,
                Duration.ofSeconds(12),
                Duration.ofSeconds(5),
                Duration.ofSeconds(3)));
    }

    @Test
    @Tag("torture")
    void everyFaultAtEveryRequestIsWithstood() throws Exception {
        assertNothingWrong(FaultMatrix.run(
                "scripted server",
                FaultWorld.Scripted.SOURCE,
                some(FaultMatrix.cells(FaultWorld.Scripted.SOURCE)),
                24,
                Duration.ofSeconds(8),
                Duration.ofSeconds(6),
                Duration.ofSeconds(2)));
    }

    @ParameterizedTest
    @Tag("torture")
    @Tag("mlflow")
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void everyFaultAtEveryRequestOfARealServerIsWithstood(MlflowServer mlflow) throws Exception {
        FaultWorld.Source source = FaultWorld.Real.on(mlflow);
        assertNothingWrong(FaultMatrix.run(
                "MLflow " + mlflow.version(),
                source,
                some(FaultMatrix.cells(source)),
                12,
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(4)));
    }

    /**
     * All of them, or with {@code -Dfaults.every=11} one in eleven; with {@code -Dfaults.requests='dataset|modelId'} those at
     * requests whose names have this in them.
     */
    private static List<FaultCell> some(List<FaultCell> cells) {
        int every = Integer.getInteger("faults.every", 1);
        Pattern requests = Pattern.compile(System.getProperty("faults.requests", ""));
        List<FaultCell> of = cells.stream()
                .filter(cell -> requests.matcher(cell.column().toString()).find())
                .toList();
        return IntStream.range(0, of.size())
                .filter(i -> i % every == 0)
                .mapToObj(of::get)
                .toList();
    }

    private static void assertNothingWrong(FaultMatrix matrix) throws Exception {
        matrix.print();
        assertEquals(List.of(), matrix.wrong(), String.join("\n", matrix.wrong()));
    }
}
