package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads MLflow's model versions; what it must say is there and about the right model, or it is refused. */
final class VersionReader {
    private VersionReader() {}

    static ModelVersion read(JsonObject message, String model) throws TrackingException {
        String name = message.text("name");
        String version = message.id("version");
        if (name == null || version == null) {
            throw message.contradiction("without the model version");
        }
        message.require(name.equals(model), "with the model '" + name + "' instead");
        Map<String, String> tags = new HashMap<>();
        for (JsonObject tag : message.objects("tags")) {
            tags.put(tag.textOrEmpty("key"), tag.textOrEmpty("value"));
        }
        String stage = message.text("current_stage");
        return new ModelVersion(
                name,
                version,
                message.id("run_id"),
                stage == null ? "None" : stage,
                status(message.textOrEmpty("status")),
                message.text("source"),
                tags,
                message.instant("creation_timestamp"));
    }

    /** The version that a response is about. */
    static ModelVersion readBody(JsonObject response, String model) throws TrackingException {
        return read(response.object("model_version"), model);
    }

    /** Those of a search; databases that ignore case find CHURN for churn, too. */
    static List<ModelVersion> readAll(JsonObject response, String model) throws TrackingException {
        List<ModelVersion> versions = new ArrayList<>();
        for (JsonObject message : response.objects("model_versions")) {
            String name = message.text("name");
            if (name == null || name.equals(model)) {
                versions.add(read(message, model));
            }
        }
        return versions;
    }

    private static ModelVersion.Status status(String status) {
        return switch (status) {
            case "READY" -> ModelVersion.Status.READY;
            case "PENDING_REGISTRATION" -> ModelVersion.Status.PENDING_REGISTRATION;
            case "FAILED_REGISTRATION" -> ModelVersion.Status.FAILED_REGISTRATION;
            default -> ModelVersion.Status.UNKNOWN;
        };
    }
}
