package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Slice;
import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.EvidenceSource;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which metrics of a run the rules of a policy need, and whether they are there. */
final class RequiredMetrics {
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
    MetricSnapshot read(GateContext context, Run run, Subject subject)
            throws TrackingException, InterruptedException, GateAbortException {
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
                        measured.put(target.key(metric), HistoryChoice.Result.of(current.value()), current, "");
                    }
                }
            }
        }
        return measured;
    }

    /** Whether a history that decides is too short, which waiting does not change once the run is over. */
    boolean isTooShort(MetricSnapshot measured) {
        return gated.stream()
                .anyMatch(target -> target.isSliced()
                        ? !Slice.of(target, measured.tooShort).isEmpty()
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
            Set<String> slices = new TreeSet<>(Slice.of(target, measured.values).keySet());
            slices.addAll(Slice.of(target, measured.unclear).keySet());
            if (slices.size() < target.atLeast()) {
                missing.add(
                        target.inWords(target.name()) + " (" + slices.size() + " of " + target.atLeast() + " slices)");
            }
            for (String slice : slices) {
                missing(measured, target, inSlice(patterns(target), slice), missing);
            }
            if (baseline != null && !target.allowLostSlices()) {
                Slice.of(target, baseline).keySet().stream()
                        .filter(slice -> !slices.contains(slice))
                        .map(slice -> target.inWords(MetricTarget.inSlice(target.name(), slice)))
                        .forEach(missing::add);
            }
        }
        return List.copyOf(missing);
    }

    private static List<String> inSlice(List<String> patterns, String slice) {
        return patterns.stream()
                .map(pattern -> MetricTarget.inSlice(pattern, slice))
                .toList();
    }

    private static void missing(
            MetricSnapshot measured, MetricTarget target, List<String> metrics, Set<String> missing) {
        metrics.stream()
                .filter(metric -> !measured.isKnown(target.key(metric)))
                .map(target::inWords)
                .forEach(missing::add);
    }
}
