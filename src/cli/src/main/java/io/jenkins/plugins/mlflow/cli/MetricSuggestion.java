package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.Numbers;
import io.jenkins.plugins.mlflow.policy.Decimals;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules that past values of one metric suggest. A bound is the 5th percentile of the values, or the 95th where less is
 * better, and {@code max_drop} the 90th percentile of how much worse one run was than the run before; each rounded to the
 * loose side.
 */
final class MetricSuggestion {
    static final int ENOUGH = 5;

    private static final int LOW = 5;
    private static final int MEDIAN = 50;
    private static final int HIGH = 95;
    private static final int DROPS = 90;
    private static final int LONGEST_NAME = 250;

    private final String metric;
    private final int runs;
    private final Sample values;
    private final Boolean greaterIsBetter;
    private final BigDecimal drop;

    /**
     * @param oldestFirst finite values, at least one
     * @param runs of how many runs they are
     */
    MetricSuggestion(String metric, List<Double> oldestFirst, int runs) {
        this.metric = metric;
        this.runs = runs;
        List<BigDecimal> numbers = oldestFirst.stream().map(Decimals::shortest).toList();
        values = new Sample(numbers);
        greaterIsBetter = MetricNames.greaterIsBetter(metric);
        drop = greaterIsBetter == null ? null : drop(numbers, greaterIsBetter);
    }

    private static BigDecimal drop(List<BigDecimal> numbers, boolean greaterIsBetter) {
        List<BigDecimal> worse = new ArrayList<>();
        for (int i = 1; i < numbers.size(); i++) {
            BigDecimal fall = numbers.get(i - 1).subtract(numbers.get(i));
            worse.add((greaterIsBetter ? fall : fall.negate()).max(BigDecimal.ZERO));
        }
        return worse.isEmpty() ? null : new Sample(worse).percentile(DROPS);
    }

    /** Why no rule can be active, or null if there are rules. */
    private String why() {
        if (metric.isBlank() || metric.contains("*") || metric.length() > LONGEST_NAME
                || metric.chars().anyMatch(Character::isISOControl)) {
            return "a policy cannot name it as a single metric";
        }
        return greaterIsBetter == null
                ? "its name does not tell which direction is better: choose one bound and remove the other"
                : null;
    }

    boolean isActive() {
        return why() == null;
    }

    boolean hasDrop() {
        return isActive() && drop != null && drop.signum() > 0;
    }

    /** Comments and the rule, without indentation. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("# " + YamlText.comment(metric) + ": in " + values.count() + " of " + Words.count(runs, "run")
                + ", min " + Numbers.brief(values.min()) + ", median " + Numbers.brief(values.percentile(MEDIAN)) + ", max "
                + Numbers.brief(values.max())
                + (greaterIsBetter == null ? "" : greaterIsBetter ? "; greater is better" : "; less is better"));
        if (values.count() < ENOUGH) {
            lines.add("# too little data: fewer than " + ENOUGH + " values; check every number by hand");
        }
        if (why() != null) {
            lines.add("# not active: " + why());
            lines.add("# " + YamlText.quoted(metric) + ": {" + min() + ", " + max() + "}");
            return lines;
        }
        lines.add(greaterIsBetter
                ? "# min: the 5th percentile, " + Numbers.brief(values.percentile(LOW)) + ", rounded down"
                : "# max: the 95th percentile, " + Numbers.brief(values.percentile(HIGH)) + ", rounded up");
        if (hasDrop()) {
            lines.add("# max_drop: from one run to the next, 9 in 10 lost at most " + Numbers.brief(drop)
                    + "; rounded up");
        } else {
            lines.add("# no max_drop: " + (drop == null ? "one value shows no noise"
                    : "9 in 10 runs lost nothing against the run before"));
        }
        lines.add(YamlText.quoted(metric) + ": {" + (greaterIsBetter ? min() : max())
                + (hasDrop() ? ", max_drop: " + Sample.roundedUp(drop).toPlainString() : "") + "}");
        return lines;
    }

    private String min() {
        return "min: " + values.rounded(values.percentile(LOW), false).toPlainString();
    }

    private String max() {
        return "max: " + values.rounded(values.percentile(HIGH), true).toPlainString();
    }
}
