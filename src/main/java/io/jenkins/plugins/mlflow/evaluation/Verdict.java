package io.jenkins.plugins.mlflow.evaluation;

/** What a check came to. All but {@link #PASSED} count as not passed. */
public enum Verdict {
    PASSED,
    FAILED,
    /** The candidate has no value. */
    MISSING,
    /** The candidate's value is NaN or infinite. */
    NOT_FINITE,
    /** A change or drop rule with nothing to compare with. */
    NO_BASELINE,
    /** The comparison is undefined. */
    INCONCLUSIVE
}
