package io.jenkins.plugins.mlflow.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A value that is not simply the evaluated run's own is told from one that is. */
class OriginTest {
    private static final MetricKey AUC = MetricKey.current("auc");
    private static final Map<MetricKey, Double> HALF = Map.of(AUC, 0.5);

    private static GatePolicy policy(Map<String, ?> rules) throws Exception {
        return PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder().thresholds(rules).baseline("champion").build());
    }

    private static Evidence from(
            Map<MetricKey, Double> candidate,
            Map<MetricKey, Double> baseline,
            Map<MetricKey, Origin> origins,
            Map<MetricKey, Origin> baselineOrigins) {
        return new Evidence(candidate, baseline, Map.of(), Map.of(), Map.of(), origins, baselineOrigins, null);
    }

    private static Check only(Map<String, ?> rule, Evidence evidence) throws Exception {
        List<Check> checks = Evaluator.evaluate(policy(Map.of("auc", rule)), evidence);
        assertEquals(1, checks.size());
        return checks.get(0);
    }

    @Test
    void aCheckNamesTheRunAndTheDatasetOfAForeignValue() throws Exception {
        Check check = only(Map.of("min", 0.4), from(HALF, null, Map.of(AUC, new Origin("r9", "train")), Map.of()));

        assertEquals("r9", check.getRunId());
        assertEquals("train", check.getDataset());
        assertEquals("0.5 is at least 0.4 (logged by run r9 on dataset train)", check.getReason());
        assertEquals("r9", check.toMap().get("run_id"));
        assertEquals(Verdict.PASSED, check.getVerdict());
    }

    @Test
    void eitherPartOfAnOriginMayBeUnknown() throws Exception {
        Check dataset = only(Map.of("min", 0.6), from(HALF, null, Map.of(AUC, new Origin(null, "train")), Map.of()));
        assertEquals("train", dataset.getDataset());
        assertNull(dataset.getRunId());
        assertEquals("0.5 is 0.1 under its bound of 0.6 (logged on dataset train)", dataset.getReason());

        Check run = only(Map.of("min", 0.4), from(HALF, null, Map.of(AUC, new Origin("r9", null)), Map.of()));
        assertNull(run.getDataset());
        assertEquals("0.5 is at least 0.4 (logged by run r9)", run.getReason());
    }

    @Test
    void theRulesOwnDatasetIsTheChecks() throws Exception {
        Map<String, Object> rule = Map.of("min", 0.4, "dataset", "holdout");
        MetricKey key = policy(Map.of("auc", rule)).rules().get(0).target().key("auc");

        Check check = only(rule, from(Map.of(key, 0.5), null, Map.of(key, new Origin("r9", null)), Map.of()));

        assertEquals("holdout", check.getDataset());
        assertEquals("r9", check.getRunId());
    }

    @Test
    void aChangeNamesTheOriginOfTheBaselinesValueToo() throws Exception {
        Map<String, Object> rule = Map.of("max_drop", 0.1, "greater_is_better", true);
        Map<MetricKey, Origin> foreign = Map.of(AUC, new Origin("r9", "train"));

        assertEquals(
                "the same as the baseline of 0.5, at most 0.1 worse (the baseline's value: logged by run r9 on dataset train)",
                only(rule, from(HALF, HALF, Map.of(), foreign)).getReason());
        assertEquals(
                "the same as the baseline of 0.5, at most 0.1 worse (logged by run r2) (the baseline's value: logged by run"
                        + " r9 on dataset train)",
                only(rule, from(HALF, HALF, Map.of(AUC, new Origin("r2", null)), foreign))
                        .getReason());
        assertEquals(
                "0.5 is at least 0.4",
                only(Map.of("min", 0.4), from(HALF, HALF, Map.of(), foreign)).getReason());
    }

    @Test
    void slicesAndTheirGapNameTheirOrigins() throws Exception {
        Map<MetricKey, Double> values = Map.of(MetricKey.current("auc/eu"), 0.5, MetricKey.current("auc/us"), 0.6);
        Map<MetricKey, Origin> origins = Map.of(MetricKey.current("auc/us"), new Origin("r9", "train"));
        Evidence evidence = from(values, null, origins, Map.of());

        List<Check> checks =
                Evaluator.evaluate(policy(Map.of("auc/*", Map.of("min", 0.4, "worst_gap", 0.1))), evidence);

        assertEquals(3, checks.size());
        assertNull(check(checks, "eu").getRunId());
        assertEquals("r9", check(checks, "us").getRunId());
        assertEquals(
                "slices eu (0.5) and us (0.6) are 0.1 apart, at most 0.1 (slice us: logged by run r9 on dataset train)",
                check(checks, null).getReason());
        assertNull(check(checks, null).getRunId());
    }

    private static Check check(List<Check> checks, String slice) {
        return checks.stream()
                .filter(check -> java.util.Objects.equals(slice, check.getSlice()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aReportOfAnEarlierVersionReadsWithoutTheKey() throws Exception {
        Map<String, Object> map = new HashMap<>(
                only(Map.of("min", 0.4), from(HALF, null, Map.of(), Map.of())).toMap());
        assertNull(map.remove("run_id"));

        assertNull(Check.fromMap(map).getRunId());
        map.put("run_id", "r9");
        assertEquals("r9", Check.fromMap(map).getRunId());
    }
}
