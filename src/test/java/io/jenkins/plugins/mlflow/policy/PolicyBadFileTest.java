package io.jenkins.plugins.mlflow.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file under {@code bad/} starts with one comment for each problem it has: line:column, and parts of the message. */
class PolicyBadFileTest {
    static Stream<Path> files() throws Exception {
        Path folder = Path.of(PolicyBadFileTest.class.getResource("bad").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aBadFileIsRefusedWithEveryProblemAtItsPlace(Path file) throws Exception {
        String name = file.getFileName().toString();
        byte[] yaml = Files.readAllBytes(file);
        List<String> expected = Files.readAllLines(file).stream()
                .takeWhile(line -> line.startsWith("# "))
                .map(line -> line.substring(2))
                .toList();

        List<PolicyException.Problem> problems = assertThrows(
                        PolicyException.class, () -> PolicyDocument.read(name, yaml))
                .problems();

        assertEquals(expected.size(), problems.size(), problems::toString);
        for (int i = 0; i < expected.size(); i++) {
            String[] placeAndRest = expected.get(i).split(" ", 2);
            PolicyException.Problem problem = problems.get(i);
            assertEquals(name, problem.where());
            assertEquals(placeAndRest[0], problem.line() + ":" + problem.column(), problem::toString);
            for (String part : placeAndRest[1].split(" \\| ")) {
                assertTrue(problem.message().contains(part), () -> "'" + part + "' should be in: " + problem);
            }
        }
    }
}
