package io.jenkins.plugins.mlflow.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Criticality;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which miss is named first, and in which words. */
class CheckRankingTest {
    private static Check check(String metric, String rule, double limit, Double value, Double baseline, Double margin) {
        return check(metric, rule, limit, value, baseline, margin, Criticality.FAILURE);
    }

    private static Check check(
            String metric,
            String rule,
            double limit,
            Double value,
            Double baseline,
            Double margin,
            Criticality criticality) {
        Verdict verdict = margin == null ? Verdict.MISSING : margin < 0 ? Verdict.FAILED : Verdict.PASSED;
        return new Check(
                metric, null, null, null, rule, limit, value, baseline, null, margin, verdict, criticality, "why");
    }

    @Test
    void aMissedBoundReadsAsOneSentence() {
        Check recall = new Check(
                "recall",
                null,
                null,
                null,
                "min",
                0.85,
                0.83,
                null,
                null,
                -0.02,
                Verdict.FAILED,
                Criticality.FAILURE,
                "0.83 is 0.02 under its bound of 0.85");
        assertEquals("recall 0.83 is 0.02 under its bound of 0.85", CheckRanking.sentence(recall));

        Check drop = new Check(
                "recall",
                null,
                "holdout",
                null,
                "max_drop",
                0.005,
                0.83,
                0.85,
                -0.02,
                -0.015,
                Verdict.FAILED,
                Criticality.FAILURE,
                "0.02 worse than the baseline of 0.85, more than 0.005 worse");
        assertEquals(
                "recall on holdout: 0.02 worse than the baseline of 0.85, more than 0.005 worse",
                CheckRanking.sentence(drop));

        assertEquals("auc: why", CheckRanking.sentence(check("auc", "min", 0.9, null, null, null)));
    }

    @Test
    void metricsOfDifferentUnitsAreComparedByTheirPartOfTheLimit() {
        Check latency = check("latency_ms", "max", 400, 404.0, null, -4.0);
        Check recall = check("recall", "min", 0.85, 0.80, null, -0.05);
        Check drop = check("accuracy", "max_drop", 0.001, 0.5, 1.0, -0.499);
        Check relative = check("f1", "max_relative_drop", 0.01, 0.96, 1.0, -0.03);

        assertEquals(-0.01, CheckRanking.distance(latency), 1e-12);
        assertEquals(-0.05 / 0.85, CheckRanking.distance(recall), 1e-12);
        assertEquals(-0.499, CheckRanking.distance(drop), 1e-12);
        assertEquals(-0.03, CheckRanking.distance(relative), 1e-12);
        assertEquals(
                drop,
                CheckRanking.worst(List.of(latency, recall, relative, drop)).orElseThrow());
    }

    @Test
    void aLimitOfZeroIsMeasuredByTheValue() {
        assertEquals(-1.0, CheckRanking.distance(check("errors", "max", 0, 3.0, null, -3.0)));
        assertEquals(0.0, CheckRanking.distance(check("errors", "max", 0, 0.0, null, 0.0)));
        assertEquals(
                Double.NEGATIVE_INFINITY,
                CheckRanking.distance(check("gain", "min_absolute_change", 0.1, 0.0, 0.0, -0.1)));
        assertNull(CheckRanking.distance(check("auc", "min", 0.9, null, null, null)));
    }

    @Test
    void whatFailsTheGateComesBeforeWhatIsFurtherOffAndWhatWasMeasuredBeforeWhatWasNot() {
        Check note = check("note", "min", 1, 0.1, null, -0.9, Criticality.NOTE);
        Check unstable = check("unstable", "min", 1, 0.5, null, -0.5, Criticality.UNSTABLE);
        Check missing = check("missing", "min", 1, null, null, null);
        Check near = check("near", "min", 1, 0.99, null, -0.01);
        Check far = check("far", "min", 1, 0.9, null, -0.1);
        Check passed = check("passed", "min", 1, 2.0, null, 1.0);
        Check close = check("close", "min", 1, 1.1, null, 0.1);
        List<Check> checks = new ArrayList<>(List.of(passed, note, missing, near, close, unstable, far));

        checks.sort(CheckRanking.WORST_FIRST);

        assertEquals(List.of(far, near, missing, unstable, note, close, passed), checks);
        assertTrue(CheckRanking.worst(List.of(passed)).isEmpty());
    }
}
