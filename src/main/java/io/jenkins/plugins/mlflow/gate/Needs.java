package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
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
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** Which metrics of a run the rules of a policy need, and whether they are there. */
final class Needs {
    /** A run's current value is the last in this order. */
    static final Comparator<Run.Metric> MLFLOWS_ORDER = Comparator.comparingLong(Run.Metric::step)
            .thenComparingLong(Run.Metric::timestamp)
            .thenComparingDouble(Run.Metric::value);

    private final Set<MetricTarget> targets;

    Needs(GatePolicy policy) {
        targets = policy.rules().stream()
                .map(MetricRule::target)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The names of the run's metrics that count, those that tell the uncertainty of others included. */
    static Set<String> names(MetricTarget target, Set<String> known) {
        Set<String> names = new TreeSet<>();
        for (String pattern : patterns(target)) {
            MetricTarget any = MetricTarget.of(pattern);
            if (any.isSliced()) {
                any.beginningLikeSlices(sorted(known))
                        .filter(metric -> any.sliceOf(metric) != null)
                        .forEach(names::add);
            } else if (known.contains(pattern)) {
                names.add(pattern);
            }
        }
        return names;
    }

    private static NavigableSet<String> sorted(Set<String> names) {
        return names instanceof NavigableSet<String> sorted ? sorted : new TreeSet<>(names);
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

    /**
     * {@code loggedModel} is the one that the run is judged for, or null; {@code untold} whether there is one that is not known,
     * because it is that of a version which does not tell.
     */
    Measured read(Round round, Run run, String loggedModel, boolean untold)
            throws TrackingException, InterruptedException {
        return new MetricReader(round, targets, run, loggedModel, untold).read();
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

    /** What is not there yet, in words; empty if everything is, or cannot be told. {@code baseline} may be null. */
    List<String> missing(Measured measured, Map<String, Double> baseline) {
        TreeSet<String> missing = new TreeSet<>();
        for (MetricTarget target : targets) {
            if (measured.unclear.containsKey(target.key(target.name()))) {
                continue;
            }
            if (!target.isSliced()) {
                missing(measured, target, patterns(target), missing);
                continue;
            }
            Set<String> slices = Evaluator.slices(target, measured.values).keySet();
            if (slices.size() < target.atLeast()) {
                missing.add(target.inWords(target.name()) + " (" + slices.size() + " of " + target.atLeast() + " slices)");
            }
            for (String slice : slices) {
                missing(measured, target, inSlice(patterns(target), slice), missing);
            }
            if (baseline != null && !target.allowLostSlices()) {
                Evaluator.slices(target, baseline).keySet().stream()
                        .filter(slice -> !slices.contains(slice))
                        .map(slice -> target.inWords(MetricTarget.inSlice(target.name(), slice)))
                        .forEach(missing::add);
            }
        }
        return List.copyOf(missing);
    }

    private static List<String> inSlice(List<String> patterns, String slice) {
        return patterns.stream().map(pattern -> MetricTarget.inSlice(pattern, slice)).toList();
    }

    private static void missing(Measured measured, MetricTarget target, List<String> metrics, Set<String> missing) {
        metrics.stream()
                .filter(metric -> !measured.values.containsKey(target.key(metric)))
                .map(target::inWords)
                .forEach(missing::add);
    }
}
