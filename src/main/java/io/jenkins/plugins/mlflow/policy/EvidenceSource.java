package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;

/**
 * Where the uncertainty of a metric comes from: other metrics of the same run. In the names of a sliced metric, {@code *}
 * stands for the slice.
 *
 * @param first the number of samples, the standard error, or the lower end
 * @param second the upper end for {@link Kind#INTERVAL}, else null
 * @param confidence of the interval, between 0 and 1, 0.95 for 95 %
 */
public record EvidenceSource(Kind kind, String first, String second, double confidence) implements Serializable {
    public static final double DEFAULT_CONFIDENCE = 0.95;

    /** What the other metrics hold. */
    public enum Kind {
        /** The metric is a proportion of this many samples. */
        SAMPLES,
        /** The metric is normally distributed with this standard error. */
        STD_ERROR,
        /** The run brings the interval with it. */
        INTERVAL
    }
}
