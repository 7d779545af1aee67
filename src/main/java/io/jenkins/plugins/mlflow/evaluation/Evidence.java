package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.MetricKey;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What is known when the gate evaluates. Values may be NaN or infinite.
 *
 * @param candidate the candidate's value of each metric that it has
 * @param baseline the baseline's, or null if there is no baseline to compare with
 * @param unclear why the candidate's value under a key is not clear, whether or not there is one; the key of a whole
 *     target stands for all of its slices
 * @param incomparable likewise, why candidate and baseline may not be compared
 * @param absent why the candidate has no value under a key, where more is known than that
 * @param origins of the candidate's values, where another run logged them or on a dataset that the rule does not name
 * @param baselineOrigins likewise of the baseline's
 * @param rubberStampRefused why change rules do not pass although there is no baseline; null if they may
 */
public record Evidence(
        Map<MetricKey, Double> candidate,
        Map<MetricKey, Double> baseline,
        Map<MetricKey, String> unclear,
        Map<MetricKey, String> incomparable,
        Map<MetricKey, String> absent,
        Map<MetricKey, Origin> origins,
        Map<MetricKey, Origin> baselineOrigins,
        String rubberStampRefused) {

    /**
     * What is known of two runs by their own current values alone.
     *
     * @param candidate values by the metric's name
     * @param baseline likewise, or null if there is no baseline to compare with
     */
    public static Evidence ofCurrent(Map<String, Double> candidate, Map<String, Double> baseline) {
        return new Evidence(
                current(candidate),
                baseline == null ? null : current(baseline),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                null);
    }

    private static Map<MetricKey, Double> current(Map<String, Double> values) {
        Map<MetricKey, Double> byKey = new TreeMap<>();
        values.forEach((name, value) -> byKey.put(MetricKey.current(name), value));
        return byKey;
    }

    /** In the order of names, in which those of one target are found without looking at all. */
    static <T> NavigableMap<MetricKey, T> sorted(Map<MetricKey, T> values) {
        return values == null || values instanceof NavigableMap
                ? (NavigableMap<MetricKey, T>) values
                : new TreeMap<>(values);
    }

    /**
     * Whether a value counts. MLflow stores infinities as plus or minus the largest double, so that is not finite either.
     */
    public static boolean isFinite(double value) {
        return Double.isFinite(value) && Math.abs(value) != Double.MAX_VALUE;
    }
}
