package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.mlflow.api.proto.ModelRegistry;

/** Reads MLflow's model version message; what it must say is there and about the right model, or it is refused. */
final class VersionReader {
    private VersionReader() {}

    static ModelVersion read(ParsedResponse<?> response, ModelRegistry.ModelVersion message, String model)
            throws TrackingException {
        response.require(message.hasName() && !message.getVersion().isEmpty(), "without the model version");
        response.require(message.getName().equals(model), "with the model '" + message.getName() + "' instead");
        Map<String, String> tags = new HashMap<>();
        for (ModelRegistry.ModelVersionTag tag : message.getTagsList()) {
            tags.put(tag.getKey(), tag.getValue());
        }
        return new ModelVersion(
                message.getName(),
                message.getVersion(),
                message.getRunId().isEmpty() ? null : message.getRunId(),
                message.getCurrentStage().isEmpty() ? "None" : message.getCurrentStage(),
                message.hasStatus() ? status(message.getStatus()) : ModelVersion.Status.UNKNOWN,
                message.hasSource() ? message.getSource() : null,
                tags,
                message.hasCreationTimestamp() ? Instant.ofEpochMilli(message.getCreationTimestamp()) : null);
    }

    /** Those of a search; databases that ignore case find CHURN for churn, too. */
    static List<ModelVersion> readAll(ParsedResponse<ModelRegistry.SearchModelVersions.Response.Builder> response, String model)
            throws TrackingException {
        List<ModelVersion> versions = new ArrayList<>();
        for (ModelRegistry.ModelVersion message : response.message().getModelVersionsList()) {
            if (!message.hasName() || message.getName().equals(model)) {
                versions.add(read(response, message, model));
            }
        }
        return versions;
    }

    private static ModelVersion.Status status(ModelRegistry.ModelVersionStatus status) {
        return switch (status) {
            case READY -> ModelVersion.Status.READY;
            case PENDING_REGISTRATION -> ModelVersion.Status.PENDING_REGISTRATION;
            case FAILED_REGISTRATION -> ModelVersion.Status.FAILED_REGISTRATION;
        };
    }
}
