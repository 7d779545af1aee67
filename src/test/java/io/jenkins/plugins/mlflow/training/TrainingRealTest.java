package io.jenkins.plugins.mlflow.training;

import static io.jenkins.plugins.mlflow.step.Pipelines.build;
import static io.jenkins.plugins.mlflow.step.Pipelines.job;
import static io.jenkins.plugins.mlflow.step.Pipelines.report;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import com.sun.net.httpserver.HttpsServer;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Result;
import hudson.model.Run;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.mlflow.FilesOfHome;
import io.jenkins.plugins.mlflow.TestAuthority;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.MlflowServers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Real Python trainings on an agent against real servers, and the gate that evaluates the run of its build. */
@Tag("live")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@WithJenkins
class TrainingRealTest {
    private static final String GATE = "mlflowEvalGate model: 'churn', thresholds: [accuracy: 0.9]";

    private static String python(MlflowServer mlflow, String script) {
        return "writeFile file: 'train.py', text: '''import mlflow\n" + script + "'''\n sh '" + mlflow.python()
                + " train.py'";
    }

    private static String run(double accuracy) {
        return "with mlflow.start_run():\n    mlflow.log_metric('accuracy', " + accuracy + ")\n";
    }

    private static String onAgent(JenkinsRule jenkins) throws Exception {
        return "node('" + jenkins.createOnlineSlave().getSelfLabel().getName() + "') ";
    }

    private static void configure(MlflowServer mlflow) {
        MlflowGlobalConfiguration.get().setServers(List.of(new MlflowServerConfiguration("real", mlflow.url())));
    }

