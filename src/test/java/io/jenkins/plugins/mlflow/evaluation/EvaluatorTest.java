package io.jenkins.plugins.mlflow.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.BaselinePolicy;
import io.jenkins.plugins.mlflow.policy.CandidateSelection;
import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import io.jenkins.plugins.mlflow.policy.WaitPolicy;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The truth table of every rule. */
class EvaluatorTest {
    /** The rules of a metric that is not sliced. */
    private static final List<RuleKind> PLAIN = Arrays.stream(RuleKind.values())
            .filter(kind -> kind != RuleKind.WORST_GAP)
            .toList();

    @ParameterizedTest(name = "{2} is {3} for {0} {1}")
    @CsvSource({
        // rule, limit, candidate, verdict, margin
        "min, 0.92, 0.93, PASSED, 0.01",
        "min, 0.92, 0.92, PASSED, 0",
        "min, 0.92, 0.9199999999999999, FAILED, -1.0E-16",
        "min, 0.3, 0.30000000000000004, PASSED, 4.0E-17",
        "min, 0, 0, PASSED, 0",
        "min, 0, -0.0, PASSED, 0",
        "min, -5, -5, PASSED, 0",
        "min, -5, -5.1, FAILED, -0.1",
        "max, 0.35, 0.35, PASSED, 0",
        "max, 0.35, 0.2, PASSED, 0.15",
        "max, 0.35, 0.36, FAILED, -0.01",
        "max, 0, 1.0E-300, FAILED, -1.0E-300",
        "max, -1, -1, PASSED, 0",
        "max, -1, -0.5, FAILED, -0.5",
    })
    void bounds(String rule, String limit, double candidate, Verdict verdict, double margin) {
        assertCheck(verdict, margin, one(rule, limit, true, candidate, null));
    }

    @ParameterizedTest(name = "{0} {1}, greater is better {2}: {3} against {4} is {5}")
    @CsvSource({
        // rule, limit, greater is better, candidate, baseline, verdict, margin
        "min_absolute_change, 0.1, true, 0.3, 0.2, PASSED, 0",
        "min_absolute_change, 0.1, true, 0.29, 0.2, FAILED, -0.01",
        "min_absolute_change, 0, true, 0.2, 0.2, PASSED, 0",
        "min_absolute_change, 0, true, 0.19, 0.2, FAILED, -0.01",
        "min_absolute_change, 0.1, false, 0.2, 0.3, PASSED, 0",
        "min_absolute_change, 0.1, false, 0.3, 0.2, FAILED, -0.2",
        "min_absolute_change, 1, true, -2, -3, PASSED, 0",
        "min_absolute_change, 1, false, -4, -3, PASSED, 0",
        "min_absolute_change, 1, true, 1, 0, PASSED, 0",
        "min_relative_change, 0.1, true, 0.22, 0.2, PASSED, 0",
        "min_relative_change, 0.1, true, 0.21, 0.2, FAILED, -0.05",
        "min_relative_change, 0.1, true, -0.9, -1, PASSED, 0",
        "min_relative_change, 0.1, true, -1.1, -1, FAILED, -0.2",
        "min_relative_change, 0.1, false, 0.9, 1, PASSED, 0",
        "min_relative_change, 0.1, false, -1.1, -1, PASSED, 0",
        "min_relative_change, 0.1, false, -0.9, -1, FAILED, -0.2",
        "min_relative_change, 0, true, 0, 0, PASSED, 0",
        "min_relative_change, 0.1, true, 0, 0, FAILED, -0.1",
        "max_drop, 0.005, true, 0.915, 0.92, PASSED, 0",
        "max_drop, 0.005, true, 0.914, 0.92, FAILED, -0.001",
        "max_drop, 0.005, true, 0.95, 0.92, PASSED, 0.035",
        "max_drop, 0.1, false, 0.3, 0.2, PASSED, 0",
        "max_drop, 0.1, false, 0.31, 0.2, FAILED, -0.01",
        "max_drop, 0, true, 0.92, 0.92, PASSED, 0",
        "max_drop, 1, true, -4, -3, PASSED, 0",
        "max_drop, 1, true, -4.5, -3, FAILED, -0.5",
        "max_drop, 0, true, 0, 0, PASSED, 0",
        "max_relative_drop, 0.05, true, 0.95, 1, PASSED, 0",
        "max_relative_drop, 0.05, true, 0.94, 1, FAILED, -0.01",
        "max_relative_drop, 0.05, true, -1.05, -1, PASSED, 0",
        "max_relative_drop, 0.05, true, -1.06, -1, FAILED, -0.01",
        "max_relative_drop, 0.05, false, 1.05, 1, PASSED, 0",
        "max_relative_drop, 0.05, false, -0.94, -1, FAILED, -0.01",
        "max_relative_drop, 0.05, true, 0, 0, PASSED, 0.05",
        "max_relative_drop, 0, true, 0, 0, PASSED, 0",
        "max_relative_drop, 0.05, true, 0.1, 0, PASSED, Infinity",
        "max_relative_drop, 0.05, true, -0.1, 0, FAILED, -Infinity",
        "max_relative_drop, 0.05, false, 0.1, 0, FAILED, -Infinity",
    })
    void changes(
            String rule,
            String limit,
            boolean greaterIsBetter,
            double candidate,
            double baseline,
            Verdict verdict,
            double margin) {
        Check check = one(rule, limit, greaterIsBetter, candidate, baseline);
        assertCheck(verdict, margin, check);
        assertEquals(
                Decimals.shortest(candidate)
                        .subtract(Decimals.shortest(baseline))
                        .doubleValue(),
                check.getChange());
    }

