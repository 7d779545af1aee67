package io.jenkins.plugins.mlflow.policy;

/**
 * The kinds of requirement that a policy can make of a metric. All are inclusive. {@code c} is the candidate's value,
 * {@code b} the baseline's.
 */
public enum RuleKind {
    /** {@code c >= limit}. */
    MIN("min"),
    /** {@code c <= limit}. */
    MAX("max"),
    /** {@code c} is better than {@code b} by at least the limit, in the metric's unit. */
    MIN_ABSOLUTE_CHANGE("min_absolute_change"),
    /** {@code c} is better than {@code b} by at least the limit, as a fraction of {@code |b|}. */
    MIN_RELATIVE_CHANGE("min_relative_change"),
    /** {@code c} is worse than {@code b} by at most the limit, in the metric's unit. */
    MAX_DROP("max_drop"),
    /** {@code c} is worse than {@code b} by at most the limit, as a fraction of {@code |b|}. */
    MAX_RELATIVE_DROP("max_relative_drop"),
    /** The best and the worst slice are apart by at most the limit, in the metric's unit. */
    WORST_GAP("worst_gap");

    private final String key;

    RuleKind(String key) {
        this.key = key;
    }

    /** The word for this kind in policy files and reports. */
    public String key() {
        return key;
    }

    public boolean isBound() {
        return this == MIN || this == MAX;
    }

    /** Whether the rule compares the candidate with the baseline. */
    public boolean comparesWithBaseline() {
        return !isBound() && this != WORST_GAP;
    }

    public boolean isRelative() {
        return this == MIN_RELATIVE_CHANGE || this == MAX_RELATIVE_DROP;
    }

    /** Whether the rule limits how much worse the candidate may be, rather than requiring it to be better. */
    public boolean isDrop() {
        return this == MAX_DROP || this == MAX_RELATIVE_DROP;
    }
}
