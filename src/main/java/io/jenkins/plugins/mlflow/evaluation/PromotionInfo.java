package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Json;
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
    private final ApprovalInfo approval;

    /** {@code approval} is null where the policy requires none, or the gate ended before. */
    public PromotionInfo(
            boolean promoted,
            String version,
            String alias,
            String stage,
            String previousVersion,
            String reason,
            ApprovalInfo approval) {
        this.promoted = promoted;
        this.version = version;
        this.alias = alias;
        this.stage = stage;
        this.previousVersion = previousVersion;
        this.reason = reason;
        this.approval = approval;
    }

    PromotionInfo notApproved() {
        return new PromotionInfo(false, version, alias, stage, previousVersion, "nobody approved it", approval);
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

    /** Null where the policy requires none, or the gate ended before. */
    public ApprovalInfo getApproval() {
        return approval;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("promoted", promoted);
        map.put("version", version);
        map.put("alias", alias);
        map.put("stage", stage);
        map.put("previous_version", previousVersion);
        map.put("reason", reason);
        map.put("approval", approval == null ? null : approval.toMap());
        return map;
    }

    static PromotionInfo fromMap(Map<?, ?> map) {
        return map == null
                ? null
                : new PromotionInfo(
                        Boolean.TRUE.equals(map.get("promoted")),
                        Json.text(map, "version"),
                        Json.text(map, "alias"),
                        Json.text(map, "stage"),
                        Json.text(map, "previous_version"),
                        Json.text(map, "reason"),
                        ApprovalInfo.fromMap(Json.object(map, "approval")));
    }
}
