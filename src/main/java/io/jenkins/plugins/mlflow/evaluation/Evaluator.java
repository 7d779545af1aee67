package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Applies the rules of a policy to evidence. Every rule gives one check, also after one has failed. Arithmetic is decimal,
 * on the shortest decimal form of each double, so that 0.1 + 0.2 is 0.3; comparisons are exact.
 */
public final class Evaluator {
    private static final Comparator<Check> REPORT_ORDER =
            Comparator.comparing(Check::isPassed).thenComparing(Check::getCriticality);

    private Evaluator() {}

    /** The checks in the order of the report: not passed first, then by criticality, then in policy order. */
    public static List<Check> evaluate(GatePolicy policy, Evidence evidence) {
        boolean rubberStamp = policy.baseline() != null && policy.baseline().rubberStamp();
        List<Check> checks = new ArrayList<>(policy.rules().size());
        for (MetricRule rule : policy.rules()) {
            checks.add(check(rule, evidence, rubberStamp));
        }
        checks.sort(REPORT_ORDER);
        return checks;
    }

    private static Check check(MetricRule rule, Evidence evidence, boolean rubberStamp) {
        Double value = evidence.candidate().get(rule.metric());
        Double baseline =
                evidence.baseline() == null ? null : evidence.baseline().get(rule.metric());
        Finding finding;
        BigDecimal c = null;
        BigDecimal b = baseline != null && Evidence.isFinite(baseline) ? Decimals.shortest(baseline) : null;
        if (value == null) {
            finding = new Finding(Verdict.MISSING, null, "the run has no value of this metric");
        } else if (!Evidence.isFinite(value)) {
            finding = new Finding(Verdict.NOT_FINITE, null, "the value is " + name(value) + ", not a finite number");
        } else {
            c = Decimals.shortest(value);
            finding = rule.kind().isBound() ? bound(rule, c) : comparison(rule, c, b, evidence, rubberStamp);
        }
        return new Check(
                rule.metric(),
                null,
                null,
                rule.kind().key(),
                rule.limit().doubleValue(),
                value,
                baseline,
                c == null || b == null ? null : c.subtract(b).doubleValue(),
                finding.margin,
                finding.verdict,
                rule.criticality(),
                finding.reason);
    }

    private static Finding bound(MetricRule rule, BigDecimal c) {
        boolean min = rule.kind() == RuleKind.MIN;
        BigDecimal margin = min ? c.subtract(rule.limit()) : rule.limit().subtract(c);
        String limit = Numbers.text(rule.limit());
        if (margin.signum() >= 0) {
            return Finding.passed(margin, Numbers.brief(c, rule.limit()) + (min ? " is at least " : " is at most ") + limit);
        }
        return Finding.failed(
                margin,
                Numbers.brief(c, rule.limit()) + " is " + Numbers.brief(margin.abs()) + (min ? " under" : " over") + " its bound of "
                        + limit);
    }

    private static Finding comparison(
            MetricRule rule, BigDecimal c, BigDecimal b, Evidence evidence, boolean rubberStamp) {
        if (evidence.baseline() == null) {
            return rubberStamp
                    ? new Finding(Verdict.PASSED, null, "rubber stamp: there is no baseline yet")
                    : new Finding(Verdict.NO_BASELINE, null, "there is no baseline to compare with");
        }
        if (b == null) {
            return new Finding(Verdict.NO_BASELINE, null, "the baseline has no finite value of this metric");
        }
        BigDecimal gain = rule.greaterIsBetter() ? c.subtract(b) : b.subtract(c);
        if (!rule.kind().isRelative()) {
            return limited(rule, gain, rule.kind().isDrop() ? rule.limit().add(gain) : gain.subtract(rule.limit()), b);
        }
        if (b.signum() == 0) {
            return relativeToZero(rule, gain);
        }
        // Exact without a division: gain / |b| against the limit is gain against limit * |b|.
        BigDecimal scaled = rule.limit().multiply(b.abs());
        BigDecimal exact = rule.kind().isDrop() ? scaled.add(gain) : gain.subtract(scaled);
        return limited(rule, gain, exact.divide(b.abs(), MathContext.DECIMAL128), b);
    }

    /** A change relative to 0 is 0 if nothing changed and undefined otherwise. */
    private static Finding relativeToZero(MetricRule rule, BigDecimal gain) {
        if (gain.signum() == 0) {
            return limited(
                    rule, gain, rule.kind().isDrop() ? rule.limit() : rule.limit().negate(), BigDecimal.ZERO);
        }
        if (!rule.kind().isDrop()) {
            return new Finding(Verdict.INCONCLUSIVE, null, "a change relative to a baseline of 0 is undefined");
        }
        return gain.signum() > 0
                ? new Finding(Verdict.PASSED, Double.POSITIVE_INFINITY, "better than the baseline of 0")
                : new Finding(Verdict.FAILED, Double.NEGATIVE_INFINITY, "worse than the baseline of 0");
    }

    private static Finding limited(MetricRule rule, BigDecimal gain, BigDecimal margin, BigDecimal b) {
        boolean passed = margin.signum() >= 0;
        String limit = rule.kind().isRelative() ? Numbers.percent(rule.limit()) : Numbers.text(rule.limit());
        String change = Numbers.brief(gain.abs(), rule.limit());
        if (rule.kind().isRelative() && b.signum() != 0) {
            change += " (" + Numbers.percent(gain.abs().divide(b.abs(), MathContext.DECIMAL32)) + ")";
        }
        String found = gain.signum() == 0
                ? "the same as the baseline"
                : change + (gain.signum() > 0 ? " better" : " worse") + " than the baseline";
        String asked = rule.kind().isDrop()
                ? (passed ? "at most " : "more than ") + limit + " worse"
                : (passed ? "at least " : "less than ") + limit + " better";
        String reason = found + " of " + Numbers.brief(b) + ", " + asked;
        return passed ? Finding.passed(margin, reason) : Finding.failed(margin, reason);
    }

    private static String name(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        return value > 0 ? "Infinity" : "-Infinity";
    }

    private record Finding(Verdict verdict, Double margin, String reason) {
        static Finding passed(BigDecimal margin, String reason) {
            return new Finding(Verdict.PASSED, margin.doubleValue(), reason);
        }

        /** A miss that is too small for a double is still a miss. */
        static Finding failed(BigDecimal margin, String reason) {
            double distance = margin.doubleValue();
            return new Finding(Verdict.FAILED, distance < 0 ? distance : -Double.MIN_VALUE, reason);
        }
    }
}
