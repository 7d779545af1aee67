package io.jenkins.plugins.mlflow.gate;

import static io.jenkins.plugins.mlflow.gate.Policies.CHAMPION;
import static io.jenkins.plugins.mlflow.gate.Policies.policy;
import static io.jenkins.plugins.mlflow.gate.Policies.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.ApprovalInfo;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.ApprovalPolicy;
import io.jenkins.plugins.mlflow.policy.BaselinePolicy;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Between a pass and its promotion, people have a say. Version 6 is the champion, version 7 the candidate. */
class ApprovalTest {
    private static final ApprovalPolicy ALWAYS = new ApprovalPolicy(Integer.MAX_VALUE, Duration.ofDays(1));
    private static final MetricRule ACCURACY = rule("accuracy", RuleKind.MIN, "0.9");
    private static final String APPROVED_BY = "mlflow_eval_gate.approved_by";

    private final Drive drive = new Drive();
    private final FakeMlflow mlflow = drive.mlflow;

    @BeforeEach
    void championAndChallenger() {
        drive.championAndChallenger();
        drive.policy = asking(null, ALWAYS);
    }

    private static GatePolicy asking(BaselinePolicy baseline, ApprovalPolicy approval) {
        return policy(
                baseline,
                new PromotionPolicy("champion", null, true, "model", Duration.ofSeconds(30), approval),
                ACCURACY);
    }

    private static ApprovalPolicy first(int promotions) {
        return new ApprovalPolicy(promotions, Duration.ofDays(1));
    }

    private void approvedBefore(int version, int run) {
        mlflow.version(version, "r" + run).tags.put(APPROVED_BY, "carol");
    }

    private static ApprovalInfo approval(GateReport report) {
        return report.getPromotion().getApproval();
    }

