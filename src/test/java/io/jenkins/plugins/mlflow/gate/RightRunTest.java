package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which run and which baseline a gate takes, and when the values may count. */
class RightRunTest {
    private final Drive drive = new Drive();
    private final FakeMlflow mlflow = drive.mlflow;

    private GateReport gate(String model) throws Exception {
        PolicyDocument document =
                PolicyDocument.read("eval_gate.yaml", ("version: 1\nmodels:\n  churn:\n" + model.indent(4)).getBytes());
        drive.policy = PolicyReader.resolve(document, "churn", PolicyOverrides.NONE);
        return drive.run();
    }

    private static void error(GateReport report, String category, String... says) {
        assertEquals(category, report.getErrorCategory(), report.getReason());
        for (String what : says) {
            assertTrue(report.getErrorMessage().contains(what), report.getErrorMessage());
        }
    }

    private static Check drop(GateReport report) {
        return report.getChecks().stream()
                .filter(check -> check.getRule().equals("max_drop"))
                .findFirst()
                .orElseThrow();
    }

    // The run

    @Test
    void aChildRunIsPassedOverUnlessItIsAskedFor() throws Exception {
        mlflow.experiments.put("churn", "3");
        mlflow.finishedRun("parent", "accuracy", 0.8);
        mlflow.finishedRun("trial", "accuracy", 0.97).start =
                drive.clock.instant().minusSeconds(60);
        mlflow.runs.get("trial").parent = "parent";

        GateReport report = gate("candidate: {experiment: churn}\nmetrics: {accuracy: 0.9}");
        assertEquals("parent", report.getCandidate().getRunId());
        assertEquals(GateStatus.FAILED, report.getStatus());

        report = gate("candidate: {experiment: churn, nested: include}\nmetrics: {accuracy: 0.9}");
        assertEquals("trial", report.getCandidate().getRunId());
        assertTrue(report.getCandidate().isChildRun());
        assertTrue(drive.said.contains("Run trial is a child run of parent"), drive.said::toString);
    }

    @Test
    void aRunFromTheFutureIsAConflict() throws Exception {
        mlflow.experiments.put("churn", "3");
        mlflow.finishedRun("r1", "accuracy", 0.97).start = drive.clock.instant().plus(Duration.ofSeconds(61));
        error(gate("candidate: {experiment: churn}\nmetrics: {accuracy: 0.9}"), "CONFLICT", "r1", "clock");

        mlflow.runs.get("r1").start = drive.clock.instant().plus(Duration.ofSeconds(60));
        assertEquals(
                GateStatus.PASSED,
                gate("candidate: {experiment: churn}\nmetrics: {accuracy: 0.9}").getStatus());
    }

    @Test
    void thePolicyMayNameTheCandidatesAliasOrStage() throws Exception {
        drive.championAndChallenger();
        drive.exact = null;
        mlflow.aliases.put("challenger", "7");
        mlflow.versions.get(6).stage = "None";
        mlflow.versions.get(7).stage = "Staging";
        for (String candidate : List.of("alias: challenger", "stage: Staging")) {
            GateReport report = gate("candidate: {" + candidate + "}\nmetrics: {accuracy: 0.9}");
            assertEquals("7", report.getCandidate().getVersion(), report.getReason());
        }
        error(gate("candidate: {stage: Production}\nmetrics: {accuracy: 0.9}"), "NOT_FOUND", "in stage Production");
    }

    // The baseline

    @Test
    void theBaselineMayBeAStage() throws Exception {
        drive.championAndChallenger();
        mlflow.aliases.clear();
        GateReport report = gate("baseline: {stage: Production}\nmetrics: {accuracy: {min: 0.5, max_drop: 0.01}}\n"
                + "promote: {stage: Production}");
        assertTrue(report.isPromoted(), report.getReason());
        assertEquals("6", report.getBaseline().getVersion());
        assertEquals("Production", report.getBaseline().getStage());
        assertEquals(0.92, drop(report).getBaseline());
        assertEquals("6", report.getPromotion().getPreviousVersion());
    }

    @Test
    void aRubberStampEndsWhereTheAliasToPromoteIsHeld() throws Exception {
        drive.championAndChallenger();
        mlflow.log("r7", "accuracy", 0.7, mlflow.runs.get("r7").end);
        String policy = "baseline: {alias: champoin, when_missing: rubber_stamp}\n"
                + "metrics: {accuracy: {min: 0.5, max_drop: 0.01}}\npromote: champion";

        GateReport report = gate(policy);

        assertEquals(Verdict.NO_BASELINE, drop(report).getVerdict());
        assertTrue(
                drop(report).getReason().contains("'champoin'")
                        && drop(report).getReason().contains("version 6 holds alias 'champion'"),
                drop(report).getReason());
        assertEquals(List.of(), mlflow.writes);

        mlflow.aliases.clear();
        assertTrue(gate(policy).isPromoted());
    }

