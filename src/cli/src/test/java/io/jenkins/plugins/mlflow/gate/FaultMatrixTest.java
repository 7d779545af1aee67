package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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
                "a few cells", FaultWorld.Scripted.SOURCE, cells.subList(0, FEW), 16, Duration.ofSeconds(12),
                Duration.ofSeconds(5), Duration.ofSeconds(3)));
    }

    @Test
    @Tag("torture")
    void everyFaultAtEveryRequestIsWithstood() throws Exception {
        assertNothingWrong(FaultMatrix.run(
                "scripted server", FaultWorld.Scripted.SOURCE, FaultMatrix.cells(FaultWorld.Scripted.SOURCE), 24,
                Duration.ofSeconds(8), Duration.ofSeconds(4), Duration.ofSeconds(2)));
    }

    @ParameterizedTest
    @Tag("torture")
    @Tag("mlflow")
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void everyFaultAtEveryRequestOfARealServerIsWithstood(MlflowServer mlflow) throws Exception {
        FaultWorld.Source source = FaultWorld.Real.on(mlflow);
        assertNothingWrong(FaultMatrix.run(
                "MLflow " + mlflow.version(), source, FaultMatrix.cells(source), 12, Duration.ofSeconds(10),
                Duration.ofSeconds(3), Duration.ofSeconds(2)));
    }

    private static void assertNothingWrong(FaultMatrix matrix) throws Exception {
        matrix.print();
        assertEquals(List.of(), matrix.wrong(), String.join("\n", matrix.wrong()));
    }
}
