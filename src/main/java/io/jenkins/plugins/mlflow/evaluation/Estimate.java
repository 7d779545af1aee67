package io.jenkins.plugins.mlflow.evaluation;

import java.math.BigDecimal;

/** A value with its interval, which holds it. */
record Estimate(BigDecimal value, Interval interval) {

    /**
     * The interval of the difference of this value and another one that is independent of it, by the ends of both (G. Y. Zou and
     * A. Donner, "Construction of confidence limits about effect measures: a general approach", Statistics in Medicine 27,
     * 2008). For two proportions it is Newcombe's hybrid score interval (R. G. Newcombe, "Interval estimation for the
     * difference between independent proportions", Statistics in Medicine 17, 1998, method 10), for two normal intervals the
     * normal one. The difference itself is exact.
     */
    Interval minus(Estimate other) throws Uncertainty.Unknown {
        BigDecimal difference = value.subtract(other.value);
        return new Interval(
                difference.subtract(reach(below(), other.above())), difference.add(reach(above(), other.below())));
    }

    private double below() {
        return value.subtract(interval.lower()).doubleValue();
    }

    private double above() {
        return interval.upper().subtract(value).doubleValue();
    }

    private static BigDecimal reach(double one, double other) throws Uncertainty.Unknown {
        return Uncertainty.decimal(Math.hypot(one, other));
    }
}
