package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.export.HostileReport;
import org.junit.jupiter.api.Test;

/** What the command line writes, with names as hostile as a server may hold. */
class OutputsTest {
    @Test
    void theTableHoldsNoControlCharacters() throws Exception {
        String table = TextTable.of(HostileReport.report());

        assertTrue(table.lines().anyMatch(line -> line.matches(" +FAILED +latency +50 +max 40 .*")), table);
        assertTrue(table.chars().noneMatch(c -> c < ' ' && c != '\n'), table);
        assertTrue(table.chars().noneMatch(c -> Character.getType(c) == Character.FORMAT), table);
        assertTrue(table.contains("\\u202Eycarucca\\u202C"), table);
    }
}