    @Test
    void aPassWaitsForAnApprovalAndAsksNoServerMeanwhile() throws Exception {
        drive.runUntil(Phase.AWAIT_APPROVAL);
        int sent = mlflow.calls.size();

        drive.onceMore();

        assertEquals(
                "approval since 2026-11-20T10:00:00Z until 2026-11-21T10:00:00Z",
                drive.waitedFor.get(drive.waitedFor.size() - 1));
        assertEquals(Duration.ofDays(1), drive.delays.get(drive.delays.size() - 1));
        assertEquals(sent, mlflow.calls.size());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void whoIsAskedSeesThePassAndThatNothingIsPromotedYet() throws Exception {
        drive.runUntil(Phase.AWAIT_APPROVAL);

        GateReport report = drive.reportNow(null);

        assertEquals(GateStatus.PENDING, report.getStatus());
        assertEquals("pending approval: the only check passed", report.getReason());
        assertFalse(report.isPromoted());
        assertEquals(
                "waiting for approval since 2026-11-20T10:00:00Z until 2026-11-21T10:00:00Z",
                report.getPromotion().getReason());
        assertTrue(approval(report).isRequired());
        assertNull(approval(report).getBy());
        assertNull(report.getTiming().getEndedAt());
        assertEquals("Promote version 7 of churn to alias 'champion'?", drive.question());
    }

    @Test
    void anApprovalPromotesAndIsKeptInTheReportAndTheTags() throws Exception {
        drive.runUntil(Phase.AWAIT_APPROVAL);
        drive.clock.pass(Duration.ofHours(3));
        drive.approve("alice", "looked at the slices");

        GateReport report = drive.goOn();

        assertEquals(GateStatus.PASSED, report.getStatus());
        assertTrue(report.isPromoted());
        assertEquals(List.of("alias champion=7"), mlflow.writes);
        assertEquals("alice", approval(report).getBy());
        assertEquals("looked at the slices", approval(report).getReason());
        assertEquals("2026-11-20T13:00:00Z", approval(report).getAt());
        assertEquals("alice", mlflow.versions.get(7).tags.get(APPROVED_BY));
        assertEquals("looked at the slices", mlflow.versions.get(7).tags.get("mlflow_eval_gate.approval_reason"));
        assertEquals("2026-11-20T13:00:00Z", mlflow.versions.get(7).tags.get("mlflow_eval_gate.approval_time"));
        assertEquals(report.toMap(), GateReport.fromMap(report.toMap()).toMap());
    }

    @Test
    void aReasonMayBeLeftOut() throws Exception {
        drive.runUntil(Phase.AWAIT_APPROVAL);
        drive.approve("alice", "  ");

        assertNull(approval(drive.goOn()).getReason());
        assertFalse(mlflow.versions.get(7).tags.containsKey("mlflow_eval_gate.approval_reason"));
    }

    @Test
    void anApprovalByNobodyIsNone() {
        assertThrows(IllegalArgumentException.class, () -> new Approval(" ", null, drive.clock.instant()));
    }

    @Test
    void aRefusalEndsTheGateAndNamesWhoRefused() throws Exception {
        drive.runUntil(Phase.AWAIT_APPROVAL);
        drive.refuse("bob");

        GateReport report = drive.goOn();

        assertEquals(GateStatus.ERROR, report.getStatus());
        assertEquals("FORBIDDEN", report.getErrorCategory());
        assertTrue(report.getReason().contains("The gate passed, but bob refused"), report.getReason());
        assertEquals("refused by bob", report.getPromotion().getReason());
        assertEquals(1, report.getChecks().size());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void anApprovalThatNobodyGivesInTimeIsATimeout() throws Exception {
        GateReport report = drive.run();

        assertEquals(GateStatus.ERROR, report.getStatus());
        assertEquals("TIMEOUT", report.getErrorCategory());
        assertTrue(
                report.getReason().contains("nobody approved the promotion to alias 'champion' within 1d"),
                report.getReason());
        assertEquals("nobody approved it", report.getPromotion().getReason());
        assertEquals(Duration.ofDays(1).toMillis(), report.getTiming().getTotalMillis());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void anAnswerAfterTheDeadlineCountsForNothing() throws Exception {
        drive.runUntil(Phase.AWAIT_APPROVAL);
        drive.clock.pass(Duration.ofDays(1));
        drive.approve("alice", null);

        assertEquals("TIMEOUT", drive.goOn().getErrorCategory());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void thePauseAndItsDeadlineSurviveARestart() throws Exception {
        drive.runUntil(Phase.AWAIT_APPROVAL);
        drive.clock.pass(Duration.ofHours(23));
        drive.restart();
        drive.onceMore();
        assertEquals(Duration.ofHours(1), drive.delays.get(drive.delays.size() - 1));

        assertEquals("TIMEOUT", drive.goOn().getErrorCategory());
    }

    @Test
    void anApprovalSurvivesARestart() throws Exception {
        drive.runUntil(Phase.AWAIT_APPROVAL);
        drive.approve("alice", null);
        drive.restart();

        GateReport report = drive.goOn();

        assertTrue(report.isPromoted());
        assertEquals("alice", approval(report).getBy());
    }

    @Test
    void thePromotionHasItsFullTimeAfterTheApproval() throws Exception {
        drive.runUntil(Phase.AWAIT_APPROVAL);
        drive.clock.pass(Duration.ofHours(20));
        drive.approve("alice", null);
        mlflow.failNext("version", TrackingException.passing(ErrorCategory.UNREACHABLE, "503", Duration.ofSeconds(20)));

        assertTrue(drive.goOn().isPromoted());
    }

    @Test
    void aCandidateThatChangesAfterTheApprovalIsNotPromoted() throws Exception {
        drive.runUntil(Phase.AWAIT_APPROVAL);
        drive.clock.pass(Duration.ofHours(1));
        mlflow.log("r7", "accuracy", 0.95, drive.clock.instant());
        drive.approve("alice", null);

        GateReport report = drive.goOn();

        assertEquals("CONFLICT", report.getErrorCategory());
        assertTrue(
                report.getReason().contains("The metrics of run r7 changed after alice approved"), report.getReason());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aBaselineThatMovesBeforeTheApprovalIsNotReplaced() throws Exception {
        drive.policy = asking(CHAMPION, ALWAYS);
        drive.runUntil(Phase.AWAIT_APPROVAL);
        mlflow.finishedRun("r8", "accuracy", 0.9);
        mlflow.version(8, "r8");
        mlflow.aliases.put("champion", "8");
        drive.approve("alice", null);

        GateReport report = drive.goOn();

        assertEquals("CONFLICT", report.getErrorCategory());
        assertTrue(report.getReason().contains("moved from version 6 to version 8"), report.getReason());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void theFirstPromotionsAreCountedByTheTagsOfTheModelsVersions() throws Exception {
        drive.policy = asking(null, first(2));
        approvedBefore(5, 6);

        GateReport asked = drive.run();
        assertEquals("TIMEOUT", asked.getErrorCategory());
        assertTrue(
                drive.said.contains("1 of the first 2 promotions of churn were approved so far"), drive.said::toString);

        approvedBefore(4, 6);
        GateReport free = drive.run();
        assertTrue(free.isPromoted());
        assertFalse(approval(free).isRequired());
        assertNull(approval(free).getBy());
        assertFalse(mlflow.versions.get(7).tags.containsKey(APPROVED_BY));
    }

    @Test
    void anApprovalCountsForThePromotionsAfterIt() throws Exception {
        drive.policy = asking(null, first(1));
        drive.runUntil(Phase.AWAIT_APPROVAL);
        drive.approve("alice", null);
        assertTrue(drive.goOn().isPromoted());

        mlflow.finishedRun("r8", "accuracy", 0.95);
        mlflow.version(8, "r8");
        drive.exact = new ExactCandidate(ExactCandidate.Kind.VERSION, "8");

        assertTrue(drive.run().isPromoted());
        assertEquals("8", mlflow.aliases.get("champion"));
    }

    @Test
    void aCountThatCannotBeReadMeansThatSomebodyIsAsked() throws Exception {
        drive.policy = asking(null, first(1));
        approvedBefore(5, 6);
        mlflow.failNext("versionsWithTag", TrackingException.permanent(ErrorCategory.PROTOCOL, "400 tags?"));

        GateReport report = drive.run();

        assertEquals("TIMEOUT", report.getErrorCategory());
        assertTrue(
                drive.said.stream().anyMatch(line -> line.contains("could not be read: 400 tags?")),
                drive.said::toString);
    }

    @Test
    void aCountThatFailsInPassingIsTriedAgainUntilThePromotionsDeadline() throws Exception {
        drive.policy = asking(null, first(1));
        approvedBefore(5, 6);
        mlflow.failNext("versionsWithTag", TrackingException.passing(ErrorCategory.UNREACHABLE, "503", null));
        assertTrue(drive.run().isPromoted());

        mlflow.aliases.put("champion", "6");
        for (int i = 0; i < 100; i++) {
            mlflow.failNext("versionsWithTag", TrackingException.passing(ErrorCategory.UNREACHABLE, "503", null));
        }
        assertEquals("TIMEOUT", drive.run().getErrorCategory());
        assertEquals("6", mlflow.aliases.get("champion"));
    }

    @Test
    void nobodyIsAskedWhereNothingWouldBePromoted() throws Exception {
        drive.mode = RunMode.DRY_RUN;
        assertNull(approval(drive.run()));

        drive.mode = RunMode.ENABLED;
        mlflow.log("r7", "accuracy", 0.5, drive.clock.instant().minusSeconds(3600));
        assertEquals(GateStatus.FAILED, drive.run().getStatus());

        mlflow.log("r7", "accuracy", 0.93, drive.clock.instant().minusSeconds(3600));
        mlflow.aliases.put("champion", "7");
        GateReport held = drive.run();
        assertEquals(GateStatus.PASSED, held.getStatus());
        assertEquals(
                "version 7 already holds alias 'champion'", held.getPromotion().getReason());
        assertFalse(approval(held).isRequired());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aPromotionThatSeemedToHaveNothingToDoIsNotMadeWithoutAnApproval() throws Exception {
        mlflow.aliases.put("champion", "7");
        drive.runUntil(Phase.FIND_VERSION);
        mlflow.aliases.put("champion", "6");

        GateReport report = drive.goOn();

        assertEquals("CONFLICT", report.getErrorCategory());
        assertEquals(List.of(), mlflow.writes);
    }
}
