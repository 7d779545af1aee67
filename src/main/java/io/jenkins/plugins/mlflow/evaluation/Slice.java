package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One slice of a metric among values, or among reasons why values are unclear.
 *
 * @param key the key of the slice's metric
 * @param value its value or reason
 */
public record Slice<V>(MetricKey key, V value) {
    /**
     * The slices that the target chooses, by their names. A metric that is the evidence of another slice is none.
     */
    public static <V> SortedMap<String, Slice<V>> of(MetricTarget target, Map<MetricKey, V> values) {
        SortedMap<String, Slice<V>> slices = new TreeMap<>();
        String beginning = target.sliceBeginning();
        for (Map.Entry<MetricKey, V> entry : Evidence.sorted(values)
                .tailMap(MetricKey.current(beginning), true)
                .entrySet()) {
            MetricKey key = entry.getKey();
            String metric = key.name();
            if (!metric.startsWith(beginning)) {
                break;
            }
            String slice = target.isKey(key) ? target.sliceOf(metric) : null;
            if (slice != null && !target.isEvidence(metric, other -> values.containsKey(target.key(other)))) {
                slices.put(slice, new Slice<>(key, entry.getValue()));
            }
        }
        return slices;
    }
}
