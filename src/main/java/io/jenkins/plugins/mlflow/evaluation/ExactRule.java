package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.math.BigDecimal;
import java.math.MathContext;

/** Applies a rule to values that are taken as exact. Arithmetic is decimal, and comparisons need no division. */
final class ExactRule {
    private final MetricRule rule;
    private final String limitText;

    ExactRule(MetricRule rule) {
        this.rule = rule;
        this.limitText = rule.kind().isRelative() ? Numbers.percent(rule.limit()) : Numbers.text(rule.limit());
    }

    Finding bound(BigDecimal c) {
        boolean min = rule.kind() == RuleKind.MIN;
        BigDecimal margin = min ? c.subtract(rule.limit()) : rule.limit().subtract(c);
        String value = Numbers.brief(c, rule.limit());
        return Finding.of(
                margin,
                margin.signum() >= 0
                        ? value + (min ? " is at least " : " is at most ") + limitText
                        : value + " is " + Numbers.brief(margin.abs()) + (min ? " under" : " over") + " its bound of "
                                + limitText);
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
        String change = Numbers.brief(gain.abs(), rule.limit());
        if (rule.kind().isRelative() && b.signum() != 0) {
            change += " (" + Numbers.percent(gain.abs().divide(b.abs(), MathContext.DECIMAL32)) + ")";
        }
        String found = gain.signum() == 0
                ? "the same as the baseline"
                : change + (gain.signum() > 0 ? " better" : " worse") + " than the baseline";
        boolean passed = margin.signum() >= 0;
        String compared = rule.kind().isDrop()
                ? (passed ? "at most " : "more than ") + limitText + " worse"
                : (passed ? "at least " : "less than ") + limitText + " better";
        return Finding.of(margin, found + " of " + Numbers.brief(b) + ", " + compared);
    }
}
