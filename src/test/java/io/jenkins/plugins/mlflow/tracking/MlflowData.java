package io.jenkins.plugins.mlflow.tracking;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mlflow.api.proto.ModelRegistry;
import org.mlflow.api.proto.Service;
import org.mlflow_project.google.protobuf.Message;
import org.mlflow_project.google.protobuf.util.JsonFormat;

/**
 * Prepares experiments, runs and models on a real server, as training code would, and with the administrator's
 * credentials. It shares nothing with the product's client, so that neither can hide the other's mistakes. A refusal
 * fails the test.
 */
public final class MlflowData {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final MlflowServer server;

    MlflowData(MlflowServer server) {
        this.server = server;
    }

    /** A name that no other test uses. */
    public static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Returns the new experiment's id. */
    public String experiment(String name) {
        return post(
                        "experiments/create",
                        Service.CreateExperiment.newBuilder().setName(name),
                        Service.CreateExperiment.Response.newBuilder())
                .getExperimentId();
    }

    public void deleteExperiment(String id) {
        send("POST", "experiments/delete", Service.DeleteExperiment.newBuilder().setExperimentId(id));
    }

    /** Returns the id of a new run, which is RUNNING. */
    /** A run with a model at its artifact path {@code model}, as MLflow 2 logs one. */
    public String run(String experimentId, Instant start) {
        String run = runWithoutModel(experimentId, start);
        file(experimentId, run, "model/MLmodel");
        return run;
    }

    public String runWithoutModel(String experimentId, Instant start) {
        return post(
                        "runs/create",
                        Service.CreateRun.newBuilder()
                                .setExperimentId(experimentId)
                                .setStartTime(start.toEpochMilli()),
                        Service.CreateRun.Response.newBuilder())
                .getRun()
                .getInfo()
                .getRunId();
    }

    /** A file among the artifacts of a run. */
    public void file(String experimentId, String runId, String path) {
        sendTo(
                "PUT",
                "/api/2.0/mlflow-artifacts/artifacts/" + experimentId + "/" + runId + "/artifacts/" + path,
                "application/octet-stream",
                "flavors: {}");
    }

    /** A run that started a minute ago, with one metric, and is FINISHED since half a minute. */
    public String finishedRun(String experimentId, String metric, double value) {
        Instant now = Instant.now();
        String run = run(experimentId, now.minusSeconds(60));
        metric(run, metric, value, now.minusSeconds(40).toEpochMilli(), 0);
        end(run, "FINISHED", now.minusSeconds(30));
        return run;
    }

    /** Logs a metric as of now, at step 0. */
    public void metric(String runId, String key, double value) {
        metric(runId, key, value, Instant.now().toEpochMilli(), 0);
    }

    /** @param value may be NaN or infinite */
    public void metric(String runId, String key, double value, long timestamp, long step) {
        send(
                "POST",
                "runs/log-metric",
                Service.LogMetric.newBuilder()
                        .setRunId(runId)
                        .setKey(key)
                        .setValue(value)
                        .setTimestamp(timestamp)
                        .setStep(step));
    }

    /** Logs a dataset of this digest as an input of the run. */
    public void dataset(String runId, String name, String digest) {
        send(
                "POST",
                "runs/log-inputs",
                Service.LogInputs.newBuilder()
                        .setRunId(runId)
                        .addDatasets(Service.DatasetInput.newBuilder()
                                .setDataset(Service.Dataset.newBuilder()
                                        .setName(name)
                                        .setDigest(digest)
                                        .setSourceType("local")
                                        .setSource(name))));
    }

    /** Makes a logged model (MLflow 3) that is READY, names it as the run's output, and returns its id. */
    public String loggedModel(String experimentId, String runId) {
        String id = pendingModel(experimentId, runId);
        readyModel(id);
        send("POST", "runs/outputs", "{\"run_id\":\"" + runId + "\",\"models\":[{\"model_id\":\"" + id + "\"}]}");
        return id;
    }

    /** A logged model that its run does not name, and that is PENDING. */
    public String pendingModel(String experimentId, String runId) {
        String answer = send(
                "POST",
                "logged-models",
                "{\"experiment_id\":\"" + experimentId + "\",\"name\":\"model\""
                        + (runId == null ? "" : ",\"source_run_id\":\"" + runId + "\"") + "}");
        Matcher id = Pattern.compile("\"model_id\"\\s*:\\s*\"(m-\\w+)\"").matcher(answer);
        if (!id.find()) {
            throw new AssertionError("no id in " + answer);
        }
        return id.group(1);
    }

    public void readyModel(String id) {
        finalizeModel(id, "LOGGED_MODEL_READY");
    }

    public void failModel(String id) {
        finalizeModel(id, "LOGGED_MODEL_UPLOAD_FAILED");
    }

    private void finalizeModel(String id, String status) {
        send("PATCH", "logged-models/" + id, "{\"model_id\":\"" + id + "\",\"status\":\"" + status + "\"}");
    }

    public void deleteLoggedModel(String id) {
        send("DELETE", "logged-models/" + id, "{\"model_id\":\"" + id + "\"}");
    }

    /** Tells a run that it evaluates a logged model, as MLflow's client does before it logs metrics of it. */
    public void evaluates(String runId, String modelId) {
        send(
                "POST",
                "runs/log-inputs",
                "{\"run_id\":\"" + runId + "\",\"models\":[{\"model_id\":\"" + modelId + "\"}]}");
    }

