package io.jenkins.plugins.mlflow.live;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.Numbers;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.policy.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** One metric in one gate, all its checks taken together. Numbers are null where there is none, or none that is finite. */
@ExportedBean
public final class TrendMetric {
    private static final int LONGEST_NAME = 250;
    private static final int LONGEST_RULES = 200;

    private String metric;
    private String slice;
    private String dataset;
    private Double value;
    private Double baseline;
    private Double min;
    private Double max;
    private String rules;
    private String verdict;
    private String criticality;

    private TrendMetric() {}

    /** Of at least one check of the same metric, slice and dataset. */
    static TrendMetric of(List<Check> checks) {
        Check worst = checks.get(0);
        for (Check check : checks) {
            if (severity(check) < severity(worst)) {
                worst = check;
            }
        }
        TrendMetric found = new TrendMetric();
        found.metric = DisplayText.plain(worst.getMetric(), LONGEST_NAME);
        found.slice = DisplayText.plain(worst.getSlice(), LONGEST_NAME);
        found.dataset = DisplayText.plain(worst.getDataset(), LONGEST_NAME);
        found.verdict = worst.getVerdict().name();
        found.criticality = worst.getCriticality().key();
        List<String> rules = new ArrayList<>();
        for (Check check : checks) {
            found.value = found.value == null ? finite(check.getValue()) : found.value;
            found.baseline = found.baseline == null ? finite(check.getBaseline()) : found.baseline;
            if ("min".equals(check.getRule())) {
                found.min = finite(check.getLimit());
            } else if ("max".equals(check.getRule())) {
                found.max = finite(check.getLimit());
            }
            rules.add(check.getRule() + " " + Numbers.text(check.getLimit()));
        }
        found.rules = DisplayText.plain(String.join(", ", rules), LONGEST_RULES);
        return found;
    }

    /** Less is worse. */
    private static int severity(Check check) {
        return check.isPassed()
                ? Criticality.values().length
                : check.getCriticality().ordinal();
    }

    private static Double finite(Double number) {
        return number == null || !Double.isFinite(number) ? null : number;
    }

    /** Null for what was edited into something else, too. */
    private static Double finite(Map<?, ?> map, String key) {
        return map.get(key) instanceof Number ? finite(Json.number(map, key)) : null;
    }

    @Exported
    public String getMetric() {
        return metric;
    }

    /** The cohort, or null. */
    @Exported
    public String getSlice() {
        return slice;
    }

    @Exported
    public String getDataset() {
        return dataset;
    }

    @Exported
    public Double getValue() {
        return value;
    }

    @Exported
    public Double getBaseline() {
        return baseline;
    }

    /** The lower bound. */
    @Exported
    public Double getMin() {
        return min;
    }

    /** The upper bound. */
    @Exported
    public Double getMax() {
        return max;
    }

    /** All rules with their limits, in the words of the policy. */
    @Exported
    public String getRules() {
        return rules;
    }

    /** That of the worst check. */
    @Exported
    public String getVerdict() {
        return verdict;
    }

    /** That of the worst check. */
    @Exported
    public String getCriticality() {
        return criticality;
    }

    public boolean isPassed() {
        return Verdict.PASSED.name().equals(verdict);
    }

    /** The symbol of the report page for this verdict. */
    public String getSymbol() {
        if (isPassed()) {
            return "symbol-status-blue";
        }
        return Criticality.FAILURE.key().equals(criticality)
                ? "symbol-status-red"
                : Criticality.UNSTABLE.key().equals(criticality) ? "symbol-status-yellow" : "symbol-information-circle";
    }

    /** The name, slice and dataset of the metric as users read it. */
    public String getLabel() {
        boolean named = slice == null || metric.contains(slice);
        return metric + (named ? "" : " · " + slice) + (dataset == null ? "" : " · " + dataset);
    }

    public String getValueText() {
        return brief(value);
    }

    public String getBaselineText() {
        return brief(baseline);
    }

    /** Six digits, or more where fewer would seem to stand otherwise to the bound. */
    private String brief(Double number) {
        return Numbers.brief(number, min != null ? min : max != null ? max : Double.valueOf(0));
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("metric", metric);
        map.put("slice", slice);
        map.put("dataset", dataset);
        map.put("value", value);
        map.put("baseline", baseline);
        map.put("min", min);
        map.put("max", max);
        map.put("rules", rules);
        map.put("verdict", verdict);
        map.put("criticality", criticality);
        return map;
    }

    /** Null if it is none. */
    static TrendMetric fromMap(Map<?, ?> map) {
        TrendMetric read = new TrendMetric();
        read.metric = Json.text(map, "metric");
        read.slice = Json.text(map, "slice");
        read.dataset = Json.text(map, "dataset");
        read.value = finite(map, "value");
        read.baseline = finite(map, "baseline");
        read.min = finite(map, "min");
        read.max = finite(map, "max");
        read.rules = Json.text(map, "rules");
        read.verdict = Json.text(map, "verdict");
        read.criticality = Json.text(map, "criticality");
        return read.metric == null || read.verdict == null ? null : read;
    }
}
