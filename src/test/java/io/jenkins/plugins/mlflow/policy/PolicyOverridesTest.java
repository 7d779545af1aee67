package io.jenkins.plugins.mlflow.policy;

import static io.jenkins.plugins.mlflow.policy.PolicySamples.file;
import static io.jenkins.plugins.mlflow.policy.PolicySamples.fileOf;
import static io.jenkins.plugins.mlflow.policy.PolicySamples.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyOverridesTest {
    private static final String BEST = """
            candidate: {experiment: e, select: best, order_by: metrics.auc DESC, max_age: 1h}
            wait: {timeout: 1m, settle: 2s}
            baseline: champion
            metrics: {auc: {min: 0.9, max_drop: 0.1}}
            promote: champion
            """;

    @Test
    void withThresholdsNoPolicyIsNeeded() throws Exception {
        Map<String, Object> thresholds = new LinkedHashMap<>();
        thresholds.put("accuracy", new BigDecimal("0.920"));
        thresholds.put("log_loss", "<= 0.35");
        thresholds.put("rmse", Map.of("max", 3, "criticality", "unstable"));
        thresholds.put("f1", 0.1 + 0.2);

        GatePolicy policy = PolicyReader.resolve(
                null, "m", PolicyOverrides.builder().thresholds(thresholds).build());

        assertEquals(
                List.of(
                        rule("accuracy", RuleKind.MIN, "0.92", null, Criticality.FAILURE),
                        rule("log_loss", RuleKind.MAX, "0.35", null, Criticality.FAILURE),
                        rule("rmse", RuleKind.MAX, "3", null, Criticality.UNSTABLE),
                        rule("f1", RuleKind.MIN, "0.30000000000000004", null, Criticality.FAILURE)),
                policy.rules());
    }

    @Test
    void aGroovyStringIsAText() throws Exception {
        assertEquals(
                rule("auc", RuleKind.MIN, "0.5", null, Criticality.FAILURE),
                PolicyReader.resolve(
                                null,
                                "m",
                                PolicyOverrides.builder()
                                        .thresholds(Map.of("auc", new StringBuilder(">= 0.5")))
                                        .build())
                        .rules()
                        .get(0));
    }

    @Test
    void eachParameterReplacesTheSamePartAndNothingElse() throws Exception {
        GatePolicy policy = resolve(PolicyOverrides.builder()
                .baseline(Map.of("alias", "best", "when_missing", "rubber_stamp"))
                .promote(false)
                .experiment("other")
                .filter("tags.a = 'b'")
                .maxAge("2h")
                .timeout("90s"));

        assertEquals(new BaselinePolicy("best", true), policy.baseline());
        assertNull(policy.promotion());
        assertEquals(
                new CandidateSelection(
                        "other",
                        "tags.a = 'b'",
                        true,
                        new CandidateSelection.OrderBy("auc", true),
                        Duration.ofHours(2)),
                policy.candidate());
        assertEquals(new WaitPolicy(Duration.ofSeconds(90), Duration.ofSeconds(2)), policy.waiting());
        assertEquals(2, policy.rules().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "False", "FALSE", "true", "yes", "No", "on", "OFF", "none", "null", "NULL"})
    void aWordForOnOrOffIsNoAlias(String word) {
        String refused = "`" + word + "` is no alias name here";

        assertTrue(problem(PolicyOverrides.builder().promote(word)).startsWith("parameter `promote`: " + refused));
        assertTrue(problem(PolicyOverrides.builder().promote(new StringBuilder(word)))
                .contains(refused));
        assertTrue(problem(PolicyOverrides.builder().promote(Map.of("alias", word)))
                .contains(refused));
        assertTrue(problem(PolicyOverrides.builder().baseline(word)).startsWith("parameter `baseline`: " + refused));
        assertTrue(problem(PolicyOverrides.builder().baseline(Map.of("alias", word)))
                .contains(refused));
        assertTrue(AliasNames.problemWith(word).startsWith(refused));
    }

    @Test
    void thePlainFalsePromotesNothing() throws Exception {
        assertNull(resolve(PolicyOverrides.builder().promote(false)).promotion());
        assertNull(resolve(PolicyOverrides.builder().promote(Boolean.FALSE)).promotion());
        assertTrue(problem(PolicyOverrides.builder().promote(true)).contains("found `true`"));
        assertTrue(problem(PolicyOverrides.builder().promote("false"))
                .contains("to promote nothing, write false without quotes"));
    }

    /** Wherever the one comes from that is told, it is the parameter's. */
    @Test
    void aliasesOfParametersMayNotDifferFromThoseOfThePolicyInCapitalsOnly() {
        assertEquals(
                "parameter `promote`: `Champion` and `champion`, the alias of `baseline`, differ in capitals only; "
                        + "write both alike, as MLflow has it",
                problem(PolicyOverrides.builder().promote("Champion")));
        assertEquals(
                "parameter `baseline`: `CHAMPION` and `champion`, the alias of `promote`, differ in capitals only; "
                        + "write both alike, as MLflow has it",
                problem(PolicyOverrides.builder().baseline("CHAMPION")));
        assertEquals(
                "parameter `promote`: `alias`: `Best` and `best`, the alias of `baseline`, differ in capitals only; "
                        + "write both alike, as MLflow has it",
                problem(PolicyOverrides.builder().baseline("best").promote(Map.of("alias", "Best"))));
    }

    @Test
    void thresholdsReplaceAllMetricsOfThePolicy() throws Exception {
        assertEquals(
                List.of(rule("f1", RuleKind.MIN, "0.5", null, Criticality.FAILURE)),
                resolve(PolicyOverrides.builder().thresholds(Map.of("f1", 0.5f)))
                        .rules());
    }

    @Test
    void anExactCandidateReplacesTheWholeSelectionOfThePolicy() throws Exception {
        assertEquals(
                CandidateSelection.HIGHEST_VERSION,
                resolve(PolicyOverrides.builder().exactCandidate(true)).candidate());
        assertEquals(
                new CandidateSelection("other", null, false, null, Duration.ofMinutes(3)),
                resolve(PolicyOverrides.builder()
                                .exactCandidate(true)
                                .experiment("other")
                                .maxAge("3m"))
                        .candidate());
    }

    @Test
    void aFilterAndAnExactCandidateExcludeEachOther() {
        assertEquals(
                "parameter `filter`: a filter chooses among runs, but exactly one candidate was given; "
                        + "give only one of the two",
                problem(PolicyOverrides.builder()
                        .exactCandidate(true)
                        .experiment("e")
                        .filter("x")));
    }

    @Test
    void problemsOfParametersCarryTheirNamesAndAreToldTogether() {
        PolicyException e = assertThrows(
                PolicyException.class,
                () -> resolve(PolicyOverrides.builder()
                        .thresholds(Map.of("auc", Map.of("min", "0.9")))
                        .timeout("300")
                        .promote("latest")));

        assertEquals(
                List.of(
                        "parameter `timeout`: `300` has no unit; write a whole number and a unit of ms, s, m, h or d, "
                                + "for example 90s or 5m",
                        "parameter `thresholds`: `auc.min`: found the string \"0.9\"; write a number, without quotes",
                        "parameter `promote`: `latest` is reserved by MLflow (`latest` and `v` with a number are never "
                                + "aliases); choose another name, for example `champion`"),
                e.problems().stream().map(PolicyException.Problem::toString).toList());
    }

    @Test
    void theCommandLineCallsItsOptionsByTheirOwnNames() {
        PolicyOverrides.Builder options = PolicyOverrides.builder(
                name -> "--" + name.replaceAll("([A-Z])", "-$1").toLowerCase());

        assertTrue(problem(options.maxAge("1 day")).startsWith("option `--max-age`: `1 day` is not a duration"));
    }

    @Test
    void unknownWordsInThresholdsAreRefusedWithASuggestion() {
        assertTrue(problem(PolicyOverrides.builder().thresholds(Map.of("auc", Map.of("maxDrop", 1))))
                .contains("did you mean `max_drop`?"));
    }

    @Test
    void valuesThatNoPolicyCanHoldAreRefused() {
        Map<String, Object> cyclic = new HashMap<>();
        cyclic.put("auc", cyclic);

        assertTrue(problem(PolicyOverrides.builder().thresholds(Map.of("auc", Double.NaN)))
                .contains("not finite"));
        assertTrue(problem(PolicyOverrides.builder().thresholds(Map.of("auc", Double.NEGATIVE_INFINITY)))
                .contains("`-Infinity`"));
        assertTrue(problem(PolicyOverrides.builder().thresholds(Map.of("auc", new BigDecimal("1e999"))))
                .contains("not finite"));
        assertTrue(problem(PolicyOverrides.builder().thresholds(Map.of("auc", new Object())))
                .contains("a value of the type java.lang.Object"));
        assertTrue(problem(PolicyOverrides.builder().thresholds(Map.of("auc", List.of(1))))
                .contains("found a list"));
        assertTrue(problem(PolicyOverrides.builder().thresholds(Map.of())).contains("rule set is empty"));
        assertTrue(problem(PolicyOverrides.builder().thresholds(cyclic)).contains("contains itself"));
    }

    @Test
    void noRulesFromAnywhereIsAnErrorThatSaysHowToGiveSome() {
        assertEquals(
                "model `m`: there are no rules, so nothing would be checked; give `metrics` in a policy, "
                        + "for example `metrics: {accuracy: 0.92}`, or the parameter `thresholds`",
                assertThrows(PolicyException.class, () -> PolicyReader.resolve(null, "m", PolicyOverrides.NONE))
                        .getMessage());
    }

    @Test
    void aModelThatIsResolvedLaterMayLackWhatParametersGive() throws Exception {
        String lacksRules = fileOf("candidate: {filter: \"tags.a = 'b'\"}");

        GatePolicy policy = PolicyReader.resolve(
                PolicyDocument.read("f", lacksRules, "m"),
                "m",
                PolicyOverrides.builder()
                        .thresholds(Map.of("auc", 1))
                        .experiment("e")
                        .build());

        assertEquals("e", policy.candidate().experiment());
        assertThrows(PolicyException.class, () -> file(lacksRules));
        assertThrows(
                PolicyException.class,
                () -> PolicyReader.resolve(PolicyDocument.read("f", lacksRules, "m"), "m", PolicyOverrides.NONE));
    }

    @Test
    void aModelThatIsResolvedLaterIsStillCheckedForWhatItSays() {
        assertThrows(PolicyException.class, () -> PolicyDocument.read("f", fileOf("wait: {timeout: 300}"), "m"));
    }

    @Test
    void aChangeRuleOfAParameterWithoutBaselineIsToldAtTheParameter() {
        PolicyOverrides overrides = PolicyOverrides.builder()
                .thresholds(Map.of("auc", Map.of("min", 0, "max_drop", 1)))
                .build();

        String message = assertThrows(
                        PolicyException.class,
                        () -> PolicyReader.resolve(file(fileOf("metrics: {a: 1}")), "m", overrides))
                .getMessage();

        assertTrue(message.startsWith("parameter `thresholds`: `auc.max_drop`: a change needs something to compare"));
    }

    private static GatePolicy resolve(PolicyOverrides.Builder overrides) throws PolicyException {
        return PolicyReader.resolve(file(fileOf(BEST)), "m", overrides.build());
    }

    private static String problem(PolicyOverrides.Builder overrides) {
        PolicyException e = assertThrows(PolicyException.class, () -> resolve(overrides));
        assertEquals(1, e.problems().size(), e::getMessage);
        return e.getMessage();
    }
}
