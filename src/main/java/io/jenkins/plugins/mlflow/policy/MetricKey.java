package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.util.Objects;

/**
 * What a value of a metric, and what is known of it, is kept under. The order is that of the names.
 *
 * @param name the metric's key in MLflow; that of a whole target may hold the {@code *} of its slices
 * @param value which of the metric's values it is
 * @param dataset name of the dataset that the rule asks for, or null for the run's own metric
 */
public record MetricKey(String name, ValueChoice value, String dataset) implements Comparable<MetricKey>, Serializable {
    /** A run's own current value: the first of all keys with this name. */
    public static MetricKey current(String name) {
        return new MetricKey(name, ValueChoice.LAST, null);
    }

    @Override
    public int compareTo(MetricKey other) {
        int order = name.compareTo(other.name);
        if (order == 0) {
            order = value.kind().compareTo(other.value.kind());
        }
        if (order == 0) {
            order = Long.compare(value.count(), other.value.count());
        }
        if (order == 0 && !Objects.equals(dataset, other.dataset)) {
            return dataset == null ? -1 : other.dataset == null ? 1 : dataset.compareTo(other.dataset);
        }
        return order;
    }

    // Written out: Java makes those of a record, and comparators of comparators, at run time, in a tenth of the life of
    // a short process.

    @Override
    public boolean equals(Object other) {
        return other instanceof MetricKey key
                && name.equals(key.name)
                && value.equals(key.value)
                && Objects.equals(dataset, key.dataset);
    }

    @Override
    public int hashCode() {
        return (name.hashCode() * 31 + value.hashCode()) * 31 + Objects.hashCode(dataset);
    }

    /** As a record has it: fingerprints that are stored hold it. */
    @Override
    public String toString() {
        return "MetricKey[name=" + name + ", value=" + value + ", dataset=" + dataset + "]";
    }
}
