package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.math.BigDecimal;

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

    Finding bound(double c) {
        try {
            Interval interval = candidate.of(c);
            boolean min = rule.kind() == RuleKind.MIN;
            BigDecimal limit = rule.limit();
            return judged(
                    interval,
                    min ? interval : new Interval(-interval.upper(), -interval.lower()),
                    min ? limit : limit.negate(),
                    Numbers.brief(c, limit.doubleValue()) + " (" + interval + confidence() + ")",
                    (min ? "at least " : "at most ") + Numbers.text(limit));
        } catch (Uncertainty.Unknown unknown) {
            return Finding.inconclusive(unknown.getMessage());
        }
    }

    /** The baseline's magnitude, by which relative rules are scaled, is taken as exact. */
    Finding comparison(double c, double b) {
        if (rule.kind().isRelative() && b == 0) {
            return Finding.inconclusive("a change relative to a baseline of 0 is undefined");
        }
        try {
            Interval difference = Uncertainty.ofDifference(candidate, c, baseline, b);
            Interval gain = rule.greaterIsBetter()
                    ? difference
                    : new Interval(-difference.upper(), -difference.lower());
            double scale = rule.kind().isRelative() ? Math.abs(b) : 1;
            Interval scaled = new Interval(gain.lower() / scale, gain.upper() / scale);
            boolean drop = rule.kind().isDrop();
            String limit = rule.kind().isRelative() ? Numbers.percent(rule.limit()) : Numbers.text(rule.limit());
            return judged(
                    scaled,
                    scaled,
                    drop ? rule.limit().negate() : rule.limit(),
                    "a gain of " + scaled + confidence() + " over the baseline of " + Numbers.brief(b, 0.0),
                    drop ? "at most " + limit + " worse" : "at least " + limit + " better");
        } catch (Uncertainty.Unknown unknown) {
            return Finding.inconclusive(unknown.getMessage());
        }
    }

    private String confidence() {
        return " at " + Numbers.percent(Decimals.shortest(candidate.confidence()));
    }

    /** {@code ordered} is the interval turned so that greater is better, and {@code least} the limit turned likewise. */
    private static Finding judged(Interval shown, Interval ordered, BigDecimal least, String found, String asked) {
        if (!Double.isFinite(shown.lower()) || !Double.isFinite(shown.upper())) {
            return Finding.inconclusive("the interval is not finite");
        }
        BigDecimal lower = Decimals.shortest(ordered.lower()).subtract(least);
        BigDecimal upper = Decimals.shortest(ordered.upper()).subtract(least);
        if (lower.signum() < 0 && upper.signum() >= 0) {
            return Finding.inconclusive(found + " straddles the limit: " + asked);
        }
        return Finding.of(
                lower.signum() >= 0 ? lower : upper,
                found + " is wholly " + asked,
                found + " is wholly not " + asked);
    }
}
