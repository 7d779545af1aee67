package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.EvidenceSource;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import io.jenkins.plugins.mlflow.policy.ValueChoice;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which metrics of a run the rules of a policy need, and whether they are there. */
final class RequiredMetrics {
    /** A run's current value is the last in this order. */
    static final Comparator<Run.Metric> MLFLOWS_ORDER = Comparator.comparingLong(Run.Metric::step)
            .thenComparingLong(Run.Metric::timestamp)
            .thenComparingDouble(Run.Metric::value);

    private final Set<MetricTarget> targets;
    /** Those of rules that decide; what only notes are about is not waited for. */
    private final Set<MetricTarget> gated;

    RequiredMetrics(GatePolicy policy) {
        targets = targets(policy, rule -> true);
        gated = targets(policy, rule -> rule.criticality() != Criticality.NOTE);
    }

    private static Set<MetricTarget> targets(GatePolicy policy, Predicate<MetricRule> which) {
        return policy.rules().stream()
                .filter(which)
                .map(MetricRule::target)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The names of the run's metrics that count, those that give the uncertainty of others included. */
    static Set<String> names(MetricTarget target, Set<String> known) {
        Set<String> names = new TreeSet<>();
        for (String pattern : patterns(target)) {
            MetricTarget any = MetricTarget.of(pattern);
            if (any.isSliced()) {
                sorted(known).tailSet(any.sliceBeginning(), true).stream()
                        .takeWhile(metric -> metric.startsWith(any.sliceBeginning()))
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

    /** Reads all of the run, whatever it takes. */
    MetricSnapshot read(GateContext context, Run run, Subject subject) throws TrackingException, InterruptedException, GateAbortException {
        EvaluatedModel model = new ModelIdentity(context, run, subject, gated.isEmpty() ? targets : gated).model();
        return new MetricReader(context, targets, run, subject, model).read();
    }

    /**
     * What a run under way has by itself: no model is resolved and no history read before it is over. Where it names logged
     * models, no value is read either, as it could be of another model.
     */
    MetricSnapshot preview(Run run) {
        MetricSnapshot measured = new MetricSnapshot(null);
        if (run.loggedModels().isEmpty()) {
            for (MetricTarget target : targets) {
                if (target.dataset() == null && !target.value().needsHistory()) {
                    for (String metric : names(target, run.metrics().keySet())) {
                        Run.Metric current = run.metrics().get(metric);
                        measured.put(target.key(metric), Choice.of(current.value()), current, "");
                    }
                }
            }
        }
        return measured;
    }

    /**
     * What a choice among the values of a history came to.
     *
     * @param value not finite if a value that counts is not; null if there is none
     * @param tooShort why there is no value, or null
     */
    record Choice(Double value, String tooShort) {
        static Choice of(Double value) {
            return new Choice(value, null);
        }
    }

    static Choice chosen(ValueChoice choice, List<Run.Metric> history) {
        List<Run.Metric> sorted = history.stream().sorted(MLFLOWS_ORDER.reversed()).toList();
        return switch (choice.kind()) {
            case LAST -> Choice.of(sorted.isEmpty() ? null : sorted.get(0).value());
            case MIN -> reduced(sorted, values -> Collections.min(values));
            case MAX -> reduced(sorted, values -> Collections.max(values));
            case MEAN_LAST -> sorted.size() < choice.count()
                    ? new Choice(null, "the metric has " + sorted.size() + (sorted.size() == 1 ? " value, " : " values, ")
                            + choice.count() + " are needed")
                    : reduced(sorted.subList(0, (int) choice.count()), RequiredMetrics::mean);
            case STEP -> sorted.stream()
                    .filter(value -> value.step() == choice.count())
                    .findFirst()
                    .map(value -> Choice.of(value.value()))
                    .orElse(new Choice(null, "the metric has no value at step " + choice.count()));
        };
    }

    /** Values of which one is NaN or infinite, which MLflow stores as the largest double, give no extreme and no mean. */
    private static Choice reduced(List<Run.Metric> values, Function<List<Double>, Double> reduction) {
        if (values.isEmpty()) {
            return Choice.of(null);
        }
        for (Run.Metric value : values) {
            if (!Evidence.isFinite(value.value())) {
                return Choice.of(value.value());
            }
        }
        return Choice.of(reduction.apply(values.stream().map(Run.Metric::value).toList()));
    }

    /** In decimals, so that the mean of three times 0.7 is 0.7. */
    private static Double mean(List<Double> values) {
        BigDecimal sum = BigDecimal.ZERO;
        for (double value : values) {
            sum = sum.add(Decimals.shortest(value));
        }
        return sum.divide(BigDecimal.valueOf(values.size()), MathContext.DECIMAL128).doubleValue();
    }

    /** Whether a history that decides is too short, which waiting does not change once the run is over. */
    boolean isTooShort(MetricSnapshot measured) {
        return gated.stream()
                .anyMatch(target -> target.isSliced()
                        ? !Evaluator.slices(target, measured.tooShort).isEmpty()
                        : measured.tooShort.containsKey(target.key(target.name())));
    }

    /** What is not there yet, in words; empty if everything is, or is unclear. {@code baseline} may be null. */
    List<String> missing(MetricSnapshot measured, Map<MetricKey, Double> baseline) {
        TreeSet<String> missing = new TreeSet<>();
        for (MetricTarget target : gated) {
            if (!target.isSliced()) {
                missing(measured, target, patterns(target), missing);
                continue;
            }
            Set<String> slices = new TreeSet<>(Evaluator.slices(target, measured.values).keySet());
            slices.addAll(Evaluator.slices(target, measured.unclear).keySet());
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

    private static void missing(MetricSnapshot measured, MetricTarget target, List<String> metrics, Set<String> missing) {
        metrics.stream()
                .filter(metric -> !measured.isKnown(target.key(metric)))
                .map(target::inWords)
                .forEach(missing::add);
    }
}
