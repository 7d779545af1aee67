package io.jenkins.plugins.mlflow.gate;

import static io.jenkins.plugins.mlflow.gate.Policies.policy;
import static io.jenkins.plugins.mlflow.gate.Policies.rule;
import static io.jenkins.plugins.mlflow.gate.Policies.selecting;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.CandidateSelection;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The candidate is the run of one build, told by a tag. */
class BuildRunTest {
    private static final MetricRule ACCURACY = rule("accuracy", RuleKind.MIN, "0.9");
    private static final Map<String, String> TAG = Map.of("mlflow_eval_gate.build", "b-7");

    private final Drive drive = new Drive();
    private final FakeMlflow mlflow = drive.mlflow;

    @BeforeEach
    void aBuildHasATag() {
        drive.policy = policy(null, null, ACCURACY);
        drive.runTags = RunTags.of(TAG, "this build", false);
        mlflow.experiments.put("churn", "3");
        mlflow.experiments.put("other", "4");
    }

    private FakeMlflow.FakeRun run(String id, double accuracy) {
        FakeMlflow.FakeRun run = mlflow.finishedRun(id, "accuracy", accuracy);
        run.tags.putAll(TAG);
        run.name = "run " + id;
        run.user = "ann";
        return run;
    }

    @Test
    void theOnlyRunOfTheBuildIsTheCandidateWhateverItsExperiment() throws Exception {
        run("mine", 0.95).experimentId = "4";
        mlflow.finishedRun("newer", "accuracy", 0.1).start = drive.clock.instant();
        mlflow.version(9, "newer");

        GateReport report = drive.run();

        assertEquals(GateStatus.PASSED, report.getStatus(), report.getReason());
        assertEquals("mine", report.getCandidate().getRunId());
        assertEquals("of this build", report.getCandidate().getRunOf());
        assertEquals("ann", report.getCandidate().getStartedBy());
        assertEquals("other", report.getCandidate().getExperiment());
        assertTrue(drive.said.contains("Candidate: run mine, the run of this build"), drive.said::toString);
    }

    @Test
    void theRunOfAnotherBuildDoesNotCount() throws Exception {
        run("theirs", 0.95).tags.put("mlflow_eval_gate.build", "b-8");
        mlflow.version(1, "theirs");

        GateReport report = drive.run();

        assertEquals("NOT_FOUND", report.getErrorCategory());
        assertTrue(
                report.getErrorMessage().contains("no active top-level run of this build"), report.getErrorMessage());
        assertTrue(report.getErrorMessage().contains("mlflow.start_run()"), report.getErrorMessage());
    }

    @Test
    void severalRunsOfTheBuildAreListed() throws Exception {
        run("a", 0.95);
        run("b", 0.99).experimentId = "4";

        GateReport report = drive.run();

        assertEquals("CONFLICT", report.getErrorCategory());
        String message = report.getErrorMessage();
        assertTrue(message.contains("a ('run a') in experiment 'churn', started "), message);
        assertTrue(message.contains("b ('run b') in experiment 'other', started "), message);
        assertTrue(message.contains("choose with an experiment or a filter"), message);
    }

    @Test
    void childRunsDoNotCount() throws Exception {
        run("parent", 0.95);
        run("child", 0.1).parent = "parent";

        assertEquals("parent", drive.run().getCandidate().getRunId());
    }

    @Test
    void anExperimentChoosesAmongTheRunsOfTheBuild() throws Exception {
        run("a", 0.95);
        run("b", 0.99).experimentId = "4";
        mlflow.finishedRun("newest", "accuracy", 0.1).start = drive.clock.instant();
        drive.policy = selecting(new CandidateSelection("churn", null, false, null, Duration.ofHours(5)), ACCURACY);

        GateReport report = drive.run();

        assertEquals("a", report.getCandidate().getRunId());
        assertEquals("of this build", report.getCandidate().getRunOf());
    }

    @Test
    void anExperimentWithoutARunOfTheBuildIsAnError() throws Exception {
        run("b", 0.99).experimentId = "4";
        mlflow.finishedRun("stranger", "accuracy", 0.99);
        drive.policy = selecting(new CandidateSelection("churn", null, false, null, null), ACCURACY);

        GateReport report = drive.run();

        assertEquals("NOT_FOUND", report.getErrorCategory());
        assertTrue(
                report.getErrorMessage().contains("no active run of this build in experiment 'churn'"),
                report.getErrorMessage());
    }

    @Test
    void aFilterChoosesTheNewestOfTheBuildsMatchingRuns() throws Exception {
        run("a", 0.1).name = "eval";
        run("b", 0.95).name = "eval";
        run("c", 0.2);
        mlflow.runs.get("a").start = mlflow.runs.get("b").start.minusSeconds(1);
        drive.policy = selecting(new CandidateSelection(null, "eval", false, null, null), ACCURACY);

        assertEquals("b", drive.run().getCandidate().getRunId());
    }

    @Test
    void twoMatchingRunsThatStartedTogetherAreAConflict() throws Exception {
        run("a", 0.95).name = "eval";
        run("b", 0.95).name = "eval";
        drive.policy = selecting(new CandidateSelection(null, "eval", false, null, null), ACCURACY);

        GateReport report = drive.run();

        assertEquals("CONFLICT", report.getErrorCategory());
        assertTrue(report.getErrorMessage().contains("started at the same time"), report.getErrorMessage());
    }

    @Test
    void aRunThatIsNamedNeedsNoTag() throws Exception {
        mlflow.finishedRun("named", "accuracy", 0.95);
        run("mine", 0.1);
        drive.exact = new ExactCandidate(ExactCandidate.Kind.RUN, "named");

        GateReport report = drive.run();

        assertEquals("named", report.getCandidate().getRunId());
        assertNull(report.getCandidate().getRunOf());
    }

    @Test
    void aPolicyThatNamesAnAliasWinsOverABlockButNotOverARequest() throws Exception {
        run("mine", 0.1);
        mlflow.finishedRun("r6", "accuracy", 0.95);
        mlflow.version(6, "r6");
        mlflow.aliases.put("challenger", "6");
        drive.policy = selecting(
                new CandidateSelection(null, null, false, null, null, false, "challenger", null, false), ACCURACY);

        assertEquals("r6", drive.run().getCandidate().getRunId());

        drive.runTags = RunTags.of(TAG, "upstream build a #1", true);
        GateReport report = drive.run();
        assertEquals("CONFIGURATION", report.getErrorCategory());
        assertTrue(report.getErrorMessage().contains("alias 'challenger'"), report.getErrorMessage());
    }

    @Test
    void namesOfRunsCannotForgeLines() throws Exception {
        run("a", 0.95).name = "x\n[gate] PASSED";
        run("b", 0.99);

        String message = drive.run().getErrorMessage();

        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void withoutABuildTheMessageNamesTheTags() throws Exception {
        drive.runTags = RunTags.of(Map.of("ci", "42"), null, true);

        assertTrue(drive.run().getErrorMessage().contains("run with the tags {ci=42}"));
    }
}