    @Test
    void aRubberStampEndsWhereTheAliasIsHeldByTheTimeOfThePromotion() throws Exception {
        drive.championAndChallenger();
        mlflow.aliases.clear();
        PolicyDocument document = PolicyDocument.read(
                "eval_gate.yaml",
                ("version: 1\nmodels: {churn: {baseline: {alias: reference, when_missing: rubber_stamp}, "
                                + "metrics: {accuracy: {min: 0.5, max_drop: 0.01}}, promote: champion}}")
                        .getBytes());
        drive.policy = PolicyReader.resolve(document, "churn", PolicyOverrides.NONE);
        drive.runUntil(Phase.READ_HOLDER);
        mlflow.aliases.put("champion", "6");

        GateReport report = drive.goOn();

        assertEquals(GateStatus.FAILED, report.getStatus(), report.getReason());
        assertEquals(Verdict.NO_BASELINE, drop(report).getVerdict());
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void aMissingRegisteredModelIsNotFoundInADryRunToo() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        mlflow.modelExists = false;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        drive.mode = RunMode.DRY_RUN;
        String compared =
                "baseline: {alias: champion, when_missing: rubber_stamp}\nmetrics: {accuracy: {min: 0.5, max_drop: 0.1}}";
        error(gate(compared), "NOT_FOUND", "has no registered model 'churn'");
        error(gate("metrics: {accuracy: 0.9}\npromote: champion"), "NOT_FOUND", "has no registered model 'churn'");
        assertEquals(GateStatus.PASSED, gate("metrics: {accuracy: 0.9}").getStatus());
    }

    @Test
    void anErrorAboutTheBaselinesRunSaysThatItIsTheBaselines() throws Exception {
        drive.championAndChallenger();
        mlflow.runs.get("r6").deleted = true;
        String policy = "baseline: champion\nmetrics: {accuracy: {min: 0.5, max_drop: 0.01}}";
        GateReport report = gate(policy);
        error(report, "NOT_FOUND", "the baseline, version 6", "alias 'champion'", "Restore the run, or move");
        assertEquals(false, report.getBaseline().isResolved());

        mlflow.runs.remove("r6");
        error(gate(policy), "NOT_FOUND", "the baseline, version 6");

        mlflow.aliases.clear();
        report = gate(
                "baseline: {alias: champion, when_missing: rubber_stamp}\nmetrics: {accuracy: {min: 0.5, max_drop: 0.01}}");
        assertEquals(true, report.getBaseline().isResolved());
        assertEquals(null, report.getBaseline().getVersion());
    }

    // The values

    @Test
    void aRunThatWasSeenUnfinishedSettlesByTwoReadings() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95).status = Run.Status.RUNNING;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        mlflow.passNext("run");
        // The training host's clock is an hour behind.
        mlflow.beforeNext("run", () -> mlflow.runs.get("r1").status = Run.Status.FINISHED);
        mlflow.passNext("run");
        mlflow.beforeNext("run", () -> mlflow.log("r1", "accuracy", 0.5, mlflow.runs.get("r1").end));

        GateReport report = gate("wait: {settle: 10s}\nmetrics: {accuracy: 0.9}\npromote: champion");

        assertEquals(GateStatus.FAILED, report.getStatus(), report.getReason());
        assertEquals(0.5, report.getChecks().get(0).getValue());
    }

    @Test
    void aHistoryThatIsTooShortEndsTheWaitOfAFinishedRun() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");

        GateReport report = gate("metrics: {accuracy: {min: 0.9, value: {mean_last: 2}}}");

        assertEquals(Verdict.MISSING, report.getChecks().get(0).getVerdict());
        assertEquals(
                "the metric has 1 value, 2 are needed",
                report.getChecks().get(0).getReason());
        assertEquals(List.of(), drive.waitedFor);
    }

    @Test
    void noHistoryIsReadBeforeTheRunIsOver() throws Exception {
        mlflow.finishedRun("r1", "accuracy", 0.95).status = Run.Status.RUNNING;
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r1");
        for (int i = 0; i < 4; i++) {
            mlflow.passNext("run");
        }
        mlflow.beforeNext("run", () -> mlflow.runs.get("r1").status = Run.Status.FINISHED);

        assertEquals(
                GateStatus.PASSED,
                gate("metrics: {accuracy: {min: 0.9, value: min}}").getStatus());
        assertEquals("run", mlflow.calls.get(mlflow.calls.indexOf("history") - 1));
        assertTrue(mlflow.calls.subList(0, mlflow.calls.indexOf("history")).stream()
                        .filter("run"::equals)
                        .count()
                >= 5);
    }

    // The promotion

    @Test
    void aSecondVersionInTheStageIsArchived() throws Exception {
        drive.championAndChallenger();
        mlflow.versions.get(7).stage = "Production";
        GateReport report = gate("metrics: {accuracy: 0.9}\npromote: {stage: Production}");
        assertTrue(report.isPromoted(), report.getReason());
        assertEquals("6", report.getPromotion().getPreviousVersion());
        assertEquals("Archived", mlflow.versions.get(6).stage);

        report = gate("metrics: {accuracy: 0.9}\npromote: {stage: Production}");
        assertEquals(
                "version 7 already holds stage Production",
                report.getPromotion().getReason());
        assertEquals(null, report.getPromotion().getPreviousVersion());
    }

    @Test
    void aRefusalNeverTouchesTheTagsOfAPromotion() throws Exception {
        drive.championAndChallenger();
        assertTrue(gate("metrics: {accuracy: 0.9}\npromote: champion").isPromoted());
        Map<String, String> promoted = Map.copyOf(mlflow.versions.get(7).tags);

        assertEquals(
                GateStatus.FAILED,
                gate("metrics: {accuracy: 0.99}\npromote: champion").getStatus());

        Map<String, String> tags = mlflow.versions.get(7).tags;
        promoted.forEach((key, value) -> assertEquals(value, tags.get(key)));
        assertEquals("FAILED", tags.get("mlflow_eval_gate.last_refusal_status"));
    }

    @Test
    void aRefusedRunsVersionIsLookedForToTagIt() throws Exception {
        drive.championAndChallenger();
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "r7");
        gate("metrics: {accuracy: 0.99}\npromote: champion");
        assertEquals("FAILED", mlflow.versions.get(7).tags.get("mlflow_eval_gate.last_refusal_status"));
    }
}
