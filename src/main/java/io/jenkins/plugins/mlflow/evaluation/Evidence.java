package io.jenkins.plugins.mlflow.evaluation;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What is known when the gate evaluates. Values may be NaN or infinite; they stand under the key that {@code MetricTarget} makes
 * of a metric's name, which for current values of a run is the name itself.
 *
 * @param candidate the candidate's value of each metric that it has
 * @param baseline the baseline's, or null if there is no baseline to compare with
 * @param unclear why the candidate's value under a key cannot be told, whether or not there is one; the key of a whole
 *     target stands for all of its slices
 * @param incomparable likewise, why candidate and baseline may not be compared
 * @param absent why the candidate has no value under a key, where more is known than that
 * @param origins of the candidate's values, where another run logged them or on a dataset that the rule does not name
 * @param baselineOrigins likewise of the baseline's
 * @param rubberStampRefused why change rules do not pass although there is no baseline; null if they may
 */
public record Evidence(
        Map<String, Double> candidate,
        Map<String, Double> baseline,
        Map<String, String> unclear,
        Map<String, String> incomparable,
        Map<String, String> absent,
        Map<String, Origin> origins,
        Map<String, Origin> baselineOrigins,
        String rubberStampRefused) {

    public Evidence(Map<String, Double> candidate, Map<String, Double> baseline) {
        this(candidate, baseline, Map.of(), Map.of());
    }

    public Evidence(
            Map<String, Double> candidate,
            Map<String, Double> baseline,
            Map<String, String> unclear,
            Map<String, String> incomparable) {
        this(candidate, baseline, unclear, incomparable, Map.of(), Map.of(), Map.of(), null);
    }

    /** The same with its values in the order of names, in which those of one target are found without looking at all. */
    Evidence sorted() {
        return new Evidence(
                sorted(candidate),
                sorted(baseline),
                sorted(unclear),
                incomparable,
                absent,
                origins,
                baselineOrigins,
                rubberStampRefused);
    }

    static <T> NavigableMap<String, T> sorted(Map<String, T> values) {
        return values == null || values instanceof NavigableMap
                ? (NavigableMap<String, T>) values
                : new TreeMap<>(values);
    }

    /**
     * Whether a value counts. MLflow stores infinities as plus or minus the largest double, so that is not finite either.
     */
    public static boolean isFinite(double value) {
        return Double.isFinite(value) && Math.abs(value) != Double.MAX_VALUE;
    }
}
