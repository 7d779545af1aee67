package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.gate.ExactCandidate.Kind;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole gate against real MLflow servers: what the contract promises, on every version that the product supports. */
@Tag("mlflow")
@ParameterizedClass
@MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
class GateContractTest {
    @Parameter
    private MlflowServer mlflow;

    private MlflowData data;
    private String experimentName;
    private String experiment;
    private RealDrive gate;

    @BeforeEach
    void prepare() {
        data = mlflow.data();
        experimentName = MlflowData.unique("experiment");
        experiment = data.experiment(experimentName);
        gate = new RealDrive(mlflow.client(), MlflowData.unique("model"));
        data.model(gate.model);
    }

    /** A run that ended an hour ago. */
    private String run(Object... metrics) {
        return runThat("FINISHED", metrics);
    }

    private String runThat(String status, Object... metrics) {
        Instant end = Instant.now().minus(Duration.ofHours(1));
        String run = data.run(experiment, end.minus(Duration.ofHours(1)));
        for (int i = 0; i < metrics.length; i += 2) {
            log(run, (String) metrics[i], ((Number) metrics[i + 1]).doubleValue(), end);
        }
        if (!status.equals("RUNNING")) {
            data.end(run, status, end);
        }
        return run;
    }

    private void log(String run, String metric, double value, Instant when) {
        data.metric(run, metric, value, when.toEpochMilli(), 0);
    }

    private static Check only(GateReport report) {
        assertEquals(1, report.getChecks().size(), () -> report.toMap().toString());
        return report.getChecks().get(0);
    }

    @Test
    void aGoodRunPassesInOneRequestBesideTheExperimentsName() throws Exception {
        String run = run("accuracy", 0.93);

        GateReport report =
                gate.of(Kind.RUN, run).thresholds(Map.of("accuracy", ">= 0.93")).passes();

        assertEquals(0.93, only(report).getValue());
        assertEquals(experiment, report.getCandidate().getExperimentId());
        assertEquals(2, report.getTiming().getRequests());
        assertNotNull(report.getCandidate().getExperiment());
    }

    @Test
    void aDegradedRunFailsWithEveryCheckReported() throws Exception {
        String run = run("accuracy", 0.89, "recall", 0.9, "log_loss", 0.4);

        GateReport report = gate.of(Kind.RUN, run)
                .thresholds(Map.of("accuracy", ">= 0.9", "recall", ">= 0.85", "log_loss", "<= 0.35"))
                .run();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals(
                List.of(Verdict.FAILED, Verdict.FAILED, Verdict.PASSED),
                report.getChecks().stream().map(Check::getVerdict).toList());
    }

    @Test
    void aMetricThatNeverComesIsMissing() throws Exception {
        String run = run("accuracy", 0.93);

        GateReport report = gate.of(Kind.RUN, run)
                .thresholds(Map.of("recall", ">= 0.5"))
                .timeout("2s")
                .run();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals(Verdict.MISSING, only(report).getVerdict());
    }

    @Test
    void aMetricThatArrivesLateIsWaitedFor() throws Exception {
        String run = run("accuracy", 0.93);
        gate.whenWaitingFor("to have metric recall", () -> log(run, "recall", 0.9, Instant.now()));

        GateReport report = gate.of(Kind.RUN, run)
                .thresholds(Map.of("recall", ">= 0.5"))
                .timeout("60s")
                .passes();

        assertTrue(report.getTiming().getWaitedMillis() >= 1000);
    }

    @Test
    void aRunThatFinishesLateIsWaitedFor() throws Exception {
        String run = runThat("RUNNING", "accuracy", 0.93);
        gate.whenWaitingFor("to finish (it is RUNNING)", () -> data.end(run, "FINISHED", Instant.now()));

        GateReport report = gate.of(Kind.RUN, run)
                .thresholds(Map.of("accuracy", 0.9))
                .timeout("60s")
                .passes();

        assertEquals("FINISHED", report.getCandidate().getRunStatus());
    }

    @Test
    void aFailedRunFailsTheGateAtOnceWithItsValues() throws Exception {
        String run = runThat("FAILED", "accuracy", 0.93);

        GateReport report =
                gate.of(Kind.RUN, run).thresholds(Map.of("accuracy", 0.9)).run();

        assertEquals(GateStatus.FAILED, report.getStatus());
        assertEquals("run " + run + " ended as FAILED", report.getReason());
        assertEquals(Verdict.PASSED, only(report).getVerdict());
    }

