package io.jenkins.plugins.mlflow.policy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Finds in which points one policy requires less than another. What is tightened or added is of no interest. Where it cannot be
 * said which of two is stricter, as with another baseline, the change counts as loosening.
 */
public final class PolicyComparison {
    private static final int LONGEST_NUMBER = 20;

    private final GatePolicy before;
    private final GatePolicy after;
    private final Set<String> found = new LinkedHashSet<>();

    private PolicyComparison(GatePolicy before, GatePolicy after) {
        this.before = before;
        this.after = after;
    }

    /**
     * What the second policy loosened or removed of how the first one evaluates: rules, criticality, direction, which values
     * and slices count, evidence, baseline, the age of the run, whether the best run ever, child runs and evaluation runs
     * count, how long its values must stay the same, how often a user must approve, and who. Not the timeouts, which only let
     * a gate give up earlier or later.
     *
     * @return one sentence without a full stop for each, in the order of the first policy; none if nothing was
     */
    public static List<String> loosened(GatePolicy before, GatePolicy after) {
        PolicyComparison comparison = new PolicyComparison(before, after);
        before.rules().forEach(comparison::rule);
        comparison.baseline();
        comparison.maxAge(before.candidate().maxAge(), after.candidate().maxAge());
        comparison.candidate(before.candidate(), after.candidate());
        comparison.settle(before.waiting().settle(), after.waiting().settle());
        comparison.approval(before.promotion(), after.promotion());
        return new ArrayList<>(comparison.found);
    }

    private void rule(MetricRule rule) {
        String name = rule.metric() + " " + rule.kind().key();
        MetricRule now = after.rules().stream()
                .filter(other -> other.metric().equals(rule.metric()) && other.kind() == rule.kind())
                .findFirst()
                .orElse(null);
        if (now == null) {
            found.add(name + " " + text(rule.limit()) + " was removed");
            return;
        }
        int change = now.limit().compareTo(rule.limit());
        if (isLowerLimit(rule.kind()) ? change < 0 : change > 0) {
            found.add(name + " " + text(rule.limit()) + (change < 0 ? " was lowered to " : " was raised to ")
                    + text(now.limit()));
        }
        if (now.criticality().compareTo(rule.criticality()) > 0) {
            found.add("criticality of " + rule.metric() + " was lowered from "
                    + rule.criticality().key() + " to " + now.criticality().key());
        }
        // Other rules carry the direction too where the metric has a change rule, but do not depend on it.
        if (rule.kind().comparesWithBaseline() && !Objects.equals(rule.greaterIsBetter(), now.greaterIsBetter())) {
            found.add("greater_is_better of " + rule.metric() + " was changed from " + rule.greaterIsBetter() + " to "
                    + now.greaterIsBetter());
        }
        target(rule.metric(), rule.target(), now.target());
    }

    /** Once for all rules of the metric, because each sentence is kept once. */
    private void target(String metric, MetricTarget was, MetricTarget is) {
        if (!Objects.equals(was.dataset(), is.dataset())) {
            found.add("dataset of " + metric
                    + (is.dataset() == null
                            ? " " + was.dataset() + " was removed"
                            : was.dataset() == null
                                    ? " " + is.dataset() + " was added"
                                    : " was changed from " + was.dataset() + " to " + is.dataset()));
        }
        if (!was.value().equals(is.value())) {
            found.add("value of " + metric + " was changed from " + was.value().text() + " to "
                    + is.value().text());
        }
        if (is.atLeast() < was.atLeast()) {
            found.add("at_least of " + metric + " was lowered from " + was.atLeast() + " to " + is.atLeast());
        }
        if (!was.allowLostSlices() && is.allowLostSlices()) {
            found.add("allow_lost_slices of " + metric + " was loosened from false to true");
        }
        if (was.evidence() != null) {
            evidence(metric, was.evidence(), is.evidence());
        }
    }

