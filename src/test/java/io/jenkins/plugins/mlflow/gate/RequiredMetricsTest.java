package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.policy.ValueChoice;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which metrics a gate waits for and reads: slices, histories, evidence, and whether the data are the same. */
class RequiredMetricsTest {
    private final Drive drive = new Drive();
    private final FakeMlflow mlflow = drive.mlflow;

    @BeforeEach
    void championAndCandidate() {
        mlflow.finishedRun("r6", "accuracy/eu", 0.9, "accuracy/us", 0.9);
        mlflow.finishedRun("r7", "accuracy/eu", 0.95);
        mlflow.version(6, "r6");
        mlflow.version(7, "r7");
        mlflow.aliases.put("champion", "6");
    }

    private GateReport gate(Map<String, ?> rules, Object baseline) throws Exception {
        drive.policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder().thresholds(rules).baseline(baseline).build());
        return drive.run();
    }

    @Test
    void aSliceThatArrivesLateIsWaitedFor() throws Exception {
        mlflow.passNext("run");
        mlflow.passNext("run");
        mlflow.beforeNext("run", () -> mlflow.log("r7", "accuracy/us", 0.96, drive.clock.instant()));

        GateReport report = gate(Map.of("accuracy/*", Map.of("min", 0.9)), "champion");

        assertEquals(GateStatus.PASSED, report.getStatus(), report.getReason());
        assertEquals(2, report.getChecks().size());
        assertTrue(drive.waitedFor.get(0).contains("accuracy/us"), drive.waitedFor::toString);
    }

    @Test
    void aSliceThatNeverArrivesIsMissing() throws Exception {
        GateReport report = gate(Map.of("accuracy/*", Map.of("min", 0.9)), "champion");

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals(Verdict.MISSING, report.getChecks().get(0).getVerdict());
        assertEquals("us", report.getChecks().get(0).getSlice());
    }

    @Test
    void evidenceIsWaitedForLikeTheMetricItself() throws Exception {
        mlflow.passNext("run");
        mlflow.beforeNext("run", () -> mlflow.log("r7", "n", 10_000, drive.clock.instant()));

        GateReport report = gate(Map.of("accuracy/eu", Map.of("min", 0.9, "evidence", Map.of("samples", "n"))), null);

        assertEquals(GateStatus.PASSED, report.getStatus(), report.getReason());
    }

    private static List<Run.Metric> history(double... values) {
        List<Run.Metric> history = new java.util.ArrayList<>();
        for (int step = 0; step < values.length; step++) {
            history.add(0, new Run.Metric(values[step], 1_000L + step, step));
        }
        return history;
    }

    @Test
    void theValueThatCountsComesFromTheHistory() throws Exception {
        mlflow.runs.get("r7").histories.put("accuracy/eu", history(0.5, 0.99, 0.7, 0.8));

        assertEquals(0.5, value("min"));
        assertEquals(0.99, value("max"));
        assertEquals(0.75, value(Map.of("mean_last", 2)));
        assertEquals(0.99, value(Map.of("step", 1)));
        assertEquals(0.95, value("last"));
    }

    private double value(Object choice) throws Exception {
        return gate(Map.of("accuracy/eu", Map.of("min", 0, "value", choice)), null)
                .getChecks()
                .get(0)
                .getValue();
    }

    @Test
    void aHistoryThatIsTooShortOrNotFiniteDoesNotPass() throws Exception {
        mlflow.runs.get("r7").histories.put("accuracy/eu", history(0.9, Double.NaN, 0.95));
        assertEquals(Verdict.NOT_FINITE, verdict("max"));
        assertEquals(Verdict.NOT_FINITE, verdict(Map.of("mean_last", 3)));
        assertEquals(Verdict.MISSING, verdict(Map.of("mean_last", 4)));
        assertEquals(Verdict.MISSING, verdict(Map.of("step", 9)));
    }

    private Verdict verdict(Object choice) throws Exception {
        return gate(Map.of("accuracy/eu", Map.of("min", 0, "value", choice)), null)
                .getChecks()
                .get(0)
                .getVerdict();
    }

    @Test
    void anInfinityAsMlflowStoresItGivesNoMean() throws Exception {
        mlflow.runs.get("r7").histories.put("accuracy/eu", history(0.9, Double.MAX_VALUE));
        assertEquals(Verdict.NOT_FINITE, verdict(Map.of("mean_last", 2)));
    }

    @Test
    void ofOneStepMlflowsCurrentValueCounts() {
        List<Run.Metric> history =
                List.of(new Run.Metric(0.1, 5, 3), new Run.Metric(0.9, 4, 3), new Run.Metric(0.2, 5, 3));

        assertEquals(0.2, chosen(ValueChoice.Kind.STEP, 3, history));
        assertNull(chosen(ValueChoice.Kind.MIN, 0, List.of()));
    }

    private static Double chosen(ValueChoice.Kind kind, long count, List<Run.Metric> history) {
        HistoryChoice choice = new HistoryChoice(new ValueChoice(kind, count));
        history.forEach(choice);
        return choice.result().value();
    }

    @Test
    void meansAreDecimal() {
        List<Run.Metric> sevens =
                List.of(new Run.Metric(0.7, 1, 1), new Run.Metric(0.7, 2, 2), new Run.Metric(0.7, 3, 3));
        List<Run.Metric> large = List.of(new Run.Metric(1e308, 1, 1), new Run.Metric(1.5e308, 2, 2));
        List<Run.Metric> rising =
                List.of(new Run.Metric(0.1, 1, 1), new Run.Metric(0.2, 2, 2), new Run.Metric(0.3, 3, 3));

        assertEquals(0.7, chosen(ValueChoice.Kind.MEAN_LAST, 3, sevens));
        assertEquals(0.2, chosen(ValueChoice.Kind.MEAN_LAST, 3, rising));
        assertEquals(1.25e308, chosen(ValueChoice.Kind.MEAN_LAST, 2, large));
    }

    private GateReport onData(String sameDataset, String candidate, String baseline) throws Exception {
        for (Map.Entry<String, String> run : List.of(Map.entry("r7", candidate), Map.entry("r6", baseline))) {
            mlflow.runs.get(run.getKey()).digests.clear();
            if (!run.getValue().isEmpty()) {
                mlflow.runs.get(run.getKey()).digests.add(run.getValue());
            }
        }
        return gate(
                Map.of("accuracy/eu", Map.of("min", 0.5, "max_drop", 0.01)),
                Map.of("alias", "champion", "same_dataset", sameDataset));
    }

    @Test
    void whereTheSameDatasetIsRequiredAnythingElseIsInconclusive() throws Exception {
        assertEquals(GateStatus.PASSED, onData("required", "d1", "d1").getStatus());
        for (String other : List.of("d2", "")) {
            GateReport report = onData("required", "d1", other);
            assertEquals(GateStatus.FAILED, report.getStatus());
            assertEquals(Verdict.INCONCLUSIVE, report.getChecks().get(0).getVerdict());
            assertEquals(Verdict.PASSED, report.getChecks().get(1).getVerdict());
        }
    }

    @Test
    void theRequiredDatasetMustStillBeTheSameAtThePromotion() throws Exception {
        drive.exact = new ExactCandidate(ExactCandidate.Kind.VERSION, "7");
        Set<String> digests = mlflow.runs.get("r7").digests;
        digests.add("d1");
        mlflow.runs.get("r6").digests.add("d1");
        mlflow.passNext("run");
        mlflow.passNext("run");
        mlflow.beforeNext("run", () -> digests.add("d2"));
        drive.policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(Map.of("accuracy/eu", Map.of("min", 0.5, "max_drop", 0.01)))
                        .baseline(Map.of("alias", "champion", "same_dataset", "required"))
                        .promote("champion")
                        .build());

        GateReport report = drive.run();

        assertEquals(GateStatus.FAILED, report.getStatus(), report.getReason());
        assertEquals(Verdict.INCONCLUSIVE, report.getChecks().get(0).getVerdict());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void otherwiseTheReportSaysSoOrNot() throws Exception {
        GateReport warned = onData("warn", "d1", "d2");
        assertEquals(GateStatus.PASSED, warned.getStatus());
        assertTrue(warned.getReason().startsWith("warning: candidate and baseline were evaluated on different"));
        assertEquals("all 2 checks passed", onData("ignore", "d1", "d2").getReason());
        assertEquals("all 2 checks passed", onData("warn", "d1", "d1").getReason());
        assertEquals("all 2 checks passed", onData("warn", "", "").getReason());
    }

    @Test
    void aFaultWhileTheBaselinesHistoryIsReadLeavesNoHalfBaseline() throws Exception {
        mlflow.log("r6", "f1", 0.9, mlflow.runs.get("r6").end);
        mlflow.log("r7", "f1", 0.5, mlflow.runs.get("r7").end);
        mlflow.failNext("history", TrackingException.passing(ErrorCategory.UNREACHABLE, "returned 503", null));

        GateReport report = gate(
                Map.of("f1", Map.of("value", "max", "greater_is_better", true, "max_drop", 0.01)),
                Map.of("alias", "champion", "when_missing", "rubber_stamp"));

        assertEquals(GateStatus.FAILED, report.getStatus(), report.getReason());
        assertEquals("6", report.getBaseline().getVersion());
    }

    @Test
    void aFaultWhileAMovedBaselineIsReadDoesNotKeepItFromBeingEvaluatedAgain() throws Exception {
        mlflow.log("r6", "f1", 0.5, mlflow.runs.get("r6").end);
        mlflow.log("r7", "f1", 0.6, mlflow.runs.get("r7").end);
        mlflow.finishedRun("r5", "f1", 0.9);
        mlflow.version(5, "r5");
        drive.policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(Map.of("f1", Map.of("value", "max", "min", 0.5, "max_drop", 0.01)))
                        .baseline("champion")
                        .promote("champion")
                        .build());
        drive.runUntil(Phase.READ_HOLDER);
        mlflow.aliases.put("champion", "5");
        mlflow.failNext("history", TrackingException.passing(ErrorCategory.UNREACHABLE, "returned 503", null));

        GateReport report = drive.goOn();

        assertEquals(GateStatus.FAILED, report.getStatus(), report.getReason());
        assertEquals(List.of(), mlflow.writes);
    }
}
