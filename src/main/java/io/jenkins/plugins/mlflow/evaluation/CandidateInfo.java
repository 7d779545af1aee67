package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Json;
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
    private String modelName;
    private boolean evaluationRun;
    private boolean childRun;
    private String runOf;
    private String startedBy;

    public CandidateInfo(
            String runId, String experimentId, String experiment, String version, String modelId, String runStatus) {
        this.runId = runId;
        this.experimentId = experimentId;
        this.experiment = experiment;
        this.version = version;
        this.modelId = modelId;
        this.runStatus = runStatus;
    }

    /** Adds the name of the logged model, or null. */
    public CandidateInfo named(String name) {
        modelName = name;
        return this;
    }

    /** Adds whether the run evaluated a model that another run trained, and whether it is a child run. */
    public CandidateInfo run(boolean isEvaluationRun, boolean isChildRun) {
        evaluationRun = isEvaluationRun;
        childRun = isChildRun;
        return this;
    }

    /** Adds whose run this is, such as {@code of this build}, and who started the run; both may be null. */
    public CandidateInfo build(String owner, String user) {
        runOf = owner;
        startedBy = user;
        return this;
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

    /** Id of the evaluated logged model of MLflow 3, or null if there is none. */
    public String getModelId() {
        return modelId;
    }

    public String getModelName() {
        return modelName;
    }

    public String getRunStatus() {
        return runStatus;
    }

    public boolean isEvaluationRun() {
        return evaluationRun;
    }

    public boolean isChildRun() {
        return childRun;
    }

    /** Why this run was selected, if by the tags of a build: such as {@code of this build}; null for others. */
    public String getRunOf() {
        return runOf;
    }

    /** Who started the run by MLflow's account; null if unknown. */
    public String getStartedBy() {
        return startedBy;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("run_id", runId);
        map.put("experiment_id", experimentId);
        map.put("experiment", experiment);
        map.put("version", version);
        map.put("model_id", modelId);
        map.put("model_name", modelName);
        map.put("run_status", runStatus);
        map.put("evaluation_run", evaluationRun);
        map.put("child_run", childRun);
        map.put("run_of", runOf);
        map.put("started_by", startedBy);
        return map;
    }

    static CandidateInfo fromMap(Map<?, ?> map) {
        return map == null
                ? null
                : new CandidateInfo(
                                Json.text(map, "run_id"),
                                Json.text(map, "experiment_id"),
                                Json.text(map, "experiment"),
                                Json.text(map, "version"),
                                Json.text(map, "model_id"),
                                Json.text(map, "run_status"))
                        .named(Json.text(map, "model_name"))
                        .run(Json.isTrue(map, "evaluation_run"), Json.isTrue(map, "child_run"))
                        .build(Json.text(map, "run_of"), Json.text(map, "started_by"));
    }
}
