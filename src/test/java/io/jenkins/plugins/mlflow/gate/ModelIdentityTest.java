package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is evaluated is what is promoted, whatever models a run has and however the candidate is given. */
class ModelIdentityTest {
    private static final Map<String, ?> ACCURACY = Map.of("accuracy", 0.9);

    private final Drive drive = new Drive();
    private final FakeMlflow mlflow = drive.mlflow;
    private Object promote = "champion";
    private Object baseline;

    @BeforeEach
    void aFinishedRun() {
        mlflow.finishedRun("r1").artifacts.clear();
    }

    private void model(String id, String name, double... accuracy) {
        mlflow.loggedModel(id, "r1").name = name;
        for (double value : accuracy) {
            mlflow.logOn(null, id, "r1", "accuracy", value);
        }
    }

    private GateReport gate(ExactCandidate.Kind kind, String candidate) throws Exception {
        return gate(kind, candidate, ACCURACY);
    }

    private GateReport gate(ExactCandidate.Kind kind, String candidate, Map<String, ?> rules) throws Exception {
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

    private GateReport run1() throws Exception {
        return gate(ExactCandidate.Kind.RUN, "r1");
    }

    private void refused(GateReport report, String category, String... says) {
        assertEquals(category, report.getErrorCategory(), report.getReason());
        assertEquals(List.of(), mlflow.writes);
        for (String what : says) {
            assertTrue(report.getErrorMessage().contains(what), report.getErrorMessage());
        }
    }

    private void inconclusive(GateReport report, String... says) {
        assertEquals(GateStatus.FAILED, report.getStatus(), report.getReason());
        Check check = report.getChecks().get(0);
        assertEquals(Verdict.INCONCLUSIVE, check.getVerdict(), check.getReason());
        assertEquals(null, check.getValue());
        for (String what : says) {
            assertTrue(check.getReason().contains(what), check::getReason);
        }
        assertEquals(List.of(), mlflow.writes);
    }

    // One run, one model

    @Test
    void theOnlyLoggedModelOfARunIsPromotedWhateverItsName() throws Exception {
        model("m-1", "churn_model", 0.95);

        GateReport report = run1();

        assertTrue(report.isPromoted(), report.getReason());
        assertEquals(List.of("create 1 from m-1", "alias champion=1"), mlflow.writes);
        assertEquals("m-1", report.getCandidate().getModelId());
        assertEquals("r1", mlflow.versions.get(1).runId);
    }

    @Test
    void aRunWithoutAnyModelPromotesNothing() throws Exception {
        mlflow.log("r1", "accuracy", 0.95, mlflow.runs.get("r1").end);
        refused(run1(), "NOT_FOUND", "model/MLmodel", "The run has no artifacts");

        mlflow.runs.get("r1").artifacts.addAll(List.of("churn_model/MLmodel", "plot.png"));
        refused(run1(), "NOT_FOUND", "The run has churn_model/, plot.png", "artifact_path");

        promote = Map.of("alias", "champion", "artifact_path", "churn_model");
        assertTrue(run1().isPromoted());
        assertEquals("runs:/r1/churn_model", mlflow.versions.get(1).source);
    }

    @Test
    void aVersionThatCannotBeLoadedIsNotPromotedEither() throws Exception {
        mlflow.log("r1", "accuracy", 0.95, mlflow.runs.get("r1").end);
        mlflow.version(1, "r1");

        for (ExactCandidate.Kind kind : List.of(ExactCandidate.Kind.RUN, ExactCandidate.Kind.VERSION)) {
            refused(gate(kind, kind == ExactCandidate.Kind.RUN ? "r1" : "1"), "NOT_FOUND", "could not be loaded");
        }
    }

    @Test
    void aVersionThatWasMadeBelowTheRunOfALoggedModelIsNotThatModel() throws Exception {
        model("m-1", "model", 0.95);
        mlflow.version(1, "r1");
        refused(gate(ExactCandidate.Kind.VERSION, "1"), "CONFLICT", "runs:/r1/model", "logged model m-1");

        // By its run, the loggable model is registered anew.
        assertTrue(run1().isPromoted());
        assertEquals("models:/m-1", mlflow.versions.get(2).source);
    }

    @Test
    void ofTwoArtifactPathsTheVersionOfTheWantedOneIsPromoted() throws Exception {
        mlflow.log("r1", "accuracy", 0.95, mlflow.runs.get("r1").end);
        mlflow.runs.get("r1").artifacts.addAll(List.of("model/MLmodel", "explainer/MLmodel"));
        mlflow.version(1, "r1");
        mlflow.version(2, "r1").source = "runs:/r1/explainer";

        assertEquals("1", run1().getPromotion().getVersion());
        assertEquals(List.of("alias champion=1"), mlflow.writes);
    }

    @Test
    void aVersionThatFailedToRegisterIsPassedOver() throws Exception {
        model("m-1", "model", 0.95);
        mlflow.version(1, "r1").source = "models:/m-1";
        mlflow.version(2, "r1").source = "models:/m-1";
        mlflow.versions.get(2).status = ModelVersion.Status.FAILED_REGISTRATION;

        assertEquals("1", run1().getPromotion().getVersion());
    }

    @Test
    void aCopiedVersionIsTheModelThatItWasCopiedFrom() throws Exception {
        model("m-1", "model", 0.95);
        mlflow.version(1, "r1").source = "models:/m-1";
        mlflow.version(2, "r1").source = "models:/staging/1";

        GateReport report = gate(ExactCandidate.Kind.VERSION, "2");

        assertTrue(report.isPromoted(), report.getReason());
        assertEquals("m-1", report.getCandidate().getModelId());
        assertEquals(List.of("alias champion=2"), mlflow.writes);
    }

    // One run, several models

    @Test
    void twoModelsWithTheMetricAreNotToldApart() throws Exception {
        model("m-1", "rf", 0.8);
        model("m-2", "gb", 0.97);
        mlflow.version(1, "r1").source = "models:/m-1";

        refused(run1(), "CONFLICT", "m-1 rf, m-2 gb", "artifact_path", "modelId");
        promote = false;
        inconclusive(run1(), "m-1", "m-2");
    }

    @Test
    void twoModelsWithTheSameValueAreNotToldApartEither() throws Exception {
        model("m-1", "rf", 0.95);
        model("m-2", "gb", 0.95);
        refused(run1(), "CONFLICT");
        promote = false;
        inconclusive(run1());
    }

    @Test
    void anArtifactPathNamesOneOfSeveral() throws Exception {
        model("m-1", "rf", 0.8);
        model("m-2", "gb", 0.97);
        promote = Map.of("alias", "champion", "artifact_path", "gb");

        GateReport report = run1();

        assertEquals(0.97, report.getChecks().get(0).getValue());
        assertEquals(List.of("create 1 from m-2", "alias champion=1"), mlflow.writes);
    }

    @Test
    void anArtifactPathThatNoModelHasIsAConflict() throws Exception {
        model("m-1", "rf", 0.95);
        promote = Map.of("alias", "champion", "artifact_path", "gb");
        refused(run1(), "CONFLICT", "'gb'", "no logged model of that name", "m-1 rf");
    }

    @Test
    void theOneCalledModelIsMeantAndNoOthersValueCounts() throws Exception {
        model("m-1", "model", 0.93);
        model("m-2", "baseline_model", 0.5);
        assertEquals(List.of("create 1 from m-1", "alias champion=1"), writesOf(run1()));

        mlflow.models.get("m-1").entries.clear();
        mlflow.writes.clear();
        inconclusive(run1(), "m-2", "not for logged model m-1 (model)");
    }

    private List<String> writesOf(GateReport report) {
        assertTrue(report.isPromoted(), report.getReason());
        return mlflow.writes;
    }

    @Test
    void theOnlyOneThatHasEveryMetricIsMeant() throws Exception {
        model("m-1", "rf", 0.8);
        model("m-2", "gb", 0.97);
        mlflow.logOn(null, "m-2", "r1", "recall", 0.9);

        GateReport report = gate(ExactCandidate.Kind.RUN, "r1", Map.of("accuracy", 0.9, "recall", 0.8));

        assertEquals("m-2", report.getCandidate().getModelId());
        assertEquals(List.of("create 1 from m-2", "alias champion=1"), mlflow.writes);
    }

    @Test
    void metricsOfOneModelEachAreNotThoseOfOneModel() throws Exception {
        model("m-1", "rf", 0.97);
        model("m-2", "gb");
        mlflow.logOn(null, "m-2", "r1", "recall", 0.9);
        promote = false;
        inconclusive(gate(ExactCandidate.Kind.RUN, "r1", Map.of("accuracy", 0.9, "recall", 0.8)), "m-1", "m-2");
    }

    @Test
    void checkpointsOfOneNameAreNotToldApart() throws Exception {
        model("m-1", "model", 0.8);
        model("m-2", "model", 0.97);
        refused(run1(), "CONFLICT", "m-1 model, m-2 model");
    }

    @Test
    void whatNoModelHasIsTheRunsButPromotesNoneOfSeveral() throws Exception {
        model("m-1", "rf");
        model("m-2", "gb");
        mlflow.log("r1", "accuracy", 0.95, mlflow.runs.get("r1").end);
        refused(run1(), "CONFLICT");
        promote = false;
        assertEquals(GateStatus.PASSED, run1().getStatus());
    }

    @Test
    void aVersionIsNotEvaluatedByAnotherModelsMetric() throws Exception {
        model("m-1", "baseline_model");
        model("m-2", "tuned_model", 0.95);
        mlflow.version(1, "r1").source = "models:/m-1";
        mlflow.aliases.put("challenger", "1");

        inconclusive(gate(ExactCandidate.Kind.VERSION, "1"), "m-2", "not for logged model m-1");
        inconclusive(gate(ExactCandidate.Kind.ALIAS, "challenger"), "m-2");
        inconclusive(gate(ExactCandidate.Kind.MODEL, "m-1"), "m-2");
    }

    @Test
    void aBaselineIsNotComparedByAnotherModelsMetric() throws Exception {
        model("m-1", "champ");
        model("m-2", "weak", 0.6);
        mlflow.version(1, "r1").source = "models:/m-1";
        mlflow.aliases.put("champion", "1");
        mlflow.finishedRun("r2");
        mlflow.loggedModel("m-3", "r2").name = "model";
        mlflow.logOn(null, "m-3", "r2", "accuracy", 0.65);
        baseline = "champion";

        GateReport report =
                gate(ExactCandidate.Kind.RUN, "r2", Map.of("accuracy", Map.of("min", 0.5, "max_drop", 0.01)));

        Check drop = report.getChecks().get(0);
        assertEquals(Verdict.INCONCLUSIVE, drop.getVerdict(), drop.getReason());
        assertTrue(
                drop.getReason().contains("the baseline: the run logged this metric for logged model m-2"),
                drop.getReason());
        assertEquals(null, drop.getBaseline());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aSliceThatIsOfAnotherModelIsNotLeftOut() throws Exception {
        model("m-1", "model");
        model("m-2", "other");
        mlflow.logOn(null, "m-1", "r1", "accuracy/eu", 0.95);
        mlflow.logOn(null, "m-2", "r1", "accuracy/us", 0.95);
        promote = false;
        inconclusive(gate(ExactCandidate.Kind.RUN, "r1", Map.of("accuracy/*", Map.of("min", 0.9))), "m-2");
    }

    @Test
    void aModelThatIsAnotherWhenItIsReadAgainIsNotPromoted() throws Exception {
        model("m-1", "churn_model", 0.95);
        mlflow.version(1, "r1").source = "models:/m-1";
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(ACCURACY)
                        .promote("champion")
                        .build());
        drive.runUntil(Phase.READ_AGAIN);
        model("m-2", "model", 0.96);

        refused(drive.goOn(), "CONFLICT", "m-1", "m-2");
    }

    // Evaluation runs

    private GateReport evaluated(String version, String run) throws Exception {
        drive.evaluationRun = run;
        return gate(ExactCandidate.Kind.VERSION, version);
    }

    @Test
    void aVersionIsEvaluatedByTheRunThatIsNamed() throws Exception {
        model("m-1", "model", 0.5);
        mlflow.version(1, "r1").source = "models:/m-1";
        mlflow.finishedRun("eval");
        mlflow.logOn(null, "m-1", "eval", "accuracy", 0.95);

        GateReport report = evaluated("1", "eval");

        assertTrue(report.isPromoted(), report.getReason());
        assertEquals(List.of("alias champion=1"), mlflow.writes);
        assertTrue(report.getCandidate().isEvaluationRun());
        assertEquals("eval", report.getCandidate().getRunId());
        assertTrue(drive.said.get(0).startsWith("Candidate: evaluation run eval"), drive.said::toString);
    }

    @Test
    void whatTheNamedRunDidNotLogIsMissingAndNotTheTrainings() throws Exception {
        model("m-1", "model", 0.99);
        mlflow.version(1, "r1").source = "models:/m-1";
        mlflow.finishedRun("eval", "recall", 0.9);

        GateReport report = evaluated("1", "eval");

        assertEquals(Verdict.MISSING, report.getChecks().get(0).getVerdict());
        assertFalse(report.isPromoted());
    }

    @Test
    void anEvaluationRunOfAnotherModelIsAConflict() throws Exception {
        model("m-1", "model", 0.5);
        model("m-2", "other", 0.5);
        mlflow.version(1, "r1").source = "models:/m-1";
        mlflow.finishedRun("eval");
        mlflow.logOn(null, "m-2", "eval", "accuracy", 0.95);
        refused(evaluated("1", "eval"), "CONFLICT", "eval", "m-2", "m-1");

        mlflow.version(2, "r1");
        refused(evaluated("2", "eval"), "CONFLICT", "m-2");
    }

    @Test
    void beforeMlflow3TheNamedRunIsTakenAtItsWord() throws Exception {
        mlflow.hasLoggedModels = false;
        mlflow.runs.get("r1").artifacts.add("model/MLmodel");
        mlflow.version(1, "r1");
        mlflow.finishedRun("eval", "accuracy", 0.95);

        assertTrue(evaluated("1", "eval").isPromoted());
        assertEquals(List.of("alias champion=1"), mlflow.writes);
    }

    @Test
    void aRunAloneStandsForTheOnlyModelThatItEvaluated() throws Exception {
        model("m-1", "model", 0.5);
        mlflow.finishedRun("eval");
        mlflow.logOn(null, "m-1", "eval", "accuracy", 0.95);

        GateReport report = gate(ExactCandidate.Kind.RUN, "eval");

        assertEquals(List.of("create 1 from m-1", "alias champion=1"), writesOf(report));
        assertEquals("r1", mlflow.versions.get(1).runId);
        assertTrue(report.getCandidate().isEvaluationRun());
    }

    @Test
    void aRunThatEvaluatedSeveralStandsForNone() throws Exception {
        model("m-1", "a");
        model("m-2", "b");
        mlflow.finishedRun("eval");
        mlflow.logOn(null, "m-1", "eval", "accuracy", 0.95);
        mlflow.logOn(null, "m-2", "eval", "recall", 0.95);
        refused(gate(ExactCandidate.Kind.RUN, "eval"), "CONFLICT", "evaluated several logged models");
    }

    /** MLflow's low-level client links a metric to a model, and the run does not name it. */
    private void logByClient(String model, String run, double value) {
        mlflow.logOn(null, model, run, "accuracy", value);
        mlflow.runs.get(run).evaluated.clear();
    }

    @Test
    void whatTheRunLoggedForAModelThatItDoesNotNameIsOfThatModelAlone() throws Exception {
        model("m-1", "model", 0.5);
        model("m-2", "other", 0.5);
        mlflow.version(1, "r1").source = "models:/m-1";
        mlflow.version(2, "r1").source = "models:/m-2";
        mlflow.finishedRun("eval");
        logByClient("m-1", "eval", 0.95);

        GateReport other = evaluated("2", "eval");
        inconclusive(other, "logged model m-1, not for logged model m-2", "`modelId`");

        assertEquals(List.of("alias champion=1"), writesOf(evaluated("1", "eval")));
    }

    @Test
    void theUnlinkedMetricOfARunAloneCountsBeforeWhatOthersLoggedForItsModel() throws Exception {
        model("m-1", "model", 0.5);
        mlflow.finishedRun("eval", "accuracy", 0.95);
        mlflow.runs.get("eval").evaluated.add("m-1");

        GateReport report = gate(ExactCandidate.Kind.RUN, "eval");

        assertEquals(0.95, report.getChecks().get(0).getValue());
        assertEquals(List.of("create 1 from m-1", "alias champion=1"), writesOf(report));
    }

    @Test
    void aVersionOfOneRunWithTheFilesOfAnotherIsAConflictOnBothSides() throws Exception {
        mlflow.hasLoggedModels = false;
        mlflow.finishedRun("r2", "accuracy", 0.95).artifacts.add("model/MLmodel");
        mlflow.version(1, "r2").source = "runs:/r1/model";
        mlflow.version(2, "r2");
        promote = false;
        refused(gate(ExactCandidate.Kind.VERSION, "1"), "CONFLICT", "run r2", "run r1");

        mlflow.aliases.put("champion", "1");
        baseline = "champion";
        refused(
                gate(ExactCandidate.Kind.VERSION, "2", Map.of("accuracy", Map.of("min", 0.9, "max_drop", 0.1))),
                "CONFLICT",
                "run r2",
                "run r1");
    }

    @Test
    void aLockedPolicyRefusesEvaluationRunsUnlessItAllowsThem() throws Exception {
        model("m-1", "model", 0.5);
        mlflow.version(1, "r1").source = "models:/m-1";
        mlflow.finishedRun("eval");
        mlflow.logOn(null, "m-1", "eval", "accuracy", 0.95);
        drive.locked = true;

        refused(evaluated("1", "eval"), "CONFIGURATION", "evaluation_run: true");
        drive.evaluationRun = null;
        refused(gate(ExactCandidate.Kind.RUN, "eval"), "CONFIGURATION", "evaluation_run: true");
    }

    // Foreign values

    @Test
    void aValueThatAnotherRunLoggedForTheModelIsSaidToBe() throws Exception {
        model("m-1", "model");
        mlflow.version(1, "r1").source = "models:/m-1";
        mlflow.finishedRun("eval");
        mlflow.logOn("holdout", "m-1", "eval", "accuracy", 0.95);

        GateReport report = gate(ExactCandidate.Kind.VERSION, "1");

        assertEquals(GateStatus.PASSED, report.getStatus(), report.getReason());
        Check check = report.getChecks().get(0);
        assertEquals("eval", check.getRunId());
        assertEquals("holdout", check.getDataset());
        assertTrue(check.getReason().contains("run eval") && check.getReason().contains("holdout"), check.getReason());
    }

    @Test
    void underALockedPolicyThatNamesNoDatasetAForeignValueIsInconclusive() throws Exception {
        model("m-1", "model", 0.5);
        mlflow.finishedRun("later").end = mlflow.runs.get("r1").end.plusSeconds(9);
        mlflow.logOn("train", "m-1", "later", "accuracy", 0.99);
        drive.locked = true;

        inconclusive(gate(ExactCandidate.Kind.MODEL, "m-1"), "locked policy", "later", "train");
    }

    // Models without files

    @Test
    void anExternalModelCannotBeLoadedAndIsNotPromoted() throws Exception {
        model("m-1", "agent", 0.95);
        mlflow.models.get("m-1").external = true;
        refused(run1(), "NOT_FOUND", "external");
        mlflow.version(1, "r1").source = "models:/m-1";
        refused(gate(ExactCandidate.Kind.VERSION, "1"), "NOT_FOUND", "external");
    }

    // Prompts

    @Test
    void aPromptIsNoModel() throws Exception {
        model("m-1", "model", 0.95);
        mlflow.prompt = true;
        refused(run1(), "CONFIGURATION", "is a prompt");

        mlflow.version(1, "r1").tags.put("mlflow.prompt.is_prompt", "true");
        refused(gate(ExactCandidate.Kind.VERSION, "1"), "CONFIGURATION", "is a prompt");
        mlflow.aliases.put("champion", "1");
        baseline = "champion";
        refused(run1(), "CONFIGURATION", "is a prompt");
    }

    @Test
    void aPromptWhoseVersionsTheServerHidesIsNoModelEither() throws Exception {
        mlflow.prompt = true;
        drive.exact = null;
        drive.policy = PolicyReader.resolve(
                null, "churn", PolicyOverrides.builder().thresholds(ACCURACY).build());

        refused(drive.run(), "CONFIGURATION", "is a prompt");
    }

    // Requests

    @Test
    void identityCostsOneRequestMoreForAReadingAndNoneForRunsWithoutLoggedModels() throws Exception {
        model("m-1", "model", 0.95);
        mlflow.version(1, "r1").source = "models:/m-1";

        assertTrue(run1().isPromoted());
        assertEquals(
                List.of(
                        "run",
                        "loggedModels",
                        "highestVersionOf",
                        "experiment",
                        "run",
                        "loggedModels",
                        "versionByAlias",
                        "setAlias",
                        "versionByAlias",
                        "setVersionTags"),
                mlflow.calls);
    }
}
