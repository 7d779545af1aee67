package io.jenkins.plugins.mlflow.trigger;

import static io.jenkins.plugins.mlflow.trigger.Deliveries.SECRET;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.server;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.Await;
import io.jenkins.plugins.mlflow.config.Connections;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.MlflowServers;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import jenkins.model.JenkinsLocationConfiguration;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** A real MLflow that delivers to a real port of Jenkins. */
@Tag("live")
@Timeout(value = 8, unit = TimeUnit.MINUTES)
@WithJenkins
class WebhookRealTest {

    @TestExtension
    public static final class Sink extends RecordingSink {}

    private static MlflowServer start() {
        List<Path> environments = MlflowServers.environments();
        return MlflowServer.in(environments.get(environments.size() - 1))
                .variable("MLFLOW_WEBHOOK_ALLOWED_SCHEMES", "http")
                .variable("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", "true")
                .variable("MLFLOW_WEBHOOK_CACHE_TTL", "1")
                .start();
    }

    /** What the button of the form shows. */
    private static String register(JenkinsRule jenkins, MlflowServerConfiguration server) throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            String form = "descriptorByName/" + MlflowServerConfiguration.class.getName() + "/registerWebhook?name="
                    + server.getName()
                    + "&trackingUri=" + server.getTrackingUri() + "&webhookSecretId=" + server.getWebhookSecretId()
                    + "&connectTimeoutSeconds=5&requestTimeoutSeconds=30";
            WebRequest request = new WebRequest(client.createCrumbedUrl(form), HttpMethod.POST);
            return client.loadWebResponse(request).getContentAsString();
        }
    }

    private static void assertOk(String answer) {
        assertTrue(answer.contains("class=\"ok\""), answer);
    }

    private static void post(MlflowServer mlflow, String path, String body) throws Exception {
        HttpResponse<String> answer = Deliveries.HTTP.send(
                HttpRequest.newBuilder(URI.create(mlflow.url() + "/api/2.0/mlflow/" + path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
    }

    private static void createVersion(MlflowServer mlflow, String model) throws Exception {
        post(mlflow, "model-versions/create", "{'name': '" + model + "', 'source': 's3://bucket/model'}");
    }

    @Test
    void whatHappensInMlflowReachesTheSinkUnlessTheSecretIsAnother(JenkinsRule jenkins) throws Exception {
        JenkinsLocationConfiguration.get().setUrl(jenkins.getURL().toString());
        MlflowServer mlflow = start();
        try (LogRecorder logs = new LogRecorder()) {
            logs.record(WebhookAction.class, Level.FINE).capture(1000);
            MlflowServerConfiguration real = server("real", mlflow.url(), "webhook", SECRET);
            MlflowGlobalConfiguration.get().setServers(List.of(real));
            List<String> offered = ExtensionList.lookupSingleton(Sink.class).offered;
            assertOk(register(jenkins, real));
            String again = register(jenkins, real);
            assertOk(again);
            assertTrue(again.contains("was there"), again);

            post(mlflow, "registered-models/create", "{'name': 'churn'}");
            createVersion(mlflow, "churn");
            Await.until("the version: " + mlflow.log(), () -> offered.contains("real: churn 1 created"));
            post(mlflow, "registered-models/alias", "{'name': 'churn', 'alias': 'challenger', 'version': '1'}");
            post(
                    mlflow,
                    "model-versions/set-tag",
                    "{'name': 'churn', 'version': '1', 'key': 'validation', 'value': 'requested'}");
            Await.until(
                    "alias and tag",
                    () -> offered.contains("real: churn 1 alias:challenger")
                            && offered.contains("real: churn 1 tag:validation=requested"));
            assertEquals(3, offered.size());

            SystemCredentialsProvider.getInstance().getCredentials().clear();
            SystemCredentialsProvider.getInstance()
                    .getCredentials()
                    .add(new StringCredentialsImpl(
                            CredentialsScope.GLOBAL, "webhook", "", Secret.fromString("another secret")));
            createVersion(mlflow, "churn");
            Await.until(
                    "the refusal",
                    () -> logs.getMessages().stream()
                            .anyMatch(message -> message.contains("no secret of a configured server")));
            assertEquals(3, offered.size());

            // With the new secret registered, the next version comes through again.
            assertOk(register(jenkins, real));
            Await.until("MLflow to take the new secret", () -> {
                try {
                    createVersion(mlflow, "churn");
                    Thread.sleep(500);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                return offered.size() > 3;
            });
        } finally {
            mlflow.stop();
        }
    }

    @Test
    void theVersionThatAScriptRegistersIsEvaluatedAndPromoted(JenkinsRule jenkins, @TempDir Path folder)
            throws Exception {
        JenkinsLocationConfiguration.get().setUrl(jenkins.getURL().toString());
        MlflowServer mlflow = start();
        try {
            MlflowServerConfiguration real = server("real", mlflow.url(), "webhook", SECRET);
            MlflowGlobalConfiguration.get().setServers(List.of(real));
            assertOk(register(jenkins, real));
            WorkflowJob job = jenkins.createProject(WorkflowJob.class, "gate");
            job.setDefinition(new CpsFlowDefinition(
                    "mlflowEvalGate model: 'churn', thresholds: [accuracy: 0.9], promote: 'champion'", true));
            MlflowModelVersionTrigger trigger = new MlflowModelVersionTrigger("churn");
            job.addProperty(new PipelineTriggersJobProperty(List.of(trigger)));
            trigger.start(job, true);

            Path script = Files.writeString(
                    folder.resolve("train.py"),
                    String.join(
                            "\n",
                            "import mlflow",
                            "class Model(mlflow.pyfunc.PythonModel):",
                            "    def predict(self, context, model_input, params=None): return model_input",
                            "with mlflow.start_run():",
                            "    mlflow.log_metric('accuracy', 0.95)",
                            "    mlflow.pyfunc.log_model(name='model', python_model=Model(), pip_requirements=['mlflow'],",
                            "                            registered_model_name='churn')"));
            ProcessBuilder training = new ProcessBuilder(mlflow.python().toString(), script.toString())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile());
            training.environment().put("MLFLOW_TRACKING_URI", mlflow.url());
            assertEquals(0, training.start().waitFor(), () -> read(folder.resolve("log")));

            Await.until("the build: " + mlflow.log(), () -> job.getBuildByNumber(1) != null);
            WorkflowRun build = jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(job.getBuildByNumber(1)));
            assertEquals("1", build.getCause(ModelVersionCause.class).getVersion());
            assertEquals("1", ModelVersion.number(Connections.open(real, null).versionByAlias("churn", "champion")));
            jenkins.waitUntilNoActivity();
            assertEquals(1, job.getBuilds().size());
        } finally {
            mlflow.stop();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
