package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.gate.GateWorld;
import io.jenkins.plugins.mlflow.policy.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** The command line, over HTTP, and a gate driven as the step drives it come to the same. */
class DriversAgreeTest {
    @Provide
    Arbitrary<GateWorld> worlds() {
        return GateWorld.any();
    }

    @Property(seed = "20261120", shrinking = ShrinkingMode.OFF)
    void whatOneDriverDecidesTheOtherDecidesToo(@ForAll("worlds") GateWorld world) throws Exception {
        GateReport step = world.evaluatedAsByTheStep();
        Assume.that(step.getTiming().getWaitedMillis() == 0); // it would be waited for in real time
        assertEquals(decision((Map<?, ?>) Json.read(Json.write(step.toMap()))), decision(commandLine(world)));
    }

    private static Map<?, ?> commandLine(GateWorld world) throws Exception {
        Path directory = Files.createTempDirectory("drivers-");
        Path policy = Files.writeString(directory.resolve("eval_gate.yaml"), world.file());
        try (GateWorld.Served server = world.serve()) {
            InProcess done = InProcess.run(
                    directory, "check", "--model", GateWorld.MODEL, "--tracking-uri", server.url(), "--json", "-");
            return (Map<?, ?>) Json.read(done.out());
        } finally {
            Files.delete(policy);
            Files.delete(directory);
        }
    }

    private static Map<String, Object> decision(Map<?, ?> report) {
        Map<String, Object> decision = new LinkedHashMap<>();
        for (String part : new String[] {"status", "reason", "candidate", "baseline", "checks", "promotion", "error"}) {
            decision.put(part, report.get(part));
        }
        return decision;
    }
}
