package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.gate.ExactCandidate;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import org.apache.commons.cli.ParseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which candidate the options of {@code check} name. */
class CheckOptionsTest {
    private static CheckOptions options(String line) throws ParseException {
        return new CheckOptions(Arguments.read(
                CheckOptions.all(), false, ("--model churn " + line).strip().split(" ")));
    }

    @ParameterizedTest
    @CsvSource({
        "--run-id r1, RUN, r1",
        "--version 7, VERSION, 7",
        "--alias champion, ALIAS, champion",
        "--model-id m-1, MODEL, m-1"
    })
    void oneOptionNamesTheCandidate(String line, ExactCandidate.Kind kind, String value) throws Exception {
        assertEquals(new ExactCandidate(kind, value), options(line).candidate());
        assertNull(options(line).evaluationRun());
    }

    @ParameterizedTest
    @CsvSource({"--run-id e1 --version 7, VERSION, 7", "--alias challenger --run-id e1, ALIAS, challenger"})
    void aRunBesideAVersionOrAliasIsItsEvaluationRun(String line, ExactCandidate.Kind kind, String value)
            throws Exception {
        assertEquals(new ExactCandidate(kind, value), options(line).candidate());
        assertEquals("e1", options(line).evaluationRun());
    }

    @Test
    void withoutAnyThereIsNoExactCandidate() throws Exception {
        assertNull(options("").candidate());
        assertNull(options("--experiment e").evaluationRun());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--version 7 --alias champion",
                "--run-id a --model-id m-1",
                "--version 7 --model-id m-1",
                "--run-id a --version 7 --alias champion",
                "--run-id a --version 7 --model-id m-1"
            })
    void otherCombinationsAreRefusedWithWhatIsAllowed(String line) {
        ParseException e = assertThrows(ParseException.class, () -> options(line));
        assertTrue(e.getMessage().contains("--run-id with --version or --alias"), e.getMessage());
    }

    @Test
    void aBlankEvaluationRunIsRefused() throws Exception {
        CheckOptions blank = new CheckOptions(
                Arguments.read(CheckOptions.all(), false, "--model", "churn", "--version", "7", "--run-id", " "));
        assertThrows(IllegalArgumentException.class, blank::evaluationRun);
    }

    @ParameterizedTest
    @CsvSource({"'', false", "--nested include, true", "--nested ignore, false"})
    void childRunsCountOnlyIfTheyAreAskedFor(String nested, boolean counted) throws Exception {
        assertEquals(counted, resolved("--experiment e " + nested).candidate().nested());
    }

    @Test
    void anUnknownWordForChildRunsIsRefusedByTheNameOfItsOption() {
        PolicyException e = assertThrows(PolicyException.class, () -> resolved("--experiment e --nested all"));
        assertTrue(e.getMessage().contains("--nested"), e.getMessage());
    }

    private static GatePolicy resolved(String line) throws Exception {
        return PolicyReader.resolve(
                null, "churn", options("--threshold accuracy=0.9 " + line).overrides());
    }
}
