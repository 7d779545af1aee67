package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.MetricKey;
import java.math.BigDecimal;

/**
 * What a rule is applied to: a metric, or one slice of it, with what is known of it.
 *
 * @param slice null for a plain metric
 * @param key what its values are kept under
 * @param value the candidate's, which may be NaN or infinite, or null if it has none
 * @param baseline likewise the baseline's
 * @param c the candidate's value as a decimal, or null if there is no finite one
 * @param b likewise the baseline's
 * @param change candidate minus baseline, or null if one of them has no finite value
 * @param unclear why it is not clear which value of the candidate is meant, or null
 * @param origin of the candidate's value, if not from where the rule expects it; or null
 * @param baselineOrigin likewise of the baseline's
 */
record EvaluatedMetric(
        String slice,
        MetricKey key,
        Double value,
        Double baseline,
        BigDecimal c,
        BigDecimal b,
        Double change,
        String unclear,
        Origin origin,
        Origin baselineOrigin) {

    static EvaluatedMetric of(
            String slice,
            MetricKey key,
            Double value,
            Double baseline,
            String unclear,
            Origin origin,
            Origin baselineOrigin) {
        BigDecimal c = finite(value);
        BigDecimal b = finite(baseline);
        Double change = c == null || b == null ? null : c.subtract(b).doubleValue();
        return new EvaluatedMetric(slice, key, value, baseline, c, b, change, unclear, origin, baselineOrigin);
    }

    private static BigDecimal finite(Double value) {
        return value == null || !Evidence.isFinite(value) ? null : Decimals.shortest(value);
    }
}