    /** Evidence that is added can only make a rule harder to pass. */
    private void evidence(String metric, EvidenceSource was, EvidenceSource is) {
        if (is == null) {
            found.add("evidence of " + metric + " was removed");
            return;
        }
        if (was.kind() != is.kind() || !was.first().equals(is.first()) || !Objects.equals(was.second(), is.second())) {
            found.add("evidence of " + metric + " was changed to other metrics");
        }
        if (is.confidence() < was.confidence()) {
            found.add("evidence confidence of " + metric + " was lowered from "
                    + text(Decimals.shortest(was.confidence())) + " to " + text(Decimals.shortest(is.confidence())));
        }
    }

    private static boolean isLowerLimit(RuleKind kind) {
        return switch (kind) {
            case MIN, MIN_ABSOLUTE_CHANGE, MIN_RELATIVE_CHANGE -> true;
            case MAX, MAX_DROP, MAX_RELATIVE_DROP, WORST_GAP -> false;
        };
    }

    private void baseline() {
        BaselinePolicy was = before.baseline();
        BaselinePolicy is = after.baseline();
        if (was == null) {
            return;
        }
        if (is == null) {
            found.add("baseline was removed");
            return;
        }
        if (was.alias() != null && is.alias() != null && !was.alias().equals(is.alias())) {
            found.add("baseline alias was changed from " + was.alias() + " to " + is.alias());
        } else if (!was.target().equals(is.target())) {
            found.add("baseline was changed from " + was.target() + " to " + is.target());
        }
        if (!was.rubberStamp() && is.rubberStamp()) {
            found.add("baseline when_missing was loosened from fail to rubber_stamp");
        }
        if (is.sameDataset().compareTo(was.sameDataset()) > 0) {
            found.add("baseline same_dataset was loosened from "
                    + was.sameDataset().key() + " to " + is.sameDataset().key());
        }
    }

    private void maxAge(Duration was, Duration is) {
        if (was == null) {
            return;
        }
        if (is == null) {
            found.add("candidate max_age " + Durations.format(was) + " was removed");
        } else if (is.compareTo(was) > 0) {
            found.add("candidate max_age " + Durations.format(was) + " was raised to " + Durations.format(is));
        }
    }

    /** The best run ever is not the run of this build; the newest one, which is the default, never counts as looser. */
    private void candidate(CandidateSelection was, CandidateSelection is) {
        if (is.best() && !was.best()) {
            found.add("candidate select was changed from latest to best by "
                    + is.orderBy().text());
        } else if (is.best() && !is.orderBy().equals(was.orderBy())) {
            found.add("candidate order_by was changed from " + was.orderBy().text() + " to "
                    + is.orderBy().text());
        }
        if (!was.nested() && is.nested()) {
            found.add("candidate nested was loosened from ignore to include");
        }
        if (!was.evaluationRun() && is.evaluationRun()) {
            found.add("candidate evaluation_run was loosened from false to true");
        }
    }

    private void settle(Duration was, Duration is) {
        if (is.compareTo(was) < 0) {
            found.add("wait settle " + Durations.format(was) + " was shortened to " + Durations.format(is));
        }
    }

    /** A policy that promotes nothing needs nobody's approval. */
    private void approval(PromotionPolicy was, PromotionPolicy is) {
        if (was == null || is == null) {
            return;
        }
        if (is.approval().first() < was.approval().first()) {
            found.add("promote approval was loosened from " + was.approval().text() + " to "
                    + is.approval().text());
        }
        if (was.approvers().isEmpty()
                || was.approvers().containsAll(is.approvers())
                        && !is.approvers().isEmpty()) {
            return;
        }
        List<String> added = is.approvers().stream()
                .filter(name -> !was.approvers().contains(name))
                .toList();
        found.add(
                is.approvers().isEmpty()
                        ? "promote approvers " + String.join(", ", was.approvers()) + " were removed"
                        : "promote approvers were widened by " + String.join(", ", added));
    }

    private static String text(BigDecimal limit) {
        String plain = limit.stripTrailingZeros().toPlainString();
        return plain.length() > LONGEST_NUMBER ? limit.stripTrailingZeros().toString() : plain;
    }
}
