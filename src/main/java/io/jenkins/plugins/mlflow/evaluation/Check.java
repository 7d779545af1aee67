package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A rule applied to a value. Numbers are null where there is none: {@code margin}, the distance to the limit in the rule's
 * own unit, is null where nothing was measured, and otherwise at least 0 exactly when the check passed.
 */
public final class Check implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String metric;
    private final String slice;
    private final String dataset;
    private final String runId;
    private final String rule;
    private final Double limit;
    private final Double value;
    private final Double baseline;
    private final Double change;
    private final Double margin;
    private final Verdict verdict;
    private final Criticality criticality;
    private final String reason;

    @SuppressWarnings("checkstyle:ParameterNumber")
    Check(
            String metric,
            String slice,
            String dataset,
            String runId,
            String rule,
            Double limit,
            Double value,
            Double baseline,
            Double change,
            Double margin,
            Verdict verdict,
            Criticality criticality,
            String reason) {
        this.metric = metric;
        this.slice = slice;
        this.dataset = dataset;
        this.runId = runId;
        this.rule = rule;
        this.limit = limit;
        this.value = value;
        this.baseline = baseline;
        this.change = change;
        this.margin = margin;
        this.verdict = verdict;
        this.criticality = criticality;
        this.reason = reason;
    }

    public String getMetric() {
        return metric;
    }

    /** The cohort that the metric's name selected, or null. */
    public String getSlice() {
        return slice;
    }

    /** Name of the dataset that the rule asks for, or else of the one that the value is on; or null. */
    public String getDataset() {
        return dataset;
    }

    /** The run that logged the value, if that is not the evaluated one; or null. */
    public String getRunId() {
        return runId;
    }

    /** The rule's word in the policy file. */
    public String getRule() {
        return rule;
    }

    public Double getLimit() {
        return limit;
    }

    public Double getValue() {
        return value;
    }

    public Double getBaseline() {
        return baseline;
    }

    /** Candidate minus baseline. */
    public Double getChange() {
        return change;
    }

    public Double getMargin() {
        return margin;
    }

    public Verdict getVerdict() {
        return verdict;
    }

    public boolean isPassed() {
        return verdict == Verdict.PASSED;
    }

    public Criticality getCriticality() {
        return criticality;
    }

    /** One sentence without its full stop: why the verdict is what it is. */
    public String getReason() {
        return reason;
    }

    /** The check as it stands in the JSON report. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("metric", metric);
        map.put("slice", slice);
        map.put("dataset", dataset);
        map.put("run_id", runId);
        map.put("rule", rule);
        map.put("limit", written(limit));
        map.put("value", written(value));
        map.put("baseline", written(baseline));
        map.put("change", written(change));
        map.put("margin", written(margin));
        map.put("verdict", verdict.name());
        map.put("criticality", criticality.key());
        map.put("reason", reason);
        return map;
    }

    /** Numbers that are not finite are strings, as JSON has none. */
    private static Object written(Double number) {
        return number == null || Double.isFinite(number) ? number : number.toString();
    }

    static Check fromMap(Map<?, ?> map) {
        return new Check(
                Json.text(map, "metric"),
                Json.text(map, "slice"),
                Json.text(map, "dataset"),
                Json.text(map, "run_id"),
                Json.text(map, "rule"),
                Json.number(map, "limit"),
                Json.number(map, "value"),
                Json.number(map, "baseline"),
                Json.number(map, "change"),
                Json.number(map, "margin"),
                Verdict.valueOf(Json.text(map, "verdict")),
                Criticality.valueOf(Json.text(map, "criticality").toUpperCase(Locale.ROOT)),
                Json.text(map, "reason"));
    }
}
