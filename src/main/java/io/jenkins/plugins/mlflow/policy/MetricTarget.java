package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The metric, or the slices of a metric, that rules are about.
 *
 * @param name the metric's key in MLflow; a {@code *} in it stands for the slice
 * @param value which of the metric's values counts
 * @param atLeast how many slices there must be; 1 for a plain metric
 * @param allowLostSlices whether a slice of the baseline may be absent from the candidate
 * @param evidence where the metric's uncertainty comes from, or null to take the value as exact
 * @param dataset name of the dataset on which the candidate's logged model (MLflow 3) must have the metric, or null for the
 *     run's own metric
 */
public record MetricTarget(
        String name, ValueChoice value, int atLeast, boolean allowLostSlices, EvidenceSource evidence, String dataset)
        implements Serializable {

    private static final char ANY = '*';

    /** A plain metric with its current value. */
    public static MetricTarget of(String name) {
        return new MetricTarget(name, ValueChoice.LAST, 1, false, null, null);
    }

    /** What the value of a metric is kept under, if it is this target's. */
    public MetricKey key(String metric) {
        return new MetricKey(metric, value, dataset);
    }

    /** Whether a key is {@link #key} of its metric. */
    public boolean isKey(MetricKey key) {
        return value.equals(key.value()) && Objects.equals(dataset, key.dataset());
    }

    /** The metric, and the dataset if one is required, for messages. */
    public String inWords(String metric) {
        return dataset == null ? metric : metric + " on dataset " + dataset;
    }

    public boolean isSliced() {
        return name.indexOf(ANY) >= 0;
    }

    /** What the names of all slices begin with. */
    public String sliceBeginning() {
        return name.substring(0, name.indexOf(ANY));
    }

    /** The slice that a metric of this name is for, or null if the pattern does not match. */
    public String sliceOf(String metric) {
        int star = name.indexOf(ANY);
        int after = name.length() - star - 1;
        int end = metric.length() - after;
        boolean matches = end > star
                && metric.regionMatches(0, name, 0, star)
                && metric.regionMatches(end, name, star + 1, after);
        return matches ? metric.substring(star, end) : null;
    }

    /**
     * Whether a metric is the evidence of a slice, and so no slice itself, although its name may look like one: for
     * {@code acc/*} with samples {@code acc/*_n}, {@code acc/eu_n} is if there is {@code acc/eu}.
     *
     * @param known whether there is a metric of a name
     */
    public boolean isEvidence(String metric, Predicate<String> known) {
        return evidence != null
                && Stream.of(evidence.first(), evidence.second())
                        .filter(Objects::nonNull)
                        .map(pattern -> MetricTarget.of(pattern).sliceOf(metric))
                        .filter(Objects::nonNull)
                        .map(slice -> inSlice(name, slice))
                        .anyMatch(evaluated -> !evaluated.equals(metric) && known.test(evaluated));
    }

    // Equality and hash are written out for the same reason as those of MetricKey.

    @Override
    public boolean equals(Object other) {
        return other instanceof MetricTarget target
                && name.equals(target.name)
                && value.equals(target.value)
                && atLeast == target.atLeast
                && allowLostSlices == target.allowLostSlices
                && Objects.equals(evidence, target.evidence)
                && Objects.equals(dataset, target.dataset);
    }

    @Override
    public int hashCode() {
        return (name.hashCode() * 31 + value.hashCode()) * 31 + Objects.hashCode(dataset);
    }

    /** A name with the slice in the place of its {@code *}; the name itself where there is no slice. */
    public static String inSlice(String name, String slice) {
        return slice == null ? name : name.replace(String.valueOf(ANY), slice);
    }
}
