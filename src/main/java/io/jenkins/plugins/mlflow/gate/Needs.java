package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.policy.Digests;
import io.jenkins.plugins.mlflow.policy.EvidenceSource;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import io.jenkins.plugins.mlflow.policy.ValueChoice;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** Which metrics of a run the rules of a policy need, and whether they are there. */
final class Needs {
    private static final Comparator<Run.Metric> MLFLOWS_ORDER = Comparator.comparingLong(Run.Metric::step)
            .thenComparingLong(Run.Metric::timestamp)
            .thenComparingDouble(Run.Metric::value);

    private final Set<MetricTarget> targets;

    Needs(GatePolicy policy) {
        targets = policy.rules().stream()
                .map(MetricRule::target)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The names of the run's metrics that count, those that tell the uncertainty of others included. */
    private Set<String> names(MetricTarget target, Set<String> known) {
        Set<String> names = new TreeSet<>();
        for (String pattern : patterns(target)) {
            MetricTarget any = MetricTarget.of(pattern);
            for (String metric : any.isSliced() ? known : Set.of(pattern)) {
                if (known.contains(metric) && (!any.isSliced() || any.sliceOf(metric) != null)) {
                    names.add(metric);
                }
            }
        }
        return names;
    }

    private static List<String> patterns(MetricTarget target) {
        EvidenceSource evidence = target.evidence();
        if (evidence == null) {
            return List.of(target.name());
        }
        return evidence.second() == null
                ? List.of(target.name(), evidence.first())
                : List.of(target.name(), evidence.first(), evidence.second());
    }

    /** The values that the rules are about, each under its key. Histories are asked for only where a rule needs them. */
    TreeMap<String, Double> values(Run run, Round round) throws TrackingException, InterruptedException {
        TreeMap<String, Double> values = new TreeMap<>();
        for (MetricTarget target : targets) {
            for (String metric : names(target, run.metrics().keySet())) {
                if (!target.value().needsHistory()) {
                    values.put(metric, run.metrics().get(metric).value());
                } else {
                    Double chosen = chosen(target.value(), round.server().history(run.id(), metric));
                    if (chosen != null) {
                        values.put(target.value().key(metric), chosen);
                    }
                }
            }
        }
        return values;
    }

    /** Null if the history does not hold what is asked for; not finite if a value that counts is not. */
    static Double chosen(ValueChoice choice, List<Run.Metric> history) {
        List<Run.Metric> sorted = history.stream().sorted(MLFLOWS_ORDER.reversed()).toList();
        return switch (choice.kind()) {
            case LAST -> sorted.isEmpty() ? null : sorted.get(0).value();
            case MIN -> reduced(sorted, DoubleStream::min);
            case MAX -> reduced(sorted, DoubleStream::max);
            case MEAN_LAST ->
                sorted.size() < choice.count()
                        ? null
                        : reduced(sorted.subList(0, (int) choice.count()), DoubleStream::average);
            case STEP -> sorted.stream()
                    .filter(value -> value.step() == choice.count())
                    .findFirst()
                    .map(Run.Metric::value)
                    .orElse(null);
        };
    }

    /** Values of which one is NaN or infinite, which MLflow stores as the largest double, give no extreme and no mean. */
    private static Double reduced(List<Run.Metric> values, Function<DoubleStream, OptionalDouble> reduction) {
        if (values.isEmpty()) {
            return null;
        }
        for (Run.Metric value : values) {
            if (!Evidence.isFinite(value.value())) {
                return value.value();
            }
        }
        return reduction.apply(values.stream().mapToDouble(Run.Metric::value)).orElseThrow();
    }

    /** What is not there yet, in words; empty if everything is. {@code baseline} may be null. */
    List<String> missing(Run run, Map<String, Double> values, Map<String, Double> baseline) {
        TreeSet<String> missing = new TreeSet<>();
        Set<String> known = run.metrics().keySet();
        for (MetricTarget target : targets) {
            if (!target.isSliced()) {
                if (!values.containsKey(target.value().key(target.name()))) {
                    missing.add(target.name());
                }
                missing.addAll(patterns(target).stream().filter(name -> !known.contains(name)).toList());
                continue;
            }
            Set<String> slices = Evaluator.slices(target, values).keySet();
            if (slices.size() < target.atLeast()) {
                missing.add(target.name() + " (" + slices.size() + " of " + target.atLeast() + " slices)");
            }
            for (String slice : slices) {
                patterns(target).stream()
                        .map(pattern -> MetricTarget.inSlice(pattern, slice))
                        .filter(name -> !known.contains(name))
                        .forEach(missing::add);
            }
            if (baseline != null && !target.allowLostSlices()) {
                Evaluator.slices(target, baseline).keySet().stream()
                        .filter(slice -> !slices.contains(slice))
                        .map(slice -> MetricTarget.inSlice(target.name(), slice))
                        .forEach(missing::add);
            }
        }
        return List.copyOf(missing);
    }

    /** Whether each metric that counts was written before the moment. */
    boolean allWrittenBefore(Run run, long millis) {
        return targets.stream()
                .flatMap(target -> names(target, run.metrics().keySet()).stream())
                .allMatch(metric -> run.metrics().get(metric).timestamp() < millis);
    }

    /** What must stay the same for two readings to count as identical: value, step and timestamp of each metric. */
    String fingerprint(Run run, Map<String, Double> values) {
        StringBuilder text = new StringBuilder();
        TreeSet<String> names = new TreeSet<>();
        targets.forEach(target -> names.addAll(names(target, run.metrics().keySet())));
        for (String name : names) {
            text.append(name).append('=').append(run.metrics().get(name)).append('\n');
        }
        return Digests.sha256(text.append(values).toString());
    }
}
