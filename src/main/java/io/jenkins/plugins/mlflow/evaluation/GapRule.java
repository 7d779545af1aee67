package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Applies a rule about how far the best and the worst slice are apart to the values of all slices, at least one. */
final class GapRule {
    /** Each is compared with each, which takes less than a second for so many. */
    private static final int MOST_WITH_EVIDENCE = 500;

    private final MetricRule rule;
    private final SortedMap<String, BigDecimal> slices;
    private final String lowest;
    private final String highest;

    GapRule(MetricRule rule, SortedMap<String, BigDecimal> slices) {
        this.rule = rule;
        this.slices = slices;
        String low = slices.firstKey();
        String high = low;
        for (Map.Entry<String, BigDecimal> slice : slices.entrySet()) {
            low = slice.getValue().compareTo(slices.get(low)) < 0 ? slice.getKey() : low;
            high = slice.getValue().compareTo(slices.get(high)) > 0 ? slice.getKey() : high;
        }
        this.lowest = low;
        this.highest = high;
    }

    /** How far the highest value is above the lowest. */
    BigDecimal gap() {
        return slices.get(highest).subtract(slices.get(lowest));
    }

    Finding exact() {
        String limit = Numbers.text(rule.limit());
        return Finding.of(
                rule.limit().subtract(gap()), found() + ", at most " + limit, found() + ", more than " + limit);
    }

    /**
     * The gap is within the limit if that can be said of every two slices, because any two may truly be the ones that are
     * farthest apart, also where others seem to be. No correction for the number of pairs is due: if one pair is too far apart,
     * all pairs pass no more often than this one does (R. L. Berger, "Multiparameter hypothesis testing and acceptance
     * sampling", Technometrics 24, 1982). The gap is too wide if that can be said of two slices.
     */
    Finding uncertain(Map<String, Uncertainty> uncertainties) {
        if (slices.size() > MOST_WITH_EVIDENCE) {
            return Finding.inconclusive(
                    slices.size() + " slices are too many to compare each with each; `worst_gap` with"
                            + " `evidence` takes at most " + MOST_WITH_EVIDENCE);
        }
        try {
            Interval gap = interval(estimates(uncertainties));
            String limit = Numbers.text(rule.limit());
            String found = found() + " (" + gap + " at "
                    + Numbers.percent(
                            Decimals.shortest(uncertainties.get(lowest).confidence())) + ")";
            if (gap.lower().compareTo(rule.limit()) <= 0 && gap.upper().compareTo(rule.limit()) > 0) {
                return Finding.inconclusive(found + ", which straddles the limit: at most " + limit);
            }
            boolean within = gap.upper().compareTo(rule.limit()) <= 0;
            return Finding.of(
                    rule.limit().subtract(within ? gap.upper() : gap.lower()),
                    found + ", wholly at most " + limit,
                    found + ", wholly more than " + limit);
        } catch (Uncertainty.Unknown unknown) {
            return Finding.inconclusive(unknown.getMessage());
        }
    }

    private String found() {
        return "slices " + lowest + " (" + Numbers.brief(slices.get(lowest), BigDecimal.ZERO) + ") and " + highest
                + " ("
                + Numbers.brief(slices.get(highest), BigDecimal.ZERO) + ") are " + Numbers.brief(gap(), rule.limit())
                + " apart";
    }

    private List<Estimate> estimates(Map<String, Uncertainty> uncertainties) throws Uncertainty.Unknown {
        List<Estimate> estimates = new ArrayList<>();
        for (Map.Entry<String, BigDecimal> slice : slices.entrySet()) {
            try {
                estimates.add(uncertainties.get(slice.getKey()).of(slice.getValue()));
            } catch (Uncertainty.Unknown unknown) {
                throw new Uncertainty.Unknown("slice " + slice.getKey() + ": " + unknown.getMessage());
            }
        }
        return estimates;
    }

    /** From the largest gap that two slices have for sure to the largest that any two may have. */
    private static Interval interval(List<Estimate> estimates) throws Uncertainty.Unknown {
        BigDecimal lower = BigDecimal.ZERO;
        BigDecimal upper = BigDecimal.ZERO;
        for (int i = 0; i < estimates.size(); i++) {
            for (int j = 0; j < i; j++) {
                Interval difference = estimates.get(i).minus(estimates.get(j));
                Interval reversed = difference.negated();
                lower = lower.max(difference.lower()).max(reversed.lower());
                upper = upper.max(difference.upper()).max(reversed.upper());
            }
        }
        return new Interval(lower, upper);
    }
}
