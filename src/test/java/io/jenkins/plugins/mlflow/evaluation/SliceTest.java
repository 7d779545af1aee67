package io.jenkins.plugins.mlflow.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rules on the slices of a metric. */
class SliceTest {
    private static final Map<String, Double> REGIONS = Map.of(
            "accuracy/eu", 0.95, "accuracy/us", 0.88, "accuracy/asia", 0.91, "accuracy", 0.1, "recall/eu", 0.1);

    private static List<Check> checks(Map<String, ?> rules, Map<String, Double> candidate, Map<String, Double> baseline)
            throws Exception {
        var policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(Map.of("accuracy/*", rules))
                        .baseline("champion")
                        .build());
        return Evaluator.evaluate(policy, new Evidence(candidate, baseline));
    }

    @Test
    void eachSliceIsACheckOfItsOwn() throws Exception {
        List<Check> checks = checks(Map.of("min", 0.9), REGIONS, null);

        assertEquals(List.of("us", "asia", "eu"), checks.stream().map(Check::getSlice).toList());
        assertEquals("accuracy/us", checks.get(0).getMetric());
        assertEquals(Verdict.FAILED, checks.get(0).getVerdict());
        assertEquals(GateStatus.FAILED, GateStatus.of(checks));
    }

    @Test
    void tooFewSlicesAreMissing() throws Exception {
        List<Check> checks = checks(Map.of("min", 0.5, "at_least", 4), REGIONS, null);
        assertEquals(Verdict.MISSING, checks.get(0).getVerdict());
        assertEquals("the run has 3 of at least 4 slices", checks.get(0).getReason());
        assertNull(checks.get(0).getSlice());
        assertEquals(4, checks.size());

        List<Check> none = checks(Map.of("min", 0.5), Map.of("accuracy", 0.9), null);
        assertEquals(1, none.size());
        assertEquals(Verdict.MISSING, none.get(0).getVerdict());
    }

    @Test
    void aSliceThatTheBaselineHasAndTheCandidateLacksIsMissingUnlessItMayBe() throws Exception {
        Map<String, Double> baseline = Map.of("accuracy/eu", 0.9, "accuracy/africa", 0.9);

        List<Check> strict = checks(Map.of("min", 0.5), REGIONS, baseline);
        assertEquals("africa", strict.get(0).getSlice());
        assertEquals(Verdict.MISSING, strict.get(0).getVerdict());

        List<Check> lenient = checks(Map.of("min", 0.5, "allow_lost_slices", true), REGIONS, baseline);
        assertEquals(GateStatus.PASSED, GateStatus.of(lenient));
    }

    @Test
    void eachSliceIsComparedWithItsOwn() throws Exception {
        Map<String, Double> baseline = Map.of("accuracy/eu", 0.9, "accuracy/us", 0.95);

        List<Check> checks = checks(Map.of("max_drop", 0.01, "greater_is_better", true), REGIONS, baseline);

        assertEquals(
                Map.of("eu", Verdict.PASSED, "us", Verdict.FAILED, "asia", Verdict.NO_BASELINE),
                checks.stream().collect(java.util.stream.Collectors.toMap(Check::getSlice, Check::getVerdict)));
    }

    @Test
    void theGapBetweenBestAndWorstIsBounded() throws Exception {
        Check within = checks(Map.of("worst_gap", 0.07), REGIONS, null).get(0);
        assertEquals(Verdict.PASSED, within.getVerdict());
        assertEquals(0.07, within.getValue());
        assertEquals(0.0, within.getMargin());

        Check over = checks(Map.of("worst_gap", 0.05), REGIONS, null).get(0);
        assertEquals(Verdict.FAILED, over.getVerdict());
        assertEquals(
                "slices us (0.88) and eu (0.95) are 0.07 apart, more than 0.05", over.getReason());

        Check broken = checks(Map.of("worst_gap", 1), Map.of("accuracy/eu", 0.9, "accuracy/us", Double.NaN), null).get(0);
        assertEquals(Verdict.NOT_FINITE, broken.getVerdict());
        assertEquals(Verdict.MISSING, checks(Map.of("worst_gap", 1), Map.of(), null).get(0).getVerdict());
    }

    @Test
    void theStarStandsForAtLeastOneCharacter() {
        var target = new io.jenkins.plugins.mlflow.policy.MetricTarget(
                "a/*/b", io.jenkins.plugins.mlflow.policy.ValueChoice.LAST, 1, false, null, null);
        assertEquals("x/y", target.sliceOf("a/x/y/b"));
        assertNull(target.sliceOf("a//b"));
        assertNull(target.sliceOf("a/b"));
        assertNull(target.sliceOf("ba/x/b"));
    }
}
