package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.gate.GateWorld;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --promote} does to a policy that promotes. */
class PromoteOptionTest {
    @TempDir
    private Path directory;

    private Terminal terminal;

    @BeforeEach
    void writeThePolicy() throws Exception {
        terminal = new Terminal(directory);
        Files.writeString(directory.resolve("eval_gate.yaml"), GateWorld.GOOD.file());
    }

    private int check(GateWorld.Served server, String... more) {
        String[] first = {"check", "--model", GateWorld.MODEL, "--tracking-uri", server.url(), "--json", "-"};
        String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return terminal.run(all);
    }

    @Test
    void withoutItThePolicysPromotionHappens() throws Exception {
        try (GateWorld.Served server = GateWorld.GOOD.serve()) {
            assertEquals(0, check(server), terminal.err);
            assertEquals("champion", ((Map<?, ?>) terminal.json().get("promotion")).get("alias"));
        }
    }

    @Test
    void falsePromotesNothing() throws Exception {
        try (GateWorld.Served server = GateWorld.GOOD.serve()) {
            assertEquals(0, check(server, "--promote", "false"), terminal.err);
            assertNull(terminal.json().get("promotion"));
            assertEquals(List.of(), server.writes());
        }
    }

    @Test
    void falseBesideAStageIsAContradiction() throws Exception {
        try (GateWorld.Served server = GateWorld.GOOD.serve()) {
            assertEquals(2, check(server, "--promote", "false", "--stage", "Production"));
            assertTrue(terminal.err.contains("`--promote false`"), terminal.err);
            assertEquals(List.of(), server.writes());
        }
    }

    /** Java itself would end with 1, which says that nothing was promoted. */
    @Test
    void anErrorOfJavaAfterTheWriteIsNoGateThatDidNotPass() throws Exception {
        try (GateWorld.Served server = GateWorld.GOOD.serve()) {
            AtomicBoolean thrown = new AtomicBoolean();
            InstantSource time = () -> {
                if (server.writes().stream().anyMatch(write -> write.contains("champion"))
                        && thrown.compareAndSet(false, true)) {
                    throw new OutOfMemoryError("of a test");
                }
                return Instant.now();
            };
            terminal.clock = time.withZone(ZoneOffset.UTC);

            assertEquals(Main.OTHER_ERROR, check(server));
            assertTrue(thrown.get());
            assertEquals("ERROR", terminal.json().get("status"));
            assertTrue(terminal.json().get("reason").toString().contains("of a test"), terminal.out);
        }
    }
}
