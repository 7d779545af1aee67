package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shell script beside the jar, with a Java that only tells how it was called. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    @TempDir
    private Path directory;

    private final Map<String, String> locale = new HashMap<>();
    private String version = "17.0.1";
    private String output;

    @BeforeEach
    void install() throws Exception {
        Files.copy(Path.of("src/main/sh/mlflow-eval-gate"), directory.resolve("mlflow-eval-gate"));
    }

    private int start(String java, String... words) throws Exception {
        Path home = Files.createDirectories(directory.resolve("jdk/bin")).getParent();
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x y\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path program = Files.writeString(home.resolve("bin/java"), "#!/bin/sh\n" + java + "\n");
        assertTrue(program.toFile().setExecutable(true));
        List<String> command = new ArrayList<>(
                List.of("sh", directory.resolve("mlflow-eval-gate").toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", home.toString());
        locale.forEach((name, value) -> {
            builder.environment().remove(name);
            if (value != null) {
                builder.environment().put(name, value);
            }
        });
        Process process = builder.start();
        output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        return process.exitValue();
    }

    @Test
    void theGatesExitStatusIsTheScripts() throws Exception {
        for (int status : List.of(0, 1, 2, 3)) {
            assertEquals(status, start("exit " + status, "check"));
            assertEquals(status, start("exit " + status, "--archive", "check"));
            assertTrue(output.contains("mlflow-eval-gate.jsa was not written"), output);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "17.0.1, jsa, ArchiveClassesAtExit, SharedArchiveFile",
        "24, jsa, ArchiveClassesAtExit, SharedArchiveFile",
        "25, aot, AOTCacheOutput, AOTCache",
        "26-ea, aot, AOTCacheOutput, AOTCache",
        "unknown, jsa, ArchiveClassesAtExit, SharedArchiveFile",
    })
    void theArchiveOfOneStartIsUsedByTheNext(String java, String suffix, String write, String read) throws Exception {
        version = java;
        String writesArchive =
                "for word; do case $word in -XX:" + write + "=*) echo x > \"${word#*=}\";; esac; done; echo \"$@\"";

        assertEquals(0, start(writesArchive, "--archive", "check", "--model", "a b"));
        assertTrue(
                output.endsWith("-jar " + directory.resolve("mlflow-eval-gate.jar") + " check --model a b\n"), output);
        assertEquals(0, start(writesArchive, "check"));

        assertTrue(
                output.contains("-XX:" + read + "=" + directory.resolve("mlflow-eval-gate." + suffix) + " "), output);
    }

    @ParameterizedTest
    @CsvSource({
        "C,,, C.UTF-8",
        "POSIX,, de_DE.UTF-8, C.UTF-8",
        ",C, de_DE.UTF-8, C.UTF-8",
        ",,, C.UTF-8",
        ",, C, C.UTF-8",
        ",, de_DE.UTF-8, unset",
        "de_DE.ISO-8859-1,, C, de_DE.ISO-8859-1",
        ",en_US.UTF-8, C, unset"
    })
    void aLocaleOfAsciiOnlyIsReplaced(String all, String type, String language, String expected) throws Exception {
        locale.put("LC_ALL", all);
        locale.put("LC_CTYPE", type);
        locale.put("LANG", language);
        assertEquals(0, start("echo \"LC_ALL=${LC_ALL:-unset}\"", "check"));
        assertEquals("LC_ALL=" + expected, output.strip());
    }

    /** As a Java that is no file of an installation cannot tell which one it is. */
    @Test
    void aJavaOfWhichNothingIsKnownIsStartedAllTheSame() throws Exception {
        version = "";
        assertEquals(0, start("echo \"$@\"", "check"));
        assertTrue(output.endsWith(" check\n"), output);
    }
}
