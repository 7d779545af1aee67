package io.jenkins.plugins.mlflow.gate;

import static io.jenkins.plugins.mlflow.gate.Policies.CHAMPION;
import static io.jenkins.plugins.mlflow.gate.Policies.TO_CHAMPION;
import static io.jenkins.plugins.mlflow.gate.Policies.policy;
import static io.jenkins.plugins.mlflow.gate.Policies.promotion;
import static io.jenkins.plugins.mlflow.gate.Policies.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From a pass to a promotion, exactly once. Version 6 is the champion, version 7 the candidate. */
class PromotionPhaseTest {
    private static final MetricRule ACCURACY = rule("accuracy", RuleKind.MIN, "0.9");
    private static final MetricRule NO_DROP = rule("accuracy", RuleKind.MAX_DROP, "0.01");
    private static final TrackingException GATEWAY_TIMEOUT =
            TrackingException.passing(ErrorCategory.UNREACHABLE, "504 from a proxy", null);

    private final Drive drive = new Drive();
    private final FakeMlflow mlflow = drive.mlflow;

    @BeforeEach
    void championAndChallenger() {
        drive.championAndChallenger();
        drive.policy = policy(null, TO_CHAMPION, ACCURACY);
    }

    @Test
    void aPassMovesTheAliasInAtMostSevenRequestsBesideTheModelsFilesAndLeavesATrail() throws Exception {
        GateReport report = drive.run();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertTrue(report.isPromoted());
        assertEquals("6", report.getPromotion().getPreviousVersion());
        assertEquals("2026-11-20T10:00:00Z", report.getTiming().getPromotedAt());
        assertNull(report.getPromotion().getReason());
        assertEquals(List.of("alias champion=7"), mlflow.writes);
        Map<String, String> tags = mlflow.versions.get(7).tags;
        assertEquals("PASSED", tags.get("mlflow_eval_gate.status"));
        assertEquals("f00d", tags.get("mlflow_eval_gate.policy_sha256"));
        assertEquals("http://ci/7/", tags.get("mlflow_eval_gate.build_url"));
        assertEquals("6", tags.get("mlflow_eval_gate.previous_version"));
        assertEquals("2026-11-20T10:00:00Z", tags.get("mlflow_eval_gate.time"));
        assertEquals(
                List.of(
                        "version",
                        "run",
                        "artifacts",
                        "version",
                        "experiment",
                        "run",
                        "versionByAlias",
                        "setAlias",
                        "versionByAlias",
                        "setVersionTags"),
                mlflow.calls);
    }

