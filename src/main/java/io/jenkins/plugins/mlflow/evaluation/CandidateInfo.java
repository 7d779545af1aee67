package io.jenkins.plugins.mlflow.evaluation;

import java.util.LinkedHashMap;
import java.util.Map;

/** The candidate as the report shows it; whatever is not known is null. */
public final class CandidateInfo {
    private final String runId;
    private final String experimentId;
    private final String experiment;
    private final String version;
    private final String modelId;
    private final String runStatus;

    public CandidateInfo(
            String runId, String experimentId, String experiment, String version, String modelId, String runStatus) {
        this.runId = runId;
        this.experimentId = experimentId;
        this.experiment = experiment;
        this.version = version;
        this.modelId = modelId;
        this.runStatus = runStatus;
    }

    public String getRunId() {
        return runId;
    }

    public String getExperimentId() {
        return experimentId;
    }

    public String getExperiment() {
        return experiment;
    }

    public String getVersion() {
        return version;
    }

    public String getModelId() {
        return modelId;
    }

    public String getRunStatus() {
        return runStatus;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("run_id", runId);
        map.put("experiment_id", experimentId);
        map.put("experiment", experiment);
        map.put("version", version);
        map.put("model_id", modelId);
        map.put("run_status", runStatus);
        return map;
    }

    static CandidateInfo fromMap(Map<?, ?> map) {
        return map == null
                ? null
                : new CandidateInfo(
                        Plain.text(map, "run_id"),
                        Plain.text(map, "experiment_id"),
                        Plain.text(map, "experiment"),
                        Plain.text(map, "version"),
                        Plain.text(map, "model_id"),
                        Plain.text(map, "run_status"));
    }
}
