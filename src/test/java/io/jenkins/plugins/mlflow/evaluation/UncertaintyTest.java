package io.jenkins.plugins.mlflow.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.EvidenceSource;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.policy.ValueChoice;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
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
        return new Uncertainty(target, Map.of(target.key(metric), value), Map.of(), null);
    }

    private static BigDecimal decimal(double value) {
        return Decimals.shortest(value);
    }

    private static void assertInterval(double lower, double upper, Interval interval) {
        assertEquals(lower, interval.lower().doubleValue(), 0.00005);
        assertEquals(upper, interval.upper().doubleValue(), 0.00005);
    }

    /** Table I of Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 17 (1998), method 3. */
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2553, 0.3662", "15, 148, 0.0624, 0.1605", "0, 20, 0, 0.1611", "1, 29, 0.0061, 0.1718"})
    void oneProportion(int successes, int samples, double lower, double upper) throws Exception {
        assertInterval(
                lower,
                upper,
                proportion(samples).of(decimal((double) successes / samples)).interval());
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
        Estimate one = proportion(m).of(decimal((double) a / m));
        Estimate other = proportion(n).of(decimal((double) b / n));

        assertInterval(lower, upper, one.minus(other));
    }

    @Test
    void standardErrorsGiveTheNormalInterval() throws Exception {
        Uncertainty a = beside(EvidenceSource.Kind.STD_ERROR, "se", 3.0);
        Uncertainty b = beside(EvidenceSource.Kind.STD_ERROR, "se", 4.0);

        Estimate ten = a.of(decimal(10));
        assertInterval(10 - 1.959964 * 3, 10 + 1.959964 * 3, ten.interval());
        assertInterval(2 - 1.959964 * 5, 2 + 1.959964 * 5, ten.minus(b.of(decimal(8))));
    }

    /** A value between two whole numbers of successes, such as an average over classes, is not rounded to either. */
    @ParameterizedTest
    @CsvSource({
        "0.85, 10, 0.5412, 0.9646",
        "0.849, 10, 0.5401, 0.9642",
        "0.5, 1, 0.0546, 0.9454",
        "0.01, 20, 0.0005, 0.1774",
        "0.9999, 3, 0.4384, 1"
    })
    void aValueThatIsNoWholeNumberOfSuccesses(double value, int samples, double lower, double upper) throws Exception {
        assertInterval(lower, upper, proportion(samples).of(decimal(value)).interval());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10, 1000, Integer.MAX_VALUE})
    void aGreaterValueNeverHasALowerIntervalAndEveryValueIsInItsOwn(int samples) throws Exception {
        double lower = 0;
        double upper = 0;
        for (int i = 0; i <= 1000; i++) {
            double value = i / 1000.0;
            Interval interval = proportion(samples).of(decimal(value)).interval();

            assertTrue(
                    lower <= interval.lower().doubleValue()
                            && upper <= interval.upper().doubleValue(),
                    "at " + value);
            lower = interval.lower().doubleValue();
            upper = interval.upper().doubleValue();
            assertTrue(0 <= lower && lower <= value && value <= upper && upper <= 1, "at " + value);
        }
    }

    /**
     * Over models whose accuracy is anywhere between 0.5 and 0.99, as they are met. Wilson's interval covers the truth in about
     * 95 of 100 cases on average over the truths, for small samples rather a little more; 20,000 trials tell the coverage to
     * 0.0015 (one standard error). 0.005 below the nominal is therefore more than three standard errors.
     */
    @ParameterizedTest
    @CsvSource({"10, 0.97", "50, 0.96", "100, 0.96", "200, 0.96", "500, 0.96", "2000, 0.96"})
    void theIntervalCoversTheTruthAsOftenAsItSays(int samples, double most) throws Exception {
        assertCoverage("accuracy", samples, UncertaintyTest::observed, 0.945, most);
    }

    /**
     * Samples that weigh 0.8 to 1.2: the values lie between whole numbers of successes, and vary as much as those of 0.987 times
     * as many samples do, which costs less than 0.003 of coverage.
     */
    @ParameterizedTest
    @CsvSource({"10, 0.97", "50, 0.96", "200, 0.96"})
    void theIntervalCoversTheTruthOfAWeightedAccuracy(int samples, double most) throws Exception {
        assertCoverage("weighted accuracy", samples, UncertaintyTest::weighted, 0.942, most);
    }

    /** Scores of 0, 0.5 and 1 vary less than successes and failures do, so the interval is wider than needed, never narrower. */
    @ParameterizedTest
    @ValueSource(ints = {10, 50, 200})
    void theIntervalCoversTheTruthOfAMeanOfHalfMarksMoreOftenThanItSays(int samples) throws Exception {
        assertCoverage("mean of half marks", samples, UncertaintyTest::halfMarks, 0.95, 1);
    }

    /** A mean of values of one model of a known quality. */
    private interface Measurement {
        double of(Random random, double truth, int samples);
    }

    private static void assertCoverage(String what, int samples, Measurement measurement, double least, double most)
            throws Exception {
        Random random = new Random(samples);
        int trials = 20_000;
        int covered = 0;
        for (int i = 0; i < trials; i++) {
            double truth = 0.5 + 0.49 * random.nextDouble();
            Interval interval = proportion(samples)
                    .of(decimal(measurement.of(random, truth, samples)))
                    .interval();
            covered += interval.lower().doubleValue() <= truth
                            && truth <= interval.upper().doubleValue()
                    ? 1
                    : 0;
        }
        double coverage = (double) covered / trials;
        String found = "the 95 % interval of the " + what + " of " + samples + " samples covers " + coverage;
        System.out.println(found);
        assertTrue(coverage > least && coverage <= most, found);
    }

    /** Due are 2.5 %, which is 125 with a standard error of 11. */
    @ParameterizedTest
    @ValueSource(ints = {10, 50, 200, 1000})
    void anImprovementThatIsOnlyChanceIsRarelyTakenForOne(int samples) throws Exception {
        var policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .baseline("champion")
                        .thresholds(Map.of(
                                "accuracy",
                                Map.of(
                                        "min_absolute_change",
                                        0,
                                        "greater_is_better",
                                        true,
                                        "evidence",
                                        Map.of("samples", "n_test"))))
                        .build());
        Random random = new Random(5);
        int passed = 0;
        for (int i = 0; i < 5_000; i++) {
            double truth = 0.6 + 0.35 * random.nextDouble();
            Map<String, Double> candidate =
                    Map.of("accuracy", observed(random, truth, samples), "n_test", (double) samples);
            Map<String, Double> baseline =
                    Map.of("accuracy", observed(random, truth, samples), "n_test", (double) samples);
            passed += Evaluator.evaluate(policy, Evidence.ofCurrent(candidate, baseline))
                            .get(0)
                            .isPassed()
                    ? 1
                    : 0;
        }
        int promoted = passed;
        System.out.println("of 5,000 models that are no better, with " + samples + " samples, " + promoted + " pass");
        assertTrue(promoted < 125 + 3 * 11, () -> promoted + " of 5,000 coin flips were promoted");
        assertTrue(promoted > 50, () -> promoted + " of 5,000: the rule would hardly ever pass anything");
    }

    private static double weighted(Random random, double truth, int samples) {
        double hits = 0;
        double all = 0;
        for (int i = 0; i < samples; i++) {
            double weight = 0.8 + 0.4 * random.nextDouble();
            all += weight;
            hits += random.nextDouble() < truth ? weight : 0;
        }
        return hits / all;
    }

    private static double halfMarks(Random random, double truth, int samples) {
        double marks = 0;
        for (int i = 0; i < samples; i++) {
            marks += (random.nextDouble() < truth ? 0.5 : 0) + (random.nextDouble() < truth ? 0.5 : 0);
        }
        return marks / samples;
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
        return Evaluator.evaluate(policy, Evidence.ofCurrent(candidate, baseline))
                .get(0);
    }

    private static Map<String, Object> rule(String kind, double limit, Map<String, Object> evidence) {
        Map<String, Object> rule = new HashMap<>(Map.of(kind, limit, "evidence", evidence));
        rule.put("greater_is_better", true);
        return rule;
    }

    @ParameterizedTest
    @CsvSource({
        "min, 0.90, PASSED",
        "min, 0.92, INCONCLUSIVE",
        "min, 0.96, FAILED",
        "min, 0.91, PASSED",
        "min, 0.95, INCONCLUSIVE",
        "max, 0.95, PASSED",
        "max, 0.94, INCONCLUSIVE",
        "max, 0.90, FAILED",
        "max, 0.91, INCONCLUSIVE"
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

    /** Without an uncertainty the rule is the exact one: inclusive, and computed in decimals. */
    @ParameterizedTest
    @CsvSource({
        "max_drop, 0.01, 0.91, 0.92, PASSED",
        "max_drop, 0.009, 0.91, 0.92, FAILED",
        "min_absolute_change, 0.1, 0.3, 0.2, PASSED",
        "min_absolute_change, 0.2, 0.3, 0.1, PASSED",
        "max_relative_drop, 0.1, 0.27, 0.3, PASSED",
        "min_relative_change, 0.1, 0.33, 0.3, PASSED",
        "min_relative_change, 0.1, 0.32, 0.3, FAILED"
    })
    void whatLiesExactlyAtTheLimitPasses(String kind, double limit, double candidate, double baseline, Verdict verdict)
            throws Exception {
        for (Map<String, Object> evidence : List.<Map<String, Object>>of(
                Map.of("std_error", "se"), Map.of("lower", "accuracy", "upper", "accuracy"))) {
            Check check = check(
                    rule(kind, limit, evidence),
                    Map.of("accuracy", candidate, "se", 0.0),
                    Map.of("accuracy", baseline, "se", 0.0));

            assertEquals(verdict, check.getVerdict(), check.getReason());
            assertEquals(verdict == Verdict.PASSED, check.getMargin() >= 0);
            assertTrue(verdict == Verdict.FAILED || check.getMargin() == 0, () -> "margin " + check.getMargin());
        }
    }

    /** The center is a decimal, too: 0.3 with a reach of 0.1 starts at 0.2. */
    @Test
    void theEndsOfAnIntervalAreDecimalsAroundADecimal() throws Exception {
        Check bound = check(
                rule("min", 0.2, Map.of("lower", "lo", "upper", "hi")),
                Map.of("accuracy", 0.3, "lo", 0.2, "hi", 0.4),
                null);
        Check change = check(
                rule("min_absolute_change", 0.1, Map.of("lower", "lo", "upper", "hi")),
                Map.of("accuracy", 0.3, "lo", 0.2, "hi", 0.4),
                Map.of("accuracy", 0.1, "lo", 0.1, "hi", 0.1));

        assertEquals(Verdict.PASSED, bound.getVerdict(), bound.getReason());
        assertEquals(Verdict.PASSED, change.getVerdict(), change.getReason());
        assertEquals(0.0, change.getMargin());
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
