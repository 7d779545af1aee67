package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Applies a rule to values with an uncertainty: it passes if the whole interval does, fails if the whole interval does, and is
 * inconclusive if the limit lies within.
 */
final class UncertainRule {
    private final MetricRule rule;
    private final Uncertainty candidate;
    private final Uncertainty baseline;

    UncertainRule(MetricRule rule, Uncertainty candidate, Uncertainty baseline) {
        this.rule = rule;
        this.candidate = candidate;
        this.baseline = baseline;
    }

    Finding bound(BigDecimal c) {
        try {
            Interval interval = candidate.of(c).interval();
            boolean min = rule.kind() == RuleKind.MIN;
            BigDecimal limit = rule.limit();
            return evaluated(
                    min ? interval : interval.negated(),
                    min ? limit : limit.negate(),
                    BigDecimal.ONE,
                    Numbers.brief(c, limit) + " (" + interval + confidence() + ")",
                    (min ? "at least " : "at most ") + Numbers.text(limit));
        } catch (Uncertainty.Unknown unknown) {
            return Finding.inconclusive(unknown.getMessage());
        }
    }

    /** The baseline's magnitude, by which relative rules are scaled, is taken as exact. */
    Finding comparison(BigDecimal c, BigDecimal b) {
        if (rule.kind().isRelative() && b.signum() == 0) {
            return Finding.inconclusive("a change relative to a baseline of 0 is undefined");
        }
        try {
            Interval difference = candidate.of(c).minus(baseline.of(b));
            Interval gain = rule.greaterIsBetter() ? difference : difference.negated();
            // gain / |b| against the limit is gain against limit * |b|.
            BigDecimal scale = rule.kind().isRelative() ? b.abs() : BigDecimal.ONE;
            boolean drop = rule.kind().isDrop();
            String limit = rule.kind().isRelative() ? Numbers.percent(rule.limit()) : Numbers.text(rule.limit());
            Interval shown = new Interval(divided(gain.lower(), scale), divided(gain.upper(), scale));
            return evaluated(
                    gain,
                    (drop ? rule.limit().negate() : rule.limit()).multiply(scale),
                    scale,
                    "a gain of " + shown + confidence() + " over the baseline of " + Numbers.brief(b, BigDecimal.ZERO),
                    drop ? "at most " + limit + " worse" : "at least " + limit + " better");
        } catch (Uncertainty.Unknown unknown) {
            return Finding.inconclusive(unknown.getMessage());
        }
    }

    private String confidence() {
        return " at " + Numbers.percent(Decimals.shortest(candidate.confidence()));
    }

    /**
     * {@code ordered} is the interval turned so that greater is better, and {@code least} the limit turned likewise;
     * {@code scale} is what both were multiplied by.
     */
    private static Finding evaluated(Interval ordered, BigDecimal least, BigDecimal scale, String found, String asked) {
        BigDecimal lower = ordered.lower().subtract(least);
        BigDecimal upper = ordered.upper().subtract(least);
        if (lower.signum() < 0 && upper.signum() >= 0) {
            return Finding.inconclusive(found + " straddles the limit: " + asked);
        }
        return Finding.of(
                divided(lower.signum() >= 0 ? lower : upper, scale),
                found + "; the whole interval is " + asked,
                found + "; the whole interval misses the limit: " + asked);
    }

    private static BigDecimal divided(BigDecimal number, BigDecimal scale) {
        return scale.equals(BigDecimal.ONE) ? number : number.divide(scale, MathContext.DECIMAL128);
    }
}
