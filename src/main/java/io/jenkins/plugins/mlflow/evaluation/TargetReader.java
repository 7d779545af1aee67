package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds in the evidence what the rules of a target are applied to. The rules of a target follow one another: it is found once. */
final class TargetReader {
    private final Evidence evidence;
    private final NavigableMap<MetricKey, Double> candidate;
    private final NavigableMap<MetricKey, Double> baseline;
    private final NavigableMap<MetricKey, String> unclear;
    private MetricTarget last;
    private List<EvaluatedMetric> metrics;
    private List<String> lostSlices;

    TargetReader(Evidence evidence) {
        this.evidence = evidence;
        this.candidate = Evidence.sorted(evidence.candidate());
        this.baseline = Evidence.sorted(evidence.baseline());
        this.unclear = Evidence.sorted(evidence.unclear());
    }

    /** The metric, whether or not it has a value; or its slices by name, those of which no value is clear included. */
    List<EvaluatedMetric> metrics(MetricTarget target) {
        read(target);
        return metrics;
    }

    /** The slices that the baseline has and the candidate has not. */
    List<String> lostSlices(MetricTarget target) {
        read(target);
        return lostSlices;
    }

    private void read(MetricTarget target) {
        if (target.equals(last)) {
            return;
        }
        last = target;
        lostSlices = List.of();
        if (target.isSliced()) {
            readSlices(target);
        } else {
            MetricKey key = target.key(target.name());
            metrics = List.of(metric(null, key, candidate.get(key), baseline == null ? null : baseline.get(key)));
        }
    }

    private void readSlices(MetricTarget target) {
        SortedMap<String, Slice<Double>> own = Slice.of(target, candidate);
        if (!unclear.isEmpty()) {
            Slice.of(target, unclear)
                    .forEach((name, slice) ->
                            own.putIfAbsent(name, new Slice<>(slice.key(), candidate.get(slice.key()))));
        }
        SortedMap<String, Slice<Double>> theirs = baseline == null ? new TreeMap<>() : Slice.of(target, baseline);
        metrics = new ArrayList<>(own.size());
        own.forEach((name, slice) -> {
            Slice<Double> their = theirs.remove(name);
            metrics.add(metric(name, slice.key(), slice.value(), their == null ? null : their.value()));
        });
        lostSlices = List.copyOf(theirs.keySet());
    }

    private EvaluatedMetric metric(String slice, MetricKey key, Double value, Double theirs) {
        return EvaluatedMetric.of(
                slice,
                key,
                value,
                theirs,
                unclear.get(key),
                evidence.origins().get(key),
                theirs == null ? null : evidence.baselineOrigins().get(key));
    }
}
