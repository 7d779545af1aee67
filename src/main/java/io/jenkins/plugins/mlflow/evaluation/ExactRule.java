package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.math.BigDecimal;
import java.math.MathContext;

/** Applies a rule to values that are taken as exact. Arithmetic is decimal, and comparisons need no division. */
final class ExactRule {
    private final MetricRule rule;
    /** How the reason of a check ends that passes the rule, and of one that does not. */
    private final String kept;

    private final String missed;

    ExactRule(MetricRule rule) {
        this.rule = rule;
        String limit = rule.kind().isRelative() ? Numbers.percent(rule.limit()) : Numbers.text(rule.limit());
        if (rule.kind().isBound()) {
            boolean min = rule.kind() == RuleKind.MIN;
            this.kept = (min ? " is at least " : " is at most ") + limit;
            this.missed = (min ? " under" : " over") + " its bound of " + limit;
        } else {
            boolean drop = rule.kind().isDrop();
            this.kept = drop ? ", at most " + limit + " worse" : ", at least " + limit + " better";
            this.missed = drop ? ", more than " + limit + " worse" : ", less than " + limit + " better";
        }
    }

    Finding bound(BigDecimal c) {
        BigDecimal margin = rule.kind() == RuleKind.MIN
                ? c.subtract(rule.limit())
                : rule.limit().subtract(c);
        String value = Numbers.brief(c, rule.limit());
        return Finding.of(
                margin, margin.signum() >= 0 ? value + kept : value + " is " + Numbers.brief(margin.abs()) + missed);
    }

    Finding comparison(BigDecimal c, BigDecimal b) {
        BigDecimal gain = rule.greaterIsBetter() ? c.subtract(b) : b.subtract(c);
        if (!rule.kind().isRelative()) {
            return limited(gain, rule.kind().isDrop() ? rule.limit().add(gain) : gain.subtract(rule.limit()), b);
        }
        if (b.signum() == 0) {
            return relativeToZero(gain);
        }
        // gain / |b| against the limit is gain against limit * |b|.
        BigDecimal scaled = rule.limit().multiply(b.abs());
        BigDecimal exact = rule.kind().isDrop() ? scaled.add(gain) : gain.subtract(scaled);
        return limited(gain, exact.divide(b.abs(), MathContext.DECIMAL128), b);
    }

    /** A change relative to 0 is 0 if nothing changed and undefined otherwise. */
    private Finding relativeToZero(BigDecimal gain) {
        if (gain.signum() == 0) {
            return limited(
                    gain, rule.kind().isDrop() ? rule.limit() : rule.limit().negate(), BigDecimal.ZERO);
        }
        if (!rule.kind().isDrop()) {
            return Finding.inconclusive("a change relative to a baseline of 0 is undefined");
        }
        return gain.signum() > 0
                ? new Finding(Verdict.PASSED, Double.POSITIVE_INFINITY, "better than the baseline of 0")
                : new Finding(Verdict.FAILED, Double.NEGATIVE_INFINITY, "worse than the baseline of 0");
    }

    private Finding limited(BigDecimal gain, BigDecimal margin, BigDecimal b) {
        String compared = margin.signum() >= 0 ? kept : missed;
        if (gain.signum() == 0) {
            return Finding.of(margin, "the same as the baseline of " + Numbers.brief(b) + compared);
        }
        BigDecimal change = gain.abs();
        String relative = rule.kind().isRelative() && b.signum() != 0
                ? " (" + Numbers.percent(change.divide(b.abs(), MathContext.DECIMAL32)) + ")"
                : "";
        return Finding.of(
                margin,
                Numbers.brief(change, rule.limit()) + relative + (gain.signum() > 0 ? " better" : " worse")
                        + " than the baseline of " + Numbers.brief(b) + compared);
    }
}
