package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Applies the rules of a policy to evidence. Every rule gives one check, or one per slice, also after one has failed.
 * Arithmetic is decimal, on the shortest decimal form of each double, so that 0.1 + 0.2 is 0.3.
 */
public final class Evaluator {
    /** Of slices whose origins the reason of their gap names. */
    private static final int MOST_ORIGINS = 3;

    private static final int CRITICALITIES = Criticality.values().length;

    private final Evidence evidence;
    private final TargetReader reader;
    private final boolean rubberStamp;
    /** The checks by their places in the report, which begins with the first list. */
    private final List<List<Check>> ranks = new ArrayList<>();

    private Evaluator(GatePolicy policy, Evidence evidence) {
        this.evidence = evidence;
        this.reader = new TargetReader(evidence);
        this.rubberStamp = policy.baseline() != null && policy.baseline().rubberStamp();
        for (int rank = 0; rank < 2 * CRITICALITIES; rank++) {
            ranks.add(new ArrayList<>());
        }
    }

    /** The checks in the order of the report: not passed first, then by criticality, then in policy order. */
    public static List<Check> evaluate(GatePolicy policy, Evidence evidence) {
        Evaluator evaluator = new Evaluator(policy, evidence);
        policy.rules().forEach(evaluator::apply);
        List<Check> ordered = new ArrayList<>();
        evaluator.ranks.forEach(ordered::addAll);
        return ordered;
    }

    private void add(Check check) {
        ranks.get((check.isPassed() ? CRITICALITIES : 0)
                        + check.getCriticality().ordinal())
                .add(check);
    }

    private void apply(MetricRule rule) {
        MetricTarget target = rule.target();
        String unclear = evidence.unclear().get(target.key(rule.metric()));
        if (unclear != null) {
            addWhole(rule, null, null, Finding.inconclusive(unclear));
            return;
        }
        List<EvaluatedMetric> metrics = reader.metrics(target);
        if (target.isSliced() && metrics.size() < target.atLeast()) {
            addWhole(
                    rule,
                    null,
                    null,
                    new Finding(
                            Verdict.MISSING,
                            null,
                            "the run has " + metrics.size() + " of at least " + target.atLeast() + " slices"));
        }
        if (rule.kind() == RuleKind.WORST_GAP) {
            addGap(rule, metrics);
        } else {
            ExactRule exact = new ExactRule(rule);
            Double limit = rule.limit().doubleValue();
            for (EvaluatedMetric metric : metrics) {
                add(check(rule, limit, metric, withOrigin(rule, metric, finding(rule, exact, metric))));
            }
        }
        if (!target.allowLostSlices()) {
            for (String slice : reader.lostSlices(target)) {
                addWhole(
                        rule,
                        slice,
                        null,
                        new Finding(Verdict.MISSING, null, "the baseline has this slice and the candidate has not"));
            }
        }
    }

    private Finding finding(MetricRule rule, ExactRule exact, EvaluatedMetric metric) {
        if (metric.unclear() != null) {
            return Finding.inconclusive(metric.unclear());
        }
        if (metric.value() == null) {
            return new Finding(Verdict.MISSING, null, evidence.absent().getOrDefault(metric.key(), missing(rule)));
        }
        if (metric.c() == null) {
            return new Finding(
                    Verdict.NOT_FINITE, null, "the value is " + name(metric.value()) + ", not a finite number");
        }
        if (!rule.kind().isBound()) {
            return comparison(rule, exact, metric);
        }
        return rule.target().evidence() == null
                ? exact.bound(metric.c())
                : uncertain(rule, metric.slice()).bound(metric.c());
    }

    /** What a value is of belongs to the reason, so that nobody takes it for the run's own. */
    private Finding withOrigin(MetricRule rule, EvaluatedMetric metric, Finding finding) {
        Origin own = metric.origin();
        Origin theirs = rule.kind().isBound() ? null : metric.baselineOrigin();
        if (own == null && theirs == null) {
            return finding;
        }
        String reason = finding.reason()
                + (own == null ? "" : " (" + own.inWords() + ")")
                + (theirs == null ? "" : " (the baseline's value: " + theirs.inWords() + ")");
        return new Finding(finding.verdict(), finding.margin(), reason);
    }

    private static String missing(MetricRule rule) {
        return rule.target().dataset() == null
                ? "the run has no value of this metric"
                : "the evaluated model has no value of this metric on dataset "
                        + rule.target().dataset();
    }

