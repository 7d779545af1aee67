package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.gate.Rollback.Outcome;
import io.jenkins.plugins.mlflow.gate.Rollback.Result;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Rolling back on real servers that want to know who asks, on every version that the product supports. */
@Tag("mlflow")
@ParameterizedClass
@MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#basicAuth")
class RollbackContractTest {
    @Parameter
    private MlflowServer mlflow;

    private String model;
    private String before;
    private String live;

    @BeforeEach
    void prepare() {
        MlflowData data = mlflow.data();
        model = MlflowData.unique("model");
        data.model(model);
        String experiment = data.experiment(MlflowData.unique("experiment"));
        before = data.version(model, data.finishedRun(experiment, "accuracy", 0.9));
        live = data.version(model, data.finishedRun(experiment, "accuracy", 0.95));
        data.alias(model, "champion", live);
    }

    private Outcome rollBack(TrackingServer as, String from, String to) throws Exception {
        return new Rollback(
                        "real",
                        model,
                        "champion",
                        from,
                        to,
                        Clock.systemUTC(),
                        Instant.now().plusSeconds(30))
                .run(as, "alice", () -> {});
    }

    private String holder() throws Exception {
        return mlflow.client(mlflow.credentials())
                .versionByAlias(model, "champion")
                .orElseThrow()
                .version();
    }

    @Test
    void theAliasGoesBackAndTheTagsAreThere() throws Exception {
        Outcome outcome = rollBack(mlflow.client(mlflow.credentials()), live, before);

        assertEquals(new Outcome(Result.DONE, null, null, before), outcome);
        assertEquals(before, holder());
        var tags = mlflow.client(mlflow.credentials()).version(model, live).tags();
        assertEquals("alice", tags.get("mlflow_eval_gate.rolled_back_by"));
        assertEquals(before, tags.get("mlflow_eval_gate.rolled_back_to"));
    }

    @Test
    void anAliasThatMovedOrAVersionThatIsGoneChangesNothing() throws Exception {
        TrackingServer admin = mlflow.client(mlflow.credentials());
        Outcome moved = rollBack(admin, before, live);
        assertEquals(Result.REFUSED, moved.result());
        assertEquals(live, moved.holder());

        mlflow.data().deleteVersion(model, before);
        Outcome gone = rollBack(admin, live, before);
        assertEquals(ErrorCategory.NOT_FOUND, gone.category());
        assertEquals(live, holder());
    }

    @Test
    void whoMayOnlyReadIsRefusedByTheServerAndNothingChanges() throws Exception {
        String reader = MlflowData.unique("reader");
        mlflow.data().user(reader, "canary-of-the-roll-back");

        Outcome outcome =
                rollBack(mlflow.client(Credentials.basic(reader, "canary-of-the-roll-back", "reader")), live, before);

        assertEquals(Result.REFUSED, outcome.result(), outcome.message());
        assertEquals(ErrorCategory.FORBIDDEN, outcome.category());
        assertTrue(outcome.message().contains("still at version " + live), outcome.message());
        assertEquals(live, holder());
    }
}