    @Test
    void aPromotionWhoseDeadlineCutsARequestShortNamesTheRequest() throws Exception {
        mlflow.disturbNext(
                "versionByAlias",
                () -> drive.clock.pass(Duration.ofSeconds(30)),
                TrackingException.passing(
                        ErrorCategory.TIMEOUT, "GET the alias got no complete response within 30 s.", null));

        GateReport report = drive.run();

        assertEquals(ErrorCategory.TIMEOUT.name(), report.getErrorCategory());
        assertEquals(
                "GET the alias got no complete response within 30 s. All retries until the deadline failed.",
                report.getErrorMessage());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aDryRunChangesNothing() throws Exception {
        drive.mode = RunMode.DRY_RUN;

        GateReport report = drive.run();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertFalse(report.isPromoted());
        assertEquals("dry run: nothing was changed", report.getPromotion().getReason());
        assertEquals(List.of(), mlflow.writes);
        assertEquals(Map.of(), mlflow.versions.get(7).tags);
    }

    @Test
    void aDryRunThatFailsTagsNothingEither() throws Exception {
        drive.mode = RunMode.DRY_RUN;
        drive.policy = policy(null, TO_CHAMPION, rule("accuracy", RuleKind.MIN, "0.99"));

        assertEquals(GateStatus.FAILED, drive.run().getStatus());
        assertEquals(Map.of(), mlflow.versions.get(7).tags);
    }

    @Test
    void theStageMovesWithTheOthersArchived() throws Exception {
        drive.policy = policy(null, promotion(null, "Production"), ACCURACY);

        GateReport report = drive.run();

        assertEquals(List.of("stage Production=7 archiving"), mlflow.writes);
        assertEquals("6", report.getPromotion().getPreviousVersion());
        assertEquals("Archived", mlflow.versions.get(6).stage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Archived", "None"})
    void theArchiveFlagIsNeverSentForStagesWhereTheServerFailsOnIt(String stage) throws Exception {
        mlflow.versions.get(7).stage = "Staging";
        drive.policy = policy(null, promotion(null, stage), ACCURACY);

        drive.run();

        assertEquals(List.of("stage " + stage + "=7"), mlflow.writes);
    }

    @Test
    void aliasAndStageMoveTogether() throws Exception {
        drive.policy = policy(null, promotion("champion", "Production"), ACCURACY);

        assertTrue(drive.run().isPromoted());
        assertEquals(List.of("alias champion=7", "stage Production=7 archiving"), mlflow.writes);
    }

    @Test
    void aVersionThatHoldsTheAliasAlreadyIsANoOpThatSucceeds() throws Exception {
        drive.run();
        mlflow.writes.clear();

        GateReport report = drive.run();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertFalse(report.isPromoted());
        assertEquals(
                "version 7 already holds alias 'champion'",
                report.getPromotion().getReason());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aRunWithoutAVersionGetsOne() throws Exception {
        mlflow.finishedRun("r8", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r8");

        GateReport report = drive.run();

        assertEquals(List.of("create 8", "alias champion=8"), mlflow.writes);
        assertEquals("runs:/r8/model", mlflow.versions.get(8).source);
        assertEquals("8", report.getPromotion().getVersion());
        assertEquals("8", report.getCandidate().getVersion());
    }

    @Test
    void theHighestVersionOfTheRunIsPromotedWhereThereIsOne() throws Exception {
        mlflow.version(8, "r7");
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r7");

        drive.run();

        assertEquals(List.of("alias champion=8"), mlflow.writes);
    }

    @Test
    void aModelThatDoesNotExistIsNotCreated() throws Exception {
        mlflow.versions.clear();
        mlflow.modelExists = false;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r7");

        GateReport report = drive.run();

        assertEquals("NOT_FOUND", report.getErrorCategory());
        assertEquals(List.of(), mlflow.writes);
        assertEquals(1, report.getChecks().size());
    }

    @Test
    void aVersionThatIsNeverReadyEndsThePromotionAtItsOwnDeadline() throws Exception {
        mlflow.finishedRun("r8", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r8");
        mlflow.statusOfCreated = ModelVersion.Status.PENDING_REGISTRATION;

        GateReport report = drive.run();

        assertEquals("TIMEOUT", report.getErrorCategory(), report.getReason());
        assertTrue(report.getReason().contains("version 8 of churn to be READY"), report.getReason());
        assertEquals(30_000, report.getTiming().getTotalMillis());
        assertEquals(List.of("create 8"), mlflow.writes);
    }

    @Test
    void aMetricThatChangedSinceItWasEvaluatedIsEvaluatedAgain() throws Exception {
        drive.runUntil(Phase.READ_AGAIN);
        mlflow.log("r7", "accuracy", 0.5, drive.clock.instant());

        GateReport report = drive.goOn();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals(0.5, report.getChecks().get(0).getValue());
        assertEquals(List.of(), mlflow.writes);
        assertEquals("FAILED", mlflow.versions.get(7).tags.get("mlflow_eval_gate.last_refusal_status"));
    }

    @Test
    void aMetricThatChangedToAnotherGoodValueIsPromotedWithThatValue() throws Exception {
        drive.runUntil(Phase.READ_AGAIN);
        mlflow.log("r7", "accuracy", 0.97, drive.clock.instant());

        GateReport report = drive.goOn();

        assertTrue(report.isPromoted());
        assertEquals(0.97, report.getChecks().get(0).getValue());
    }

    @Test
    void aMetricThatKeepsChangingIsAConflict() throws Exception {
        drive.runUntil(Phase.READ_AGAIN);
        mlflow.beforeNext("run", () -> mlflow.log("r7", "accuracy", 0.97, drive.clock.instant()));
        mlflow.beforeNext("run", () -> mlflow.log("r7", "accuracy", 0.98, drive.clock.instant()));

        GateReport report = drive.goOn();

        assertEquals("CONFLICT", report.getErrorCategory());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aRunThatIsDeletedBeforeItsPromotionIsNotPromoted() throws Exception {
        drive.runUntil(Phase.READ_AGAIN);
        mlflow.runs.get("r7").deleted = true;

        assertEquals("NOT_FOUND", drive.goOn().getErrorCategory());
        assertEquals(List.of(), mlflow.writes);
    }

    /** Version 9. */
    private void anotherBecomesChampion(double accuracy) {
        mlflow.finishedRun("r9", "accuracy", accuracy);
        mlflow.version(9, "r9");
        mlflow.aliases.put("champion", "9");
    }

    @Test
    void aBaselineThatMovedSinceItWasEvaluatedIsEvaluatedAgain() throws Exception {
        drive.policy = policy(CHAMPION, TO_CHAMPION, NO_DROP);
        drive.runUntil(Phase.READ_HOLDER);
        anotherBecomesChampion(0.99);

        GateReport report = drive.goOn();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals("9", report.getBaseline().getVersion());
        assertEquals(
                "alias 'champion' moved from version 6 to version 9",
                report.getPromotion().getReason());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aBaselineThatMovedToAWeakerOneIsReplacedAndNamed() throws Exception {
        drive.policy = policy(CHAMPION, TO_CHAMPION, NO_DROP);
        drive.runUntil(Phase.READ_HOLDER);
        anotherBecomesChampion(0.5);

        GateReport report = drive.goOn();

        assertTrue(report.isPromoted());
        assertEquals("9", report.getPromotion().getPreviousVersion());
    }

    @Test
    void theBaselineItselfIsNotPromoted() throws Exception {
        drive.policy = policy(CHAMPION, promotion("released", null), NO_DROP);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.VERSION, "6");

        GateReport report = drive.run();

        assertEquals("the only check passed; candidate and baseline are the same version", report.getReason());
        assertEquals("version 6 is the baseline itself", report.getPromotion().getReason());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aWriteThatTookEffectButWhoseAnswerWasLostIsReadBackAndNotRepeated() throws Exception {
        mlflow.finishedRun("r8", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r8");
        drive.policy = policy(null, promotion("champion", "Production"), ACCURACY);
        mlflow.failAfterEffect("createVersion", GATEWAY_TIMEOUT);
        mlflow.failAfterEffect("setAlias", GATEWAY_TIMEOUT);
        mlflow.failAfterEffect("transitionStage", GATEWAY_TIMEOUT);

        assertTrue(drive.run().isPromoted());
        assertEquals(List.of("create 8", "alias champion=8", "stage Production=8 archiving"), mlflow.writes);
    }

    @Test
    void aVersionWhoseCreationIsUncertainIsLookedForBeforeAnotherIsCreated() throws Exception {
        mlflow.finishedRun("r8", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r8");
        drive.runUntil(Phase.CREATE_VERSION);
        mlflow.failNext("createVersion", GATEWAY_TIMEOUT);
        mlflow.passNext("highestVersionOfRun");
        mlflow.beforeNext("highestVersionOfRun", () -> mlflow.version(8, "r8"));

        assertTrue(drive.goOn().isPromoted());
        assertEquals(List.of("alias champion=8"), mlflow.writes);
    }

    @Test
    void aWriteThatNeverArrivedIsMadeAfterItWasReadBack() throws Exception {
        mlflow.finishedRun("r8", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r8");
        mlflow.failNext("createVersion", TrackingException.unsent(ErrorCategory.UNREACHABLE, "refused", null));
        mlflow.failNext("setAlias", GATEWAY_TIMEOUT);

        assertTrue(drive.run().isPromoted());
        assertEquals(List.of("create 8", "alias champion=8"), mlflow.writes);
    }

    @Test
    void aCreationWhoseAnswerWasLostIsNeverRepeated() throws Exception {
        mlflow.finishedRun("r8", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r8");
        mlflow.failNext("createVersion", GATEWAY_TIMEOUT);

        GateReport report = drive.run();

        assertEquals("TIMEOUT", report.getErrorCategory(), report.getReason());
        assertTrue(
                report.getReason()
                        .contains("the version that may have been created, after: " + GATEWAY_TIMEOUT.getMessage()),
                report.getReason());
        assertEquals(1, mlflow.calls.stream().filter("createVersion"::equals).count());
    }

    @Test
    void aCreationThatWasNeverSentIsRepeatedAtOnceWhateverFaultsTheReadsMeet() throws Exception {
        mlflow.finishedRun("r8", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r8");
        mlflow.failNext("createVersion", TrackingException.unsent(ErrorCategory.UNREACHABLE, "returned 429", null));
        mlflow.passNext("highestVersionOfRun");
        mlflow.failNext("highestVersionOfRun", GATEWAY_TIMEOUT);

        assertTrue(drive.run().isPromoted());
        assertEquals(List.of("create 8", "alias champion=8"), mlflow.writes);
        assertTrue(drive.waitedFor.stream().noneMatch(what -> what.contains("may have been created")));
    }

    @Test
    void aRestartJustBeforeTheCreationCreatesOnce() throws Exception {
        mlflow.finishedRun("r8", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r8");
        drive.runUntil(Phase.CREATE_VERSION);
        drive.restart();

        assertTrue(drive.goOn().isPromoted());
        assertEquals(List.of("create 8", "alias champion=8"), mlflow.writes);
        assertTrue(drive.waitedFor.contains("the version that may have been created"), drive.waitedFor::toString);
    }

    @Test
    void aPromotionThatARestartInterruptedForLongIsBroughtToItsEnd() throws Exception {
        drive.runUntil(Phase.SET_ALIAS);
        drive.crashInNextAdvance();
        drive.clock.pass(Duration.ofMinutes(10));

        GateReport report = drive.goOn();

        assertTrue(report.isPromoted(), report.getReason());
        assertEquals(List.of("alias champion=7"), mlflow.writes);
    }

    @ParameterizedTest
    @EnumSource(names = {"PROTOCOL", "UNREACHABLE"})
    void whatRespondsToAWriteInPlaceOfMlflowIsReadBack(ErrorCategory category) throws Exception {
        TrackingException fault = TrackingException.permanent(category, "something else responded");
        mlflow.failAfterEffect("setAlias", fault);
        assertTrue(drive.run().isPromoted());

        mlflow.aliases.put("champion", "6");
        mlflow.failNext("setAlias", fault);
        GateReport refused = drive.run();
        assertEquals(category.name(), refused.getErrorCategory());
        assertEquals(category + ": something else responded", refused.getReason());
        assertEquals(List.of("alias champion=7"), mlflow.writes);
    }

    @Test
    void aStopInTheMiddleOfAWriteSaysThatItIsNotKnownWhatItDid() throws Exception {
        drive.runUntil(Phase.SET_ALIAS);

        assertEquals(
                "it is not known whether the alias was set; look at the model's page",
                drive.reportNow("stopped").getPromotion().getReason());
    }

    @Test
    void aVersionThatHoldsTheAliasIsANoOpEvenWhereItCouldNotBeatItself() throws Exception {
        drive.policy = policy(CHAMPION, TO_CHAMPION, rule("accuracy", RuleKind.MIN_ABSOLUTE_CHANGE, "0.01"));
        drive.runUntil(Phase.READ_HOLDER);
        mlflow.aliases.put("champion", "7");

        GateReport report = drive.goOn();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertEquals(
                "version 7 already holds alias 'champion'",
                report.getPromotion().getReason());
    }

    @Test
    void aBaselineThatMovedIsNoticedWhateverIsPromoted() throws Exception {
        drive.policy = policy(CHAMPION, promotion(null, "Production"), NO_DROP);
        drive.runUntil(Phase.READ_HOLDER);
        anotherBecomesChampion(0.99);

        assertEquals(GateStatus.FAILED, drive.goOn().getStatus());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void whereOnlyTheStageMovesThePreviousVersionIsTheStages() throws Exception {
        mlflow.aliases.put("champion", "7");
        drive.policy = policy(null, promotion("champion", "Production"), ACCURACY);

        GateReport report = drive.run();

        assertEquals(List.of("stage Production=7 archiving"), mlflow.writes);
        assertEquals("6", report.getPromotion().getPreviousVersion());
    }

    @Test
    void aRunThatIsReopenedAfterItWasEvaluatedIsNotPromoted() throws Exception {
        drive.runUntil(Phase.READ_AGAIN);
        mlflow.runs.get("r7").status = io.jenkins.plugins.mlflow.tracking.Run.Status.RUNNING;

        assertEquals("CONFLICT", drive.goOn().getErrorCategory());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void anAliasThatSomebodyElseMovedMeanwhileIsAConflictAndNotOverwritten() throws Exception {
        drive.runUntil(Phase.SET_ALIAS);
        mlflow.failNext("setAlias", GATEWAY_TIMEOUT);
        mlflow.version(9, "r6");
        mlflow.beforeNext("versionByAlias", () -> mlflow.aliases.put("champion", "9"));

        assertEquals("CONFLICT", drive.goOn().getErrorCategory());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void anAliasThatSomebodyElseMovedRightBeforeTheWriteIsAConflictAndNotOverwritten() throws Exception {
        drive.runUntil(Phase.SET_ALIAS);
        mlflow.version(9, "r6");
        mlflow.aliases.put("champion", "9");
        drive.clock.pass(Duration.ofMillis(101));

        GateReport report = drive.goOn();

        assertEquals("CONFLICT", report.getErrorCategory());
        assertTrue(report.getReason().contains("is at version 9"), report.getReason());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void anAliasThatSomebodyElseMovedWhileTheServerWasSlowIsAConflictAndNotOverwritten() throws Exception {
        drive.runUntil(Phase.READ_HOLDER);
        mlflow.beforeNext("versionByAlias", () -> drive.clock.pass(Duration.ofMillis(501)));
        drive.onceMore();
        mlflow.version(9, "r6");
        mlflow.aliases.put("champion", "9");

        GateReport report = drive.goOn();

        assertEquals("CONFLICT", report.getErrorCategory());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aGarbledAnswerToAWriteThatTookEffectCountsForNoLaterWrite() throws Exception {
        TrackingException page = TrackingException.permanent(ErrorCategory.PROTOCOL, "a login page responded");
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r7");
        mlflow.versions.remove(7);
        mlflow.failAfterEffect("createVersion", page);
        drive.runUntil(Phase.SET_ALIAS);
        drive.clock.pass(Duration.ofMillis(101));
        mlflow.failAfterEffect("setAlias", page);

        GateReport report = drive.goOn();

        assertEquals(GateStatus.PASSED, report.getStatus(), report.getReason());
        assertTrue(report.isPromoted());
        assertEquals(List.of("create 7", "alias champion=7"), mlflow.writes);
    }

    @Test
    void whatBecameOfACreationMustBeSaved() throws Exception {
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r7");
        mlflow.versions.remove(7);
        drive.runUntil(Phase.CREATE_VERSION);
        GateState before = drive.state;
        mlflow.failNext("createVersion", GATEWAY_TIMEOUT);

        drive.onceMore();

        assertEquals(Phase.CREATE_VERSION, drive.state.phase);
        assertTrue(drive.state.mustBeSavedAfter(before), "a restart would forget that a version may be under way");
    }

    @Test
    void aServerThatSaysItSetTheAliasButDidNotIsAConflict() throws Exception {
        drive.runUntil(Phase.READ_BACK);
        mlflow.aliases.put("champion", "6");

        GateReport report = drive.goOn();

        assertEquals("CONFLICT", report.getErrorCategory());
        assertFalse(report.isPromoted());
        assertTrue(
                report.getPromotion().getReason().startsWith("not verified"),
                report.getPromotion().getReason());
    }

    @Test
    void aRegistryThatStaysDownEndsThePromotionWithTheCause() throws Exception {
        drive.runUntil(Phase.SET_ALIAS);
        for (int i = 0; i < 100; i++) {
            mlflow.failNext("setAlias", GATEWAY_TIMEOUT);
        }

        GateReport report = drive.goOn();

        assertEquals("UNREACHABLE", report.getErrorCategory());
        assertEquals(List.of(), mlflow.writes);
        assertEquals(30_000, report.getTiming().getTotalMillis());
    }

    @Test
    void tagsThatAreRefusedAreAWarning() throws Exception {
        mlflow.failNext("setVersionTags", TrackingException.permanent(ErrorCategory.FORBIDDEN, "403 from production"));

        GateReport report = drive.run();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertTrue(report.isPromoted());
        assertEquals(
                "version 7 could not be tagged: 403 from production",
                report.getPromotion().getReason());
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {
                "FIND_VERSION",
                "CREATE_VERSION",
                "READ_AGAIN",
                "READ_HOLDER",
                "SET_ALIAS",
                "SET_STAGE",
                "READ_BACK",
                "TAG_PROMOTED"
            })
    void aCrashAtAnyStepPromotesExactlyOnce(Phase phase) throws Exception {
        mlflow.finishedRun("r8", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r8");
        drive.policy = policy(CHAMPION, promotion("champion", "Production"), NO_DROP);
        drive.runUntil(phase);
        drive.crashInNextAdvance();
        drive.clock.pass(Duration.ofSeconds(7));

        GateReport report = drive.goOn();

        assertTrue(report.isPromoted(), report.getReason());
        assertEquals("6", report.getPromotion().getPreviousVersion());
        assertEquals(List.of("create 8", "alias champion=8", "stage Production=8 archiving"), mlflow.writes);
    }
}
