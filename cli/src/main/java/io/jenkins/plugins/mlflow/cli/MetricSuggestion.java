package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.Numbers;
import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.YamlText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rules that past values of one metric suggest. A bound is the 5th percentile of the values, or the 95th where less is
 * better, and {@code max_drop} the 90th percentile of how much worse a run was than the best before it; each rounded to the
 * loose side. Values that are far off the others do not count.
 */
final class MetricSuggestion {
    static final int ENOUGH = 5;

    private static final int LOW = 5;
    private static final int MEDIAN = 50;
    private static final int HIGH = 95;
    private static final int DROPS = 90;
    private static final int LONGEST_NAME = 250;
    private static final int MOST_SHOWN = 5;

    private final String metric;
    private final int runs;
    private final int notFinite;
    private final MetricSample all;
    private final List<BigDecimal> outliers;
    private final MetricSample values;
    private final Boolean greaterIsBetter;
    private final BigDecimal drop;

    /**
     * @param oldestFirst finite values, at least one
     * @param notFinite how many other values there are, which are not finite
     * @param runs of how many runs they are
     */
    MetricSuggestion(String metric, List<Double> oldestFirst, int notFinite, int runs) {
        this.metric = metric;
        this.runs = runs;
        this.notFinite = notFinite;
        List<BigDecimal> finite = oldestFirst.stream().map(Decimals::shortest).toList();
        all = new MetricSample(finite);
        outliers = all.outliers();
        List<BigDecimal> numbers =
                finite.stream().filter(number -> !outliers.contains(number)).toList();
        values = new MetricSample(numbers);
        greaterIsBetter = MetricNames.greaterIsBetter(metric);
        drop = greaterIsBetter == null ? null : drop(numbers, greaterIsBetter);
    }

    private static BigDecimal drop(List<BigDecimal> numbers, boolean greaterIsBetter) {
        List<BigDecimal> worse = new ArrayList<>();
        BigDecimal best = numbers.get(0);
        for (BigDecimal number : numbers.subList(1, numbers.size())) {
            BigDecimal fall = greaterIsBetter ? best.subtract(number) : number.subtract(best);
            worse.add(fall.max(BigDecimal.ZERO));
            best = fall.signum() < 0 ? number : best;
        }
        return worse.isEmpty() ? null : new MetricSample(worse).percentile(DROPS);
    }

    /** Why no rule can be active, or null if there are rules. */
    private String why() {
        if (metric.isBlank()
                || metric.contains("*")
                || metric.length() > LONGEST_NAME
                || metric.chars().anyMatch(Character::isISOControl)) {
            return "a policy cannot name it as a single metric";
        }
        return greaterIsBetter == null
                ? "its name does not tell which direction is better: choose one bound and remove the other"
                : null;
    }

    private boolean isNote() {
        return MetricNames.isOfTraining(metric);
    }

    private boolean isActive() {
        return why() == null;
    }

    /** Whether there is a rule that can keep a candidate from passing. */
    boolean blocks() {
        return isActive() && !isNote();
    }

    boolean hasDrop() {
        return blocks() && drop != null && drop.signum() > 0;
    }

    /** Comments and the rule, without indentation. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("# " + YamlText.comment(metric) + ": in " + (all.count() + notFinite) + " of "
                + CommandMessages.count(runs, "run")
                + ", min " + Numbers.brief(all.min()) + ", median " + Numbers.brief(all.percentile(MEDIAN)) + ", max "
                + Numbers.brief(all.max())
                + (greaterIsBetter == null ? "" : greaterIsBetter ? "; greater is better" : "; less is better"));
        if (notFinite > 0) {
            lines.add("# not finite: " + notFinite + " of " + (all.count() + notFinite)
                    + " values; a candidate with such a value does not pass");
        }
        if (!outliers.isEmpty()) {
            lines.add("# far off the others, and not counted: " + outliers.size() + " of " + all.count() + " values, "
                    + outliers.stream().limit(MOST_SHOWN).map(Numbers::brief).collect(Collectors.joining(", "))
                    + (outliers.size() > MOST_SHOWN ? ", …" : ""));
        }
        if (values.count() < ENOUGH) {
            lines.add("# too little data: fewer than " + ENOUGH + " values; check every number by hand");
        }
        if (why() != null) {
            lines.add("# not active: " + why());
            lines.add("# " + YamlText.quoted(metric) + ": {" + min() + ", " + max() + "}");
            return lines;
        }
        lines.add(
                greaterIsBetter
                        ? "# min: the 5th percentile, " + Numbers.brief(values.percentile(LOW)) + ", rounded down"
                        : "# max: the 95th percentile, " + Numbers.brief(values.percentile(HIGH)) + ", rounded up");
        if (isNote()) {
            lines.add(
                    "# a note, which never blocks: it tells of the training and its cost, not of how good the model is");
        } else if (hasDrop()) {
            lines.add("# max_drop: against the best run before, 9 in 10 lost at most " + Numbers.brief(drop)
                    + "; rounded up");
        } else {
            lines.add("# no max_drop: "
                    + (drop == null
                            ? "one value shows no noise"
                            : "9 in 10 runs lost nothing against the best before"));
        }
        lines.add(YamlText.quoted(metric) + ": {" + (greaterIsBetter ? min() : max())
                + (hasDrop() ? ", max_drop: " + MetricSample.roundedUp(drop).toPlainString() : "")
                + (isNote() ? ", criticality: note" : "") + "}");
        return lines;
    }

    private String min() {
        return "min: " + values.rounded(values.percentile(LOW), false).toPlainString();
    }

    private String max() {
        return "max: " + values.rounded(values.percentile(HIGH), true).toPlainString();
    }
}