    /**
     * Logs a metric of a logged model, which the run gets too.
     *
     * @param dataset name and digest, or null for none
     */
    public void metricOn(
            String dataset, String digest, String modelId, String runId, String key, double value, long timestamp) {
        String number = Double.isFinite(value) ? String.valueOf(value) : "\"" + value + "\"";
        send(
                "POST",
                "runs/log-metric",
                "{\"run_id\":\"" + runId + "\",\"model_id\":\"" + modelId + "\",\"key\":\"" + key + "\",\"value\":"
                        + number
                        + ",\"timestamp\":" + timestamp + ",\"step\":0"
                        + (dataset == null
                                ? ""
                                : ",\"dataset_name\":\"" + dataset + "\",\"dataset_digest\":\"" + digest + "\"")
                        + "}");
    }

    /** Returns the number of a new version, made from a logged model as MLflow's client does. */
    public String versionOf(String model, String modelId, String runId) {
        String answer = send(
                "POST",
                "model-versions/create",
                "{\"name\":\"" + model + "\",\"source\":\"models:/" + modelId + "\",\"model_id\":\"" + modelId
                        + "\",\"run_id\":\"" + runId + "\"}");
        Matcher version = Pattern.compile("\"version\"\\s*:\\s*\"(\\d+)\"").matcher(answer);
        if (!version.find()) {
            throw new AssertionError("no version in " + answer);
        }
        return version.group(1);
    }

    public void runTag(String runId, String key, String value) {
        send(
                "POST",
                "runs/set-tag",
                Service.SetTag.newBuilder().setRunId(runId).setKey(key).setValue(value));
    }

    /** @param status RUNNING, SCHEDULED, FINISHED, FAILED or KILLED */
    public void end(String runId, String status, Instant end) {
        send(
                "POST",
                "runs/update",
                Service.UpdateRun.newBuilder()
                        .setRunId(runId)
                        .setStatus(Service.RunStatus.valueOf(status))
                        .setEndTime(end.toEpochMilli()));
    }

    public void deleteRun(String runId) {
        send("POST", "runs/delete", Service.DeleteRun.newBuilder().setRunId(runId));
    }

    public void model(String name) {
        send(
                "POST",
                "registered-models/create",
                ModelRegistry.CreateRegisteredModel.newBuilder().setName(name));
    }

    public void deleteModel(String name) {
        send(
                "DELETE",
                "registered-models/delete",
                ModelRegistry.DeleteRegisteredModel.newBuilder().setName(name));
    }

    /** Returns the number of a new version, made from {@code runs:/<run id>/model}. */
    public String version(String model, String runId) {
        return post(
                        "model-versions/create",
                        ModelRegistry.CreateModelVersion.newBuilder()
                                .setName(model)
                                .setSource("runs:/" + runId + "/model")
                                .setRunId(runId),
                        ModelRegistry.CreateModelVersion.Response.newBuilder())
                .getModelVersion()
                .getVersion();
    }

    public void deleteVersion(String model, String version) {
        send(
                "DELETE",
                "model-versions/delete",
                ModelRegistry.DeleteModelVersion.newBuilder().setName(model).setVersion(version));
    }

    public void alias(String model, String alias, String version) {
        send(
                "POST",
                "registered-models/alias",
                ModelRegistry.SetRegisteredModelAlias.newBuilder()
                        .setName(model)
                        .setAlias(alias)
                        .setVersion(version));
    }

    public void deleteAlias(String model, String alias) {
        send(
                "DELETE",
                "registered-models/alias",
                ModelRegistry.DeleteRegisteredModelAlias.newBuilder()
                        .setName(model)
                        .setAlias(alias));
    }

    /** Moves the version without archiving others. */
    public void stage(String model, String version, String stage) {
        send(
                "POST",
                "model-versions/transition-stage",
                ModelRegistry.TransitionModelVersionStage.newBuilder()
                        .setName(model)
                        .setVersion(version)
                        .setStage(stage)
                        .setArchiveExistingVersions(false));
    }

    /** A user of a server with basic-auth, who may read everything and change nothing. */
    public void user(String name, String password) {
        send("POST", "users/create", "{\"username\":\"" + name + "\",\"password\":\"" + password + "\"}");
    }

    /** Makes a workspace on a server that has them. */
    public void workspace(String name) {
        send("POST", "../../3.0/mlflow/workspaces", "{\"name\":\"" + name + "\"}");
    }

    /** Grants a user of a server with basic-auth a permission on a model, in the way of the server's version. */
    public void grant(String user, String model, String permission) {
        if (server.majorVersion() < 3) {
            send(
                    "POST",
                    "registered-models/permissions/create",
                    "{\"name\":\"" + model + "\",\"username\":\"" + user + "\",\"permission\":\"" + permission + "\"}");
        } else {
            send(
                    "POST",
                    "../../3.0/mlflow/users/permissions/grant",
                    "{\"username\":\"" + user + "\",\"resource_type\":\"registered_model\",\"resource_id\":\"" + model
                            + "\",\"permission\":\"" + permission + "\"}");
        }
    }

    private <B extends Message.Builder> B post(String path, Message.Builder message, B answer) {
        try {
            JsonFormat.parser().ignoringUnknownFields().merge(send("POST", path, message), answer);
            return answer;
        } catch (IOException e) {
            throw new AssertionError(path + " was answered with something else", e);
        }
    }

    private String send(String method, String path, Message.Builder message) {
        try {
            return send(
                    method,
                    path,
                    JsonFormat.printer().preservingProtoFieldNames().print(message));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String send(String method, String path, String json) {
        return sendTo(method, "/api/2.0/mlflow/" + path, "application/json", json);
    }

    private String sendTo(String method, String path, String contentType, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(server.url() + path).normalize())
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", contentType)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        server.credentials().header().ifPresent(value -> request.header("Authorization", value));
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new AssertionError(server + " answered " + response.statusCode() + " to " + path + " " + body
                        + ": " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new AssertionError(server + " did not answer to " + path + ". Its log:\n" + server.log(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
