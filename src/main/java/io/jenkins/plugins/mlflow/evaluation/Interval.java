package io.jenkins.plugins.mlflow.evaluation;

import java.math.BigDecimal;

/** A confidence interval, in the metric's unit. */
record Interval(BigDecimal lower, BigDecimal upper) {
    /** The interval of the negated value. */
    Interval negated() {
        return new Interval(upper.negate(), lower.negate());
    }

    @Override
    public String toString() {
        return Numbers.brief(lower, BigDecimal.ZERO) + " to " + Numbers.brief(upper, BigDecimal.ZERO);
    }
}
