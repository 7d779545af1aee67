package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
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

/** Logged models and their datasets on real servers: MLflow 3 has them, and older ones must be told from it. */
@Tag("mlflow")
@ParameterizedClass
@MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
class LoggedModelContractTest {
    private static final Map<String, ?> ON_HOLDOUT = Map.of("accuracy", Map.of("min", 0.9, "dataset", "holdout"));

    @Parameter
    private MlflowServer mlflow;

    private final Instant ended = Instant.now().minus(Duration.ofHours(1));
    private MlflowData data;
    private String experiment;
    private RealDrive gate;

    @BeforeEach
    void prepare() {
        data = mlflow.data();
        experiment = data.experiment(MlflowData.unique("experiment"));
        gate = new RealDrive(mlflow.client(), MlflowData.unique("model"));
        data.model(gate.model);
    }

    private void onMlflow3() {
        assumeTrue(mlflow.majorVersion() >= 3, "logged models came with MLflow 3");
    }

    private String started() {
        return data.run(experiment, ended.minusSeconds(60));
    }

    private void end(String run) {
        data.end(run, "FINISHED", ended);
    }

    private void log(String dataset, String model, String run, String metric, double value, int secondsBefore) {
        data.metricOn(
                dataset,
                dataset == null ? null : "d-" + dataset,
                model,
                run,
                metric,
                value,
                ended.minusSeconds(secondsBefore).toEpochMilli());
    }

    /** One that the run logged, with an accuracy of 0.93 on the dataset that counts. */
    private String goodModel(String run) {
        String model = data.loggedModel(experiment, run);
        log("holdout", model, run, "accuracy", 0.93, 9);
        return model;
    }

    private static Check only(GateReport report) {
        assertEquals(1, report.getChecks().size(), () -> report.toMap().toString());
        return report.getChecks().get(0);
    }

    private static void inconclusive(GateReport report, String... says) {
        assertEquals(
                Verdict.INCONCLUSIVE,
                only(report).getVerdict(),
                () -> report.toMap().toString());
        for (String what : says) {
            assertTrue(only(report).getReason().contains(what), only(report)::getReason);
        }
    }

    @Test
    void beforeMlflow3BothAreAClearError() throws Exception {
        assumeTrue(mlflow.majorVersion() < 3);
        String run = data.finishedRun(experiment, "accuracy", 0.95);
        for (GateReport report : List.of(
                gate.of(Kind.RUN, run).thresholds(ON_HOLDOUT).run(),
                gate.of(Kind.MODEL, "m-0123456789abcdef0123456789abcdef")
                        .thresholds(ON_HOLDOUT)
                        .run())) {
            assertEquals(ErrorCategory.CONFIGURATION.name(), report.getErrorCategory(), report.getReason());
            assertTrue(
                    report.getErrorMessage().contains("which this server does not support. Use MLflow 3"),
                    report.getErrorMessage());
        }
    }

    @Test
    void aMetricOnADatasetTakesOneRequestMore() throws Exception {
        onMlflow3();
        String run = started();
        String model = goodModel(run);
        log("train", model, run, "accuracy", 0.99, 5);
        end(run);

        GateReport report = gate.of(Kind.RUN, run).thresholds(ON_HOLDOUT).passes();
        assertEquals(0.93, only(report).getValue());
        assertEquals("holdout", only(report).getDataset());
        assertEquals(model, report.getCandidate().getModelId());
        assertEquals(3, report.getTiming().getRequests());

        GateReport byModel = gate.of(Kind.MODEL, model).thresholds(ON_HOLDOUT).run();
        assertEquals(0.93, only(byModel).getValue());
        assertEquals(run, byModel.getCandidate().getRunId());
        assertEquals(3, byModel.getTiming().getRequests());
        assertEquals(
                Verdict.MISSING,
                only(gate.timeout("2s")
                                .thresholds(Map.of("accuracy", Map.of("min", 0, "dataset", "other")))
                                .run())
                        .getVerdict());
    }

    @Test
    void severalDatasetsUnderOneKeyAreInconclusive() throws Exception {
        onMlflow3();
        String run = started();
        String model = goodModel(run);
        log("train", model, run, "accuracy", 0.99, 5);
        log("holdout", model, run, "recall", 0.8, 5);
        end(run);

        inconclusive(
                gate.of(Kind.RUN, run).thresholds(Map.of("accuracy", 0.9)).run(), "holdout d-holdout, train d-train");
        inconclusive(
                gate.of(Kind.MODEL, model).thresholds(Map.of("accuracy", 0.9)).run(), "holdout, train");
        GateReport recall =
                gate.of(Kind.RUN, run).thresholds(Map.of("recall", 0.7)).passes();
        assertEquals(3, recall.getTiming().getRequests());
    }

