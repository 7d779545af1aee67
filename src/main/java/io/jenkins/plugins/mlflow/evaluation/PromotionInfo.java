package io.jenkins.plugins.mlflow.evaluation;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the gate promoted, or why it did not. */
public final class PromotionInfo {
    private final boolean promoted;
    private final String version;
    private final String alias;
    private final String stage;
    private final String previousVersion;
    private final String reason;

    public PromotionInfo(
            boolean promoted, String version, String alias, String stage, String previousVersion, String reason) {
        this.promoted = promoted;
        this.version = version;
        this.alias = alias;
        this.stage = stage;
        this.previousVersion = previousVersion;
        this.reason = reason;
    }

    public boolean isPromoted() {
        return promoted;
    }

    public String getVersion() {
        return version;
    }

    public String getAlias() {
        return alias;
    }

    public String getStage() {
        return stage;
    }

    /** The version that held the alias (or the stage) before. */
    public String getPreviousVersion() {
        return previousVersion;
    }

    /** Why nothing was promoted, or what to know about the promotion; null if there is nothing to say. */
    public String getReason() {
        return reason;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("promoted", promoted);
        map.put("version", version);
        map.put("alias", alias);
        map.put("stage", stage);
        map.put("previous_version", previousVersion);
        map.put("reason", reason);
        return map;
    }

    static PromotionInfo fromMap(Map<?, ?> map) {
        return map == null
                ? null
                : new PromotionInfo(
                        Boolean.TRUE.equals(map.get("promoted")),
                        Plain.text(map, "version"),
                        Plain.text(map, "alias"),
                        Plain.text(map, "stage"),
                        Plain.text(map, "previous_version"),
                        Plain.text(map, "reason"));
    }
}
