package io.jenkins.plugins.mlflow.evaluation;

import java.math.BigDecimal;

/** What a rule found: the verdict, how far from the limit, and why. */
record Finding(Verdict verdict, Double margin, String reason) {

    /** Passed if the margin is not negative. */
    static Finding of(BigDecimal margin, String passed, String failed) {
        return of(margin, margin.signum() >= 0 ? passed : failed);
    }

    /** The same with the reason for the verdict that it is. */
    static Finding of(BigDecimal margin, String reason) {
        double distance = margin.doubleValue();
        if (margin.signum() >= 0) {
            return new Finding(Verdict.PASSED, distance, reason);
        }
        // A miss that is too small for a double is still a miss.
        return new Finding(Verdict.FAILED, distance < 0 ? distance : -Double.MIN_VALUE, reason);
    }

    static Finding inconclusive(String reason) {
        return new Finding(Verdict.INCONCLUSIVE, null, reason);
    }
}
