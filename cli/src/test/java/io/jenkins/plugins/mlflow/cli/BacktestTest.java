package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a policy would have decided, on cases that were computed by hand. */
class BacktestTest {
    private static final String RUBBER_STAMP = "baseline: {alias: champion, when_missing: rubber_stamp}";
    private static final String RULES = "metrics: {accuracy: {min: 0.9, max_drop: 0.02}}";

    /** Each decision, oldest first, as: version status blocking-rule baseline. */
    private static List<String> told(GatePolicy policy, RunHistory past) {
        List<String> told = new ArrayList<>();
        for (Backtest.Decision decision : Backtest.of(policy, past)) {
            String blocking = decision.blocking() == null
                    ? "-"
                    : decision.blocking().getRule() + "/" + decision.blocking().getVerdict();
            String baseline = decision.baseline() == null
                    ? "-"
                    : decision.baseline().run().versionNumber() + "/"
                            + decision.baseline().source();
            told.add(decision.candidate().versionNumber() + " " + decision.status() + " " + blocking + " " + baseline);
        }
        Collections.reverse(told);
        return told;
    }

    private static RunHistory twelveVersions() {
        return Pasts.oldestFirst(
                Pasts.finished(1, "accuracy", 0.95),
                Pasts.finished(2, "accuracy", 0.94),
                Pasts.finished(3, "accuracy", 0.91),
                Pasts.finished(4, "accuracy", 0.89),
                Pasts.finished(5, "accuracy", 0.92),
                Pasts.replacing(6, "1", "accuracy", 0.94),
                Pasts.ended(7, Run.Status.KILLED, null, "accuracy", 0.99),
                Pasts.finished(8, "recall", 0.99),
                HistoricalRun.of(
                        Pasts.version(9, "r9", null),
                        Pasts.run("r9", "3", Run.Status.FINISHED, true, "accuracy", 0.99)),
                Pasts.ended(10, Run.Status.RUNNING, null, "accuracy", 0.99),
                Pasts.replacing(11, "2", "accuracy", 0.915),
                Pasts.finished(12, "accuracy", Double.NaN));
    }

    @Test
    void twelveVersionsAreEvaluatedAsComputedByHand() throws Exception {
        assertEquals(
                List.of(
                        "1 PASSED - -", // nothing before it: rubber stamp
                        "2 PASSED - 1/PASSED", // 0.01 worse than 0.95
                        "3 FAILED max_drop/FAILED 2/PASSED", // 0.03 worse than 0.94
                        "4 FAILED min/FAILED 2/PASSED", // under the bound, and 0.05 worse
                        "5 PASSED - 2/PASSED", // exactly 0.02 worse than 0.94
                        "6 PASSED - 1/TAG", // 0.01 worse than 0.95, which the tag names
                        "7 FAILED - 6/PASSED", // killed, whatever its value
                        "8 FAILED min/MISSING 6/PASSED",
                        "9 ERROR - 6/PASSED", // deleted
                        "10 FAILED - 6/PASSED", // still running
                        "11 FAILED max_drop/FAILED 2/TAG", // 0.025 worse than 0.94
                        "12 FAILED min/NOT_FINITE 6/PASSED"),
                told(Pasts.policy(RUBBER_STAMP, RULES), twelveVersions()));
    }

    @Test
    void withoutRubberStampNothingIsComparedUntilATagNamesABaseline() throws Exception {
        assertEquals(
                List.of("1 FAILED max_drop/NO_BASELINE -", "2 PASSED - 1/TAG", "3 FAILED max_drop/FAILED 2/PASSED"),
                told(
                        Pasts.policy("baseline: champion", RULES),
                        Pasts.oldestFirst(
                                Pasts.finished(1, "accuracy", 0.95),
                                Pasts.replacing(2, "1", "accuracy", 0.94),
                                Pasts.finished(3, "accuracy", 0.91))));
    }

    @Test
    void anUnstableCandidateIsNotTheNextBaseline() throws Exception {
        assertEquals(
                List.of("1 PASSED - -", "2 UNSTABLE max/FAILED 1/PASSED", "3 PASSED - 1/PASSED"),
                told(
                        Pasts.policy(
                                RUBBER_STAMP,
                                "metrics: {rmse: {max: 3, max_relative_drop: 0.5, criticality: unstable}}"),
                        Pasts.oldestFirst(
                                Pasts.finished(1, "rmse", 2.0),
                                Pasts.finished(2, "rmse", 3.5),
                                Pasts.finished(3, "rmse", 3.0))));
    }

    @Test
    void aTagOfAVersionThatIsGoneDoesNotCount() throws Exception {
        assertEquals(
                List.of("5 PASSED - -", "6 PASSED - 5/PASSED"),
                told(
                        Pasts.policy(RUBBER_STAMP, RULES),
                        Pasts.oldestFirst(
                                Pasts.replacing(5, "4", "accuracy", 0.95), Pasts.replacing(6, "6", "accuracy", 0.94))));
    }

