package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.evaluation.Numbers;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.policy.BaselinePolicy;
import io.jenkins.plugins.mlflow.policy.CandidateSelection;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import io.jenkins.plugins.mlflow.policy.WaitPolicy;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A value that a rule blocks, as near to its limit as a double can be, shown by the evaluator that evaluates in earnest.
 *
 * @param baseline the baseline's value, or null for a bound
 */
record RuleProof(double value, Double baseline) {
    /** A double near the limit may lie on its good side. */
    private static final int MOST_STEPS = 4;

    /** Empty if no value is blocked. What is shown of one plain value holds for each slice, and for an interval around it. */
    static Optional<RuleProof> of(GatePolicy policy, MetricRule rule) {
        if (rule.kind() == RuleKind.WORST_GAP) {
            return gap(rule);
        }
        if (rule.kind().isBound()) {
            return near(rule, rule.limit(), rule.kind() == RuleKind.MIN, null);
        }
        for (double baseline : baselines(policy, rule)) {
            Optional<RuleProof> proof =
                    near(rule, edge(rule, BigDecimal.valueOf(baseline)), rule.greaterIsBetter(), baseline);
            if (proof.isPresent()) {
                return proof;
            }
        }
        return Optional.empty();
    }

    private static Optional<RuleProof> gap(MetricRule rule) {
        MetricRule plain = new MetricRule("*", rule.kind(), rule.limit(), null, rule.criticality());
        double apart = Math.nextUp(rule.limit().doubleValue());
        boolean blocked =
                Evaluator.evaluate(alone(plain), Evidence.ofCurrent(Map.of("a", 0.0, "b", apart), null)).stream()
                        .anyMatch(check -> check.getVerdict() == Verdict.FAILED);
        return blocked ? Optional.of(new RuleProof(apart, null)) : Optional.empty();
    }

    private static GatePolicy alone(MetricRule rule) {
        return new GatePolicy(
                CandidateSelection.HIGHEST_VERSION,
                WaitPolicy.DEFAULT,
                new BaselinePolicy("champion", false),
                List.of(rule),
                null);
    }

    /** The metric's own bound first, as a value that may well occur; half of the largest double for the largest limits. */
    private static Set<Double> baselines(GatePolicy policy, MetricRule rule) {
        Set<Double> baselines = new LinkedHashSet<>();
        policy.rules().stream()
                .filter(other ->
                        other.metric().equals(rule.metric()) && other.kind().isBound())
                .filter(other -> other.limit().signum() != 0)
                .forEach(other -> baselines.add(other.limit().doubleValue()));
        baselines.add(1.0);
        baselines.add((rule.greaterIsBetter() ? 0.5 : -0.5) * Double.MAX_VALUE);
        return baselines;
    }

    /** The candidate's value that just passes. */
    private static BigDecimal edge(MetricRule rule, BigDecimal baseline) {
        BigDecimal change = rule.kind().isRelative() ? rule.limit().multiply(baseline.abs()) : rule.limit();
        return rule.kind().isDrop() == rule.greaterIsBetter() ? baseline.subtract(change) : baseline.add(change);
    }

    private static Optional<RuleProof> near(MetricRule rule, BigDecimal edge, boolean lessIsBlocked, Double baseline) {
        double value = step(edge.doubleValue(), !lessIsBlocked);
        for (int i = 0; i < MOST_STEPS; i++) {
            if (isBlocked(rule, value, baseline)) {
                return Optional.of(new RuleProof(value, baseline));
            }
            value = step(value, lessIsBlocked);
        }
        return Optional.empty();
    }

    private static double step(double value, boolean down) {
        return down ? Math.nextDown(value) : Math.nextUp(value);
    }

    private static boolean isBlocked(MetricRule rule, double value, Double baseline) {
        MetricRule plain = new MetricRule(
                MetricTarget.of("metric"), rule.kind(), rule.limit(), rule.greaterIsBetter(), rule.criticality());
        Evidence evidence =
                Evidence.ofCurrent(Map.of("metric", value), baseline == null ? null : Map.of("metric", baseline));
        return Evaluator.evaluate(alone(plain), evidence).get(0).getVerdict() == Verdict.FAILED;
    }

    @Override
    public String toString() {
        return "blocks " + Numbers.text((Double) value)
                + (baseline == null ? "" : " against a baseline of " + Numbers.text(baseline));
    }
}
