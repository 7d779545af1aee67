package io.jenkins.plugins.mlflow.step;

import static io.jenkins.plugins.mlflow.step.Pipelines.build;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.Domain;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.MlflowServers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The step in Jenkins with real MLflow servers of every supported version behind it. */
@Tag("live")
@WithJenkins
class LiveMlflowTest {

    private static String run(MlflowData data, String experiment, double accuracy) {
        Instant end = Instant.now().minus(Duration.ofHours(1));
        String run = data.run(experiment, end.minusSeconds(60));
        data.metric(run, "accuracy", accuracy, end.toEpochMilli(), 0);
        data.end(run, "FINISHED", end);
        return run;
    }

    private static void configure(MlflowServer mlflow, String credentialsId) {
        MlflowServerConfiguration server = new MlflowServerConfiguration("real", mlflow.url());
        server.setCredentialsId(credentialsId);
        MlflowGlobalConfiguration.get().setServers(List.of(server));
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void theGoodModelIsPromotedAndTheDegradedOneIsRefused(MlflowServer mlflow, JenkinsRule jenkins) throws Exception {
        configure(mlflow, null);
        MlflowData data = mlflow.data();
        String model = MlflowData.unique("churn");
        data.model(model);
        String experiment = data.experiment(MlflowData.unique("experiment"));
        String good = run(data, experiment, 0.95);
        String degraded = run(data, experiment, 0.9);
        String gate = "mlflowEvalGate model: '" + model + "', promote: 'champion',"
                + " baseline: [alias: 'champion', when_missing: 'rubber_stamp'],"
                + " thresholds: [accuracy: [min: 0.85, max_drop: 0.01]], runId: ";

        WorkflowRun first = build(jenkins, Result.SUCCESS, gate + "'" + good + "'");
        jenkins.assertLogContains("rubber stamp", first);
        String champion =
                mlflow.client().versionByAlias(model, "champion").orElseThrow().version();
        WorkflowRun second = build(jenkins, Result.FAILURE, gate + "'" + degraded + "'");
        jenkins.assertLogContains("0.05 worse than the baseline of 0.95, more than 0.01 worse", second);

        assertEquals(
                champion,
                mlflow.client().versionByAlias(model, "champion").orElseThrow().version());
        String page = jenkins.createWebClient()
                .goTo(second.getUrl() + "mlflow-eval-gate/1/")
                .asNormalizedText();
        assertTrue(page.contains("max_drop"), page);
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#environments")
    void credentialsAreUsedAndNeverShown(java.nio.file.Path environment, JenkinsRule jenkins) throws Exception {
        MlflowServer mlflow = MlflowServers.basicAuth(environment);
        CredentialsProvider.lookupStores(jenkins.jenkins)
                .iterator()
                .next()
                .addCredentials(
                        Domain.global(),
                        new UsernamePasswordCredentialsImpl(
                                CredentialsScope.GLOBAL,
                                "mlflow",
                                null,
                                MlflowServer.ADMIN,
                                MlflowServer.ADMIN_PASSWORD));
        MlflowData data = mlflow.data();
        String model = MlflowData.unique("churn");
        data.model(model);
        String run = run(data, data.experiment(MlflowData.unique("experiment")), 0.95);
        String gate = "mlflowEvalGate model: '" + model + "', runId: '" + run + "', thresholds: [accuracy: 0.9]";

        configure(mlflow, "mlflow");
        WorkflowRun allowed = build(jenkins, Result.SUCCESS, gate);
        configure(mlflow, null);
        WorkflowRun refused = build(jenkins, Result.FAILURE, gate);

        jenkins.assertLogContains("UNAUTHORIZED", refused);
        for (WorkflowRun build : List.of(allowed, refused)) {
            assertFalse(String.join("\n", build.getLog(10_000)).contains(MlflowServer.ADMIN_PASSWORD));
        }
    }
}
