package io.jenkins.plugins.mlflow.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.step.Pipelines;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.MlflowServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** Two controllers train with jobs and builds of the same names, at the same time, in one experiment of one MLflow server. */
@Tag("live")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TwoControllersTest {
    private static final String JOB = "training";

    @RegisterExtension
    private final RealJenkinsExtension one = new RealJenkinsExtension();

    @RegisterExtension
    private final RealJenkinsExtension other = new RealJenkinsExtension();

    @TempDir
    private Path folder;

    @Test
    void eachEvaluatesItsOwnRun() throws Throwable {
        List<Path> environments = MlflowServers.environments();
        MlflowServer mlflow = MlflowServers.plain(environments.get(environments.size() - 1));
        String experiment = MlflowData.unique("shared");
        Path go = folder.resolve("go");
        List<RealJenkinsExtension> controllers = List.of(one, other);
        for (int i = 0; i < controllers.size(); i++) {
            controllers.get(i).startJenkins();
            controllers
                    .get(i)
                    .runRemotely(
                            TwoControllersTest::train, mlflow.url(), script(mlflow, experiment, "0.9" + (i + 1), go));
        }

        Files.createFile(go);

        List<String> values = new ArrayList<>();
        for (RealJenkinsExtension controller : controllers) {
            values.add(controller.runRemotely(TwoControllersTest::evaluated));
            controller.stopJenkins();
        }
        assertEquals(List.of("of this build 0.91", "of this build 0.92"), values);
    }

    /** Both have trained before the first gate begins. */
    private static String script(MlflowServer mlflow, String experiment, String accuracy, Path go) {
        return "node {\n withMlflow(experiment: '" + experiment
                + "') {\n  writeFile file: 'train.py', text: '''import mlflow\n"
                + "with mlflow.start_run():\n    mlflow.log_metric('accuracy', " + accuracy + ")\n'''\n  sh '"
                + mlflow.python()
                + " train.py'\n }\n echo 'trained'\n sh 'until [ -f " + go + " ]; do sleep 0.1; done'\n}\n"
                + "mlflowEvalGate model: 'churn', thresholds: [accuracy: 0.9]";
    }

    // --- in a controller ---

    private static void train(JenkinsRule jenkins, String uri, String script) throws Throwable {
        MlflowGlobalConfiguration.get().setServers(List.of(new MlflowServerConfiguration("real", uri)));
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, JOB);
        job.setDefinition(new CpsFlowDefinition(script, true));
        jenkins.waitForMessage("trained\n", job.scheduleBuild2(0).waitForStart());
    }

    private static String evaluated(JenkinsRule jenkins) throws Throwable {
        WorkflowRun run =
                jenkins.jenkins.getItemByFullName(JOB, WorkflowJob.class).getBuildByNumber(1);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
        String runs = jenkins.createWebClient()
                .goTo("job/" + JOB + "/mlflow-runs/")
                .getElementById("main-panel")
                .getTextContent();
        assertTrue(runs.contains("#1") && runs.contains("FINISHED"), runs);
        Map<?, ?> report = Pipelines.report(jenkins, run);
        Map<?, ?> check = (Map<?, ?>) ((List<?>) report.get("checks")).get(0);
        return ((Map<?, ?>) report.get("candidate")).get("run_of") + " " + check.get("value");
    }
}