    @ParameterizedTest
    @CsvSource({"0.1, 0", "-0.1, 0", "1, 0"})
    void aRelativeChangeFromZeroIsInconclusive(double candidate, double baseline) {
        Check check = one("min_relative_change", "0", true, candidate, baseline);

        assertEquals(Verdict.INCONCLUSIVE, check.getVerdict());
        assertNull(check.getMargin());
    }

    private static Evidence refusing(Map<MetricKey, Double> baseline, String rubberStampRefused) {
        return new Evidence(
                Map.of(MetricKey.current("m"), 0.5),
                baseline,
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                rubberStampRefused);
    }

    @Test
    void aRubberStampIsRefusedWhereTheEvidenceSaysWhy() {
        String reason =
                "no version holds alias 'Champoin', but version 6 holds alias 'champion', which the promotion would move";
        Evidence evidence = refusing(null, reason);
        MetricRule change = rule("max_drop", "0.1", true);

        Check refused = only(policy(new BaselinePolicy("Champoin", true), change), evidence);
        assertEquals(Verdict.NO_BASELINE, refused.getVerdict());
        assertEquals(reason, refused.getReason());
        assertNull(refused.getMargin());
        assertEquals(
                Verdict.PASSED,
                only(policy(new BaselinePolicy("Champoin", true), rule("min", "0.1", true)), evidence)
                        .getVerdict());
        assertEquals(
                Verdict.PASSED,
                only(
                                policy(new BaselinePolicy("champion", true), change),
                                refusing(Map.of(MetricKey.current("m"), 0.5), reason))
                        .getVerdict());
    }

