package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import java.io.Serializable;

/**
 * The one model that all gated metrics of a side are of, and from which its versions are made: a logged model of MLflow 3, or
 * else an artifact path of a run. Or the reason why it is not clear which model that is.
 *
 * @param loggedModelId null if it is no logged model
 * @param name of the logged model as the training called it, or null
 * @param runId the run that made it; null if the server does not give it
 * @param path the artifact path below that run if it is no logged model, else null; null, too, if a version does not give it
 * @param status of the logged model, or null
 * @param external whether it is a logged model of which MLflow has no files
 * @param unclear why it is not clear which model is meant; null if it is clear
 */
record EvaluatedModel(
        String loggedModelId,
        String name,
        String runId,
        String path,
        LoggedModel.Status status,
        boolean external,
        String unclear)
        implements Serializable {

    static EvaluatedModel of(LoggedModel model) {
        return new EvaluatedModel(
                model.id(), model.name(), model.sourceRunId(), null, model.status(), model.external(), null);
    }

    static EvaluatedModel ofArtifact(String runId, String path) {
        return new EvaluatedModel(null, null, runId, path, null, false, null);
    }

    static EvaluatedModel unclear(String why) {
        return new EvaluatedModel(null, null, null, null, null, false, why);
    }

    boolean isLoggedModel() {
        return loggedModelId != null;
    }

    boolean isClear() {
        return unclear == null;
    }

    /** As a record has it, written out for the same reason as that of MetricKey: fingerprints that are stored hold it. */
    @Override
    public String toString() {
        return "EvaluatedModel[loggedModelId=" + loggedModelId + ", name=" + name + ", runId=" + runId + ", path="
                + path + ", status=" + status + ", external=" + external + ", unclear=" + unclear + "]";
    }

    /** For messages. */
    String inWords() {
        if (isLoggedModel()) {
            return "logged model " + loggedModelId + (name == null ? "" : " (" + name + ")");
        }
        return path == null ? "the model of run " + runId : "artifact path '" + path + "' of run " + runId;
    }
}
