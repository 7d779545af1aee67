package io.jenkins.plugins.mlflow.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.EvidenceSource;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.policy.ValueChoice;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Intervals against published examples and by simulation, and what rules make of them. */
class UncertaintyTest {

    private static Uncertainty proportion(int samples) {
        return beside(EvidenceSource.Kind.SAMPLES, "n", samples);
    }

    private static Uncertainty beside(EvidenceSource.Kind kind, String metric, double value) {
        EvidenceSource source = new EvidenceSource(kind, metric, null, 0.95);
        MetricTarget target = new MetricTarget("accuracy", ValueChoice.LAST, 1, false, source, null);
        return new Uncertainty(target, Map.of(metric, value), Map.of(), null);
    }

    /** Table I of Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 17 (1998), method 3. */
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2553, 0.3662", "15, 148, 0.0624, 0.1605", "0, 20, 0, 0.1611", "1, 29, 0.0061, 0.1718"})
    void oneProportion(int successes, int samples, double lower, double upper) throws Exception {
        Interval interval = proportion(samples).of((double) successes / samples);

        assertEquals(lower, interval.lower(), 0.00005);
        assertEquals(upper, interval.upper(), 0.00005);
    }

    /** Table II of Newcombe, "Interval estimation for the difference", Stat. Med. 17 (1998), method 10. */
    @ParameterizedTest
    @CsvSource({
        "56, 70, 48, 80, 0.0524, 0.3339",
        "9, 10, 3, 10, 0.1705, 0.8090",
        "5, 56, 0, 29, -0.0381, 0.1926",
        "0, 10, 0, 20, -0.1611, 0.2775"
    })
    void theDifferenceOfTwoProportions(int a, int m, int b, int n, double lower, double upper) throws Exception {
        Interval interval = Uncertainty.ofDifference(
                proportion(m), (double) a / m, proportion(n), (double) b / n);

        assertEquals(lower, interval.lower(), 0.00005);
        assertEquals(upper, interval.upper(), 0.00005);
    }

    @Test
    void standardErrorsGiveTheNormalInterval() throws Exception {
        Uncertainty a = beside(EvidenceSource.Kind.STD_ERROR, "se", 3.0);
        Uncertainty b = beside(EvidenceSource.Kind.STD_ERROR, "se", 4.0);

        assertEquals(10 - 1.959964 * 3, a.of(10).lower(), 1e-5);
        assertEquals(2 + 1.959964 * 5, Uncertainty.ofDifference(a, 10, b, 8).upper(), 1e-5);
    }

    /** Over models whose accuracy is anywhere between 0.5 and 0.99, as they are met. */
    @ParameterizedTest
    @ValueSource(ints = {100, 500, 2000})
    void theIntervalCoversTheTruthAsOftenAsItSays(int samples) throws Exception {
        Random random = new Random(samples);
        int covered = 0;
        for (int i = 0; i < 20_000; i++) {
            double truth = 0.5 + 0.49 * random.nextDouble();
            Interval interval = proportion(samples).of(observed(random, truth, samples));
            covered += interval.lower() <= truth && truth <= interval.upper() ? 1 : 0;
        }
        double coverage = covered / 20_000.0;
        assertTrue(coverage > 0.94 && coverage < 0.96, () -> "coverage at " + samples + " samples is " + coverage);
    }

