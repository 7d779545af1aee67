package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.Decimals;
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
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Applies the rules of a policy to evidence. Every rule gives one check, or one per slice, also after one has failed.
 * Arithmetic is decimal, on the shortest decimal form of each double, so that 0.1 + 0.2 is 0.3.
 */
public final class Evaluator {
    /** Of slices whose origins the reason of their gap names. */
    private static final int MOST_ORIGINS = 3;

    /** To look values up. */
    private final Evidence evidence;

    private final SlicesOf candidateSlices;
    private final SlicesOf unclearSlices;
    private final SlicesOf baselineSlices;
    private final boolean rubberStamp;
    private final List<Check> checks = new ArrayList<>();

    private Evaluator(GatePolicy policy, Evidence evidence) {
        this.evidence = evidence.hashed();
        this.candidateSlices = new SlicesOf(evidence.candidate());
        this.unclearSlices = new SlicesOf(evidence.unclear());
        this.baselineSlices = new SlicesOf(evidence.baseline());
        this.rubberStamp = policy.baseline() != null && policy.baseline().rubberStamp();
    }

    /** The checks in the order of the report: not passed first, then by criticality, then in policy order. */
    public static List<Check> evaluate(GatePolicy policy, Evidence evidence) {
        Evaluator evaluator = new Evaluator(policy, evidence);
        policy.rules().forEach(evaluator::apply);
        return inReportOrder(evaluator.checks);
    }

    private static List<Check> inReportOrder(List<Check> checks) {
        int each = Criticality.values().length;
        List<List<Check>> ranks = new ArrayList<>();
        for (int rank = 0; rank < 2 * each; rank++) {
            ranks.add(new ArrayList<>());
        }
        for (Check check : checks) {
            ranks.get((check.isPassed() ? each : 0) + check.getCriticality().ordinal())
                    .add(check);
        }
        List<Check> ordered = new ArrayList<>(checks.size());
        ranks.forEach(ordered::addAll);
        return ordered;
    }

    private void apply(MetricRule rule) {
        String unclear = evidence.unclear().get(rule.target().key(rule.metric()));
        if (unclear != null) {
            addWhole(rule, null, Finding.inconclusive(unclear));
            return;
        }
        ExactRule exact = new ExactRule(rule);
        if (!rule.target().isSliced()) {
            add(rule, exact, rule.target().key(rule.metric()), null);
            return;
        }
        SortedMap<String, MetricKey> slices = slicesOf(rule.target());
        if (slices.size() < rule.target().atLeast()) {
            addWhole(
                    rule,
                    null,
                    new Finding(
                            Verdict.MISSING,
                            null,
                            "the run has " + slices.size() + " of at least "
                                    + rule.target().atLeast() + " slices"));
        }
        if (rule.kind() == RuleKind.WORST_GAP) {
            addGap(rule, slices);
        } else {
            slices.forEach((slice, key) -> add(rule, exact, key, slice));
        }
        if (evidence.baseline() != null && !rule.target().allowLostSlices()) {
            for (String slice : baselineSlices.of(rule.target()).keySet()) {
                if (!slices.containsKey(slice)) {
                    addWhole(
                            rule,
                            slice,
                            new Finding(
                                    Verdict.MISSING, null, "the baseline has this slice and the candidate has not"));
                }
            }
        }
    }

    /** Those with a value, and those of which it is not clear which value is meant. */
    private SortedMap<String, MetricKey> slicesOf(MetricTarget target) {
        SortedMap<String, MetricKey> unclear = unclearSlices.of(target);
        if (unclear.isEmpty()) {
            return candidateSlices.of(target);
        }
        SortedMap<String, MetricKey> slices = new TreeMap<>(candidateSlices.of(target));
        slices.putAll(unclear);
        return slices;
    }

    /** Values that are put into the order of names once, if at all. */
    private static final class SlicesOf {
        private final Map<MetricKey, ?> values;
        private NavigableMap<MetricKey, ?> sorted;
        private MetricTarget last;
        private SortedMap<String, MetricKey> ofLast;

        SlicesOf(Map<MetricKey, ?> values) {
            this.values = values;
        }

        SortedMap<String, MetricKey> of(MetricTarget target) {
            if (sorted == null) {
                sorted = Evidence.sorted(values);
            }
            // The rules of a metric follow one another.
            if (!target.equals(last)) {
                ofLast = slices(target, sorted);
                last = target;
            }
            return ofLast;
        }
    }

    /**
     * From slice to the key of its value, among the values that the target chooses. The metrics that are the evidence of another slice
     * are none.
     */
    public static SortedMap<String, MetricKey> slices(MetricTarget target, Map<MetricKey, ?> values) {
        SortedMap<String, MetricKey> slices = new TreeMap<>();
        String beginning = target.sliceBeginning();
        for (MetricKey key : Evidence.sorted(values)
                .tailMap(MetricKey.current(beginning), true)
                .keySet()) {
            String metric = key.name();
            if (!metric.startsWith(beginning)) {
                break;
            }
            String slice = target.isKey(key) ? target.sliceOf(metric) : null;
            if (slice != null && !target.isEvidence(metric, other -> values.containsKey(target.key(other)))) {
                slices.put(slice, key);
            }
        }
        return slices;
    }

