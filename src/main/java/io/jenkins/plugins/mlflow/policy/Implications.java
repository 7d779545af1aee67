package io.jenkins.plugins.mlflow.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * Which rules of a policy say nothing that another one does not say already. A rule implies another if whatever passes it
 * passes the other, with every baseline: being better by at least 0.01, for example, implies every limit of a drop. A severe
 * rule is never redundant beside a milder one.
 */
public final class Implications {
    private Implications() {}

    /**
     * One rule that could be left out.
     *
     * @param rule the redundant one
     * @param by the one that implies it
     * @param mutual whether they require the same
     */
    public record Implied(MetricRule rule, MetricRule by, boolean mutual) {}

    /** Each redundant rule once; of rules that require the same, all but the first. */
    public static List<Implied> of(GatePolicy policy) {
        List<Implied> found = new ArrayList<>();
        List<MetricRule> rules = policy.rules();
        for (int i = 0; i < rules.size(); i++) {
            for (int j = 0; j < rules.size(); j++) {
                MetricRule rule = rules.get(i);
                MetricRule by = rules.get(j);
                boolean mutual = implies(rule, by) && implies(by, rule);
                if (i != j && implies(by, rule) && (!mutual || j < i)) {
                    found.add(new Implied(rule, by, mutual));
                    break;
                }
            }
        }
        return found;
    }

    private static boolean implies(MetricRule one, MetricRule other) {
        return one.target().equals(other.target())
                && one.criticality().compareTo(other.criticality()) <= 0
                && (one.kind().comparesWithBaseline() ? changeImplies(one, other) : sameKindImplies(one, other));
    }

    private static boolean sameKindImplies(MetricRule one, MetricRule other) {
        return one.kind() == other.kind() && tighter(one, other) >= 0;
    }

    private static boolean changeImplies(MetricRule one, MetricRule other) {
        if (!other.kind().comparesWithBaseline() || !one.greaterIsBetter().equals(other.greaterIsBetter())) {
            return false;
        }
        if (one.kind() == other.kind()) {
            return tighter(one, other) >= 0;
        }
        boolean notWorse = !one.kind().isDrop() || one.limit().signum() == 0;
        boolean notWorseIsEnough = other.kind().isDrop()
                || other.kind() == RuleKind.MIN_ABSOLUTE_CHANGE && other.limit().signum() == 0;
        return notWorse && notWorseIsEnough;
    }

    /** Above 0 if the first limit is the harder one to keep, for rules of one kind. */
    private static int tighter(MetricRule one, MetricRule other) {
        boolean atMost = one.kind() == RuleKind.MAX
                || one.kind() == RuleKind.WORST_GAP
                || one.kind().isDrop();
        return atMost ? other.limit().compareTo(one.limit()) : one.limit().compareTo(other.limit());
    }
}
