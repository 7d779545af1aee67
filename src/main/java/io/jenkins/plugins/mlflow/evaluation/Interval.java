package io.jenkins.plugins.mlflow.evaluation;

/** A confidence interval, in the metric's unit. */
record Interval(double lower, double upper) {
    @Override
    public String toString() {
        return Numbers.brief(lower, 0.0) + " to " + Numbers.brief(upper, 0.0);
    }
}
