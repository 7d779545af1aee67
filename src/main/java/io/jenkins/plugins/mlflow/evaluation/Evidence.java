package io.jenkins.plugins.mlflow.evaluation;

import java.util.Map;

/**
 * What is known when the gate judges. Values may be NaN or infinite; they stand under the key that {@code ValueChoice} makes
 * of a metric's name, which for current values is the name itself.
 *
 * @param candidate the candidate's value of each metric that it has
 * @param baseline the baseline's, or null if there is no baseline to compare with
 * @param incomparable why the two may not be compared, or null if they may
 */
public record Evidence(Map<String, Double> candidate, Map<String, Double> baseline, String incomparable) {

    public Evidence(Map<String, Double> candidate, Map<String, Double> baseline) {
        this(candidate, baseline, null);
    }

    /**
     * Whether a value counts. MLflow stores infinities as plus or minus the largest double, so that is not finite either.
     */
    public static boolean isFinite(double value) {
        return Double.isFinite(value) && Math.abs(value) != Double.MAX_VALUE;
    }
}