    private void add(MetricRule rule, ExactRule exact, MetricKey key, String slice) {
        Double value = evidence.candidate().get(key);
        Double baseline =
                evidence.baseline() == null ? null : evidence.baseline().get(key);
        BigDecimal c = value == null || !Evidence.isFinite(value) ? null : Decimals.shortest(value);
        BigDecimal b = baseline == null || !Evidence.isFinite(baseline) ? null : Decimals.shortest(baseline);
        Finding finding;
        if (evidence.unclear().containsKey(key)) {
            finding = Finding.inconclusive(evidence.unclear().get(key));
        } else if (value == null) {
            finding = new Finding(Verdict.MISSING, null, evidence.absent().getOrDefault(key, missing(rule)));
        } else if (c == null) {
            finding = new Finding(Verdict.NOT_FINITE, null, "the value is " + name(value) + ", not a finite number");
        } else if (rule.kind().isBound()) {
            finding = rule.target().evidence() == null
                    ? exact.bound(c)
                    : uncertain(rule, slice).bound(c);
        } else {
            finding = comparison(rule, exact, key, slice, c, b);
        }
        checks.add(check(rule, key, slice, value, baseline, change(c, b), withOrigin(rule, key, finding)));
    }

    /** What a value is of belongs to the reason, so that nobody takes it for the run's own. */
    private Finding withOrigin(MetricRule rule, MetricKey key, Finding finding) {
        Origin own = evidence.origins().get(key);
        Origin theirs =
                rule.kind().isBound() ? null : evidence.baselineOrigins().get(key);
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

    private static Double change(BigDecimal c, BigDecimal b) {
        return c == null || b == null ? null : c.subtract(b).doubleValue();
    }

    private Finding comparison(
            MetricRule rule, ExactRule exact, MetricKey key, String slice, BigDecimal c, BigDecimal b) {
        if (evidence.baseline() == null) {
            if (rubberStamp && evidence.rubberStampRefused() != null) {
                return new Finding(Verdict.NO_BASELINE, null, evidence.rubberStampRefused());
            }
            return rubberStamp
                    ? new Finding(Verdict.PASSED, null, "rubber stamp: there is no baseline yet")
                    : new Finding(Verdict.NO_BASELINE, null, "there is no baseline to compare with");
        }
        String incomparable = evidence.incomparable()
                .getOrDefault(key, evidence.incomparable().get(rule.target().key(rule.metric())));
        if (incomparable != null) {
            return Finding.inconclusive(incomparable);
        }
        if (b == null) {
            return new Finding(
                    Verdict.NO_BASELINE,
                    null,
                    "the baseline has no finite value of this metric"
                            + (rule.target().dataset() == null
                                    ? ""
                                    : " on dataset " + rule.target().dataset()));
        }
        return rule.target().evidence() == null
                ? exact.comparison(c, b)
                : uncertain(rule, slice).comparison(c, b);
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

    private void addGap(MetricRule rule, SortedMap<String, MetricKey> slices) {
        if (slices.isEmpty()) {
            return;
        }
        SortedMap<String, BigDecimal> values = new TreeMap<>();
        Map<String, Uncertainty> uncertainties = new HashMap<>();
        for (Map.Entry<String, MetricKey> slice : slices.entrySet()) {
            MetricKey key = slice.getValue();
            Double value = evidence.candidate().get(key);
            String unclear = evidence.unclear().get(key);
            if (unclear != null) {
                addWhole(rule, null, Finding.inconclusive("slice " + slice.getKey() + ": " + unclear));
                return;
            }
            if (!Evidence.isFinite(value)) {
                addWhole(
                        rule,
                        null,
                        new Finding(
                                Verdict.NOT_FINITE,
                                null,
                                "slice " + slice.getKey() + " is " + name(value) + ", not a finite number"));
                return;
            }
            values.put(slice.getKey(), Decimals.shortest(value));
            uncertainties.put(slice.getKey(), ofCandidate(rule, slice.getKey()));
        }
        GapRule gap = new GapRule(rule, values);
        Finding finding = rule.target().evidence() == null ? gap.exact() : gap.uncertain(uncertainties);
        Finding named = withOrigins(rule, slices, finding);
        checks.add(check(rule, rule.target().key(rule.metric()), null, gap.gap().doubleValue(), null, null, named));
    }

    private Finding withOrigins(MetricRule rule, SortedMap<String, MetricKey> slices, Finding finding) {
        List<String> foreign = new ArrayList<>();
        slices.forEach((slice, key) -> {
            Origin origin = evidence.origins().get(key);
            if (origin != null) {
                foreign.add("slice " + slice + ": " + origin.inWords());
            }
        });
        if (foreign.isEmpty()) {
            return finding;
        }
        String shown = String.join("; ", foreign.subList(0, Math.min(MOST_ORIGINS, foreign.size())));
        int more = foreign.size() - MOST_ORIGINS;
        String reason = finding.reason() + " (" + shown + (more > 0 ? "; and " + more + " more" : "") + ")";
        return new Finding(finding.verdict(), finding.margin(), reason);
    }

    /** A check of the slices as a whole, or of one that is not there. */
    private void addWhole(MetricRule rule, String slice, Finding finding) {
        MetricKey key = rule.target().key(MetricTarget.inSlice(rule.metric(), slice));
        checks.add(check(rule, key, slice, null, null, null, finding));
    }

    private Check check(
            MetricRule rule,
            MetricKey key,
            String slice,
            Double value,
            Double baseline,
            Double change,
            Finding finding) {
        Origin origin = evidence.origins().get(key);
        return new Check(
                key.name(),
                slice,
                origin != null && origin.dataset() != null
                        ? origin.dataset()
                        : rule.target().dataset(),
                origin == null ? null : origin.runId(),
                rule.kind().key(),
                rule.limit().doubleValue(),
                shown(value),
                shown(baseline),
                change,
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
