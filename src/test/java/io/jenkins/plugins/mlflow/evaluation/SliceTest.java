package io.jenkins.plugins.mlflow.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rules on the slices of a metric. */
class SliceTest {
    private static final Map<String, Double> REGIONS =
            Map.of("accuracy/eu", 0.95, "accuracy/us", 0.88, "accuracy/asia", 0.91, "accuracy", 0.1, "recall/eu", 0.1);

    private static List<Check> checks(Map<String, ?> rules, Map<String, Double> candidate, Map<String, Double> baseline)
            throws Exception {
        var policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(Map.of("accuracy/*", rules))
                        .baseline("champion")
                        .build());
        return Evaluator.evaluate(policy, Evidence.ofCurrent(candidate, baseline));
    }

    @Test
    void eachSliceIsACheckOfItsOwn() throws Exception {
        List<Check> checks = checks(Map.of("min", 0.9), REGIONS, null);

        assertEquals(
                List.of("us", "asia", "eu"),
                checks.stream().map(Check::getSlice).toList());
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
        assertEquals("slices us (0.88) and eu (0.95) are 0.07 apart, more than 0.05", over.getReason());

        Check broken = checks(Map.of("worst_gap", 1), Map.of("accuracy/eu", 0.9, "accuracy/us", Double.NaN), null)
                .get(0);
        assertEquals(Verdict.NOT_FINITE, broken.getVerdict());
        assertEquals(
                Verdict.MISSING,
                checks(Map.of("worst_gap", 1), Map.of(), null).get(0).getVerdict());
    }

    private static Map<String, Double> gap(double low, double high, double samples) {
        return Map.of("accuracy/eu", low, "n/eu", samples, "accuracy/us", high, "n/us", samples);
    }

    private static Check gapCheck(double limit, Map<String, Double> values) throws Exception {
        return checks(Map.of("worst_gap", limit, "evidence", Map.of("samples", "n/*")), values, null)
                .get(0);
    }

    @Test
    void theGapMustHoldForTheWholeIntervalWhereThereIsEvidence() throws Exception {
        assertEquals(Verdict.PASSED, gapCheck(0.05, gap(0.90, 0.92, 100_000)).getVerdict());
        assertEquals(Verdict.FAILED, gapCheck(0.05, gap(0.80, 0.90, 100_000)).getVerdict());

        Check few = gapCheck(0.05, gap(1, 1, 2));
        assertEquals(Verdict.INCONCLUSIVE, few.getVerdict());
        assertEquals(0.0, few.getValue());
        assertNull(few.getMargin());
        assertTrue(few.getReason().contains("at 95 %"), few::getReason);

        Check missing = gapCheck(0.05, Map.of("accuracy/eu", 0.9, "n/eu", 10.0, "accuracy/us", 0.9));
        assertEquals(Verdict.INCONCLUSIVE, missing.getVerdict());
        assertEquals("slice us: n/us is missing", missing.getReason());
    }

    /** The observed extremes have many samples; a third slice has few, and may truly be far off. */
    @Test
    void anyTwoSlicesMayBeTheOnesThatAreFarthestApart() throws Exception {
        Map<String, Double> values = Map.of(
                "accuracy/eu",
                0.90,
                "n/eu",
                1e6,
                "accuracy/us",
                0.91,
                "n/us",
                1e6,
                "accuracy/asia",
                0.905,
                "n/asia",
                20.0);

        Check check = gapCheck(0.05, values);

        assertEquals(Verdict.INCONCLUSIVE, check.getVerdict(), check.getReason());
        assertEquals(0.01, check.getValue());
    }

    /**
     * Three slices of 400 samples, the truth exactly at the limit: each pair's test is one-sided at 2.5 %, so at most 125 of
     * 5,000 may pass, with a standard error of 11.
     */
    @Test
    void aGapThatIsJustTooWideRarelyPasses() throws Exception {
        Random random = new Random(7);
        int passed = 0;
        for (int i = 0; i < 5_000; i++) {
            Map<String, Double> values = new HashMap<>();
            double[] truths = {0.80, 0.85, 0.90};
            for (int slice = 0; slice < truths.length; slice++) {
                int hits = 0;
                for (int sample = 0; sample < 400; sample++) {
                    hits += random.nextDouble() < truths[slice] ? 1 : 0;
                }
                values.put("accuracy/" + slice, hits / 400.0);
                values.put("n/" + slice, 400.0);
            }
            passed += gapCheck(0.1, values).isPassed() ? 1 : 0;
        }
        int wrong = passed;
        assertTrue(wrong < 125 + 3 * 11, () -> wrong + " of 5,000 passed");
    }

    @Test
    void tooManySlicesToCompareEachWithEachAreInconclusive() throws Exception {
        Map<String, Double> values = new HashMap<>();
        for (int i = 0; i < 501; i++) {
            values.put("accuracy/" + i, 0.9);
            values.put("n/" + i, 1e9);
        }

        Check check = gapCheck(0.5, values);

        assertEquals(Verdict.INCONCLUSIVE, check.getVerdict());
        assertEquals(
                "501 slices are too many to compare each with each; `worst_gap` with `evidence` takes at most 500",
                check.getReason());
        values.remove("accuracy/0");
        assertEquals(Verdict.PASSED, gapCheck(0.5, values).getVerdict());
    }

    @Test
    void theMetricsOfTheRulesOwnEvidenceAreNoSlices() throws Exception {
        Map<String, Object> rule = Map.of("min", 0.5, "evidence", Map.of("samples", "accuracy/*_n"));

        List<Check> checks = checks(
                rule,
                Map.of("accuracy/eu", 0.9, "accuracy/eu_n", 1000.0, "accuracy/us", 0.9, "accuracy/us_n", 1000.0),
                null);

        assertEquals(List.of("eu", "us"), checks.stream().map(Check::getSlice).toList());
        assertEquals(GateStatus.PASSED, GateStatus.of(checks));
    }

    /** North and south end like the evidence of others, but there is no slice `region` that they could be the evidence of. */
    @Test
    void aSliceWhoseNameLooksLikeEvidenceIsOneAllTheSame() throws Exception {
        Map<String, Object> rule = Map.of("min", 0.5, "evidence", Map.of("samples", "accuracy/*_n"));

        List<Check> checks = checks(rule, Map.of("accuracy/region_n", 0.1, "accuracy/region_n_n", 1000.0), null);

        assertEquals(List.of("region_n"), checks.stream().map(Check::getSlice).toList());
        assertEquals(Verdict.FAILED, checks.get(0).getVerdict());
    }

    /** The candidate has a region `eu_se`; the baseline has a region `eu` with its standard error. */
    @Test
    void aSliceIsNotComparedWithWhatIsEvidenceInTheBaseline() throws Exception {
        Map<String, Object> rule = Map.of(
                "max_drop",
                0.1,
                "greater_is_better",
                true,
                "allow_lost_slices",
                true,
                "evidence",
                Map.of("std_error", "accuracy/*_se"));

        List<Check> checks = checks(
                rule,
                Map.of("accuracy/eu_se", 0.5, "accuracy/eu_se_se", 0.001),
                Map.of("accuracy/eu", 0.9, "accuracy/eu_se", 0.01, "accuracy/eu_se_se", 0.001));

        assertEquals(List.of("eu_se"), checks.stream().map(Check::getSlice).toList());
        assertEquals(Verdict.NO_BASELINE, checks.get(0).getVerdict());
        assertNull(checks.get(0).getBaseline());
        assertEquals(
                "the baseline has no finite value of this metric", checks.get(0).getReason());
    }

    @Test
    void bothEndsOfAnIntervalAreNoSlices() throws Exception {
        Map<String, Object> rule =
                Map.of("min", 0.5, "evidence", Map.of("lower", "accuracy/*/lo", "upper", "accuracy/*/hi"));

        List<Check> checks =
                checks(rule, Map.of("accuracy/eu", 0.9, "accuracy/eu/lo", 0.8, "accuracy/eu/hi", 0.95), null);

        assertEquals(List.of("eu"), checks.stream().map(Check::getSlice).toList());
    }

    @Test
    void aSliceThatCannotBeToldIsACheckEvenIfItHasNoValue() throws Exception {
        var policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder().thresholds(Map.of("accuracy/*", 0.5)).build());

        List<Check> checks = Evaluator.evaluate(
                policy,
                new Evidence(
                        Map.of(MetricKey.current("accuracy/eu"), 0.9),
                        null,
                        Map.of(MetricKey.current("accuracy/us"), "two models have it"),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        null));

        assertEquals("us", checks.get(0).getSlice());
        assertEquals(Verdict.INCONCLUSIVE, checks.get(0).getVerdict());
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
