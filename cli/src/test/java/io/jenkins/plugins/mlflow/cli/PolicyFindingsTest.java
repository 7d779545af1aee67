package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What lint says of right policies: a blocked value for each rule, and rules that do nothing. */
class PolicyFindingsTest {
    private static final String BASELINE = "baseline: champion";

    private static GatePolicy policy(String metrics) throws Exception {
        return Pasts.policy(BASELINE, "metrics: " + metrics);
    }

    private static List<String> warnings(String metrics) throws Exception {
        return PolicyFindings.of(policy(metrics)).warnings();
    }

    @ParameterizedTest
    @EnumSource(value = RuleKind.class, mode = EnumSource.Mode.EXCLUDE, names = "WORST_GAP")
    void everyKindHasAProofThatTheEvaluatorFailsInBothDirections(RuleKind kind) throws Exception {
        for (String limit : List.of("0", "0.07", "1e-12", "12345.678", "1e200")) {
            for (boolean up : new boolean[] {true, false}) {
                GatePolicy policy = policy("{m: {" + kind.key() + ": " + limit + ", greater_is_better: " + up + "}}");
                MetricRule rule = policy.rules().get(0);
                RuleProof proof = RuleProof.of(policy, rule).orElseThrow();
                Map<String, Double> baseline = proof.baseline() == null ? null : Map.of("m", proof.baseline());
                assertEquals(
                        Verdict.FAILED,
                        Evaluator.evaluate(policy, Evidence.ofCurrent(Map.of("m", proof.value()), baseline))
                                .get(0)
                                .getVerdict());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{accuracy: 0.92}; accuracy min 0.92: blocks 0.9199999999999999",
                "{rmse: {max: 3}}; rmse max 3: blocks 3.0000000000000004",
                "{recall: {max_drop: 0.25, greater_is_better: true}}; "
                        + "recall max_drop 0.25: blocks 0.7499999999999999 against a baseline of 1",
                "{rmse: {min_relative_change: 0.5, greater_is_better: false}}; "
                        + "rmse min_relative_change 0.5: blocks 0.5000000000000001 against a baseline of 1",
            })
    void aProofIsTheNearestBlockedValue(String metrics, String proof) throws Exception {
        assertEquals(List.of(proof), PolicyFindings.of(policy(metrics)).proofs());
    }

    @Test
    void theBaselineOfAProofIsTheMetricsOwnBound() throws Exception {
        String proof = PolicyFindings.of(policy("{recall: {min: 0.85, max_drop: 0.005}}"))
                .proofs()
                .get(1);

        assertTrue(proof.endsWith("against a baseline of 0.85"), proof);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{x: -1.7976931348623157e308}",
                "{x: {max: 1.7976931348623157e308}}",
                "{x: -1e308}",
                "{x: {max_drop: 1e308, greater_is_better: true}}",
                "{accuracy: 0}",
                "{accuracy: {max: 1, min: 0.5}}",
                "{f1: {max_drop: 1, greater_is_better: true}}",
                "{recall: {max_relative_drop: 1.5, greater_is_better: true}}",
            })
    void rulesThatCannotFailAreToldOnce(String metrics) throws Exception {
        List<String> warnings = warnings(metrics);
        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.get(0).contains("cannot fail"), warnings.get(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "min_absolute_change: 0.01, max_drop: 0.05; max_drop 0.05 is redundant: a min_absolute_change 0.01 implies it",
                "min_absolute_change: 0, max_drop: 0; max_drop 0 is redundant: a min_absolute_change 0 asks for the same",
                "min_relative_change: 0.1, min_absolute_change: 0; "
                        + "min_absolute_change 0 is redundant: a min_relative_change 0.1 implies it",
                "max_drop: 0, max_relative_drop: 0.1; max_relative_drop 0.1 is redundant: a max_drop 0 implies it",
            })
    void impliedRulesAreTold(String rules, String warning) throws Exception {
        assertEquals(List.of("a " + warning), warnings("{a: {" + rules + ", greater_is_better: true}}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{recall: {min: 0.85, max_drop: 0.005}}",
                "{a: {max_drop: 0.1, max_relative_drop: 0.1, greater_is_better: false}}",
                "{a: {min_absolute_change: 0.01, min_relative_change: 0, greater_is_better: true}}",
                "{log_loss: {min: 0, max: 0.35}}",
                "{accuracy: {min: 0.5, criticality: unstable}, b: {min: 0.5}}",
            })
    void rulesThatDoSomethingAreNotWarnedOf(String metrics) throws Exception {
        assertEquals(List.of(), warnings(metrics));
    }

    @Test
    void notesAndSingleValuesAreTold() throws Exception {
        List<String> warnings = warnings("{a: {min: 3, max: 3, criticality: note}}");

        assertEquals(4, warnings.size(), warnings.toString());
        assertTrue(warnings.get(0).contains("never blocks"), warnings.get(0));
        assertTrue(warnings.get(2).contains("all rules are notes"), warnings.get(2));
        assertEquals("a: min and max leave a single value, 3", warnings.get(3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "baseline: {alias: champoin, when_missing: rubber_stamp}; promote: champion; the promotion moves alias 'champion'",
                "baseline: {alias: champion, when_missing: rubber_stamp}; promote: {stage: Production}; the promotion moves stage "
                        + "Production",
                "wait: {timeout: 5s, settle: 10m}; baseline: champion; wait.settle (10m) is not shorter than wait.timeout (5s)",
                "wait: {timeout: 30s, settle: 30s}; baseline: champion; wait.settle (30s) is not shorter than wait.timeout (30s)",
                "wait: {settle: 1m}; promote: champion; wait.settle (1m) is not shorter than promote.timeout (30s)",
            })
    void partsThatDoNotFitEachOtherAreTold(String one, String other, String told) throws Exception {
        List<String> warnings = PolicyFindings.of(Pasts.policy(one, other, "metrics: {accuracy: 0.9}"))
                .warnings();
        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.get(0).contains(told), warnings.get(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "baseline: {alias: champion, when_missing: rubber_stamp}; promote: champion",
                "baseline: {alias: champion, when_missing: rubber_stamp}; promote: {alias: champion, stage: Production}",
                "baseline: {alias: champion, when_missing: rubber_stamp}; promote: false",
                "baseline: champion; promote: challenger",
                "wait: {settle: 1m}; promote: {alias: champion, timeout: 2m}",
                "wait: {settle: 1m}; promote: false",
            })
    void partsThatFitAreNotWarnedOf(String one, String other) throws Exception {
        assertEquals(
                List.of(),
                PolicyFindings.of(Pasts.policy(one, other, "metrics: {accuracy: 0.9}"))
                        .warnings());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{accuracy: 92}",
                "{val_roc_auc: 1.1}",
                "{f1: {min: 90}}",
                "{recall: {min_absolute_change: 2, greater_is_better: true}}"
            })
    void aBoundThatAFractionCannotReachIsTold(String metrics) throws Exception {
        List<String> warnings = warnings(metrics);
        assertEquals(1, warnings.size(), warnings.toString());
        assertTrue(warnings.get(0).contains("cannot pass: by its name, this metric is never above 1"), warnings.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{accuracy: 1}", "{accuracy_percent: 92}", "{recall_pct: {max: 95}}", "{rmse: {max: 92}}"})
    void aBoundThatTheMetricCanReachIsNotWarnedOf(String metrics) throws Exception {
        assertEquals(List.of(), warnings(metrics));
    }

    @org.junit.jupiter.api.Test
    void slicesAndEvidenceAreProvedLikeOneExactValue() throws Exception {
        var policy = io.jenkins.plugins.mlflow.policy.PolicyReader.resolve(
                null,
                "churn",
                io.jenkins.plugins.mlflow.policy.PolicyOverrides.builder()
                        .thresholds(java.util.Map.of(
                                "accuracy/*", java.util.Map.of("min", 0.9, "worst_gap", 0.05),
                                "auc", java.util.Map.of("min", 0.8, "evidence", java.util.Map.of("samples", "n"))))
                        .build());

        PolicyFindings findings = PolicyFindings.of(policy);

        org.junit.jupiter.api.Assertions.assertEquals(3, findings.proofs().size());
        org.junit.jupiter.api.Assertions.assertTrue(
                findings.proofs().contains("accuracy/* worst_gap 0.05: blocks 0.05000000000000001"),
                findings::toString);
        org.junit.jupiter.api.Assertions.assertEquals(java.util.List.of(), findings.warnings());
    }
}
