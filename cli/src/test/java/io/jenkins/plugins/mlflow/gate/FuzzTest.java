package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a policy file or an answer holds: no exception but ours, no hang, no more than 256 MiB. */
class FuzzTest {
    private static final String MEMORY = "-Xmx256m";

    @ParameterizedTest
    @ValueSource(strings = {"policy", "answer", "http"})
    void twentyThousandInputsAreReadOrRefused(String target) throws Exception {
        assertWellIn(List.of(MEMORY, Fuzz.class.getName(), target, "20000", "0"), "fuzz-" + target);
    }

    @ParameterizedTest
    @Tag("torture")
    @ValueSource(strings = {"policy", "answer", "http"})
    void aMillionInputsAreReadOrRefused(String target) throws Exception {
        assertWellIn(List.of(MEMORY, Fuzz.class.getName(), target, "1000000", "20000"), "torture-fuzz-" + target);
    }

    /** Jazzer looks for inputs that reach new branches. It is on the class path with {@code -Pjazzer} only. */
    @ParameterizedTest
    @Tag("torture")
    @ValueSource(classes = {PolicyFuzz.class, AnswerFuzz.class, HttpFuzz.class})
    void aMillionInputsThatCoverageGuidesAreReadOrRefused(Class<?> target) throws Exception {
        String jazzer = "com.code_intelligence.jazzer.Jazzer";
        Assumptions.assumeTrue(
                FuzzTest.class.getClassLoader().getResource(jazzer.replace('.', '/') + ".class") != null, "no Jazzer");
        Path corpus = Files.createDirectories(Path.of("target", "fuzz", target.getSimpleName()));
        for (int i = 0; i < 200; i++) {
            Files.write(
                    corpus.resolve("seed-" + i),
                    ((Fuzz.Target) target.getDeclaredConstructor().newInstance()).input(new java.util.Random(i)));
        }
        assertWellIn(
                List.of(
                        MEMORY,
                        jazzer,
                        "--target_class=" + target.getName(),
                        "--instrumentation_includes=io.jenkins.plugins.mlflow.**:org.yaml.snakeyaml.**",
                        "--reproducer_path=target/fuzz",
                        "-artifact_prefix=target/fuzz/",
                        "-runs=1000000",
                        "-seed=1",
                        "-timeout=60",
                        "-max_len=4096",
                        "-rss_limit_mb=0",
                        "-print_final_stats=1",
                        corpus.toString()),
                "torture-jazzer-" + target.getSimpleName());
    }

    private static void assertWellIn(List<String> arguments, String log) throws Exception {
        Path output = Files.createDirectories(Path.of("target", "fuzz")).resolve(log + ".txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            int status = process.waitFor();
            String said = Files.readString(output);
            assertEquals(0, status, () -> said.substring(Math.max(0, said.length() - 4000)));
            System.out.println(said.substring(Math.max(0, said.length() - 600)).strip());
        } finally {
            process.destroyForcibly();
        }
    }
}
