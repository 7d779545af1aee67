package io.jenkins.plugins.mlflow.gate;

import static io.jenkins.plugins.mlflow.gate.Policies.CHAMPION;
import static io.jenkins.plugins.mlflow.gate.Policies.CHAMPION_OR_RUBBER_STAMP;
import static io.jenkins.plugins.mlflow.gate.Policies.policy;
import static io.jenkins.plugins.mlflow.gate.Policies.rule;
import static io.jenkins.plugins.mlflow.gate.Policies.selecting;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.policy.CandidateSelection;
import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import io.jenkins.plugins.mlflow.policy.WaitPolicy;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From the start of a gate to its verdict. */
class GateTest {
    private static final MetricRule ACCURACY = rule("accuracy", RuleKind.MIN, "0.9");
    private static final TrackingException DOWN =
            TrackingException.passing(ErrorCategory.UNREACHABLE, "503 from production", null);

    private final Drive drive = new Drive();
    private final FakeMlflow mlflow = drive.mlflow;

    @BeforeEach
    void accuracyIsEvaluatedUnlessTheTestSaysOtherwise() {
        drive.policy = policy(null, null, ACCURACY);
    }

    @Test
    void aFinishedRunWithGoodMetricsPassesAtOnceInOneRequestBesideTheExperimentsName() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.93);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");

        GateReport report = drive.run();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertEquals("the only check passed", report.getReason());
        assertEquals(List.of("run", "experiment"), mlflow.calls);
        assertEquals("experiment 3", report.getCandidate().getExperiment());
        assertEquals(0, report.getTiming().getWaitedMillis());
        assertEquals(2, report.getTiming().getRequests());
        assertNull(report.getPromotion());
        assertEquals(List.of("Candidate: run r1"), drive.said);
    }

    @Test
    void withoutAnyHintTheHighestVersionIsEvaluated() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        mlflow.finishedRun("r2", "accuracy", 0.5);
        mlflow.version(9, "r1");
        mlflow.version(10, "r2");

        GateReport report = drive.run();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals("10", report.getCandidate().getVersion());
        assertEquals("accuracy 0.5 is 0.4 under its bound of 0.9", report.getReason());
        assertEquals("FAILED", mlflow.versions.get(10).tags.get("mlflow_eval_gate.last_refusal_status"));
        assertNull(mlflow.versions.get(10).tags.get("mlflow_eval_gate.status"));
    }

    @Test
    void withAnExperimentTheNewestRunIsEvaluatedAndNotTheBest() throws Exception {
        mlflow.experiments.put("customer-churn", "3");
        mlflow.finishedRun("best", "accuracy", 0.99).start =
                drive.clock.instant().minus(Duration.ofDays(2));
        mlflow.finishedRun("newest", "accuracy", 0.91);
        drive.policy = selecting(new CandidateSelection("customer-churn", null, false, null, null), ACCURACY);

        assertEquals("newest", drive.run().getCandidate().getRunId());
    }

    @Test
    void theBestRunIsEvaluatedOnlyOnRequestAndOnlyIfYoungEnough() throws Exception {
        mlflow.experiments.put("customer-churn", "3");
        mlflow.finishedRun("old", "accuracy", 0.99).start =
                drive.clock.instant().minus(Duration.ofDays(2));
        mlflow.finishedRun("good", "accuracy", 0.97);
        mlflow.finishedRun("newest", "accuracy", 0.91);
        drive.policy = selecting(
                new CandidateSelection(
                        "customer-churn",
                        null,
                        true,
                        new CandidateSelection.OrderBy("accuracy", true),
                        Duration.ofHours(24)),
                ACCURACY);

        assertEquals("good", drive.run().getCandidate().getRunId());
    }

    @Test
    void aRunThatStartedTooLongAgoIsNotFound() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.99);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = selecting(new CandidateSelection(null, null, false, null, Duration.ofMinutes(30)), ACCURACY);

        assertError(ErrorCategory.NOT_FOUND, drive.run());
    }

    @Test
    void anExactRunOfAnotherExperimentIsAConflict() throws Exception {
        mlflow.experiments.put("other", "4");
        mlflow.finishedRun("r1", "accuracy", 0.99);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = selecting(new CandidateSelection("other", null, false, null, null), ACCURACY);

        assertError(ErrorCategory.CONFLICT, drive.run());
    }

    @Test
    void aDeletedRunIsNotFound() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.99).deleted = true;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");

        assertError(ErrorCategory.NOT_FOUND, drive.run());
    }

    @Test
    void aModelWithoutVersionsIsNotFound() throws Exception {
        assertError(ErrorCategory.NOT_FOUND, drive.run());
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "KILLED"})
    void aRunThatDidNotSucceedEndsTheWaitAtOnceAndItsValuesAreShown(Run.Status status) throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.99).status = status;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = policy(null, null, ACCURACY, rule("recall", RuleKind.MIN, "0.5"));

        GateReport report = drive.run();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals("run r1 ended as " + status, report.getReason());
        assertEquals(Verdict.MISSING, report.getChecks().get(0).getVerdict());
        assertEquals(0.99, report.getChecks().get(1).getValue());
        assertEquals(List.of(), drive.delays);
    }

    @ParameterizedTest
    @EnumSource(names = {"RUNNING", "SCHEDULED", "UNKNOWN"})
    void aRunThatNeverFinishesFailsAtTheDeadlineAndItsChecksShowTheValuesOfThatMoment(Run.Status status)
            throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.99).status = status;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = policy(null, Policies.TO_CHAMPION, ACCURACY);

        GateReport report = drive.run();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals(
                "not ready to be evaluated within 5m: still waiting for run r1 to finish (it is " + status + ")",
                report.getReason());
        assertEquals(Verdict.PASSED, report.getChecks().get(0).getVerdict());
        assertEquals(Duration.ofMinutes(5).toMillis(), report.getTiming().getTotalMillis());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void pollingStartsAtOneSecondAndBacksOffToTen() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.99).status = Run.Status.RUNNING;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");

        drive.run();

        assertEquals(Duration.ofSeconds(1), drive.delays.get(0));
        List<Duration> polls = drive.delays.subList(0, drive.delays.size() - 2);
        assertTrue(polls.stream().allMatch(delay -> delay.compareTo(Duration.ofSeconds(10)) <= 0), polls::toString);
        assertTrue(polls.get(polls.size() - 1).compareTo(Duration.ofSeconds(7)) > 0, polls::toString);
        assertTrue(mlflow.calls.size() < 50, () -> mlflow.calls.size() + " requests in five minutes");
    }

    @Test
    void aMetricThatArrivesLateIsWaitedForAndSettles() throws Exception {
        FakeMlflow.FakeRun run = mlflow.finishedRun("r1");
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        mlflow.passNext("run");
        mlflow.beforeNext("run", () -> mlflow.log("r1", "accuracy", 0.95, drive.clock.instant()));

        GateReport report = drive.run();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertTrue(drive.waitedFor.contains("run r1 to have metric accuracy"), drive.waitedFor::toString);
        assertTrue(drive.waitedFor.contains("the metrics of run r1 to settle"), drive.waitedFor::toString);
        assertEquals(6000, report.getTiming().getWaitedMillis());
        assertEquals("2026-11-20T10:00:00Z", report.getTiming().getResolvedAt());
        assertEquals("the metrics of run r1 to settle", report.getTiming().getWaitedFor());
        assertEquals("2026-11-20T10:00:06Z", report.getTiming().getEvaluatedAt());
        assertEquals("2026-11-20T10:00:06Z", report.getTiming().getEndedAt());
        assertNull(report.getTiming().getPromotedAt());
    }

    @Test
    void aMetricThatNeverArrivesIsMissingAtTheDeadline() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = policy(null, null, ACCURACY, rule("recall", RuleKind.MIN, "0.8"));

        GateReport report = drive.run();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals(Verdict.MISSING, report.getChecks().get(0).getVerdict());
        assertTrue(
                report.getReason().startsWith("after 5m still waiting for run r1 to have metric recall; recall"),
                report.getReason());
    }

    @Test
    void aMissingMetricOfAnUnstableRuleMakesTheGateUnstableAtTheDeadline() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy =
                policy(null, Policies.TO_CHAMPION, ACCURACY, rule("recall", RuleKind.MIN, "0.8", Criticality.UNSTABLE));

        GateReport report = drive.run();

        assertEquals(GateStatus.UNSTABLE, report.getStatus());
        assertEquals(Duration.ofMinutes(5).toMillis(), report.getTiming().getTotalMillis());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aMissingMetricOfANoteIsNotWaitedFor() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = policy(null, null, ACCURACY, rule("recall", RuleKind.MIN, "0.8", Criticality.NOTE));

        GateReport report = drive.run();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertEquals(Verdict.MISSING, report.getChecks().get(0).getVerdict());
        assertEquals(List.of(), drive.waitedFor);
    }

    @Test
    void aMetricThatArrivesInTheLastSecondsBeforeTheDeadlineIsSeen() throws Exception {
        FakeMlflow.FakeRun run = mlflow.finishedRun("r1");
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.runUntil(Phase.FIND_CANDIDATE);
        while (drive.clock.instant().isBefore(java.time.Instant.parse("2026-11-20T10:04:58Z"))) {
            drive.crashInNextAdvance();
            drive.clock.pass(Duration.ofSeconds(2));
        }
        mlflow.log("r1", "accuracy", 0.95, run.end);

        assertEquals(GateStatus.PASSED, drive.goOn().getStatus());
    }

    @Test
    void valuesThatKeepChangingNeverPass() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        for (int i = 0; i < 200; i++) {
            double value = 0.95 + i * 1e-6;
            mlflow.beforeNext("run", () -> mlflow.log("r1", "accuracy", value, drive.clock.instant()));
        }

        GateReport report = drive.run();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertTrue(report.getReason().contains("to settle"), report.getReason());
    }

    /** Version 7, which is evaluated. */
    private FakeMlflow.FakeVersion pendingVersion() {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        FakeMlflow.FakeVersion version = mlflow.version(7, "r1");
        version.status = ModelVersion.Status.PENDING_REGISTRATION;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.VERSION, "7");
        return version;
    }

    @Test
    void aVersionThatIsStillPendingIsWaitedFor() throws Exception {
        FakeMlflow.FakeVersion version = pendingVersion();
        mlflow.passNext("version");
        mlflow.passNext("version");
        mlflow.beforeNext("version", () -> version.status = ModelVersion.Status.READY);

        assertEquals(GateStatus.PASSED, drive.run().getStatus());
        assertEquals(List.of("version 7 of churn to be READY"), drive.waitedFor);
    }

    @Test
    void aVersionWhoseRegistrationHadFailedBeforeFailsTheGate() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        mlflow.version(7, "r1").status = ModelVersion.Status.FAILED_REGISTRATION;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.VERSION, "7");

        assertEquals(GateStatus.FAILED, drive.run().getStatus());
    }

    @Test
    void aLastReadingThatTheDeadlineCutsShortLeavesAFailedGateAndNotAnError() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.99).status = Run.Status.RUNNING;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.runUntil(Phase.WAIT);
        drive.clock.pass(Duration.ofMinutes(4).plusSeconds(58));
        mlflow.disturbNext(
                "run",
                () -> drive.clock.pass(Duration.ofSeconds(1)),
                TrackingException.passing(ErrorCategory.TIMEOUT, "no answer in time", null));

        GateReport report = drive.goOn();

        assertEquals(GateStatus.FAILED, report.getStatus(), report.getReason());
        assertTrue(report.getReason().contains("to finish"), report.getReason());
    }

    @Test
    void aVersionWhoseRegistrationFailedFailsTheGate() throws Exception {
        FakeMlflow.FakeVersion version = pendingVersion();
        mlflow.passNext("version");
        mlflow.beforeNext("version", () -> version.status = ModelVersion.Status.FAILED_REGISTRATION);

        assertEquals(GateStatus.FAILED, drive.run().getStatus());
    }

    @Test
    void withoutAVersionBehindTheAliasChangeRulesHaveNothingToCompareWith() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        mlflow.version(1, "r1");
        drive.policy = policy(CHAMPION, Policies.TO_CHAMPION, rule("accuracy", RuleKind.MAX_DROP, "0.01"));

        GateReport report = drive.run();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals(Verdict.NO_BASELINE, report.getChecks().get(0).getVerdict());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aRubberStampPassesChangeRulesButNotBoundsAndSaysSo() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        mlflow.version(1, "r1");
        drive.policy = policy(CHAMPION_OR_RUBBER_STAMP, null, ACCURACY, rule("accuracy", RuleKind.MAX_DROP, "0.01"));

        GateReport report = drive.run();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertEquals("all 2 checks passed; 1 as a rubber stamp because there is no baseline yet", report.getReason());
        assertNull(report.getBaseline().getVersion());

        mlflow.log("r1", "accuracy", 0.85, drive.clock.instant().minus(Duration.ofHours(1)));
        assertEquals(GateStatus.FAILED, drive.run().getStatus());
    }

    @Test
    void aBaselineWhoseRunIsDeletedIsAnErrorAndNeverARubberStamp() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95).deleted = true;
        mlflow.finishedRun("r2", "accuracy", 0.95);
        mlflow.version(1, "r1");
        mlflow.version(2, "r2");
        mlflow.aliases.put("champion", "1");
        drive.policy = policy(CHAMPION_OR_RUBBER_STAMP, null, rule("accuracy", RuleKind.MAX_DROP, "0.01"));

        assertError(ErrorCategory.NOT_FOUND, drive.run());
    }

    @Test
    void troubleInLookingUpTheBaselineIsAnErrorAndNeverARubberStamp() throws Exception {
        mlflow.finishedRun("r2", "accuracy", 0.95);
        mlflow.version(2, "r2");
        mlflow.failNext("versionByAlias", TrackingException.permanent(ErrorCategory.FORBIDDEN, "403 from production"));
        drive.policy = policy(CHAMPION_OR_RUBBER_STAMP, null, rule("accuracy", RuleKind.MAX_DROP, "0.01"));

        assertError(ErrorCategory.FORBIDDEN, drive.run());
    }

    @Test
    void anUnstableCheckMakesTheGateUnstableAndPromotesNothing() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95, "latency", 50);
        mlflow.version(1, "r1");
        drive.policy =
                policy(null, Policies.TO_CHAMPION, ACCURACY, rule("latency", RuleKind.MAX, "40", Criticality.UNSTABLE));

        GateReport report = drive.run();

        assertEquals(GateStatus.UNSTABLE, report.getStatus());
        assertEquals("latency 50 is 10 over its bound of 40", report.getReason());
        assertFalse(report.isPromoted());
        assertEquals(List.of(), mlflow.writes);
        assertEquals("UNSTABLE", mlflow.versions.get(1).tags.get("mlflow_eval_gate.last_refusal_status"));
    }

    @Test
    void aServerThatIsDownForAWhileDoesNotEndTheGate() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        for (int i = 0; i < 10; i++) {
            mlflow.failNext("run", DOWN);
        }

        assertEquals(GateStatus.PASSED, drive.run().getStatus());
        assertEquals(11, mlflow.calls.stream().filter("run"::equals).count());
    }

    @Test
    void aServerThatStaysDownIsAnErrorAtTheDeadlineAndNotAFailedGate() throws Exception {
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        for (int i = 0; i < 200; i++) {
            mlflow.failNext("run", DOWN);
        }

        GateReport report = drive.run();

        assertError(ErrorCategory.UNREACHABLE, report);
        assertEquals(Duration.ofMinutes(5).toMillis(), report.getTiming().getTotalMillis());
    }

    @Test
    void retryAfterIsHonouredAsFarAsTheDeadlineAllows() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        mlflow.failNext("run", TrackingException.unsent(ErrorCategory.UNREACHABLE, "429", Duration.ofSeconds(42)));
        mlflow.failNext("run", TrackingException.unsent(ErrorCategory.UNREACHABLE, "429", Duration.ofHours(1)));

        assertEquals(GateStatus.PASSED, drive.run().getStatus());
        // Of five minutes: what is left for the last reading, and for two readings that settle before it.
        assertEquals(List.of(Duration.ofSeconds(42), Duration.ofSeconds(300 - 42 - 1 - 5)), drive.delays);
    }

    @Test
    void anHourOfRetryAfterLeavesTimeForTheMetricsToSettle() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95).status = Run.Status.RUNNING;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.runUntil(Phase.WAIT);
        drive.onceMore();
        mlflow.failNext("run", TrackingException.unsent(ErrorCategory.UNREACHABLE, "429", Duration.ofHours(1)));
        for (int request = 0; request < 2; request++) {
            mlflow.beforeNext("run", () -> drive.clock.pass(Duration.ofMillis(20)));
        }
        mlflow.runs.get("r1").status = Run.Status.FINISHED;
        mlflow.runs.get("r1").end = drive.clock.instant();

        assertEquals(GateStatus.PASSED, drive.goOn().getStatus());
    }

    @Test
    void aPermanentFaultEndsTheGateAtOnce() throws Exception {
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        mlflow.failNext("run", TrackingException.permanent(ErrorCategory.UNAUTHORIZED, "401 from production"));

        GateReport report = drive.run();

        assertError(ErrorCategory.UNAUTHORIZED, report);
        assertEquals("UNAUTHORIZED: 401 from production", report.getReason());
        assertEquals(1, mlflow.calls.size());
    }

    @Test
    void aGateThatIsResumedAfterItsDeadlineEndsAtOnceAsFailed() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95).status = Run.Status.RUNNING;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = policy(null, Policies.TO_CHAMPION, ACCURACY);
        drive.runUntil(Phase.WAIT);
        drive.clock.pass(Duration.ofHours(1));
        mlflow.runs.get("r1").status = Run.Status.FINISHED;
        int sent = mlflow.calls.size();
        drive.restart();

        assertEquals(GateStatus.FAILED, drive.goOn().getStatus());
        assertEquals(sent, mlflow.calls.size());
    }

    @Test
    void aGateThatCouldNotAskBeforeItsDeadlineEndsWithAnErrorThatSaysSo() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = policy(null, Policies.TO_CHAMPION, ACCURACY);
        drive.runUntil(Phase.FIND_CANDIDATE);
        drive.clock.pass(Duration.ofHours(1));

        GateReport report = drive.goOn();

        assertError(ErrorCategory.TIMEOUT, report);
        assertTrue(report.getReason().contains("No request could be sent within 5m"), report.getReason());
        assertEquals(List.of(), mlflow.calls);
    }

    @Test
    void theCandidateOfTheStartIsEvaluatedAlsoAfterARestart() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95).status = Run.Status.RUNNING;
        mlflow.version(1, "r1");
        drive.runUntil(Phase.WAIT);
        mlflow.finishedRun("r2", "accuracy", 0.1);
        mlflow.version(2, "r2");
        mlflow.runs.get("r1").status = Run.Status.FINISHED;
        drive.restart();

        GateReport report = drive.goOn();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertEquals("1", report.getCandidate().getVersion());
    }

    @Test
    void aDayOfTurnsLeavesNoMoreInTheStateThanTheFirstOnes() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95).status = Run.Status.RUNNING;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = new GatePolicy(
                CandidateSelection.HIGHEST_VERSION,
                new WaitPolicy(Duration.ofDays(1), Duration.ofSeconds(5)),
                null,
                List.of(ACCURACY),
                null);
        drive.runUntil(Phase.WAIT);
        int atFirst = 0;
        for (int turn = 0; turn < 2_000; turn++) {
            drive.clock.pass(Duration.ofSeconds(43));
            drive.onceMore();
            if (turn == 2) {
                atFirst = drive.stateSize();
            }
        }

        assertEquals(Phase.WAIT, drive.state.phase);
        assertEquals(atFirst, drive.stateSize());
    }

    @Test
    void aStoppedGateStillLeavesAReport() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95).status = Run.Status.RUNNING;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.policy = policy(null, Policies.TO_CHAMPION, ACCURACY);
        drive.runUntil(Phase.WAIT);
        GateState state = drive.gate().start(drive.clock.instant());

        GateReport report = drive.gate().report(state, "stopped before it finished: aborted by alice");

        assertEquals(GateStatus.ERROR, report.getStatus());
        assertEquals("stopped before it finished: aborted by alice", report.getReason());
        assertFalse(report.isPromoted());
    }

    private static void assertError(ErrorCategory category, GateReport report) {
        assertEquals(GateStatus.ERROR, report.getStatus(), report.getReason());
        assertEquals(category.name(), report.getErrorCategory(), report.getReason());
        assertTrue(report.getReason().startsWith(category + ": "), report.getReason());
        assertFalse(report.isPromoted());
    }
}
