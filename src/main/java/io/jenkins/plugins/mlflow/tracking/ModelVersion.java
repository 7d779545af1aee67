package io.jenkins.plugins.mlflow.tracking;

import java.util.Map;

/**
 * One version of a registered model.
 *
 * @param runId the run it was made from, or null
 * @param stage Staging, Production, Archived or None
 * @param source where its artifacts come from
 */
public record ModelVersion(
        String model, String version, String runId, String stage, Status status, String source, Map<String, String> tags) {

    public ModelVersion {
        tags = Map.copyOf(tags);
    }

    /** The logged model (MLflow 3) that the version was made from, or null. */
    public String loggedModelId() {
        return LoggedModel.idIn(source);
    }

    /** MLflow's registration states; what we do not know counts as pending. */
    public enum Status {
        READY,
        PENDING_REGISTRATION,
        FAILED_REGISTRATION,
        UNKNOWN
    }
}