    @Test
    void aBaselineWhoseRunIsGoneIsAnErrorAsInTheGate() throws Exception {
        HistoricalRun gone = new HistoricalRun(Pasts.version(1, "r1", null), null, "run r1 is missing");

        assertEquals(
                List.of("1 ERROR - -", "2 ERROR - 1/TAG"),
                told(
                        Pasts.policy(RUBBER_STAMP, RULES),
                        Pasts.oldestFirst(gone, Pasts.replacing(2, "1", "accuracy", 0.95))));
    }

    @Test
    void aReportComparesTwoPoliciesRowByRowAndInTotal() throws Exception {
        RunHistory past = twelveVersions();
        GatePolicy tried = Pasts.policy(RUBBER_STAMP, RULES);
        GatePolicy compared = Pasts.policy("metrics: {accuracy: 0.9}");
        BacktestReport report = new BacktestReport(
                past,
                new BacktestReport.Tried("new.yaml", "a", true, List.of(), Backtest.of(tried, past)),
                new BacktestReport.Tried("old.yaml", "b", false, List.of(), Backtest.of(compared, past)));

        String text = report.text(5);

        assertTrue(text.contains("new.yaml: 4 passed, 0 unstable, 7 failed, 1 could not be evaluated"), text);
        assertTrue(text.contains("old.yaml: 6 passed, 0 unstable, 5 failed, 1 could not be evaluated"), text);
        assertTrue(text.contains("They differ in 2 of 12: 0 passed only by new.yaml, 2 only by old.yaml"), text);
        assertTrue(text.contains("  blocked by accuracy max_drop 0.02: 2\n"), text);
        assertTrue(text.contains("MLflow keeps no history of aliases"), text);
        assertTrue(text.endsWith("12 versions, 5 requests\n"), text);
        assertEquals(
                List.of("11", "3"),
                text.lines()
                        .filter(line -> line.contains("  yes  "))
                        .map(line -> line.strip().split(" ")[0])
                        .toList());
        Map<?, ?> row =
                (Map<?, ?>) ((List<?>) report.toMap("churn", "http://mlflow", 5).get("rows")).get(9);
        assertEquals("accuracy max_drop 0.02", ((Map<?, ?>) row.get("decision")).get("blocked_by"));
        assertEquals("PASSED", ((Map<?, ?>) row.get("compared")).get("status"));
    }

    @Test
    void whatHadNothingToCompareWithIsSaid() throws Exception {
        RunHistory past = Pasts.oldestFirst(Pasts.finished(1, "accuracy", 0.95), Pasts.finished(2, "accuracy", 0.95));
        GatePolicy policy = Pasts.policy("baseline: champion", RULES);

        String text = new BacktestReport(
                        past, new BacktestReport.Tried("p.yaml", "a", true, List.of(), Backtest.of(policy, past)), null)
                .text(1);

        assertTrue(text.contains("2 had nothing to compare with"), text);
        assertEquals(GateStatus.FAILED, Backtest.of(policy, past).get(0).status());
        assertTrue(text.endsWith("2 versions, 1 request\n"), text);
    }

    @Test
    void rulesThatCannotBeReplayedAreLeftOutAndTold() throws Exception {
        RunHistory past = Pasts.oldestFirst(Pasts.finished(1, "accuracy", 0.95), Pasts.finished(2, "accuracy", 0.85));
        ReplayablePolicy replayable =
                ReplayablePolicy.of(Pasts.policy("metrics: {accuracy: 0.9, auc: {min: 0.8, dataset: holdout},"
                        + " val_loss: {max: 0.4, value: {mean_last: 3}}}"));
        BacktestReport report = new BacktestReport(
                past,
                new BacktestReport.Tried(
                        "p.yaml", "a", false, replayable.leftOut(), Backtest.of(replayable.policy(), past)),
                null);

        String text = report.text(1);

        assertTrue(text.contains("p.yaml: 1 passed, 0 unstable, 1 failed"), text);
        assertTrue(
                text.contains(
                        "left out of p.yaml, as only the current values of runs are read: auc min 0.8 (`dataset: holdout`),"
                                + " val_loss max 0.4 (`value: {mean_last: 3}`)\n"),
                text);
        Map<?, ?> policy = (Map<?, ?>) report.toMap("churn", "http://mlflow", 1).get("policy");
        assertEquals(2, ((List<?>) policy.get("left_out")).size());
    }

    @Test
    void aPolicyOfWhichNothingCanBeReplayedIsRefused() throws Exception {
        GatePolicy policy = Pasts.policy("metrics: {val_loss: {max: 0.4, value: min}}");

        String message = assertThrows(IllegalArgumentException.class, () -> ReplayablePolicy.of(policy))
                .getMessage();
        assertTrue(message.contains("val_loss max 0.4 (`value: min`)"), message);
    }
}
