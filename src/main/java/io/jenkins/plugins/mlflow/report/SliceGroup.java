package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.CheckRanking;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The checks that one rule made of the slices of a metric, the worst first. */
public final class SliceGroup {
    static final Comparator<SliceGroup> WORST_FIRST =
            Comparator.comparing(group -> group.checks.get(0), CheckRanking.WORST_FIRST);

    private final int number;
    private final String pattern;
    private final List<Check> checks;
    private final int shown;

    private SliceGroup(int number, String pattern, List<Check> checks, int shown) {
        this.number = number;
        this.pattern = pattern;
        this.checks = checks;
        this.shown = shown;
    }

    /**
     * The groups of those checks that are of a slice, in the order of the checks.
     *
     * @param most how many checks of each are to be on the page at first
     * @param room how many of all of them; one of each is there anyway
     */
    static List<SliceGroup> of(List<Check> checks, int most, int room) {
        List<Check> sliced =
                checks.stream().filter(check -> check.getSlice() != null).toList();
        Map<String, Integer> uses = new HashMap<>();
        sliced.forEach(check -> patterns(check).forEach(pattern -> uses.merge(pattern, 1, Integer::sum)));
        Map<List<Object>, List<Check>> byRule = new LinkedHashMap<>();
        Map<List<Object>, String> names = new HashMap<>();
        for (Check check : sliced) {
            String pattern = patterns(check).stream()
                    .max(Comparator.comparing(uses::get))
                    .orElse(check.getMetric());
            List<Object> rule = new ArrayList<>();
            rule.add(pattern);
            rule.add(check.getDataset());
            rule.add(check.getRule());
            rule.add(check.getLimit());
            rule.add(check.getCriticality());
            byRule.computeIfAbsent(rule, key -> new ArrayList<>()).add(check);
            names.put(rule, pattern);
        }
        int shown = Math.max(1, Math.min(most, room / Math.max(1, byRule.size())));
        List<SliceGroup> groups = new ArrayList<>();
        byRule.forEach((rule, its) -> {
            its.sort(CheckRanking.WORST_FIRST);
            groups.add(new SliceGroup(groups.size() + 1, names.get(rule), its, shown));
        });
        return groups;
    }

    /**
     * The metric's name with a star for the slice. Where the slice's name occurs more than once in it, only the other slices
     * tell which of them it is.
     */
    private static List<String> patterns(Check check) {
        List<String> patterns = new ArrayList<>();
        String metric = check.getMetric();
        String slice = check.getSlice();
        int at = slice.isEmpty() ? -1 : metric.indexOf(slice);
        while (at >= 0) {
            patterns.add(metric.substring(0, at) + '*' + metric.substring(at + slice.length()));
            at = metric.indexOf(slice, at + 1);
        }
        return patterns;
    }

    /** What names the group in an address, from 1. */
    public int getNumber() {
        return number;
    }

    public TruncatedText getPattern() {
        return TruncatedText.name(pattern);
    }

    /** One of the group's checks, for what they have in common; it is the worst. */
    public CheckRow getWorst() {
        return new CheckRow(checks.get(0));
    }

    public TruncatedText getWorstSlice() {
        return TruncatedText.name(checks.get(0).getSlice());
    }

    List<Check> checks() {
        return checks;
    }

    public List<CheckRow> getRows() {
        return checks.stream().limit(shown).map(CheckRow::new).toList();
    }

    public int getCount() {
        return checks.size();
    }

    public long getPassedCount() {
        return checks.stream().filter(Check::isPassed).count();
    }

    public boolean isPassed() {
        return getPassedCount() == getCount();
    }

    public boolean isCut() {
        return shown < checks.size();
    }
}
