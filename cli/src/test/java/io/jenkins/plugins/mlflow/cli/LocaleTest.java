package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Json;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Names that are not ASCII in a process with {@code LC_ALL=C}, as many build containers have it. */
@EnabledOnOs(OS.LINUX)
class LocaleTest {
    /** The model chürn, in UTF-8. */
    private static final String CHECK = " check --model \"$(printf 'ch\\303\\274rn')\" --threshold accuracy=0.9"
            + " --tracking-uri file:///x --json -";

    @TempDir
    private Path directory;

    private String out;
    private String err;

    @BeforeEach
    void makeAJarOfThisBuild() throws Exception {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Main.class.getName());
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                                .map(entry -> new File(entry).toURI().toString())
                                .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(directory.resolve("mlflow-eval-gate.jar")), manifest).close();
        Files.copy(Path.of("src/main/sh/mlflow-eval-gate"), directory.resolve("mlflow-eval-gate"));
    }

    private int shell(String command) throws Exception {
        Path stdout = directory.resolve("stdout");
        Path stderr = directory.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .directory(directory.toFile())
                .redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        out = Files.readString(stdout, StandardCharsets.UTF_8);
        err = Files.readString(stderr, StandardCharsets.UTF_8);
        return process.exitValue();
    }

    @Test
    void theLauncherReadsAndWritesUtf8() throws Exception {
        assertEquals(2, shell("sh ./mlflow-eval-gate" + CHECK), err);
        assertEquals("chürn", ((Map<?, ?>) Json.read(out)).get("model"));
        assertTrue(err.contains("chürn: CONFIGURATION: The tracking URI"), err);
    }

    @Test
    void javaAloneSaysThatItCannotReadThem() throws Exception {
        assertEquals(2, shell("\"$JAVA_HOME/bin/java\" -jar mlflow-eval-gate.jar" + CHECK), out);
        assertTrue(err.contains("LC_ALL=C.UTF-8"), err);
        assertEquals("", out);
    }

    @Test
    void javaAloneSaysItOfVariablesToo() throws Exception {
        String command = "MLFLOW_TRACKING_TOKEN=\"$(printf 'ch\\303\\274rn')\" \"$JAVA_HOME/bin/java\" -jar"
                + " mlflow-eval-gate.jar check --model churn --threshold accuracy=0.9 --tracking-uri http://127.0.0.1:9";
        assertEquals(2, shell(command), out);
        assertTrue(out.contains("MLFLOW_TRACKING_TOKEN") && out.contains("LC_ALL=C.UTF-8"), out);
    }
}
