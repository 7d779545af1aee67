package io.jenkins.plugins.mlflow.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the parts of the JSON report say, and that they read back, also from reports of earlier versions. */
class ReportPartsTest {

    @Test
    void aCandidateSaysWhatItsRunIs() {
        CandidateInfo candidate = new CandidateInfo("r1", "3", "customer-churn", "7", "m-1", "FINISHED")
                .named("classifier")
                .run(true, true)
                .build("of this build", "ann");

        assertEquals(
                "{\"run_id\":\"r1\",\"experiment_id\":\"3\",\"experiment\":\"customer-churn\",\"version\":\"7\",\"model_id\":\"m-1\","
                        + "\"model_name\":\"classifier\",\"run_status\":\"FINISHED\",\"evaluation_run\":true,\"child_run\":true,"
                        + "\"run_of\":\"of this build\",\"started_by\":\"ann\"}",
                Json.write(candidate.toMap()));
        CandidateInfo again = CandidateInfo.fromMap(candidate.toMap());
        assertTrue(again.isEvaluationRun());
        assertTrue(again.isChildRun());
        assertEquals("classifier", again.getModelName());
        assertEquals("of this build", again.getRunOf());
        assertEquals("ann", again.getStartedBy());
    }

    @Test
    void aCandidateOfAnEarlierReportHasAnOrdinaryRun() {
        Map<String, Object> map = new HashMap<>(new CandidateInfo("r1", "3", null, "7", null, "FINISHED").toMap());
        assertEquals(false, map.get("evaluation_run"));
        map.keySet().removeAll(List.of("evaluation_run", "child_run", "model_name"));

        CandidateInfo again = CandidateInfo.fromMap(map);

        assertFalse(again.isEvaluationRun());
        assertFalse(again.isChildRun());
        assertNull(again.getModelName());
    }

    @Test
    void aBaselineSaysByWhatItWasFound() {
        BaselineInfo baseline = new BaselineInfo(null, "Production", true, "6", "r0", "m-0");

        assertEquals(
                "{\"alias\":null,\"stage\":\"Production\",\"version\":\"6\",\"run_id\":\"r0\",\"model_id\":\"m-0\",\"resolved\":true}",
                Json.write(baseline.toMap()));
        assertEquals("Production", BaselineInfo.fromMap(baseline.toMap()).getStage());
        assertNull(BaselineInfo.fromMap(baseline.toMap()).getAlias());
        assertEquals("m-0", BaselineInfo.fromMap(baseline.toMap()).getModelId());
    }

    /** "No version holds it" is another thing than "it was not found out". */
    @Test
    void aBaselineThatNobodyHoldsIsToldFromOneThatWasNotFoundOut() {
        BaselineInfo nobody = new BaselineInfo("champion", null, true, null, null, null);
        BaselineInfo unknown = new BaselineInfo("champion", null, false, null, null, null);

        assertTrue(BaselineInfo.fromMap(nobody.toMap()).isResolved());
        assertFalse(BaselineInfo.fromMap(unknown.toMap()).isResolved());
    }

    @Test
    void aBaselineOfAnEarlierReportWasFoundOutIfItHasAVersion() {
        assertTrue(BaselineInfo.fromMap(Map.of("alias", "champion", "version", "6"))
                .isResolved());
        assertFalse(BaselineInfo.fromMap(Map.of("alias", "champion")).isResolved());
    }

    /** MLflow stores an infinity as the largest double; nobody logged such a number. */
    @ParameterizedTest
    @CsvSource({
        "1.7976931348623157E308, Infinity",
        "-1.7976931348623157E308, -Infinity",
        "Infinity, Infinity",
        "-Infinity, -Infinity",
        "NaN, NaN"
    })
    void aStoredInfinityIsReportedAsOne(double stored, String reported) throws Exception {
        var policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .baseline("champion")
                        .thresholds(Map.of(
                                "loss",
                                Map.of("max", 1),
                                "auc",
                                Map.of("min", 0.1, "max_drop", 0.1),
                                "f1/*",
                                Map.of("worst_gap", 1)))
                        .build());
        List<Check> checks = Evaluator.evaluate(
                policy,
                Evidence.ofCurrent(
                        Map.of("loss", stored, "auc", 0.5, "f1/eu", stored),
                        Map.of("loss", 0.5, "auc", stored, "f1/eu", 0.5)));

        Check loss = check(checks, "loss", "max");
        assertEquals(Verdict.NOT_FINITE, loss.getVerdict());
        assertEquals(reported, loss.toMap().get("value"));
        assertEquals(reported, Numbers.text(loss.getValue()));
        assertEquals("the value is " + reported + ", not a finite number", loss.getReason());
        assertEquals(Double.valueOf(reported), Check.fromMap(loss.toMap()).getValue());

        Check drop = check(checks, "auc", "max_drop");
        assertEquals(Verdict.NO_BASELINE, drop.getVerdict());
        assertEquals(reported, drop.toMap().get("baseline"));
        assertNull(drop.getChange());
        assertEquals(0.5, drop.getValue());

        assertEquals(
                "slice eu is " + reported + ", not a finite number",
                check(checks, "f1/*", "worst_gap").getReason());
    }

    private static Check check(List<Check> checks, String metric, String rule) {
        return checks.stream()
                .filter(check ->
                        check.getMetric().equals(metric) && check.getRule().equals(rule))
                .findFirst()
                .orElseThrow();
    }
}
