package io.jenkins.plugins.mlflow.trigger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.Connections;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Versions, aliases and tags of real servers, found by polling. */
@Tag("live")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@WithJenkins
class TriggerRealTest {
    private final String model = MlflowData.unique("churn");
    private Triggered triggered;
    private TrackingServer registry;

    @AfterEach
    void stop() {
        TriggerEngine.automatic = true;
    }

    private WorkflowJob job(JenkinsRule jenkins, MlflowServer mlflow, String... on) throws Exception {
        MlflowServerConfiguration server = new MlflowServerConfiguration("real", mlflow.url());
        MlflowGlobalConfiguration.get().setServers(List.of(server));
        registry = Connections.open(server, null);
        triggered = new Triggered(jenkins);
        MlflowModelVersionTrigger trigger = new MlflowModelVersionTrigger(model);
        trigger.setOn(List.of(on));
        return triggered.job(
                "gate",
                Triggered.SHOW + "\nmlflowEvalGate model: '" + model
                        + "', thresholds: [accuracy: 0.9], promote: 'champion'",
                trigger);
    }

    private String version(MlflowData data, double accuracy) {
        String experiment = data.experiment(MlflowData.unique("experiment"));
        return data.version(model, data.finishedRun(experiment, "accuracy", accuracy));
    }

    private String champion() throws Exception {
        return ModelVersion.number(registry.versionByAlias(model, "champion"));
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void aNewVersionIsEvaluatedAndPromoted(MlflowServer mlflow, JenkinsRule jenkins) throws Exception {
        MlflowData data = mlflow.data();
        data.model(model);
        version(data, 0.95);
        WorkflowJob job = job(jenkins, mlflow, "created");
        triggered.run();
        triggered.poll();
        assertEquals(List.of(), triggered.events(job));

        version(data, 0.97);
        triggered.poll();

        assertEquals(List.of("2 created"), triggered.events(job));
        WorkflowRun run = jenkins.assertBuildStatus(Result.SUCCESS, job.getBuildByNumber(1));
        jenkins.assertLogContains(
                "SEEN: " + model + " 2 " + registry.version(model, "2").runId(), run);
        assertEquals("2", champion());

        version(data, 0.5);
        triggered.poll();
        assertEquals(List.of("2 created", "3 created"), triggered.events(job));
        jenkins.assertBuildStatus(Result.FAILURE, job.getBuildByNumber(2));
        assertEquals("2", champion());
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void nothingThatHappenedBetweenTwoPollsIsLost(MlflowServer mlflow, JenkinsRule jenkins) throws Exception {
        MlflowData data = mlflow.data();
        WorkflowJob job = job(jenkins, mlflow, "created", "alias:challenger", "tag:validation=requested");
        triggered.run();

        data.model(model);
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 12; i++) {
            version(data, 0.95);
            expected.add(i + " created");
        }
        data.deleteVersion(model, "5");
        expected.remove("5 created");
        data.alias(model, "challenger", "3");
        registry.setVersionTags(model, "4", Map.of("validation", "requested"));
        registry.setVersionTags(model, "6", Map.of("validation", "done"));
        expected.add("3 alias:challenger");
        expected.add("4 tag:validation=requested");
        triggered.poll();
        triggered.poll();
        assertEquals(
                expected.stream().sorted().toList(),
                triggered.events(job).stream().sorted().toList());

        data.deleteModel(model);
        data.model(model);
        version(data, 0.95);
        triggered.poll();
        expected.add("1 created");
        assertEquals(
                expected.stream().sorted().toList(),
                triggered.events(job).stream().sorted().toList());
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void anEventIsCheckedWithTheServer(MlflowServer mlflow, JenkinsRule jenkins) throws Exception {
        MlflowData data = mlflow.data();
        data.model(model);
        version(data, 0.95);
        version(data, 0.96);
        data.alias(model, "challenger", "1");
        WorkflowJob job = job(jenkins, mlflow, "created", "alias:challenger");
        MlflowServerConfiguration server =
                MlflowGlobalConfiguration.get().getServers().get(0);

        triggered.offer(server, VersionEvent.created(model, "2"));
        triggered.offer(server, VersionEvent.created(model, "3"));
        triggered.offer(server, VersionEvent.alias(model, "1", "challenger"));
        triggered.run();

        assertEquals(
                List.of("1 alias:challenger", "2 created"),
                triggered.events(job).stream().sorted().toList());
        assertEquals(1, EventInbox.get().waiting().size());
    }
}
