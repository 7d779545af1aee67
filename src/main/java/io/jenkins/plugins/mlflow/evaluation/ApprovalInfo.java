package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** Whether a person had to approve a promotion, and who did. */
public final class ApprovalInfo {
    private final boolean required;
    private final String by;
    private final String reason;
    private final String at;

    /** All but {@code required} are null where nobody approved; {@code at} is an ISO 8601 instant in UTC. */
    public ApprovalInfo(boolean required, String by, String reason, String at) {
        this.required = required;
        this.by = by;
        this.reason = reason;
        this.at = at;
    }

    public boolean isRequired() {
        return required;
    }

    public String getBy() {
        return by;
    }

    /** What the person gave as the reason, or null. */
    public String getReason() {
        return reason;
    }

    public String getAt() {
        return at;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("required", required);
        map.put("by", by);
        map.put("reason", reason);
        map.put("at", at);
        return map;
    }

    static ApprovalInfo fromMap(Map<?, ?> map) {
        return map == null
                ? null
                : new ApprovalInfo(
                        Boolean.TRUE.equals(map.get("required")),
                        Json.text(map, "by"),
                        Json.text(map, "reason"),
                        Json.text(map, "at"));
    }
}
