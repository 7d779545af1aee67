package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One version of a registered model.
 *
 * @param runId the run it was made from, or null
 * @param stage Staging, Production, Archived or None
 * @param source where its artifacts come from
 * @param created when it was registered; null if the server does not say
 */
public record ModelVersion(
        String model,
        String version,
        String runId,
        String stage,
        Status status,
        String source,
        Map<String, String> tags,
        Instant created) {

    public ModelVersion {
        tags = Map.copyOf(tags);
    }

    /** The tag by which MLflow marks the versions of a prompt, and the prompt itself, which it keeps among the models. */
    static final String PROMPT_TAG = "mlflow.prompt.is_prompt";

    /** The version number of what may be absent, or null. */
    public static String number(Optional<ModelVersion> version) {
        return version.map(ModelVersion::version).orElse(null);
    }

    public ModelSource madeFrom() {
        return ModelSource.parse(source);
    }

    /** The logged model (MLflow 3) that the version was made from, or null. */
    public String loggedModelId() {
        return madeFrom().loggedModelId();
    }

    /** Whether this is a version of a prompt, which MLflow keeps in the model registry, too. */
    public boolean isPrompt() {
        return "true".equalsIgnoreCase(tags.get(PROMPT_TAG));
    }

    /** Whether the registry gave up on this version. */
    public boolean hasFailed() {
        return status == Status.FAILED_REGISTRATION;
    }

    /** MLflow's registration states; what we do not know counts as pending. */
    public enum Status {
        READY,
        PENDING_REGISTRATION,
        FAILED_REGISTRATION,
        UNKNOWN
    }
}
