package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;

/**
 * Which of the values in a metric's history counts.
 *
 * @param count how many of the last values the mean is over, or the training step that is wanted; 0 for the other kinds
 */
public record ValueChoice(Kind kind, long count) implements Serializable {
    /** MLflow's own current value. */
    public static final ValueChoice LAST = new ValueChoice(Kind.LAST, 0);

    /** How one value is made of many. */
    public enum Kind {
        /** MLflow's current value: the largest by step, timestamp, value. */
        LAST,
        MIN,
        MAX,
        /** The arithmetic mean of the last values by step, timestamp, value. */
        MEAN_LAST,
        /** The current value among those of one step. */
        STEP
    }

    public boolean needsHistory() {
        return kind != Kind.LAST;
    }

    // Equality, hash and text are written out for the same reason as those of MetricKey.

    @Override
    public boolean equals(Object other) {
        return other instanceof ValueChoice choice && kind == choice.kind && count == choice.count;
    }

    @Override
    public int hashCode() {
        return kind.ordinal() * 31 + Long.hashCode(count);
    }

    @Override
    public String toString() {
        return "ValueChoice[kind=" + kind + ", count=" + count + "]";
    }

    /** The words for it in a policy file. */
    public String text() {
        return switch (kind) {
            case LAST -> "last";
            case MIN -> "min";
            case MAX -> "max";
            case MEAN_LAST -> "{mean_last: " + count + "}";
            case STEP -> "{step: " + count + "}";
        };
    }
}
