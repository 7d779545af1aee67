package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.Numbers;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a policy can be applied to past runs, where only the current values of runs are read: a history, or the logged model's
 * values on a dataset, would take requests of its own for every run.
 *
 * @param policy with at least one rule
 * @param leftOut the other rules in words, each with the reason
 */
record ReplayablePolicy(GatePolicy policy, List<String> leftOut) {

    /** @throws IllegalArgumentException if no rule is left */
    static ReplayablePolicy of(GatePolicy policy) {
        List<MetricRule> rules = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        for (MetricRule rule : policy.rules()) {
            String why = why(rule);
            if (why == null) {
                rules.add(rule);
            } else {
                leftOut.add(rule.metric() + " " + rule.kind().key() + " " + Numbers.text(rule.limit()) + " (`" + why
                        + "`)");
            }
        }
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("no rule is left: " + String.join(", ", leftOut)
                    + " cannot be applied to the past, as only the current values of runs are read");
        }
        return new ReplayablePolicy(
                new GatePolicy(policy.candidate(), policy.waiting(), policy.baseline(), rules, policy.promotion()),
                List.copyOf(leftOut));
    }

    private static String why(MetricRule rule) {
        if (rule.target().dataset() != null) {
            return "dataset: " + rule.target().dataset();
        }
        return rule.target().value().needsHistory()
                ? "value: " + rule.target().value().text()
                : null;
    }
}