    private static Map<?, ?> candidate(JenkinsRule jenkins, WorkflowRun run) throws Exception {
        return (Map<?, ?>) report(jenkins, run).get("candidate");
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void theGateEvaluatesTheRunThatTheBuildMade(MlflowServer mlflow, JenkinsRule jenkins) throws Exception {
        configure(mlflow);
        String mine = MlflowData.unique("mine");
        String node = onAgent(jenkins);
        String nested = "mlflow.set_experiment('" + mine + "')\n"
                + "with mlflow.start_run(run_name='parent'):\n    mlflow.log_metric('accuracy', 0.95)\n"
                + "    with mlflow.start_run(nested=True):\n        mlflow.log_metric('accuracy', 0.1)\n";

        WorkflowRun one =
                build(jenkins, Result.SUCCESS, node + "{ withMlflow { " + python(mlflow, nested) + " } }\n" + GATE);

        Map<?, ?> candidate = candidate(jenkins, one);
        assertEquals("of this build", candidate.get("run_of"));
        assertEquals(mine, candidate.get("experiment"));
        jenkins.assertLogContains("MLflow runs of this build on server 'real'", one);
        jenkins.assertLogContains("parent (FINISHED) in experiment " + mine, one);
        jenkins.assertLogContains("Candidate: run " + candidate.get("run_id") + ", the run of this build", one);
        String page =
                jenkins.createWebClient().goTo(one.getUrl() + "mlflow-runs/").asNormalizedText();
        assertTrue(page.contains("parent") && page.contains("FINISHED") && page.contains("0.95"), page);

        WorkflowRun bad = build(
                jenkins,
                Result.FAILURE,
                node + "{ withMlflow(experiment: '" + MlflowData.unique("bad") + "') { " + python(mlflow, run(0.5))
                        + " } }\n" + GATE);
        jenkins.assertLogContains("accuracy 0.5 is", bad);

        String other = MlflowData.unique("other");
        String two = node + "{ withMlflow { "
                + python(mlflow, run(0.2) + "mlflow.set_experiment('" + other + "')\n" + run(0.97)) + " } }\n";
        WorkflowRun several = build(jenkins, Result.FAILURE, two + GATE);
        jenkins.assertLogContains("CONFLICT: There are several runs of this build", several);
        jenkins.assertLogContains("in experiment '" + other + "'", several);
        WorkflowRun narrowed = build(jenkins, Result.SUCCESS, two + GATE + ", experiment: '" + other + "'");
        assertEquals(other, candidate(jenkins, narrowed).get("experiment"));
        WorkflowRun filtered = build(jenkins, Result.SUCCESS, two + GATE + ", filter: 'metrics.accuracy > 0.9'");
        assertEquals(other, candidate(jenkins, filtered).get("experiment"));
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void aBlockWithoutARunSaysWhy(MlflowServer mlflow, JenkinsRule jenkins) throws Exception {
        configure(mlflow);
        String node = onAgent(jenkins);
        Map<String, String> reasons = Map.of(
                "mlflow.set_tracking_uri('file:./mlruns')\n" + run(0.9),
                "The training logged to mlruns in the workspace",
                "import os\nos.environ['MLFLOW_ALLOW_FILE_STORE'] = 'true'\nmlflow.set_tracking_uri('sqlite:///mlflow.db')\n"
                        + run(0.9),
                "The training logged to mlflow.db",
                "from mlflow import MlflowClient\nMlflowClient().create_run('0')\n",
                "MlflowClient().create_run()");
        for (Map.Entry<String, String> reason : reasons.entrySet()) {
            String clean = "sh 'rm -rf mlruns mlflow.db'\n";
            String local = reason.getKey().contains("file:")
                    ? "withEnv(['MLFLOW_ALLOW_FILE_STORE=true']) { "
                    : "withEnv([]) { ";
            WorkflowRun run = build(
                    jenkins,
                    Result.FAILURE,
                    node + "{ " + clean + local + "withMlflow { " + python(mlflow, reason.getKey()) + " } } }\n"
                            + GATE);
            jenkins.assertLogContains("WARNING: NOT_FOUND: server 'real' has no run of this build", run);
            jenkins.assertLogContains(reason.getValue(), run);
            jenkins.assertLogContains("NOT_FOUND: Server 'real' has no active top-level run of this build", run);
        }
        WorkflowRun required = build(
                jenkins, Result.FAILURE, node + "{ withMlflow(requireRun: true) { echo 'nothing' } }\n echo 'never'");
        jenkins.assertLogContains("ERROR: NOT_FOUND: server 'real' has no run of this build", required);
        jenkins.assertLogNotContains("never", required);
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void buildsAtOnceEachEvaluateTheirOwnRun(MlflowServer mlflow, JenkinsRule jenkins) throws Exception {
        configure(mlflow);
        jenkins.jenkins.setNumExecutors(2);
        String experiment = MlflowData.unique("shared");
        // Two MLflow clients that create the same experiment at a time are in each other's way.
        mlflow.data().experiment(experiment);
        WorkflowJob job = job(
                jenkins,
                "node { withMlflow(experiment: '" + experiment
                        + "') { writeFile file: 'train.py', text: \"import mlflow\\n"
                        + "with mlflow.start_run(): mlflow.log_metric('accuracy', 0.9 + ${env.BUILD_NUMBER} / 100)\\n\"\n"
                        + " sh '" + mlflow.python() + " train.py' } }\n" + GATE);
        WorkflowRun first = job.scheduleBuild2(0).waitForStart();
        WorkflowRun second =
                job.scheduleBuild2(0, new CauseAction(new Cause.UserIdCause())).waitForStart();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(first));
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(second));

        for (WorkflowRun build : List.of(first, second)) {
            List<?> checks = (List<?>) report(jenkins, build).get("checks");
            assertEquals(
                    "0.9" + build.getNumber(),
                    ((Map<?, ?>) checks.get(0)).get("value").toString());
        }
        String page =
                jenkins.createWebClient().goTo(job.getUrl() + "mlflow-runs/").asNormalizedText();
        assertTrue(page.contains("#1") && page.contains("#2"), page);
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void aDownstreamBuildEvaluatesTheRunOfTheOneThatTriggeredIt(MlflowServer mlflow, JenkinsRule jenkins)
            throws Exception {
        configure(mlflow);
        WorkflowJob gate = job(jenkins, GATE + ", buildRuns: 'upstream'");
        WorkflowRun training =
                build(jenkins, Result.SUCCESS, "node { withMlflow { " + python(mlflow, run(0.95)) + " } }");
        WorkflowRun downstream = jenkins.assertBuildStatusSuccess(
                gate.scheduleBuild2(0, new CauseAction(new Cause.UpstreamCause((Run<?, ?>) training))));

        assertEquals(
                "of upstream build " + training.getFullDisplayName(),
                candidate(jenkins, downstream).get("run_of"));
        WorkflowRun alone = jenkins.buildAndAssertStatus(Result.FAILURE, gate);
        jenkins.assertLogContains("NOT_FOUND: there are no runs of an upstream build", alone);
    }

    @Test
    void aBuildThatIsRestartedFromTheGateEvaluatesTheRunOfTheFirstOne(JenkinsRule jenkins) throws Exception {
        List<Path> environments = MlflowServers.environments();
        MlflowServer mlflow = MlflowServers.plain(environments.get(environments.size() - 1));
        configure(mlflow);
        WorkflowJob job = job(
                jenkins,
                "pipeline { agent none; stages {\n stage('train') { agent any; steps { withMlflow { "
                        + python(mlflow, run(0.95)) + " } } }\n stage('gate') { steps { " + GATE + " } } } }");
        WorkflowRun first = jenkins.buildAndAssertSuccess(job);

        first.getAction(RestartDeclarativePipelineAction.class).run("gate");
        jenkins.waitUntilNoActivity();
        WorkflowRun second = jenkins.assertBuildStatusSuccess(job.getBuildByNumber(2));

        assertEquals(
                candidate(jenkins, first).get("run_id"),
                candidate(jenkins, second).get("run_id"));
        assertEquals(
                "of build #1, from which this one was restarted",
                candidate(jenkins, second).get("run_of"));
    }

    @Test
    void aTrainingTrustsTheServersOwnAuthority(JenkinsRule jenkins, @TempDir Path folder) throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        List<Path> environments = MlflowServers.environments();
        MlflowServer mlflow = MlflowServers.plain(environments.get(environments.size() - 1));
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpsServer https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        https.setHttpsConfigurator(authority.https());
        https.createContext("/", exchange -> {
            HttpRequest request = HttpRequest.newBuilder(URI.create(mlflow.url() + exchange.getRequestURI()))
                    .header("Content-Type", "application/json")
                    .method(
                            exchange.getRequestMethod(),
                            HttpRequest.BodyPublishers.ofByteArray(
                                    exchange.getRequestBody().readAllBytes()))
                    .build();
            try {
                HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(
                        response.statusCode(), response.body().length == 0 ? -1 : response.body().length);
                exchange.getResponseBody().write(response.body());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                exchange.close();
            }
        });
        https.start();
        try {
            MlflowServerConfiguration server = new MlflowServerConfiguration(
                    "real", "https://127.0.0.1:" + https.getAddress().getPort());
            server.setCaCertificates(authority.pem());
            MlflowGlobalConfiguration.get().setServers(List.of(server));

            WorkflowRun run = build(
                    jenkins,
                    Result.SUCCESS,
                    onAgent(jenkins) + "{ withMlflow { " + python(mlflow, run(0.95)) + " } }\n" + GATE);

            assertEquals("of this build", candidate(jenkins, run).get("run_of"));
        } finally {
            https.stop(0);
        }
    }

    @Test
    void aTrainingLogsToTheServersWorkspaceAndTheGateEvaluatesItThere(JenkinsRule jenkins) throws Exception {
        List<Path> environments = MlflowServers.environments();
        MlflowServer mlflow = MlflowServer.in(environments.get(environments.size() - 1))
                .workspaces()
                .start();
        try {
            mlflow.data().workspace("growth");
            MlflowServerConfiguration growth = new MlflowServerConfiguration("growth", mlflow.url());
            growth.setWorkspace("growth");
            MlflowGlobalConfiguration.get()
                    .setServers(List.of(growth, new MlflowServerConfiguration("rest", mlflow.url())));
            String training = onAgent(jenkins) + "{ withMlflow(server: 'growth', experiment: 'churn') { "
                    + python(mlflow, run(0.95)) + " } }\n";

            WorkflowRun run = build(jenkins, Result.SUCCESS, training + GATE + ", server: 'growth'");

            assertEquals("of this build", candidate(jenkins, run).get("run_of"));
            for (String page : List.of("mlflow-runs/", "mlflow-eval-gate/")) {
                String link = "/runs/" + candidate(jenkins, run).get("run_id") + "?workspace=growth";
                String shown =
                        jenkins.createWebClient().goTo(run.getUrl() + page).asXml();
                assertTrue(shown.contains(link), () -> page + " " + shown);
            }
            WorkflowRun elsewhere =
                    build(jenkins, Result.FAILURE, training + GATE + ", server: 'rest', experiment: 'churn'");
            jenkins.assertLogContains("(experiment 'churn') returned 404", elsewhere);
        } finally {
            mlflow.stop();
        }
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#environments")
    void trainingCredentialsMayLogAndTheGatesMayPromote(Path environment, JenkinsRule jenkins) throws Exception {
        MlflowServer mlflow = MlflowServers.basicAuth(environment);
        String trainer = MlflowData.unique("trainer");
        String password = "c4nary-tr4iner-passw0rd";
        MlflowData data = mlflow.data();
        data.user(trainer, password);
        String model = MlflowData.unique("churn");
        data.model(model);
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .addAll(List.of(
                        new UsernamePasswordCredentialsImpl(CredentialsScope.SYSTEM, "trainer", "", trainer, password),
                        new UsernamePasswordCredentialsImpl(
                                CredentialsScope.SYSTEM, "gate", "", MlflowServer.ADMIN, MlflowServer.ADMIN_PASSWORD)));
        MlflowServerConfiguration server = new MlflowServerConfiguration("real", mlflow.url());
        server.setCredentialsId("gate");
        server.setTrainingCredentialsId("trainer");
        MlflowGlobalConfiguration.get().setServers(List.of(server));
        DumbSlave agent = jenkins.createOnlineSlave();
        String experiment = MlflowData.unique("experiment");
        String training = "mlflow.set_experiment('" + experiment + "')\nimport os\nfrom mlflow import MlflowClient\n"
                + "with mlflow.start_run():\n    mlflow.log_metric('accuracy', 0.95)\n"
                + "try:\n    MlflowClient().set_registered_model_alias('" + model
                + "', 'champion', '1')\n    print('it PROMOTED')\n"
                + "except Exception as e:\n    print('refused: ' + str(e)[:300])\nprint('the password is ' + os.environ['MLFLOW_TRACKING_PASSWORD'])\n";

        WorkflowRun run = build(
                jenkins,
                Result.SUCCESS,
                "node('" + agent.getSelfLabel().getName() + "') { withMlflow { " + python(mlflow, training)
                        + "\n sh 'env' } }\n" + "mlflowEvalGate model: '" + model + "', thresholds: [accuracy: 0.9]");

        jenkins.assertLogContains("refused: ", run);
        jenkins.assertLogNotContains("it PROMOTED", run);
        jenkins.assertLogContains("the password is ****", run);
        jenkins.assertLogContains("MLFLOW_TRACKING_PASSWORD=****", run);
        Map<String, String> places = new TreeMap<>();
        places.put("log", String.join("\n", run.getLog(10_000)));
        places.put("report", String.valueOf(report(jenkins, run)));
        for (Path folder : List.of(jenkins.jenkins.getRootDir().toPath(), Path.of(agent.getRemoteFS()))) {
            FilesOfHome.read(folder).forEach((file, text) -> {
                if (!file.startsWith("secrets") && !file.equals(Path.of("credentials.xml"))) {
                    places.put(folder.resolve(file).toString(), text);
                }
            });
        }
        assertTrue(
                places.keySet().stream().anyMatch(place -> place.endsWith("train.py")),
                () -> places.keySet().toString());
        for (String secret : List.of(password, MlflowServer.ADMIN_PASSWORD)) {
            places.forEach((place, text) -> assertFalse(text.contains(secret), place));
        }
    }
}
