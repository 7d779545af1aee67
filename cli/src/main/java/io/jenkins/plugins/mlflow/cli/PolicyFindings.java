package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.Numbers;
import io.jenkins.plugins.mlflow.policy.BaselinePolicy;
import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.Implications;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What can be said of a right policy without a server: for each rule a value that it blocks, and warnings of rules that
 * cannot fail, cannot pass, never block or are implied by others, and of parts that defeat each other.
 */
record PolicyFindings(List<String> proofs, List<String> warnings) {
    /** No metric comes near; what is beyond may well have been meant as no bound at all. */
    private static final BigDecimal BEYOND_ALL_METRICS = new BigDecimal("1e300");

    static PolicyFindings of(GatePolicy policy) {
        List<String> proofs = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (MetricRule rule : policy.rules()) {
            Optional<RuleProof> proof = RuleProof.of(policy, rule);
            proofs.add(name(rule) + ": " + proof.map(RuleProof::toString).orElse("blocks no finite value"));
            String idle = proof.isEmpty() ? "no finite value is beyond it" : idle(rule);
            if (idle != null) {
                warnings.add(name(rule) + " cannot fail: " + idle);
            }
            if (isBeyondFractions(rule)) {
                warnings.add(name(rule) + " cannot pass: by its name, this metric is never above 1");
            }
            if (rule.criticality() == Criticality.NOTE) {
                warnings.add(name(rule) + " never blocks: its criticality is note, so that it is only reported");
            }
        }
        if (policy.rules().stream().allMatch(rule -> rule.criticality() == Criticality.NOTE)) {
            warnings.add("the gate cannot fail on a metric that is there: all rules are notes");
        }
        Implications.of(policy)
                .forEach(implied -> warnings.add(name(implied.rule()) + " is redundant: " + name(implied.by())
                        + (implied.mutual() ? " asks for the same" : " implies it")));
        addSingleValues(policy, warnings);
        addMisfits(policy, warnings);
        return new PolicyFindings(List.copyOf(proofs), List.copyOf(warnings));
    }

    private static String idle(MetricRule rule) {
        BigDecimal limit = rule.limit();
        if (limit.abs().compareTo(BEYOND_ALL_METRICS) >= 0
                && (isDropOrMax(rule) ? limit.signum() > 0 : limit.signum() < 0)) {
            return "no metric comes near its limit";
        }
        boolean neverNegative = MetricNames.isNeverNegative(rule.metric());
        boolean fraction = MetricNames.isFraction(rule.metric());
        boolean atLeastOne = limit.compareTo(BigDecimal.ONE) >= 0;
        return switch (rule.kind()) {
            case MIN -> neverNegative && limit.signum() <= 0 ? "by its name, this metric is never below 0" : null;
            case MAX -> fraction && atLeastOne ? "by its name, this metric is never above 1" : null;
            case MAX_DROP -> fraction && atLeastOne ? "by its name, this metric is always between 0 and 1" : null;
            case MAX_RELATIVE_DROP ->
                neverNegative && rule.greaterIsBetter() && atLeastOne
                        ? "by its name, this metric is never below 0, and so never more than 100 % worse"
                        : null;
            default -> null;
        };
    }

    private static boolean isBeyondFractions(MetricRule rule) {
        return (rule.kind() == RuleKind.MIN || rule.kind() == RuleKind.MIN_ABSOLUTE_CHANGE)
                && MetricNames.isFraction(rule.metric())
                && rule.limit().compareTo(BigDecimal.ONE) > 0;
    }

    private static boolean isDropOrMax(MetricRule rule) {
        return rule.kind().isDrop() || rule.kind() == RuleKind.MAX;
    }

    private static void addSingleValues(GatePolicy policy, List<String> warnings) {
        for (MetricRule min : policy.rules()) {
            policy.rules().stream()
                    .filter(max -> min.kind() == RuleKind.MIN && max.kind() == RuleKind.MAX)
                    .filter(max ->
                            max.metric().equals(min.metric()) && max.limit().compareTo(min.limit()) == 0)
                    .forEach(max -> warnings.add(DisplayText.line(min.metric()) + ": min and max leave a single value, "
                            + Numbers.text(min.limit())));
        }
    }

    /** Parts of the policy that are right by themselves and defeat each other. */
    private static void addMisfits(GatePolicy policy, List<String> warnings) {
        BaselinePolicy baseline = policy.baseline();
        PromotionPolicy promotion = policy.promotion();
        if (baseline != null && baseline.rubberStamp() && promotion != null && !sets(promotion, baseline)) {
            warnings.add("baseline.when_missing is rubber_stamp for " + baseline.target() + ", but the promotion moves "
                    + promotion.target() + ": while no version holds the baseline's, no change or drop rule can fail");
        }
        Duration settle = policy.waiting().settle();
        if (settle.compareTo(policy.waiting().timeout()) >= 0) {
            warnings.add(settle(policy) + "wait.timeout ("
                    + Durations.format(policy.waiting().timeout())
                    + "): a run that has just ended cannot settle in time");
        } else if (promotion != null && settle.compareTo(promotion.timeout()) >= 0) {
            warnings.add(settle(policy) + "promote.timeout (" + Durations.format(promotion.timeout())
                    + "): metrics that change before the promotion cannot settle again in time");
        }
    }

    private static String settle(GatePolicy policy) {
        return "wait.settle (" + Durations.format(policy.waiting().settle()) + ") is not shorter than ";
    }

    private static boolean sets(PromotionPolicy promotion, BaselinePolicy baseline) {
        return baseline.stage() == null
                ? baseline.alias().equals(promotion.alias())
                : baseline.stage().equals(promotion.stage());
    }

    private static String name(MetricRule rule) {
        return DisplayText.line(rule.metric()) + " " + rule.kind().key() + " " + Numbers.text(rule.limit());
    }
}
