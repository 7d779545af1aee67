package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.Guide;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The policies of docs/examples, evaluated by the reader that the gate uses and by the JSON Schema that editors use. */
class PolicyExamplesTest {
    private static final Path EXAMPLES = Guide.docs().resolve("examples");

    static Stream<Path> valid() throws IOException {
        return files("valid");
    }

    static Stream<Path> invalid() throws IOException {
        return files("invalid");
    }

    static Stream<Path> stored() throws IOException {
        return files("stored");
    }

    static Stream<Path> unseen() throws IOException {
        return files("unseen");
    }

    private static Stream<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES.resolve(folder))) {
            return files.sorted().toList().stream();
        }
    }

    private static PolicyDocument read(Path file) throws Exception {
        return PolicyDocument.read(file.getFileName().toString(), Files.readAllBytes(file));
    }

    @Test
    void thereAreFortyExamplesOfPolicyFiles() throws Exception {
        assertTrue(valid().count() >= 24);
        assertTrue(invalid().count() >= 16);
    }

    @ParameterizedTest
    @MethodSource("valid")
    void readerAndSchemaAcceptAValidExample(Path file) throws Exception {
        PolicyDocument document = read(file);
        for (String model : document.models()) {
            assertFalse(PolicyReader.resolve(document, model, PolicyOverrides.NONE)
                    .rules()
                    .isEmpty());
        }
        assertEquals(List.of(), EditorsView.problemsOfFile(Files.readString(file)));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void readerAndSchemaRefuseAnInvalidExample(Path file) throws Exception {
        PolicyException refusal = assertThrows(PolicyException.class, () -> read(file));
        assertEquals(1, refusal.problems().size(), refusal::getMessage);
        assertFalse(EditorsView.problemsOfFile(Files.readString(file)).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("stored")
    void readerAndSchemaAcceptAStoredExampleOnlyAsStored(Path file) throws Exception {
        String yaml = Files.readString(file);

        PolicyDocument document = PolicyDocument.readStored(file.getFileName().toString(), yaml);

        assertTrue(document.isLocked("churn-classifier"));
        assertEquals(List.of(), EditorsView.problemsOfStored(yaml));
        assertThrows(PolicyException.class, () -> read(file));
        assertFalse(EditorsView.problemsOfFile(yaml).isEmpty());
    }

    /** What docs/policy.md says that a schema cannot see. A file that the schema has learned to refuse belongs to the invalid ones. */
    @ParameterizedTest
    @MethodSource("unseen")
    void onlyTheReaderSeesWhatIsWrongInAnUnseenExample(Path file) throws Exception {
        assertThrows(PolicyException.class, () -> read(file));
        assertEquals(List.of(), EditorsView.problemsOfFile(Files.readString(file)));
    }

    @ParameterizedTest
    @MethodSource({"valid", "invalid", "stored", "unseen"})
    void anExampleStartsWithOneLineThatSaysWhatItShows(Path file) throws Exception {
        List<String> lines = Files.readAllLines(file);

        assertTrue(lines.get(0).matches("# [A-Z].*\\.") && !lines.get(1).startsWith("#"), lines::toString);
        assertEquals(file.getParent().endsWith("invalid"), lines.get(0).startsWith("# Wrong: "), lines.get(0));
    }

    @Test
    void theValidExamplesUseEveryKeyOfTheSchema() throws Exception {
        Set<String> used = new HashSet<>();
        for (Path file : Stream.concat(valid(), stored()).toList()) {
            used.addAll(EditorsView.keysOf(Files.readString(file)));
        }
        Set<String> unused = new TreeSet<>(EditorsView.keysOfSchema());
        unused.removeAll(used);

        assertEquals(Set.of(), unused);
    }

    /** The reader's own bad files, which are there for other reasons: the schema must see all that a schema can. */
    @Test
    void theSchemaRefusesWhatTheReaderRefusesButForWhatASchemaCannotSee() throws Exception {
        Set<String> accepted = new TreeSet<>();
        Path folder = Path.of(PolicyDocument.class.getResource("bad").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (EditorsView.problemsOfFile(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                        .isEmpty()) {
                    accepted.add(file.getFileName().toString().replace(".yaml", ""));
                }
            }
        }

        assertEquals(
                new TreeSet<>(List.of(
                        "binary_tag",
                        "bound_is_hexadecimal",
                        "bound_is_infinite",
                        "bound_is_nan",
                        "bound_is_octal",
                        "bound_is_too_large",
                        "bound_is_too_small",
                        "bounds_contradict",
                        "defaults_lack_what_one_model_needs",
                        "key_is_a_number",
                        "merge_key",
                        "version_is_a_fraction")),
                accepted);
    }
}