    @Test
    void anImprovementThatIsOnlyChanceIsRarelyTakenForOne() throws Exception {
        var policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .baseline("champion")
                        .thresholds(Map.of("accuracy", Map.of(
                                "min_absolute_change", 0,
                                "greater_is_better", true,
                                "evidence", Map.of("samples", "n_test"))))
                        .build());
        Random random = new Random(5);
        int passed = 0;
        for (int i = 0; i < 5_000; i++) {
            double truth = 0.6 + 0.35 * random.nextDouble();
            Map<String, Double> candidate = Map.of("accuracy", observed(random, truth, 1000), "n_test", 1000.0);
            Map<String, Double> baseline = Map.of("accuracy", observed(random, truth, 1000), "n_test", 1000.0);
            passed += Evaluator.evaluate(policy, new Evidence(candidate, baseline)).get(0).isPassed() ? 1 : 0;
        }
        int promoted = passed;
        assertTrue(promoted < 150, () -> promoted + " of 5,000 coin flips were promoted");
        assertTrue(promoted > 50, () -> promoted + " of 5,000: the rule would hardly ever pass anything");
    }

    private static double observed(Random random, double truth, int samples) {
        int hits = 0;
        for (int i = 0; i < samples; i++) {
            hits += random.nextDouble() < truth ? 1 : 0;
        }
        return (double) hits / samples;
    }

    private static Check check(Map<String, Object> rule, Map<String, Double> candidate, Map<String, Double> baseline)
            throws Exception {
        var policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .baseline("champion")
                        .thresholds(Map.of("accuracy", rule))
                        .build());
        return Evaluator.evaluate(policy, new Evidence(candidate, baseline)).get(0);
    }

    private static Map<String, Object> rule(String kind, double limit, Map<String, Object> evidence) {
        Map<String, Object> rule = new HashMap<>(Map.of(kind, limit, "evidence", evidence));
        rule.put("greater_is_better", true);
        return rule;
    }

    @ParameterizedTest
    @CsvSource({
        "min, 0.90, PASSED", "min, 0.92, INCONCLUSIVE", "min, 0.96, FAILED", "min, 0.91, PASSED", "min, 0.95, INCONCLUSIVE",
        "max, 0.95, PASSED", "max, 0.94, INCONCLUSIVE", "max, 0.90, FAILED", "max, 0.91, INCONCLUSIVE"
    })
    void aBoundMustHoldForTheWholeInterval(String kind, double limit, Verdict verdict) throws Exception {
        Check check = check(
                rule(kind, limit, Map.of("lower", "lo", "upper", "hi")),
                Map.of("accuracy", 0.93, "lo", 0.91, "hi", 0.95),
                null);

        assertEquals(verdict, check.getVerdict(), check.getReason());
        assertEquals(verdict == Verdict.INCONCLUSIVE, check.getMargin() == null);
    }

    @ParameterizedTest
    @CsvSource({
        "max_drop, 0.05, 0.9, 0.9, PASSED",
        "max_drop, 0.005, 0.9, 0.9, INCONCLUSIVE",
        "max_drop, 0.01, 0.8, 0.9, FAILED",
        "min_absolute_change, 0.01, 0.95, 0.9, PASSED",
        "min_absolute_change, 0.01, 0.92, 0.9, INCONCLUSIVE",
        "min_absolute_change, 0.01, 0.85, 0.9, FAILED",
        "max_relative_drop, 0.05, 0.9, 0.9, PASSED",
        "min_relative_change, 0.1, 0.9, 0, INCONCLUSIVE"
    })
    void aChangeMustHoldForTheIntervalOfTheDifference(
            String kind, double limit, double candidate, double baseline, Verdict verdict) throws Exception {
        Check check = check(
                rule(kind, limit, Map.of("std_error", "se")),
                Map.of("accuracy", candidate, "se", 0.01),
                Map.of("accuracy", baseline, "se", 0.01));

        assertEquals(verdict, check.getVerdict(), check.getReason());
    }

    @ParameterizedTest
    @CsvSource({"0", "-5", "10.5", "NaN", "3e9", ","})
    void samplesThatMakeNoSenseAreInconclusive(Double samples) throws Exception {
        Map<String, Double> values = new HashMap<>(Map.of("accuracy", 0.93));
        if (samples != null) {
            values.put("n", samples);
        }

        assertEquals(
                Verdict.INCONCLUSIVE,
                check(rule("min", 0.5, Map.of("samples", "n")), values, null).getVerdict());
    }

    @Test
    void otherEvidenceThatMakesNoSenseIsInconclusive() throws Exception {
        assertEquals(
                Verdict.INCONCLUSIVE,
                check(rule("min", 0.5, Map.of("samples", "n")), Map.of("accuracy", 1.5, "n", 10.0), null)
                        .getVerdict());
        assertEquals(
                Verdict.INCONCLUSIVE,
                check(rule("min", 0.5, Map.of("std_error", "se")), Map.of("accuracy", 0.9, "se", -0.1), null)
                        .getVerdict());
        assertEquals(
                Verdict.INCONCLUSIVE,
                check(
                                rule("min", 0.5, Map.of("lower", "lo", "upper", "hi")),
                                Map.of("accuracy", 0.9, "lo", 0.91, "hi", 0.95),
                                null)
                        .getVerdict());
    }
}
