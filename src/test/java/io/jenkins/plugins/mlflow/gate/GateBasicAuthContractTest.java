package io.jenkins.plugins.mlflow.gate;

import static io.jenkins.plugins.mlflow.gate.GateContractTest.assertError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.gate.ExactCandidate.Kind;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The gate against real servers that want to know who asks. */
@Tag("mlflow")
@ParameterizedClass
@MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#basicAuth")
class GateBasicAuthContractTest {
    private static final String CANARY = "canary-of-the-gate";

    @Parameter
    private MlflowServer mlflow;

    private String model;
    private String version;

    @BeforeEach
    void prepare() {
        MlflowData data = mlflow.data();
        model = MlflowData.unique("model");
        data.model(model);
        Instant end = Instant.now().minus(Duration.ofHours(1));
        String run = data.run(data.experiment(MlflowData.unique("experiment")), end.minusSeconds(60));
        data.metric(run, "accuracy", 0.95, end.toEpochMilli(), 0);
        data.end(run, "FINISHED", end);
        version = data.version(model, run);
    }

    private GateReport gate(Credentials credentials) throws Exception {
        return new RealDrive(mlflow.client(credentials), model)
                .of(Kind.VERSION, version)
                .thresholds(Map.of("accuracy", 0.9))
                .promote("champion")
                .run();
    }

    @Test
    void whoMayPromotesWithItsCredentials() throws Exception {
        GateReport report = gate(mlflow.credentials());

        assertTrue(report.isPromoted(), () -> report.toMap().toString());
    }

    @Test
    void wrongCredentialsAndNoneAreUnauthorizedAndNamedById() throws Exception {
        GateReport wrong = gate(Credentials.basic(MlflowServer.ADMIN, CANARY, "mlflow-password"));
        assertError(ErrorCategory.UNAUTHORIZED, wrong);
        assertTrue(wrong.getReason().contains("mlflow-password"), wrong.getReason());
        assertFalse(wrong.getReason().contains(CANARY), wrong.getReason());

        assertError(ErrorCategory.UNAUTHORIZED, gate(Credentials.none()));
        assertError(ErrorCategory.UNAUTHORIZED, gate(Credentials.bearer(CANARY, "mlflow-token")));
    }

    @Test
    void whoMayOnlyReadEvaluatesButCannotPromote() throws Exception {
        String reader = MlflowData.unique("reader");
        mlflow.data().user(reader, CANARY + "-password");

        GateReport report = gate(Credentials.basic(reader, CANARY + "-password", "reader"));

        assertError(ErrorCategory.FORBIDDEN, report);
        assertEquals(1, report.getChecks().size());
        assertFalse(report.isPromoted());
        assertTrue(mlflow.client().versionByAlias(model, "champion").isEmpty());
        assertEquals(GateStatus.ERROR, report.getStatus());
    }
}
