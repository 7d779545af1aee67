package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** The baseline as the report shows it; version and run are null if no version holds the alias or stage. */
public final class BaselineInfo {
    private final String alias;
    private final String stage;
    private final boolean resolved;
    private final String version;
    private final String runId;
    private final String modelId;

    /** A baseline that was found, or not looked for with success if the version is null. */
    public BaselineInfo(String alias, String version, String runId) {
        this(alias, null, version != null, version, runId, null);
    }

    /**
     * @param alias null if the baseline is a stage
     * @param stage null if the baseline is an alias
     * @param resolved whether it was found out which version holds it, also if none does
     * @param modelId id of its logged model of MLflow 3, or null
     */
    public BaselineInfo(String alias, String stage, boolean resolved, String version, String runId, String modelId) {
        this.alias = alias;
        this.stage = stage;
        this.resolved = resolved;
        this.version = version;
        this.runId = runId;
        this.modelId = modelId;
    }

    public String getAlias() {
        return alias;
    }

    public String getStage() {
        return stage;
    }

    /** False if it is not known which version holds it; true also if none does. */
    public boolean isResolved() {
        return resolved;
    }

    public String getVersion() {
        return version;
    }

    public String getRunId() {
        return runId;
    }

    public String getModelId() {
        return modelId;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("alias", alias);
        map.put("stage", stage);
        map.put("version", version);
        map.put("run_id", runId);
        map.put("model_id", modelId);
        map.put("resolved", resolved);
        return map;
    }

    /** Documents from before {@code resolved} have it exactly where they have a version. */
    static BaselineInfo fromMap(Map<?, ?> map) {
        if (map == null) {
            return null;
        }
        String version = Json.text(map, "version");
        return new BaselineInfo(
                Json.text(map, "alias"),
                Json.text(map, "stage"),
                map.get("resolved") == null ? version != null : Json.isTrue(map, "resolved"),
                version,
                Json.text(map, "run_id"),
                Json.text(map, "model_id"));
    }
}
