package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.gate.ExactCandidate.Kind;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Approvals are counted on real MLflow servers, of every version that the product supports. */
@Tag("mlflow")
@ParameterizedClass
@MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
class ApprovalContractTest {
    @Parameter
    private MlflowServer mlflow;

    private String goodRun(MlflowData data, String experiment) {
        Instant end = Instant.now().minus(Duration.ofHours(1));
        String run = data.run(experiment, end.minus(Duration.ofHours(1)));
        data.metric(run, "accuracy", 0.93, end.toEpochMilli(), 0);
        data.end(run, "FINISHED", end);
        return run;
    }

    @Test
    void theFirstTwoPromotionsOfAModelAreApprovedAndTheThirdNeedsNobody() throws Exception {
        MlflowData data = mlflow.data();
        String experiment = data.experiment(MlflowData.unique("experiment"));
        RealDrive gate = new RealDrive(mlflow.client(), MlflowData.unique("model"));
        String other = gate.model + "2";
        data.model(gate.model);
        data.model(other);
        gate.thresholds(Map.of("accuracy", 0.9))
                .promote(Map.of("alias", "champion", "approval", Map.of("first", 2)))
                .approver("alice");
        for (int promotion = 1; promotion <= 2; promotion++) {
            GateReport report = gate.of(Kind.RUN, goodRun(data, experiment)).run();
            assertTrue(report.isPromoted(), report.getReason());
            assertEquals(promotion, gate.asked);
        }
        ModelVersion approved =
                mlflow.client().versionByAlias(gate.model, "champion").orElseThrow();
        assertEquals("alice", approved.tags().get("mlflow_eval_gate.approved_by"));
        assertEquals("a reason", approved.tags().get("mlflow_eval_gate.approval_reason"));

        GateReport third =
                gate.approver(null).of(Kind.RUN, goodRun(data, experiment)).run();
        assertTrue(third.isPromoted(), third.getReason());
        assertFalse(third.getPromotion().getApproval().isRequired());
        assertEquals(2, gate.asked);
        assertEquals(0, mlflow.client().versionsWithTag(other, "mlflow_eval_gate.approved_by", 2));
    }
}
