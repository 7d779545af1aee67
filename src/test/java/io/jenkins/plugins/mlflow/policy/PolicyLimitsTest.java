package io.jenkins.plugins.mlflow.policy;

import static io.jenkins.plugins.mlflow.policy.PolicySamples.file;
import static io.jenkins.plugins.mlflow.policy.PolicySamples.fileOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file may be before anybody looks at what it says: size, depth, encoding, ends of lines. */
class PolicyLimitsTest {
    private static final String GOOD = fileOf("metrics: {accuracy: 0.92}");

    @Test
    void aliasesThatExpandToBillionsAreRefusedAtOnce() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(("*a" + (i - 1) + ",").repeat(9)).append("]\n");
        }

        assertTrue(problem(bomb.toString()).message().contains("the aliases expand to more than 100000 nodes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "- "})
    void deepNestingIsRefused(String opening) {
        problem("version: 1\nmodels: " + opening.repeat(100_000));
    }

    @Test
    void deepNestingThroughAliasesIsRefused() {
        StringBuilder yaml = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 200; i++) {
            yaml.append("a" + i + ": &a" + i + " [*a" + (i - 1) + "]\n");
        }

        assertTrue(problem(yaml.toString()).message().contains("nested more than 50 levels deep"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version: !a%20 1",
                " {!'rt[v%e",
                "version: !<%20> 1",
                "? !b%20 1\n: 2",
                "!<tag:yaml.org,2002:%20> 1"
            })
    void aTagThatTheLibraryStumblesOverIsRefused(String yaml) {
        PolicyException.Problem problem = problem(yaml);

        assertTrue(problem.line() > 0, problem::toString);
    }

    @Test
    void manyMistakesAreCutOff() {
        StringBuilder yaml = new StringBuilder("version: 1\nmodels:\n");
        for (int i = 0; i < 20_000; i++) {
            yaml.append("  m").append(i).append(": {x: 1}\n");
        }

        PolicyException e = assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> assertThrows(PolicyException.class, () -> file(yaml.toString())));
        assertEquals(51, e.problems().size());
    }

    @Test
    void aFileOfOneMebibyteIsReadAndOneByteMoreIsRefused() throws Exception {
        String filled = GOOD + "#" + "x".repeat(PolicyDocument.MAX_BYTES - GOOD.length() - 1);

        file(filled);
        assertTrue(
                problem(filled + "x").message().contains("the file has 1048577 bytes; a policy has at most 1048576"));
        assertThrows(PolicyException.class, () -> PolicyDocument.checkSize("f", PolicyDocument.MAX_BYTES + 1L));
    }

    @Test
    void theSizeIsCountedInBytesAndNotInCharacters() {
        assertTrue(problem(GOOD + "#" + "€".repeat(PolicyDocument.MAX_BYTES / 3))
                .message()
                .contains("bytes"));
    }

    @Test
    void oneLongNumberOrKeyTakesNoTime() {
        problem(fileOf("metrics: {accuracy: " + "1".repeat(900_000) + "}"));
        problem(fileOf("metrics: {accuracy: 1" + ":1".repeat(400_000) + "}"));
        problem(fileOf("? " + "k".repeat(900_000) + "\n: 1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# only a comment\n", "---\n", "--- ~\n"})
    void anEmptyDocumentIsAnError(String yaml) {
        PolicyException.Problem problem = problem(yaml);

        assertEquals(1, problem.line());
        assertTrue(problem.message().contains("is empty; a policy starts with `version: 1`"), problem::toString);
    }

    @Test
    void aByteOrderMarkIsIgnored() throws Exception {
        file("\uFEFF" + GOOD);
        PolicyDocument.read("f", ("\uFEFF" + GOOD).getBytes(StandardCharsets.UTF_8));
        assertEquals(
                1, problem("\uFEFFversion: 2\nmodels: {m: {metrics: {a: 1}}}").line());
        assertEquals(
                10, problem("\uFEFFversion: 2\nmodels: {m: {metrics: {a: 1}}}").column());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void linesAreCountedWhateverEndsThem(String end) throws Exception {
        file(GOOD.replace("\n", end));
        PolicyException.Problem problem =
                problem(fileOf("wait: {timeout: 300}\nmetrics: {a: 1}").replace("\n", end));

        assertEquals(4, problem.line());
        assertEquals(21, problem.column());
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedWithTheirPlace() {
        byte[] latin1 = fileOf("metrics:\n  größe: 1").getBytes(StandardCharsets.ISO_8859_1);

        PolicyException e = assertThrows(PolicyException.class, () -> PolicyDocument.read("f", latin1));

        assertEquals(
                "f:5:9: the file is not UTF-8: the byte 0xF6 is out of place; save the file as UTF-8", e.getMessage());
    }

    @Test
    void namesMayBeOfAnyScript() throws Exception {
        assertEquals(
                "größe 📏",
                PolicySamples.policy("metrics: {größe 📏: 1}").rules().get(0).metric());
    }

    @Test
    void whateverAFileHoldsItIsReadOrRefusedWithAPlace() {
        Random random = new Random(3);
        String signs = " \n\t:{}[]&*!|>-?#'\"~0a<.,%@`\\\u0000\uD83D";
        for (int i = 0; i < 3000; i++) {
            StringBuilder yaml = new StringBuilder(PolicySamples.FULL);
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                yaml.setCharAt(random.nextInt(yaml.length()), signs.charAt(random.nextInt(signs.length())));
            }
            try {
                file(yaml.toString());
            } catch (PolicyException e) {
                e.problems().forEach(problem -> assertTrue(problem.line() > 0 && problem.column() > 0, e::getMessage));
            }
        }
    }

    private static PolicyException.Problem problem(String yaml) {
        PolicyException e = assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> assertThrows(PolicyException.class, () -> file(yaml)));
        assertEquals(1, e.problems().size(), e::getMessage);
        return e.problems().get(0);
    }
}
