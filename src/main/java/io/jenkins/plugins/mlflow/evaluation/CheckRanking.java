package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Which of the checks that did not pass is the worst, and the sentence about a check. */
public final class CheckRanking {
    /**
     * What counts most first; those that were measured by how far they are beyond their limit, and after them those that could
     * not be measured. Checks that passed come last, the closest one first.
     */
    public static final Comparator<Check> WORST_FIRST = Comparator.comparing(Check::isPassed)
            .thenComparing(Check::getCriticality)
            .thenComparing(check -> distance(check), Comparator.nullsLast(Comparator.naturalOrder()));

    private CheckRanking() {}

    /** The first of those that did not pass. */
    public static Optional<Check> worst(Collection<Check> checks) {
        return checks.stream().filter(check -> !check.isPassed()).min(WORST_FIRST);
    }

    /**
     * Such as "recall 0.83 is 0.02 under its bound of 0.85", without a full stop. It starts with the metric's name, which
     * holds the slice.
     */
    public static String sentence(Check check) {
        boolean plainBound = isBound(check) && check.getMargin() != null;
        String dataset = check.getDataset() == null ? "" : " on " + check.getDataset();
        return check.getMetric() + dataset + (plainBound ? " " : ": ") + check.getReason();
    }

    /**
     * The margin as a part of what its limit is measured by, so that metrics of different units can be compared: of the limit
     * for a bound, of the baseline for a change in the metric's unit; a relative change is such a part already. Negative
     * exactly if the check did not pass; null where nothing was measured.
     */
    public static Double distance(Check check) {
        Double margin = check.getMargin();
        if (margin == null || margin == 0 || isRelative(check)) {
            return margin;
        }
        Double measure = isBound(check) || check.getBaseline() == null ? check.getLimit() : check.getBaseline();
        double scale = measure == null || measure == 0 ? or0(check.getValue()) : measure;
        return scale == 0 ? Math.copySign(Double.POSITIVE_INFINITY, margin) : margin / Math.abs(scale);
    }

    private static double or0(Double number) {
        return number == null ? 0 : number;
    }

    private static boolean isBound(Check check) {
        return RuleKind.MIN.key().equals(check.getRule()) || RuleKind.MAX.key().equals(check.getRule());
    }

    private static boolean isRelative(Check check) {
        return RuleKind.MIN_RELATIVE_CHANGE.key().equals(check.getRule())
                || RuleKind.MAX_RELATIVE_DROP.key().equals(check.getRule());
    }
}
