package io.jenkins.plugins.mlflow.evaluation;

import java.util.LinkedHashMap;
import java.util.Map;

/** The baseline as the report shows it; version and run are null if no version holds the alias. */
public final class BaselineInfo {
    private final String alias;
    private final String version;
    private final String runId;

    public BaselineInfo(String alias, String version, String runId) {
        this.alias = alias;
        this.version = version;
        this.runId = runId;
    }

    public String getAlias() {
        return alias;
    }

    public String getVersion() {
        return version;
    }

    public String getRunId() {
        return runId;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("alias", alias);
        map.put("version", version);
        map.put("run_id", runId);
        return map;
    }

    static BaselineInfo fromMap(Map<?, ?> map) {
        return map == null
                ? null
                : new BaselineInfo(Plain.text(map, "alias"), Plain.text(map, "version"), Plain.text(map, "run_id"));
    }
}