    @Test
    void ofSeveralLoggedModelsNoneIsPickedSilently() throws Exception {
        onMlflow3();
        String run = started();
        String first = data.loggedModel(experiment, run);
        String second = data.loggedModel(experiment, run);
        log("holdout", first, run, "accuracy", 0.93, 9);
        log("holdout", second, run, "accuracy", 0.5, 5);
        log("holdout", second, run, "recall", 0.8, 5);
        end(run);

        inconclusive(gate.of(Kind.RUN, run).thresholds(ON_HOLDOUT).run(), first, second);
        assertEquals(0.93, only(gate.of(Kind.MODEL, first).run()).getValue());
        GateReport recall = gate.of(Kind.RUN, run)
                .thresholds(Map.of("recall", Map.of("min", 0.7, "dataset", "holdout")))
                .run();
        assertEquals(second, recall.getCandidate().getModelId());
        assertEquals(3, recall.getTiming().getRequests());

        String version = data.versionOf(gate.model, first, run);
        GateReport ofVersion =
                gate.of(Kind.VERSION, version).thresholds(ON_HOLDOUT).run();
        assertEquals(0.93, only(ofVersion).getValue());
        assertEquals(first, ofVersion.getCandidate().getModelId());
        assertEquals(4, ofVersion.getTiming().getRequests());
    }

    @Test
    void nanIsNoZero() throws Exception {
        onMlflow3();
        String run = started();
        String model = data.loggedModel(experiment, run);
        log("holdout", model, run, "loss", Double.NaN, 9);
        log("holdout", model, run, "errors", 0, 9);
        end(run);

        Map<String, ?> loss = Map.of("loss", Map.of("max", 1, "dataset", "holdout"));
        assertEquals(
                Verdict.NOT_FINITE,
                only(gate.of(Kind.RUN, run).thresholds(loss).run()).getVerdict());
        GateReport zero = gate.thresholds(Map.of("errors", Map.of("max", 0, "dataset", "holdout")))
                .passes();
        assertEquals(4, zero.getTiming().getRequests());
    }

    @Test
    void theBaselineIsComparedOnTheSameDataset() throws Exception {
        onMlflow3();
        String old = started();
        String champion = data.loggedModel(experiment, old);
        log("train", champion, old, "accuracy", 0.99, 9);
        log("holdout", champion, old, "accuracy", 0.92, 30);
        end(old);
        data.alias(gate.model, "champion", data.versionOf(gate.model, champion, old));
        String run = started();
        String model = goodModel(run);
        end(run);

        GateReport report = gate.of(Kind.MODEL, model)
                .thresholds(Map.of("accuracy", Map.of("max_drop", 0, "greater_is_better", true, "dataset", "holdout")))
                .baseline(Map.of("alias", "champion", "same_dataset", "required"))
                .passes();

        assertEquals(0.92, only(report).getBaseline());
    }

    @Test
    void aLoggedModelBecomesAVersionAndIsPromoted() throws Exception {
        onMlflow3();
        String run = started();
        String model = goodModel(run);
        end(run);

        GateReport report = gate.of(Kind.MODEL, model)
                .thresholds(ON_HOLDOUT)
                .promote("champion")
                .run();

        assertTrue(report.isPromoted(), () -> report.toMap().toString());
        ModelVersion created =
                mlflow.client().versionByAlias(gate.model, "champion").orElseThrow();
        assertEquals("models:/" + model, created.source());
        assertEquals(run, created.runId());
        // A second gate finds the version, and makes no other.
        GateReport again = gate.of(Kind.RUN, run).run();
        assertEquals(
                "version 1 already holds alias 'champion'", again.getPromotion().getReason());
    }

    @Test
    void anEvaluationRunPromotesTheModelOfAnotherRun() throws Exception {
        onMlflow3();
        String training = started();
        String model = data.loggedModel(experiment, training);
        log("holdout", model, training, "accuracy", 0.99, 20);
        end(training);
        String version = data.versionOf(gate.model, model, training);
        String evaluation = started();
        data.evaluates(evaluation, model);
        log("holdout", model, evaluation, "accuracy", 0.91, 9);
        end(evaluation);

        GateReport report = gate.of(Kind.RUN, evaluation)
                .thresholds(ON_HOLDOUT)
                .promote("champion")
                .run();

        assertTrue(report.isPromoted(), () -> report.toMap().toString());
        assertEquals(0.91, only(report).getValue());
        assertEquals(version, report.getPromotion().getVersion());
    }

    @Test
    void aLoggedModelMustBeReady() throws Exception {
        onMlflow3();
        String run = started();
        // The run does not name it; the server knows it all the same.
        String model = data.pendingModel(experiment, run);
        log("holdout", model, run, "accuracy", 0.93, 9);
        end(run);

        gate.of(Kind.RUN, run)
                .thresholds(ON_HOLDOUT)
                .whenWaitingFor(model + " to be READY", () -> data.readyModel(model));
        gate.passes();

        data.failModel(model);
        assertEquals(
                "the upload of logged model " + model + " failed", gate.run().getReason());
        data.deleteLoggedModel(model);
        GateReport gone = gate.of(Kind.MODEL, model).run();
        assertEquals(ErrorCategory.NOT_FOUND.name(), gone.getErrorCategory(), gone.getReason());
        GateReport alone =
                gate.of(Kind.MODEL, data.pendingModel(experiment, null)).run();
        assertTrue(alone.getErrorMessage().contains("has no run for logged model"), alone.getErrorMessage());
    }
}