    @Test
    void aDeletedRunAndAnUnknownRunAreNotFound() throws Exception {
        String run = run("accuracy", 0.93);
        data.deleteRun(run);

        gate.thresholds(Map.of("accuracy", 0.9));
        assertError(ErrorCategory.NOT_FOUND, gate.of(Kind.RUN, run).run());
        assertError(
                ErrorCategory.NOT_FOUND,
                gate.of(Kind.RUN, "0123456789abcdef0123456789abcdef").run());
    }

    @Test
    void valuesThatAreNotFiniteNeverPass() throws Exception {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            String run = run("accuracy", value);

            GateReport report = gate.of(Kind.RUN, run)
                    .thresholds(Map.of("accuracy", Map.of("min", -1e300)))
                    .run();

            assertEquals(Verdict.NOT_FINITE, only(report).getVerdict(), () -> value + ": " + report.toMap());
            assertEquals(GateStatus.FAILED, report.getStatus());
        }
    }

    @Test
    void anExactRunOfAnotherExperimentIsAConflict() throws Exception {
        String run = run("accuracy", 0.93);
        String other = MlflowData.unique("other");
        data.experiment(other);

        GateReport report = gate.of(Kind.RUN, run)
                .experiment(other)
                .thresholds(Map.of("accuracy", 0.9))
                .run();

        assertError(ErrorCategory.CONFLICT, report);
    }

    @Test
    void theNewestMatchingRunOfAnExperimentIsEvaluated() throws Exception {
        String wanted = run("accuracy", 0.93);
        data.runTag(wanted, "purpose", "eval");
        run("accuracy", 0.1);
        gate.thresholds(Map.of("accuracy", 0.9)).experiment(experimentName);

        GateReport report = gate.filter("tags.purpose = 'eval'").run();
        assertEquals(wanted, report.getCandidate().getRunId(), report.getReason());
        assertEquals(GateStatus.PASSED, report.getStatus());
        assertEquals(experimentName, report.getCandidate().getExperiment());

        assertEquals(GateStatus.FAILED, gate.filter(null).run().getStatus());
        assertError(
                ErrorCategory.NOT_FOUND, gate.filter("tags.purpose = 'none'").run());
        assertError(ErrorCategory.NOT_FOUND, gate.filter(null).maxAge("30m").run());
        assertError(
                ErrorCategory.PROTOCOL,
                gate.maxAge(null).filter("no such thing").run());
    }

    @Test
    void aVersionAnAliasOrTheHighestVersionNameTheCandidate() throws Exception {
        String good = run("accuracy", 0.95);
        String bad = run("accuracy", 0.5);
        String first = data.version(gate.model, good);
        String second = data.version(gate.model, bad);
        data.alias(gate.model, "challenger", first);
        gate.thresholds(Map.of("accuracy", 0.9));

        GateReport byVersion = gate.of(Kind.VERSION, first).passes();
        assertEquals(good, byVersion.getCandidate().getRunId());
        assertEquals(
                first, gate.of(Kind.ALIAS, "challenger").run().getCandidate().getVersion());
        GateReport highest = gate.newest().run();
        assertEquals(second, highest.getCandidate().getVersion());
        assertEquals(GateStatus.FAILED, highest.getStatus());
        assertEquals(
                "FAILED",
                mlflow.client().version(gate.model, second).tags().get("mlflow_eval_gate.last_refusal_status"));
        assertError(ErrorCategory.NOT_FOUND, gate.of(Kind.VERSION, "99").run());
        assertError(ErrorCategory.NOT_FOUND, gate.of(Kind.ALIAS, "nobody").run());
    }

    @Test
    void withoutABaselineChangeRulesPassOnlyAsARubberStamp() throws Exception {
        String run = run("accuracy", 0.93);
        gate.of(Kind.RUN, run).thresholds(Map.of("accuracy", Map.of("min", 0.9, "max_drop", 0.01)));

        GateReport strict = gate.baseline("champion").run();
        assertEquals(GateStatus.FAILED, strict.getStatus());
        assertEquals(Verdict.NO_BASELINE, strict.getChecks().get(0).getVerdict());

        GateReport stamped = gate.baseline(Map.of("alias", "champion", "when_missing", "rubber_stamp"))
                .passes();
        assertTrue(stamped.getReason().contains("rubber stamp"));
    }

    @Test
    void aModelThatDoesNotExistIsAnErrorAndNoRubberStamp() throws Exception {
        String run = run("accuracy", 0.93);
        RealDrive unknown = new RealDrive(mlflow.client(), MlflowData.unique("unknown"));

        assertError(
                ErrorCategory.NOT_FOUND,
                unknown.of(Kind.RUN, run)
                        .thresholds(Map.of("accuracy", Map.of("min", 0.9, "max_drop", 0.01)))
                        .baseline(Map.of("alias", "champion", "when_missing", "rubber_stamp"))
                        .run());
    }

    @Test
    void theCandidateIsComparedWithTheBaseline() throws Exception {
        String champion = data.version(gate.model, run("accuracy", 0.92, "rmse", 3));
        data.alias(gate.model, "champion", champion);
        String run = run("accuracy", 0.915, "rmse", 2.7);
        gate.of(Kind.RUN, run).baseline("champion");

        GateReport report = gate.thresholds(Map.of(
                        "accuracy", Map.of("max_drop", 0.005, "greater_is_better", true),
                        "rmse", Map.of("min_relative_change", 0.1, "greater_is_better", false)))
                .passes();
        assertEquals(champion, report.getBaseline().getVersion());
        assertEquals(
                -0.005,
                report.getChecks().stream()
                        .filter(check -> check.getMetric().equals("accuracy"))
                        .findFirst()
                        .orElseThrow()
                        .getChange());

        GateReport worse = gate.thresholds(Map.of("accuracy", Map.of("max_drop", 0.004, "greater_is_better", true)))
                .run();
        assertEquals(GateStatus.FAILED, worse.getStatus());
    }

    @Test
    void aPassMovesTheAliasAndItsRepeatIsANoOp() throws Exception {
        String champion = data.version(gate.model, run("accuracy", 0.92));
        data.alias(gate.model, "champion", champion);
        String run = run("accuracy", 0.95);
        String version = data.version(gate.model, run);
        gate.of(Kind.RUN, run).thresholds(Map.of("accuracy", 0.9)).promote("champion");

        GateReport report = gate.run();

        assertTrue(report.isPromoted(), () -> report.toMap().toString());
        assertEquals(champion, report.getPromotion().getPreviousVersion());
        ModelVersion promoted =
                mlflow.client().versionByAlias(gate.model, "champion").orElseThrow();
        assertEquals(version, promoted.version());
        assertEquals("PASSED", promoted.tags().get("mlflow_eval_gate.status"));
        assertEquals(champion, promoted.tags().get("mlflow_eval_gate.previous_version"));
        assertEquals("http://ci/job/churn/7/", promoted.tags().get("mlflow_eval_gate.build_url"));
        assertEquals(report.getPolicySha256(), promoted.tags().get("mlflow_eval_gate.policy_sha256"));

        GateReport again = gate.run();
        assertEquals(GateStatus.PASSED, again.getStatus());
        assertFalse(again.isPromoted());
        assertEquals(
                "version " + version + " already holds alias 'champion'",
                again.getPromotion().getReason());
    }

    @Test
    void aRunWithoutAVersionGetsOneAndNotTwo() throws Exception {
        String run = run("accuracy", 0.95);
        gate.of(Kind.RUN, run).thresholds(Map.of("accuracy", 0.9)).promote("champion");

        GateReport report = gate.run();

        assertTrue(report.isPromoted(), () -> report.toMap().toString());
        assertNull(report.getPromotion().getPreviousVersion());
        ModelVersion created =
                mlflow.client().versionByAlias(gate.model, "champion").orElseThrow();
        assertEquals(run, created.runId());
        assertEquals("runs:/" + run + "/model", created.source());

        gate.run();
        assertEquals(
                created.version(),
                mlflow.client().highestVersion(gate.model).orElseThrow().version());
    }

    @Test
    void aModelThatIsNotRegisteredIsNotCreated() throws Exception {
        String run = run("accuracy", 0.95);
        RealDrive unknown = new RealDrive(mlflow.client(), MlflowData.unique("unknown"));

        assertError(
                ErrorCategory.NOT_FOUND,
                unknown.of(Kind.RUN, run)
                        .thresholds(Map.of("accuracy", 0.9))
                        .promote("champion")
                        .run());
        assertFalse(mlflow.client().registeredModel(unknown.model).isPresent());
    }

    @Test
    void aPassMovesTheStageAndArchivesTheOther() throws Exception {
        String before = data.version(gate.model, run("accuracy", 0.92));
        data.stage(gate.model, before, "Production");
        String version = data.version(gate.model, run("accuracy", 0.95));
        gate.of(Kind.VERSION, version).thresholds(Map.of("accuracy", 0.9));

        GateReport report =
                gate.promote(Map.of("alias", "champion", "stage", "Production")).run();

        assertTrue(report.isPromoted(), () -> report.toMap().toString());
        assertEquals("Production", mlflow.client().version(gate.model, version).stage());
        assertEquals("Archived", mlflow.client().version(gate.model, before).stage());
        assertTrue(gate.promote(Map.of("stage", "Archived")).run().isPromoted());
        assertTrue(gate.promote(Map.of("stage", "None")).run().isPromoted());
        assertEquals("None", mlflow.client().version(gate.model, version).stage());
    }

    @Test
    void withoutArchivingTheOtherStaysInItsStage() throws Exception {
        String before = data.version(gate.model, run("accuracy", 0.92));
        data.stage(gate.model, before, "Staging");
        String version = data.version(gate.model, run("accuracy", 0.95));

        GateReport report = gate.of(Kind.VERSION, version)
                .thresholds(Map.of("accuracy", 0.9))
                .promote(Map.of("stage", "Staging", "archive_existing", false))
                .run();

        assertTrue(report.isPromoted(), () -> report.toMap().toString());
        assertEquals(before, report.getPromotion().getPreviousVersion());
        assertEquals("Staging", mlflow.client().version(gate.model, before).stage());
    }

    @Test
    void aFailAndADryRunPromoteNothing() throws Exception {
        String version = data.version(gate.model, run("accuracy", 0.95));
        gate.of(Kind.VERSION, version).promote("champion");

        assertFalse(gate.thresholds(Map.of("accuracy", 0.99)).run().isPromoted());
        gate.mode = RunMode.DRY_RUN;
        assertFalse(gate.thresholds(Map.of("accuracy", 0.9)).run().isPromoted());

        assertTrue(mlflow.client().versionByAlias(gate.model, "champion").isEmpty());
    }

    @Test
    void theBestRunIsChosenOnlyOnRequest() throws Exception {
        String best = run("accuracy", 0.99);
        run("accuracy", 0.91);
        run("accuracy", Double.NaN);
        gate.policy("""
                version: 1
                models:
                  %s:
                    candidate: {experiment: %s, select: best, order_by: metrics.accuracy DESC}
                    metrics: {accuracy: 0.95}
                """.formatted(gate.model, experimentName));

        GateReport report = gate.run();

        assertEquals(best, report.getCandidate().getRunId(), report.getReason());
        assertEquals(GateStatus.PASSED, report.getStatus());
    }

    @Test
    void slicesHistoriesAndEvidenceAreRead() throws Exception {
        String run = runThat("RUNNING", "accuracy/eu", 0.95, "accuracy/us", 0.9, "n_test", 10_000);
        for (int step = 1; step <= 30; step++) {
            data.metric(run, "loss", 1.0 / step, 1_700_000_000_000L + step, step);
        }
        data.end(run, "FINISHED", Instant.now().minus(Duration.ofMinutes(30)));

        GateReport report = gate.of(Kind.RUN, run)
                .thresholds(Map.of(
                        "accuracy/*", Map.of("min", 0.85, "at_least", 2, "worst_gap", 0.06),
                        "accuracy/eu", Map.of("min", 0.94, "evidence", Map.of("samples", "n_test")),
                        "loss", Map.of("max", 0.04, "value", Map.of("mean_last", 2))))
                .run();

        assertEquals(GateStatus.PASSED, report.getStatus(), () -> report.toMap().toString());
        assertEquals(5, report.getChecks().size());
        Check loss = report.getChecks().stream()
                .filter(check -> check.getMetric().equals("loss"))
                .findFirst()
                .orElseThrow();
        assertEquals((1.0 / 30 + 1.0 / 29) / 2, loss.getValue(), 1e-12);
    }

    static void assertError(ErrorCategory category, GateReport report) {
        assertEquals(GateStatus.ERROR, report.getStatus(), report.getReason());
        assertEquals(category.name(), report.getErrorCategory(), report.getReason());
    }
}