    @Test
    void sumsAreDecimal() {
        assertEquals(Verdict.PASSED, one("max_drop", "0.3", false, 0.3, 0.0).getVerdict());
        assertEquals(
                Verdict.PASSED,
                one("min_absolute_change", "0.2", true, 0.3, 0.1).getVerdict());
        assertEquals(0.2, one("min", "0", true, 0.3, 0.1).getChange());
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, NOT_FINITE",
        "Infinity, NOT_FINITE",
        "-Infinity, NOT_FINITE",
        "1.7976931348623157E308, NOT_FINITE",
        "-1.7976931348623157E308, NOT_FINITE",
        ", MISSING"
    })
    void aValueThatIsNotThereOrNotFiniteNeverPasses(Double value, Verdict verdict) {
        for (RuleKind kind : PLAIN) {
            Check check = one(kind.key(), "0", true, value, 0.5);
            assertEquals(verdict, check.getVerdict(), kind::key);
            assertNull(check.getMargin());
            assertNull(check.getChange());
        }
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-1.7976931348623157E308"})
    void aBaselineThatIsNotFiniteIsNoBaselineForChangesAndNoMatterForBounds(double baseline) {
        for (RuleKind kind : PLAIN) {
            Verdict expected = kind.isBound() ? Verdict.PASSED : Verdict.NO_BASELINE;
            assertEquals(expected, one(kind.key(), "0.5", true, 0.5, baseline).getVerdict(), kind::key);
        }
    }

    @Test
    void aRubberStampIsOnlyForABaselineThatDoesNotExist() {
        MetricRule rule = rule("max_drop", "0.1", true);
        GatePolicy policy = policy(new BaselinePolicy("champion", true), rule);

        Check stamped = only(policy, Evidence.ofCurrent(Map.of("m", 0.5), null));
        assertEquals(Verdict.PASSED, stamped.getVerdict());
        assertNull(stamped.getMargin());
        assertTrue(stamped.getReason().contains("rubber stamp"));

        Check lacking = only(policy, Evidence.ofCurrent(Map.of("m", 0.5), Map.of("other", 0.5)));
        assertEquals(Verdict.NO_BASELINE, lacking.getVerdict());

        Check missing = only(policy, Evidence.ofCurrent(Map.of(), null));
        assertEquals(Verdict.MISSING, missing.getVerdict());
    }

    @Test
    void withoutARubberStampNoBaselineDoesNotPass() {
        GatePolicy policy = policy(new BaselinePolicy("champion", false), rule("max_drop", "0.1", true));

        assertEquals(
                Verdict.NO_BASELINE,
                only(policy, Evidence.ofCurrent(Map.of("m", 0.5), null)).getVerdict());
    }

    @Test
    void aMissTooSmallForADoubleIsStillAMiss() {
        Check check = one("max_relative_drop", "0", true, 1.0, 1.0000000000000002);
        assertEquals(Verdict.FAILED, check.getVerdict());
        assertTrue(check.getMargin() < 0);

        Check tiny = one("max_relative_drop", "0", true, 1.7e308 - 1e292, 1.7e308);
        assertEquals(Verdict.FAILED, tiny.getVerdict());
        assertTrue(tiny.getMargin() < 0);
    }

    @Test
    void theMarginIsNotNegativeExactlyWhenTheCheckPassed() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            RuleKind kind = PLAIN.get(random.nextInt(PLAIN.size()));
            double candidate = value(random);
            double baseline = value(random);
            Check check = one(
                    kind.key(), Double.toString(Math.abs(value(random))), random.nextBoolean(), candidate, baseline);
            if (check.getMargin() != null) {
                assertEquals(
                        check.isPassed(),
                        check.getMargin() >= 0,
                        () -> check.toMap().toString());
            }
        }
    }

    private static double value(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextInt(7) / 10.0 - 0.3;
            case 2 -> random.nextGaussian();
            default -> random.nextGaussian() * Math.pow(10, random.nextInt(600) - 300);
        };
    }

    @Test
    void everyRuleIsReportedWithMissesFirstThenByCriticalityThenInPolicyOrder() {
        GatePolicy policy = policy(
                null,
                bound("a", "0.1", Criticality.NOTE),
                bound("b", "0.9", Criticality.NOTE),
                bound("c", "0.9", Criticality.FAILURE),
                bound("d", "0.1", Criticality.FAILURE),
                bound("e", "0.9", Criticality.UNSTABLE),
                bound("f", "0.9", Criticality.FAILURE));
        Map<String, Double> values = Map.of("a", 0.5, "b", 0.5, "c", 0.5, "d", 0.5, "e", 0.5, "f", 0.5);

        List<Check> checks = Evaluator.evaluate(policy, Evidence.ofCurrent(values, null));

        assertEquals(
                List.of("c", "f", "e", "b", "d", "a"),
                checks.stream().map(Check::getMetric).toList());
        assertEquals(GateStatus.FAILED, GateStatus.of(checks));
    }

    @Test
    void theStatusFollowsTheMostSevereMiss() {
        assertEquals(GateStatus.PASSED, status(Criticality.NOTE));
        assertEquals(GateStatus.UNSTABLE, status(Criticality.UNSTABLE, Criticality.NOTE));
        assertEquals(GateStatus.FAILED, status(Criticality.NOTE, Criticality.UNSTABLE, Criticality.FAILURE));
    }

    private static GateStatus status(Criticality... missed) {
        MetricRule[] rules = new MetricRule[missed.length];
        for (int i = 0; i < missed.length; i++) {
            rules[i] = bound("m", "0.9", missed[i]);
        }
        return GateStatus.of(Evaluator.evaluate(policy(null, rules), Evidence.ofCurrent(Map.of("m", 0.5), null)));
    }

    @Test
    void reasonsAreForPeople() {
        assertEquals(
                "0.934 is at least 0.92", one("min", "0.92", true, 0.934, null).getReason());
        assertEquals(
                "0.83 is 0.02 under its bound of 0.85",
                one("min", "0.85", true, 0.83, null).getReason());
        assertEquals(
                "50 is 10 over its bound of 40",
                one("max", "40", true, 50.0, null).getReason());
        assertEquals(
                "0.01 worse than the baseline of 0.92, more than 0.005 worse",
                one("max_drop", "0.005", true, 0.91, 0.92).getReason());
        assertEquals(
                "0.1 (10 %) better than the baseline of 1, at least 5 % better",
                one("min_relative_change", "0.05", true, 1.1, 1.0).getReason());
        assertEquals(
                "0.718667 is 0.201333 under its bound of 0.92",
                one("min", "0.92", true, 0.7186666666666667, null).getReason());
        assertEquals(
                "0.9199999999 is 1E-10 under its bound of 0.92",
                one("min", "0.92", true, 0.9199999999, null).getReason());
    }

    @Test
    void aReportSurvivesItsJson() {
        GatePolicy policy = policy(null, bound("a", "0.1", Criticality.NOTE), bound("b", "0.9", Criticality.FAILURE));
        List<Check> checks = Evaluator.evaluate(policy, Evidence.ofCurrent(Map.of("a", Double.NaN, "b", 0.5), null));
        GateReport report = new GateReport(GateStatus.FAILED, "b is low", "enabled", "churn", "production")
                .evaluated(
                        new CandidateInfo("r1", "3", "customer-churn", "7", null, "FINISHED"),
                        new BaselineInfo("champion", "6", "r0"),
                        checks)
                .under("eval_gate.yaml", "f00d", "metrics:\n  b: {min: 0.9}\n")
                .promotion(new PromotionInfo(
                        false,
                        "7",
                        "champion",
                        null,
                        "6",
                        "the gate failed",
                        new ApprovalInfo(true, "alice", "seen", "2026-11-20T10:00:02Z")))
                .error("CONFLICT", "two answers")
                .timing(new Timing("2026-11-20T10:00:00Z", 0, 41, 6)
                        .resolved("2026-11-20T10:00:01Z")
                        .waited("run r1 to finish")
                        .evaluated("2026-11-20T10:00:02Z")
                        .promoted("2026-11-20T10:00:03Z")
                        .ended("2026-11-20T10:00:04Z"));

        Map<String, Object> map = report.toMap();

        assertEquals("NaN", ((Map<?, ?>) ((List<?>) map.get("checks")).get(1)).get("value"));
        assertEquals(map, GateReport.fromMap(map).toMap());
    }

    private static MetricRule bound(String metric, String limit, Criticality criticality) {
        return new MetricRule(metric, RuleKind.MIN, new BigDecimal(limit), true, criticality);
    }

    private static MetricRule rule(String key, String limit, boolean greaterIsBetter) {
        for (RuleKind kind : RuleKind.values()) {
            if (kind.key().equals(key)) {
                return new MetricRule(
                        "m", kind, Decimals.shortest(Double.parseDouble(limit)), greaterIsBetter, Criticality.FAILURE);
            }
        }
        throw new IllegalArgumentException(key);
    }

    private static GatePolicy policy(BaselinePolicy baseline, MetricRule... rules) {
        return new GatePolicy(CandidateSelection.HIGHEST_VERSION, WaitPolicy.DEFAULT, baseline, List.of(rules), null);
    }

    private static Check one(String key, String limit, boolean greaterIsBetter, Double candidate, Double baseline) {
        return only(
                policy(new BaselinePolicy("champion", false), rule(key, limit, greaterIsBetter)),
                Evidence.ofCurrent(
                        candidate == null ? Map.of() : Map.of("m", candidate),
                        baseline == null ? null : Map.of("m", baseline)));
    }

    private static Check only(GatePolicy policy, Evidence evidence) {
        List<Check> checks = Evaluator.evaluate(policy, evidence);
        assertEquals(1, checks.size());
        return checks.get(0);
    }

    private static void assertCheck(Verdict verdict, double margin, Check check) {
        assertEquals(verdict, check.getVerdict(), check.getReason());
        assertEquals(margin, check.getMargin(), 0.0, check.getReason());
    }
}
