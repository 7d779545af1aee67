package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules about the logged models of MLflow 3 and their datasets: which value counts, and when none can be told. */
class LoggedModelTest {
    private static final Map<String, ?> ON_HOLDOUT = Map.of("accuracy", Map.of("min", 0.9, "dataset", "holdout"));

    private final Drive drive = new Drive();
    private final FakeMlflow mlflow = drive.mlflow;
    private Object promote;

    @BeforeEach
    void championAndCandidate() {
        mlflow.finishedRun("r6");
        mlflow.loggedModel("m-6", "r6");
        mlflow.version(6, "r6").source = "models:/m-6";
        mlflow.aliases.put("champion", "6");
        mlflow.finishedRun("r7");
        mlflow.loggedModel("m-7", "r7");
    }

    private GateReport gate(ExactCandidate.Kind kind, String candidate, Map<String, ?> rules, Object baseline)
            throws Exception {
        drive.exact = new ExactCandidate(kind, candidate);
        drive.policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(rules)
                        .baseline(baseline)
                        .promote(promote)
                        .build());
        return drive.run();
    }

    private GateReport run7(Map<String, ?> rules) throws Exception {
        return gate(ExactCandidate.Kind.RUN, "r7", rules, null);
    }

    private GateReport model7(Map<String, ?> rules) throws Exception {
        return gate(ExactCandidate.Kind.MODEL, "m-7", rules, null);
    }

    private static Check only(GateReport report) {
        assertEquals(1, report.getChecks().size(), () -> report.toMap().toString());
        return report.getChecks().get(0);
    }

    private static void inconclusive(GateReport report, String... says) {
        assertEquals(GateStatus.FAILED, report.getStatus(), report.getReason());
        Check check = report.getChecks().get(0);
        assertEquals(Verdict.INCONCLUSIVE, check.getVerdict(), check.getReason());
        assertNull(check.getMargin());
        for (String what : says) {
            assertTrue(check.getReason().contains(what), check::getReason);
        }
        assertEquals(0, report.getTiming().getWaitedMillis());
    }

    @Test
    void theValueOnTheNamedDatasetCounts() throws Exception {
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.logOn("train", "m-7", "r7", "accuracy", 0.99);

        GateReport report = run7(ON_HOLDOUT);

        assertEquals(GateStatus.PASSED, report.getStatus(), report.getReason());
        assertEquals(0.93, only(report).getValue());
        assertEquals("holdout", only(report).getDataset());
        assertEquals("m-7", report.getCandidate().getModelId());
        assertEquals(List.of("run", "loggedModels", "experiment"), mlflow.calls);
    }

    @Test
    void aRunWithoutLoggedModelsCostsNoMoreThanBefore() throws Exception {
        mlflow.models.remove("m-7");
        mlflow.log("r7", "accuracy", 0.93, mlflow.runs.get("r7").end);

        assertEquals(GateStatus.PASSED, run7(Map.of("accuracy", 0.9)).getStatus());
        assertEquals(List.of("run", "experiment"), mlflow.calls);
    }

    @Test
    void severalDatasetsUnderOneKeyAreInconclusiveWithoutADataset() throws Exception {
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.logOn("train", "m-7", "r7", "accuracy", 0.99);
        inconclusive(run7(Map.of("accuracy", 0.9)), "holdout d-holdout, train d-train", "`dataset`");
        inconclusive(model7(Map.of("accuracy", 0.9)), "m-7", "holdout, train", "`dataset`");
    }

    @Test
    void whateverTheServerCallsItsDatasetsTheReasonStaysReadable() throws Exception {
        for (int i = 1; i <= 7; i++) {
            mlflow.logOn(i + "\n" + "x".repeat(200), "m-7", "r7", "accuracy", 0.93);
        }
        GateReport report = run7(Map.of("accuracy", 0.9));
        inconclusive(report, "5 x", " and 2 more");
        String reason = only(report).getReason();
        assertTrue(reason.length() < 600 && !reason.contains("\n"), reason);
    }

    @Test
    void aValueWithADatasetBesideOneWithoutIsInconclusive() throws Exception {
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.logOn(null, "m-7", "r7", "accuracy", 0.99);
        inconclusive(run7(Map.of("accuracy", 0.9)), "holdout d-holdout, one without a name");
    }

    @Test
    void oneDatasetIsNoAmbiguity() throws Exception {
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.logOn("train", "m-7", "r7", "loss", 0.1);

        assertEquals(GateStatus.PASSED, run7(Map.of("accuracy", 0.9)).getStatus());
        assertEquals(GateStatus.PASSED, model7(Map.of("accuracy", 0.9)).getStatus());
    }

    @Test
    void twoDatasetsOfOneNameInOneRunAreNotToldApart() throws Exception {
        var end = mlflow.runs.get("r7").end;
        mlflow.logOn("dataset", "d1", "m-7", "r7", "accuracy", 0.91, end.minusSeconds(5));
        mlflow.logOn("dataset", "d2", "m-7", "r7", "accuracy", 0.99, end);
        inconclusive(
                run7(Map.of("accuracy", Map.of("min", 0.9, "dataset", "dataset"))),
                "dataset d1, dataset d2",
                "different names");
    }

    @Test
    void theLastEvaluationCountsOfAModelAndWhatItLoggedItselfOfARun() throws Exception {
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.finishedRun("later").end = mlflow.runs.get("r7").end.plusSeconds(9);
        mlflow.logOn("holdout", "m-7", "later", "accuracy", 0.5);

        assertEquals(0.5, only(model7(ON_HOLDOUT)).getValue());
        assertEquals(0.93, only(run7(ON_HOLDOUT)).getValue());
    }

    @Test
    void aRunThatOnlyEvaluatesAModelStandsForWhatItLoggedItself() throws Exception {
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.99);
        mlflow.finishedRun("eval");
        mlflow.logOn("holdout", "m-7", "eval", "accuracy", 0.91);
        mlflow.logOn("train", "m-7", "r7", "loss", 0.1);

        assertEquals(
                0.91,
                only(gate(ExactCandidate.Kind.RUN, "eval", ON_HOLDOUT, null)).getValue());
        Check byAnother =
                only(gate(ExactCandidate.Kind.RUN, "eval", Map.of("loss", Map.of("max", 1, "dataset", "train")), null));
        assertEquals(0.1, byAnother.getValue());
    }

    @Test
    void ofSeveralLoggedModelsTheOneWithTheMetricCounts() throws Exception {
        mlflow.loggedModel("m-8", "r7");
        mlflow.logOn("holdout", "m-8", "r7", "accuracy", 0.95);
        mlflow.logOn("train", "m-7", "r7", "accuracy", 0.99);

        GateReport report = run7(ON_HOLDOUT);

        assertEquals(0.95, only(report).getValue());
        assertEquals("m-8", report.getCandidate().getModelId());
        assertEquals(List.of("run", "loggedModels", "experiment"), mlflow.calls);
    }

    @Test
    void severalLoggedModelsWithTheMetricAreInconclusive() throws Exception {
        mlflow.loggedModel("m-8", "r7");
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.logOn("holdout", "m-8", "r7", "accuracy", 0.95);

        inconclusive(run7(ON_HOLDOUT), "m-7, m-8", "`modelId`");
        assertEquals(0.93, only(model7(ON_HOLDOUT)).getValue());
    }

    @Test
    void rulesAreNotMetByOneModelEach() throws Exception {
        mlflow.loggedModel("m-8", "r7");
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.logOn("holdout", "m-8", "r7", "loss", 0.1);

        inconclusive(
                run7(Map.of(
                        "accuracy", Map.of("min", 0.9, "dataset", "holdout"),
                        "loss", Map.of("max", 0.2, "dataset", "holdout"))),
                "m-7, m-8");
    }

    @Test
    void theVersionsOwnLoggedModelCounts() throws Exception {
        mlflow.loggedModel("m-8", "r7");
        mlflow.version(7, "r7").source = "models:/m-7";
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.logOn("holdout", "m-8", "r7", "accuracy", 0.5);

        GateReport report = gate(ExactCandidate.Kind.VERSION, "7", ON_HOLDOUT, null);
        assertEquals(0.93, only(report).getValue());
        assertEquals("m-7", report.getCandidate().getModelId());

        assertEquals(
                0.93,
                only(gate(ExactCandidate.Kind.VERSION, "7", Map.of("accuracy", 0.1), null))
                        .getValue());
    }

    @Test
    void aVersionThatDoesNotTellItsLoggedModelIsNotEvaluatedByOneOfSeveral() throws Exception {
        mlflow.version(7, "r7").source = "runs:/r7/other";
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        promote = "challenger";
        inconclusive(gate(ExactCandidate.Kind.VERSION, "7", ON_HOLDOUT, null), "artifact path 'other'", "m-7");

        mlflow.versions.get(7).source = "s3://models/elsewhere";
        GateReport unclear = gate(ExactCandidate.Kind.VERSION, "7", ON_HOLDOUT, null);
        assertEquals("CONFLICT", unclear.getErrorCategory(), unclear.getReason());
        assertTrue(unclear.getReason().contains("the version does not tell"), unclear.getReason());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aLoggedModelIsEvaluatedByItsOwnMetrics() throws Exception {
        mlflow.loggedModel("m-8", "r7");
        mlflow.logOn(null, "m-7", "r7", "accuracy", 0.7);
        mlflow.logOn(null, "m-8", "r7", "accuracy", 0.99);
        mlflow.log("r7", "recall", 0.99, mlflow.runs.get("r7").end);

        GateReport report = model7(Map.of("accuracy", 0.9));
        assertEquals(0.7, only(report).getValue());
        assertEquals(List.of("loggedModel", "run", "experiment"), mlflow.calls);
        // What the run logged for no model is its model's.
        assertEquals(0.99, only(model7(Map.of("recall", 0.9))).getValue());
    }

    @Test
    void nanThatTheLoggedModelKeepsAsZeroIsNotAZero() throws Exception {
        mlflow.logOn("holdout", "m-7", "r7", "loss", Double.NaN);
        assertEquals(
                Verdict.NOT_FINITE,
                only(run7(Map.of("loss", Map.of("max", 1, "dataset", "holdout"))))
                        .getVerdict());

        mlflow.logOn("holdout", "m-7", "r7", "errors", 0);
        GateReport zero = run7(Map.of("errors", Map.of("max", 0, "dataset", "holdout")));
        assertEquals(GateStatus.PASSED, zero.getStatus(), zero.getReason());
    }

    @Test
    void slicesEvidenceAndHistoriesAreReadOnTheSameDataset() throws Exception {
        for (String slice : List.of("eu", "us")) {
            mlflow.logOn("holdout", "m-7", "r7", "accuracy/" + slice, 0.95);
            mlflow.logOn("holdout", "m-7", "r7", "n/" + slice, 10_000);
            mlflow.logOn("train", "m-7", "r7", "n/" + slice, 1);
        }
        mlflow.logOn("train", "m-7", "r7", "accuracy/asia", 0.1);
        GateReport sliced = run7(
                Map.of("accuracy/*", Map.of("min", 0.9, "dataset", "holdout", "evidence", Map.of("samples", "n/*"))));
        assertEquals(GateStatus.PASSED, sliced.getStatus(), sliced.getReason());
        assertEquals(
                List.of("eu", "us"),
                sliced.getChecks().stream().map(Check::getSlice).toList());

        var end = mlflow.runs.get("r7").end;
        mlflow.logOn("holdout", "d", "m-7", "r7", "f1", 0.3, end.minusSeconds(2));
        mlflow.logOn("train", "d", "m-7", "r7", "f1", 0.1, end.minusSeconds(1));
        mlflow.logOn("holdout", "d", "m-7", "r7", "f1", 0.5, end);
        assertEquals(
                0.3,
                only(run7(Map.of("f1", Map.of("min", 0, "dataset", "holdout", "value", "min"))))
                        .getValue());
    }

    @Test
    void theMetricIsWaitedForUntilItIsThereOrTheTimeIsOver() throws Exception {
        mlflow.passNext("run");
        mlflow.beforeNext(
                "run", () -> mlflow.logOn("holdout", "h", "m-7", "r7", "accuracy", 0.93, drive.clock.instant()));
        assertEquals(GateStatus.PASSED, run7(ON_HOLDOUT).getStatus());
        assertTrue(drive.waitedFor.get(0).contains("accuracy on dataset holdout"), drive.waitedFor::toString);

        GateReport never = run7(Map.of("accuracy", Map.of("min", 0.9, "dataset", "other")));
        assertEquals(GateStatus.FAILED, never.getStatus());
        assertEquals(Verdict.MISSING, only(never).getVerdict());
    }

    @Test
    void theBaselinesValueIsTheOneOnTheSameDataset() throws Exception {
        Map<String, ?> rules = Map.of("accuracy", Map.of("min", 0.5, "max_drop", 0.01, "dataset", "holdout"));
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.logOn("train", "m-6", "r6", "accuracy", 0.99);
        GateReport absent = gate(ExactCandidate.Kind.RUN, "r7", rules, "champion");
        assertEquals(Verdict.NO_BASELINE, absent.getChecks().get(0).getVerdict());

        mlflow.logOn("holdout", "m-6", "r6", "accuracy", 0.94);
        GateReport report = gate(ExactCandidate.Kind.RUN, "r7", rules, "champion");
        assertEquals(GateStatus.PASSED, report.getStatus(), report.getReason());
        assertEquals(0.94, report.getChecks().get(0).getBaseline());
    }

    @Test
    void aBaselineOnSeveralDatasetsIsInconclusiveForChangesOnly() throws Exception {
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.logOn("holdout", "m-6", "r6", "accuracy", 0.94);
        mlflow.logOn("train", "m-6", "r6", "accuracy", 0.94);

        GateReport report = gate(
                ExactCandidate.Kind.RUN, "r7", Map.of("accuracy", Map.of("min", 0.5, "max_drop", 0.01)), "champion");

        inconclusive(report, "the baseline: ", "holdout d-holdout, train d-train");
        assertEquals(Verdict.PASSED, report.getChecks().get(1).getVerdict());
    }

    @Test
    void theSameDatasetIsTheOneWithTheSameDigest() throws Exception {
        Map<String, ?> rules = Map.of("accuracy", Map.of("min", 0.5, "max_drop", 0.01, "dataset", "holdout"));
        var end = mlflow.runs.get("r7").end;
        // What the runs themselves had as inputs is of no interest.
        mlflow.runs.get("r6").digests.add("training6");
        mlflow.runs.get("r7").digests.add("training7");
        mlflow.logOn("holdout", "d1", "m-6", "r6", "accuracy", 0.93, end);
        mlflow.logOn("holdout", "d1", "m-7", "r7", "accuracy", 0.93, end);
        for (String same : List.of("required", "warn")) {
            GateReport report =
                    gate(ExactCandidate.Kind.RUN, "r7", rules, Map.of("alias", "champion", "same_dataset", same));
            assertEquals("all 2 checks passed", report.getReason());
        }
        mlflow.models.get("m-6").entries.clear();
        mlflow.logOn("holdout", "d2", "m-6", "r6", "accuracy", 0.93, end);
        inconclusive(
                gate(ExactCandidate.Kind.RUN, "r7", rules, Map.of("alias", "champion", "same_dataset", "required")),
                "different datasets");
        assertTrue(gate(ExactCandidate.Kind.RUN, "r7", rules, "champion")
                .getReason()
                .startsWith("warning: "));
    }

    @Test
    void aLoggedModelThatIsNotReadyIsWaitedForAndOneThatFailedFails() throws Exception {
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.models.get("m-7").status = LoggedModel.Status.PENDING;
        GateReport pending = model7(ON_HOLDOUT);
        assertEquals(GateStatus.FAILED, pending.getStatus());
        assertTrue(pending.getReason().contains("logged model m-7 to be READY"), pending.getReason());

        mlflow.models.get("m-7").status = LoggedModel.Status.FAILED;
        GateReport failed = run7(ON_HOLDOUT);
        assertEquals(GateStatus.FAILED, failed.getStatus());
        assertEquals("the upload of logged model m-7 failed", failed.getReason());
    }

    @Test
    void beforeMlflow3ThereIsAClearError() throws Exception {
        mlflow.models.clear();
        mlflow.hasLoggedModels = false;
        for (GateReport report : List.of(run7(ON_HOLDOUT), model7(ON_HOLDOUT))) {
            assertEquals(GateStatus.ERROR, report.getStatus());
            assertEquals("CONFIGURATION", report.getErrorCategory());
        }
    }

    @Test
    void aLoggedModelWithoutARunIsRefused() throws Exception {
        mlflow.models.get("m-7").runId = null;
        GateReport report = model7(ON_HOLDOUT);
        assertEquals("NOT_FOUND", report.getErrorCategory());
        assertTrue(report.getErrorMessage().contains("has no run for logged model 'm-7'"), report.getErrorMessage());
        mlflow.models.clear();
        assertEquals("NOT_FOUND", model7(ON_HOLDOUT).getErrorCategory());
    }

    @Test
    void theVersionOfTheEvaluatedModelIsPromotedAndNotAnotherOfItsRun() throws Exception {
        promote = "champion";
        mlflow.loggedModel("m-8", "r7");
        mlflow.version(7, "r7").source = "models:/m-7";
        mlflow.version(8, "r7").source = "models:/m-8";
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);

        GateReport report = run7(ON_HOLDOUT);

        assertTrue(report.isPromoted(), report.toMap().toString());
        assertEquals("7", report.getPromotion().getVersion());
        assertEquals(List.of("alias champion=7"), mlflow.writes);
    }

    @Test
    void aVersionIsCreatedFromTheLoggedModel() throws Exception {
        promote = "champion";
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);

        GateReport report = model7(ON_HOLDOUT);

        assertTrue(report.isPromoted(), report.toMap().toString());
        assertEquals(List.of("create 7 from m-7", "alias champion=7"), mlflow.writes);
        assertEquals("r7", mlflow.versions.get(7).runId);
        assertFalse(mlflow.calls.contains("createVersion"));
    }

    @Test
    void anEvaluationRunPromotesTheModelThatItEvaluated() throws Exception {
        promote = "champion";
        mlflow.version(7, "r7").source = "models:/m-7";
        mlflow.finishedRun("eval");
        mlflow.logOn("holdout", "m-7", "eval", "accuracy", 0.93);

        GateReport report = gate(ExactCandidate.Kind.RUN, "eval", ON_HOLDOUT, null);

        assertTrue(report.isPromoted(), report.toMap().toString());
        assertEquals(List.of("alias champion=7"), mlflow.writes);
    }

    @Test
    void aCrashDuringTheCreationMakesNoSecondVersion() throws Exception {
        promote = "champion";
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.MODEL, "m-7");
        drive.policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(ON_HOLDOUT)
                        .promote(promote)
                        .build());
        drive.runUntil(Phase.CREATE_VERSION);
        drive.crashInNextAdvance();

        GateReport report = drive.goOn();

        assertTrue(report.isPromoted(), report.toMap().toString());
        assertEquals(List.of("create 7 from m-7", "alias champion=7"), mlflow.writes);
    }

    @Test
    void theModelsMetricsAreReadAgainBeforeThePromotion() throws Exception {
        promote = "champion";
        mlflow.version(7, "r7").source = "models:/m-7";
        mlflow.logOn("holdout", "m-7", "r7", "accuracy", 0.93);
        mlflow.passNext("loggedModel");
        mlflow.beforeNext(
                "loggedModel",
                () -> mlflow.logOn(
                        "holdout",
                        "d-holdout",
                        "m-7",
                        "r7",
                        "accuracy",
                        0.2,
                        drive.clock.instant().plus(Duration.ofSeconds(1))));

        GateReport report = gate(ExactCandidate.Kind.VERSION, "7", ON_HOLDOUT, null);

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals(new ArrayList<>(), mlflow.writes);
        assertEquals(
                "the metrics of run r7 changed after they were evaluated",
                report.getPromotion().getReason());
    }
}
