package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.mlflow.api.proto.ModelRegistry;
import org.mlflow_project.google.protobuf.Message;
import org.mlflow_project.google.protobuf.Struct;

/**
 * Changes the model registry. Nothing is repeated here, and a good response is no proof (servers respond 200 to much):
 * a promotion is read back.
 */
final class VersionWrites {
    private final HttpTransport transport;

    VersionWrites(HttpTransport transport) {
        this.transport = transport;
    }

    ModelVersion create(String model, String source, String runId) throws TrackingException, InterruptedException {
        ModelRegistry.CreateModelVersion.Builder message =
                ModelRegistry.CreateModelVersion.newBuilder().setName(model).setSource(source);
        if (runId != null) {
            message.setRunId(runId);
        }
        return create(model, source, runId, message.build());
    }

    /** MLflow 3 refuses a source {@code models:/m-…} without the id beside it, which the library's message has no field for. */
    ModelVersion createFrom(String model, String loggedModel, String runId)
            throws TrackingException, InterruptedException {
        String source = LoggedModel.source(loggedModel);
        Struct.Builder message = Struct.newBuilder()
                .putFields("name", StructReader.value(model))
                .putFields("source", StructReader.value(source))
                .putFields("model_id", StructReader.value(loggedModel));
        if (runId != null) {
            message.putFields("run_id", StructReader.value(runId));
        }
        return create(model, source, runId, message.build());
    }

    private ModelVersion create(String model, String source, String runId, Message message)
            throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.post(
                "model-versions/create", "a version of model '" + model + "' from " + source, message);
        ParsedResponse<ModelRegistry.CreateModelVersion.Response.Builder> response =
                transport.begin().change(request, ModelRegistry.CreateModelVersion.Response.newBuilder());
        ModelVersion created = VersionReader.read(response, response.message().getModelVersion(), model);
        response.require(
                runId == null || runId.equals(created.runId()), "with a version of the run '" + created.runId() + "'");
        return created;
    }

    void setAlias(String model, String alias, String version) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.post(
                "registered-models/alias",
                "alias '" + alias + "' of model '" + model + "' to version " + version,
                ModelRegistry.SetRegisteredModelAlias.newBuilder()
                        .setName(model)
                        .setAlias(alias)
                        .setVersion(version)
                        .build());
        transport.begin().change(request, ModelRegistry.SetRegisteredModelAlias.Response.newBuilder());
    }

    void transitionStage(String model, String version, String stage, boolean archiveExisting)
            throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.post(
                "model-versions/transition-stage",
                "version " + version + " of model '" + model + "' to stage " + stage,
                ModelRegistry.TransitionModelVersionStage.newBuilder()
                        .setName(model)
                        .setVersion(version)
                        .setStage(stage)
                        .setArchiveExistingVersions(archiveExisting)
                        .build());
        ParsedResponse<ModelRegistry.TransitionModelVersionStage.Response.Builder> response =
                transport.begin().change(request, ModelRegistry.TransitionModelVersionStage.Response.newBuilder());
        ModelVersion moved = VersionReader.read(response, response.message().getModelVersion(), model);
        response.require(moved.version().equals(version), "with version " + moved.version() + " instead");
        response.require(moved.stage().equalsIgnoreCase(stage), "with the stage " + moved.stage());
    }

    void setTags(String model, String version, Map<String, String> tags)
            throws TrackingException, InterruptedException {
        HttpTransport.Call call = transport.begin();
        List<HttpTransport.Pending> pending = new ArrayList<>();
        TrackingException first = null;
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            try {
                pending.add(call.start(tagRequest(model, version, tag)));
            } catch (TrackingException e) {
                first = e;
                break;
            }
        }
        for (HttpTransport.Pending one : pending) {
            try {
                HttpResult result = one.await();
                transport.errors().check(one.request(), result);
                ParsedResponse.parse(
                        one.request(), result, ModelRegistry.SetModelVersionTag.Response.newBuilder(), transport.errors());
            } catch (TrackingException e) {
                first = first == null ? e : first;
            } catch (InterruptedException e) {
                pending.forEach(HttpTransport.Pending::abandon);
                throw e;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static ApiRequest tagRequest(String model, String version, Map.Entry<String, String> tag) {
        return ApiRequest.post(
                "model-versions/set-tag",
                "tag '" + tag.getKey() + "' of version " + version + " of model '" + model + "'",
                ModelRegistry.SetModelVersionTag.newBuilder()
                        .setName(model)
                        .setVersion(version)
                        .setKey(tag.getKey())
                        .setValue(tag.getValue())
                        .build());
    }
}