    private Finding comparison(MetricRule rule, ExactRule exact, EvaluatedMetric metric) {
        if (evidence.baseline() == null) {
            if (rubberStamp && evidence.rubberStampRefused() != null) {
                return new Finding(Verdict.NO_BASELINE, null, evidence.rubberStampRefused());
            }
            return rubberStamp
                    ? new Finding(Verdict.PASSED, null, "rubber stamp: there is no baseline yet")
                    : new Finding(Verdict.NO_BASELINE, null, "there is no baseline to compare with");
        }
        String incomparable = incomparable(rule, metric.key());
        if (incomparable != null) {
            return Finding.inconclusive(incomparable);
        }
        if (metric.b() == null) {
            return new Finding(
                    Verdict.NO_BASELINE,
                    null,
                    "the baseline has no finite value of this metric"
                            + (rule.target().dataset() == null
                                    ? ""
                                    : " on dataset " + rule.target().dataset()));
        }
        return rule.target().evidence() == null
                ? exact.comparison(metric.c(), metric.b())
                : uncertain(rule, metric.slice()).comparison(metric.c(), metric.b());
    }

    private String incomparable(MetricRule rule, MetricKey key) {
        Map<MetricKey, String> reasons = evidence.incomparable();
        if (reasons.isEmpty()) {
            return null;
        }
        String own = reasons.get(key);
        return own != null ? own : reasons.get(rule.target().key(rule.metric()));
    }

    private UncertainRule uncertain(MetricRule rule, String slice) {
        return new UncertainRule(
                rule,
                ofCandidate(rule, slice),
                new Uncertainty(
                        rule.target(),
                        evidence.baseline() == null ? Map.of() : evidence.baseline(),
                        evidence.incomparable(),
                        slice));
    }

    private Uncertainty ofCandidate(MetricRule rule, String slice) {
        return new Uncertainty(rule.target(), evidence.candidate(), evidence.unclear(), slice);
    }

    private void addGap(MetricRule rule, List<EvaluatedMetric> slices) {
        if (slices.isEmpty()) {
            return;
        }
        SortedMap<String, BigDecimal> values = new TreeMap<>();
        Map<String, Uncertainty> uncertainties = new HashMap<>();
        for (EvaluatedMetric slice : slices) {
            if (slice.unclear() != null) {
                addWhole(rule, null, null, Finding.inconclusive("slice " + slice.slice() + ": " + slice.unclear()));
                return;
            }
            if (slice.c() == null) {
                addWhole(
                        rule,
                        null,
                        null,
                        new Finding(
                                Verdict.NOT_FINITE,
                                null,
                                "slice " + slice.slice() + " is " + name(slice.value()) + ", not a finite number"));
                return;
            }
            values.put(slice.slice(), slice.c());
            uncertainties.put(slice.slice(), ofCandidate(rule, slice.slice()));
        }
        GapRule gap = new GapRule(rule, values);
        Finding finding = rule.target().evidence() == null ? gap.exact() : gap.uncertain(uncertainties);
        addWhole(rule, null, gap.gap().doubleValue(), withOrigins(slices, finding));
    }

    private static Finding withOrigins(List<EvaluatedMetric> slices, Finding finding) {
        List<String> foreign = slices.stream()
                .filter(slice -> slice.origin() != null)
                .map(slice -> "slice " + slice.slice() + ": " + slice.origin().inWords())
                .toList();
        if (foreign.isEmpty()) {
            return finding;
        }
        String shown = String.join("; ", foreign.subList(0, Math.min(MOST_ORIGINS, foreign.size())));
        int more = foreign.size() - MOST_ORIGINS;
        String reason = finding.reason() + " (" + shown + (more > 0 ? "; and " + more + " more" : "") + ")";
        return new Finding(finding.verdict(), finding.margin(), reason);
    }

    /** A check of the slices as a whole, or of one that is not there. */
    private void addWhole(MetricRule rule, String slice, Double value, Finding finding) {
        MetricKey key = rule.target().key(MetricTarget.inSlice(rule.metric(), slice));
        EvaluatedMetric whole = EvaluatedMetric.of(
                slice, key, value, null, null, evidence.origins().get(key), null);
        add(check(rule, rule.limit().doubleValue(), whole, finding));
    }

    private static Check check(MetricRule rule, Double limit, EvaluatedMetric metric, Finding finding) {
        Origin origin = metric.origin();
        return new Check(
                metric.key().name(),
                metric.slice(),
                origin != null && origin.dataset() != null
                        ? origin.dataset()
                        : rule.target().dataset(),
                origin == null ? null : origin.runId(),
                rule.kind().key(),
                limit,
                shown(metric.value()),
                shown(metric.baseline()),
                metric.change(),
                finding.margin(),
                finding.verdict(),
                rule.criticality(),
                finding.reason());
    }

    /** MLflow stores an infinity as the largest double. */
    private static Double shown(Double value) {
        return value != null && Math.abs(value) == Double.MAX_VALUE ? Double.valueOf(value * 2) : value;
    }

    private static String name(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        return value > 0 ? "Infinity" : "-Infinity";
    }
}
