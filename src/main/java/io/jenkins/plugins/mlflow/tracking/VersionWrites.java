package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        return create(model, source, runId, ApiRequest.message("name", model, "source", source, "run_id", runId));
    }

    /** MLflow 3 refuses a source {@code models:/m-…} without the id beside it. */
    ModelVersion createFrom(String model, String loggedModel, String runId)
            throws TrackingException, InterruptedException {
        String source = LoggedModel.source(loggedModel);
        return create(
                model,
                source,
                runId,
                ApiRequest.message("name", model, "source", source, "model_id", loggedModel, "run_id", runId));
    }

    private ModelVersion create(String model, String source, String runId, Map<String, Object> message)
            throws TrackingException, InterruptedException {
        ApiRequest request =
                ApiRequest.post("model-versions/create", "a version of model '" + model + "' from " + source, message);
        JsonObject response = transport.begin().change(request);
        ModelVersion created = VersionReader.readBody(response, model);
        response.require(
                runId == null || runId.equals(created.runId()), "with a version of the run '" + created.runId() + "'");
        return created;
    }

    void setAlias(String model, String alias, String version) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.post(
                "registered-models/alias",
                "alias '" + alias + "' of model '" + model + "' to version " + version,
                ApiRequest.message("name", model, "alias", alias, "version", version));
        transport.begin().change(request);
    }

    void transitionStage(String model, String version, String stage, boolean archiveExisting)
            throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.post(
                "model-versions/transition-stage",
                "version " + version + " of model '" + model + "' to stage " + stage,
                ApiRequest.message(
                        "name",
                        model,
                        "version",
                        version,
                        "stage",
                        stage,
                        "archive_existing_versions",
                        archiveExisting));
        JsonObject response = transport.begin().change(request);
        ModelVersion moved = VersionReader.readBody(response, model);
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
                JsonObject.parse(one.request(), result, transport.errors());
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
                ApiRequest.message("name", model, "version", version, "key", tag.getKey(), "value", tag.getValue()));
    }
}
