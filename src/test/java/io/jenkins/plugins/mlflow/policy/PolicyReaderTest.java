package io.jenkins.plugins.mlflow.policy;

import static io.jenkins.plugins.mlflow.policy.PolicySamples.file;
import static io.jenkins.plugins.mlflow.policy.PolicySamples.policy;
import static io.jenkins.plugins.mlflow.policy.PolicySamples.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyReaderTest {
    @Test
    void theFullExampleIsReadInAllItsParts() throws Exception {
        GatePolicy policy = PolicyReader.resolve(
                PolicyDocument.read("eval_gate.yaml", PolicySamples.FULL), "churn-classifier", PolicyOverrides.NONE);

        assertEquals(
                new CandidateSelection("customer-churn", "tags.purpose = 'eval'", false, null, Duration.ofHours(24)),
                policy.candidate());
        assertEquals(new WaitPolicy(Duration.ofMinutes(5), Duration.ofSeconds(5)), policy.waiting());
        assertEquals(new BaselinePolicy("champion", true), policy.baseline());
        assertEquals(
                List.of(
                        rule("accuracy", RuleKind.MIN, "0.92", null, Criticality.FAILURE),
                        rule("precision", RuleKind.MIN, "0.88", null, Criticality.FAILURE),
                        rule("recall", RuleKind.MIN, "0.85", true, Criticality.FAILURE),
                        rule("recall", RuleKind.MAX_DROP, "0.005", true, Criticality.FAILURE),
                        rule("log_loss", RuleKind.MAX, "0.35", null, Criticality.FAILURE),
                        rule("latency_ms", RuleKind.MAX, "4E+1", null, Criticality.UNSTABLE)),
                policy.rules());
        assertEquals(
                new PromotionPolicy("champion", "Production", true, "model", Duration.ofSeconds(30)),
                policy.promotion());
    }

    @Test
    void aSingleNumberIsAPolicyAndTheRestIsDefaults() throws Exception {
        GatePolicy policy = policy("metrics: {accuracy: 0.92}");

        assertEquals(CandidateSelection.HIGHEST_VERSION, policy.candidate());
        assertEquals(WaitPolicy.DEFAULT, policy.waiting());
        assertNull(policy.baseline());
        assertNull(policy.promotion());
    }

    @Test
    void anAliasAloneIsABaselineAndAPromotion() throws Exception {
        GatePolicy policy = policy("metrics: {accuracy: 0.92}\nbaseline: champion\npromote: champion");

        assertEquals(new BaselinePolicy("champion", false), policy.baseline());
        assertEquals(new PromotionPolicy("champion", null, true, null, Duration.ofSeconds(30)), policy.promotion());
    }

    @Test
    void anApprovalIsAskedForNeverAlwaysOrOfTheFirstPromotions() throws Exception {
        assertEquals(ApprovalPolicy.NEVER, approval(""));
        assertEquals(ApprovalPolicy.NEVER, approval(", approval: never, approval_timeout: 2h"));
        assertEquals(new ApprovalPolicy(1, Duration.ofDays(1)), approval(", approval: first"));
        assertEquals(
                new ApprovalPolicy(3, Duration.ofHours(2)), approval(", approval: {first: 3}, approval_timeout: 2h"));
        assertEquals(ApprovalPolicy.always(Duration.ofDays(1)), approval(", approval: always"));
    }

    private static ApprovalPolicy approval(String keys) throws PolicyException {
        return policy("metrics: {a: 1}\npromote: {alias: champion" + keys + "}")
                .promotion()
                .approval();
    }

    @Test
    void theStageNoneIsAWordAndNotNothing() throws Exception {
        assertEquals(
                "None",
                policy("metrics: {accuracy: 1}\npromote: {stage: None, archive_existing: false}")
                        .promotion()
                        .stage());
    }

    @Test
    void comparisonsNeedNoBlanksAndMayBePlainOrQuoted() throws Exception {
        List<MetricRule> rules =
                policy("metrics: {a: '>=.5', b: \" <= 1e3 \", c: <= -2}").rules();

        assertEquals(
                List.of(
                        rule("a", RuleKind.MIN, "0.5", null, Criticality.FAILURE),
                        rule("b", RuleKind.MAX, "1E+3", null, Criticality.FAILURE),
                        rule("c", RuleKind.MAX, "-2", null, Criticality.FAILURE)),
                rules);
    }

    @Test
    void theDirectionIsInferredFromTheOneBoundAndOtherwiseTheGivenOneCounts() throws Exception {
        List<MetricRule> rules = policy("""
                baseline: champion
                metrics:
                  up: {min: 0, max_drop: 1}
                  down: {max: 0, max_drop: 1}
                  given: {max_drop: 1, greater_is_better: false}
                  against: {min: 0, max_drop: 1, greater_is_better: false}
                  unneeded: {min: 0, greater_is_better: true}
                """).rules();

        assertEquals(true, direction(rules, "up"));
        assertEquals(false, direction(rules, "down"));
        assertEquals(false, direction(rules, "given"));
        assertEquals(false, direction(rules, "against"));
        assertNull(direction(rules, "unneeded"));
    }

    private static Boolean direction(List<MetricRule> rules, String metric) {
        return rules.stream()
                .filter(rule -> rule.metric().equals(metric))
                .findFirst()
                .orElseThrow()
                .greaterIsBetter();
    }

    @Test
    void anOrderOfRunsMayQuoteItsMetricAndIsAscendingUnlessItSaysOtherwise() throws Exception {
        assertEquals(new CandidateSelection.OrderBy("auc", true), order("metrics.auc DESC"));
        assertEquals(new CandidateSelection.OrderBy("auc", false), order("metrics.auc"));
        assertEquals(new CandidateSelection.OrderBy("val auc", false), order("metrics.`val auc` asc"));
        assertEquals(new CandidateSelection.OrderBy("val/auc", true), order("'metrics.\"val/auc\" desc'"));
    }

    private static CandidateSelection.OrderBy order(String order) throws PolicyException {
        return policy("metrics: {accuracy: 1}\ncandidate: {experiment: e, select: best, order_by: " + order + "}")
                .candidate()
                .orderBy();
    }

    @Test
    void defaultsAreMergedUnderEveryModelKeyByKey() throws Exception {
        PolicyDocument document = file("""
                version: 1
                defaults:
                  wait: {timeout: 2m, settle: 1s}
                  baseline: {alias: champion, when_missing: rubber_stamp}
                  metrics:
                    auc: {min: 0.8, criticality: unstable}
                    f1: 0.5
                  promote: champion
                models:
                  same: {}
                  other:
                    wait: {timeout: 3m}
                    baseline: {alias: best}
                    metrics:
                      f1: {max_drop: 0.1, greater_is_better: true}
                      auc: {max_drop: 0.2}
                      extra: 1
                    promote: false
                """);

        GatePolicy same = PolicyReader.resolve(document, "same", PolicyOverrides.NONE);
        GatePolicy other = PolicyReader.resolve(document, "other", PolicyOverrides.NONE);

        assertEquals(new WaitPolicy(Duration.ofMinutes(2), Duration.ofSeconds(1)), same.waiting());
        assertEquals("champion", same.promotion().alias());
        assertEquals(new WaitPolicy(Duration.ofMinutes(3), Duration.ofSeconds(1)), other.waiting());
        assertEquals(new BaselinePolicy("best", true), other.baseline());
        assertNull(other.promotion());
        assertEquals(
                List.of(
                        rule("auc", RuleKind.MIN, "0.8", true, Criticality.UNSTABLE),
                        rule("auc", RuleKind.MAX_DROP, "0.2", true, Criticality.UNSTABLE),
                        rule("f1", RuleKind.MAX_DROP, "0.1", true, Criticality.FAILURE),
                        rule("extra", RuleKind.MIN, "1", null, Criticality.FAILURE)),
                other.rules());
    }

    @Test
    void aMistakeInTheDefaultsIsToldOnceAndEvenIfEveryModelReplacesIt() {
        PolicyException e = assertThrows(PolicyException.class, () -> file("""
                version: 1
                defaults: {wait: {timeout: 300, settle: 5}}
                models:
                  a: {wait: {timeout: 1m}, metrics: {auc: 1}}
                  b: {wait: {timeout: 1m}, metrics: {auc: 1}}
                """));

        assertEquals(2, e.problems().size(), e::getMessage);
    }

    @Test
    void aModelThatTheFileLacksIsNamedWithThoseItHas() throws Exception {
        PolicyDocument document = PolicyDocument.read("eval_gate.yaml", PolicySamples.FULL);

        assertEquals(Set.of("churn-classifier"), document.models());
        assertTrue(document.hasModel("churn-classifier"));
        assertFalse(document.hasModel("churn_classifier"));
        String message = assertThrows(
                        PolicyException.class,
                        () -> PolicyReader.resolve(document, "churn_clasifier", PolicyOverrides.NONE))
                .getMessage();
        assertEquals(
                "eval_gate.yaml:5:3: `models`: there is no policy for the model `churn_clasifier`; "
                        + "did you mean `churn-classifier`? The models here: `churn-classifier`",
                message);
    }

    @Test
    void aliasesOfYamlAreFollowed() throws Exception {
        PolicyDocument document = file("""
                version: 1
                models:
                  a:
                    metrics: &rules {auc: 0.9}
                  b:
                    metrics: *rules
                """);

        assertEquals(
                PolicyReader.resolve(document, "a", PolicyOverrides.NONE),
                PolicyReader.resolve(document, "b", PolicyOverrides.NONE));
    }

    /** A double could not tell these from their neighbours. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "-9007199254740993",
                "9223372036854775807",
                "-9223372036854775808",
                "0",
                "-1",
                "+7"
            })
    void aStepIsReadExactly(String step) throws Exception {
        assertEquals(
                new ValueChoice(ValueChoice.Kind.STEP, Long.parseLong(step)),
                policy("metrics: {a: {min: 1, value: {step: " + step + "}}}")
                        .rules()
                        .get(0)
                        .target()
                        .value());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775808",
                "-9223372036854775809",
                "1.5",
                "1e19",
                "1e400",
                "0.9999999999999999999",
                "1e-400",
                "010",
                "'1'"
            })
    void whatIsNoWholeNumberIsNoStep(String step) {
        assertThrows(PolicyException.class, () -> policy("metrics: {a: {min: 1, value: {step: " + step + "}}}"));
    }

    @Test
    void aStepOfAParameterIsReadExactly() throws Exception {
        long step = (1L << 53) + 1;
        GatePolicy policy = PolicyReader.resolve(
                null,
                "m",
                PolicyOverrides.builder()
                        .thresholds(Map.of("a", Map.of("min", 1, "value", Map.of("step", step))))
                        .build());

        assertEquals(step, policy.rules().get(0).target().value().count());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "promote: 'false'", "promote: {alias: 'false'}", "promote: {alias: false}", "promote: no",
                        "promote: \"OFF\"",
                "promote: none", "promote: 'null'", "baseline: 'none'", "baseline: None", "baseline: {alias: \"true\"}",
                "baseline: off", "baseline: false", "candidate: {alias: 'yes'}", "candidate: {alias: on}",
                        "candidate: {alias: 'Null'}"
            })
    void aWordForOnOrOffIsNoAliasQuotedOrNot(String part) {
        PolicyException refusal = assertThrows(PolicyException.class, () -> policy("metrics: {a: 1}\n" + part));

        assertEquals(1, refusal.problems().size(), refusal::getMessage);
    }

    @Test
    void thePlainFalsePromotesNothingAndItsNeighboursAreAliases() throws Exception {
        assertNull(policy("metrics: {a: 1}\npromote: false").promotion());
        assertEquals(
                "falsey", policy("metrics: {a: 1}\npromote: falsey").promotion().alias());
        assertEquals(
                "none-yet",
                policy("metrics: {a: 1}\npromote: none-yet").promotion().alias());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "baseline: Champion|promote: champion|6:14",
                "baseline: {alias: Champion, when_missing: rubber_stamp}|promote: {alias: champion}|6:22",
                "candidate: {alias: CHAMPION}|promote: champion|6:14",
                "candidate: {alias: challenger}|baseline: Challenger|6:15"
            })
    void aliasesThatDifferInCapitalsOnlyAreRefused(String one, String other, String place) {
        String message = assertThrows(PolicyException.class, () -> policy("metrics: {a: 1}\n" + one + "\n" + other))
                .getMessage();

        assertTrue(message.contains(":" + place + ":"), message);
        assertTrue(message.contains("in capitals only"), message);
    }

    @Test
    void equalAliasesAndDifferentOnesAreAllowed() throws Exception {
        policy("metrics: {a: 1}\nbaseline: champion\npromote: champion");
        policy("metrics: {a: 1}\ncandidate: {alias: challenger}\nbaseline: Champion\npromote: Champion");
    }

    /** Also those that say what the value is anyway: a file that only this reader understands helps nobody. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metrics: {a: !!float 0.5}|4:18",
                "metrics: {a: !!int 1}|4:18",
                "metrics: {a: {min: !<tag:yaml.org,2002:float> 0.5}}|4:24",
                "metrics: {a: ! 0.5}|4:18",
                "metrics: !!map {a: 1}|4:14",
                "metrics: {!!str a: 1}|4:15",
                "metrics: {a: 1, &x b: !!float 1}|4:27",
                "promote: {alias: c, approval: first, approvers: !!seq [a]}|4:53",
                "candidate: {experiment: !!str e}|4:29",
                "promote: !!bool false|4:14",
                "!!str promote: false|4:5"
            })
    void tagsAreRefused(String part, String place) {
        String metrics = part.startsWith("metrics") ? "" : "\nmetrics: {a: 1}";

        PolicyException refusal = assertThrows(PolicyException.class, () -> policy(part + metrics));

        assertEquals(1, refusal.problems().size(), refusal::getMessage);
        assertTrue(refusal.getMessage().startsWith("eval_gate.yaml:" + place + ": "), refusal::getMessage);
        assertTrue(refusal.getMessage().contains("is not supported; remove it"), refusal::getMessage);
    }

    @Test
    void aTagOfTheVersionIsRefusedToo() {
        assertTrue(assertThrows(PolicyException.class, () -> file("version: !!int 1\nmodels: {m: {metrics: {a: 1}}}"))
                .getMessage()
                .startsWith("eval_gate.yaml:1:10: `version`: the tag `!!int` is not supported"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-20", "2026-1-2", "2026-11-20T10:00:00Z", "2026-11-20 10:00:00.5 +01:00"})
    void aTextThatSomeReadersTakeForADateIsPutInQuotes(String date) throws Exception {
        assertTrue(assertThrows(
                        PolicyException.class, () -> policy("metrics: {a: 1}\ncandidate: {experiment: " + date + "}"))
                .getMessage()
                .contains("put it in quotes: \"" + date + "\""));
        assertEquals(
                date,
                policy("metrics: {a: 1}\ncandidate: {experiment: '" + date + "'}")
                        .candidate()
                        .experiment());
        assertEquals(
                date + "-nightly",
                policy("metrics: {a: 1}\ncandidate: {experiment: " + date + "-nightly}")
                        .candidate()
                        .experiment());
    }
}
