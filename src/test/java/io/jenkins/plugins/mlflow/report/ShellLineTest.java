package io.jenkins.plugins.mlflow.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a shell makes of the line that people copy. */
class ShellLineTest {
    private static final List<String> HOSTILE = List.of(
            "it's; rm -rf ~ #",
            "$(touch /tmp/owned) `touch /tmp/owned` ${HOME} !! \\ \"",
            "two\nlines\r\tand \u0003\u0015\u001b[2J a bell \u0007",
            "'",
            "\\'\n'",
            "--dry-run",
            "@file",
            "*?[a]{b,c}~",
            "",
            "\u202Eevil\u202C \u2028 نموذج é 模型 \uD83D\uDE00 \uDB40\uDC41");

    @Test
    void plainValuesStandAsTheyAre() {
        assertEquals(
                "java check --model=churn-classifier --tracking-uri=https://mlflow.example.com:8080/team --dry-run",
                new ShellLine("java", "check")
                        .option("model", "churn-classifier")
                        .option("tracking-uri", "https://mlflow.example.com:8080/team")
                        .option("run-id", null)
                        .flag("dry-run")
                        .toString());
        assertEquals(
                "x --model='it'\\''s a b'",
                new ShellLine("x").option("model", "it's a b").toString());
    }

    @Test
    void theLineHasNoCharacterThatATerminalActsOn() {
        for (String value : HOSTILE) {
            String line = new ShellLine("x").option("model", value).toString();
            assertTrue(line.codePoints().noneMatch(Character::isISOControl), line);
            assertTrue(line.codePoints().noneMatch(c -> Character.getType(c) == Character.FORMAT), line);
        }
        assertFalse(
                new ShellLine("x").option("model", "a\u0000b\uD800").toString().contains("\u0000"));
    }

    @Test
    void aShellTakesEachValueAsOneWordAndAsNothingElse() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")));
        ShellLine line = new ShellLine("printf", "%s\\0");
        HOSTILE.forEach(value -> line.option("model", value));
        ProcessBuilder shell = new ProcessBuilder("/bin/bash", "-c", line.toString());
        shell.environment().put("LC_ALL", "C.UTF-8");

        Process process = shell.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertEquals(0, process.waitFor());
        assertEquals(HOSTILE.stream().map(value -> "--model=" + value).toList(), List.of(said.split("\0")));
    }
}
