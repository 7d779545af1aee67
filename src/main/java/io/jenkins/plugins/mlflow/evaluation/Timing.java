package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When the gate started, how long it took, and how many requests it sent; and the moments on its way, which are null where it
 * did not get there. All moments are ISO 8601 instants in UTC.
 */
public final class Timing {
    private final String startedAt;
    private final long waitedMillis;
    private final long totalMillis;
    private final long requests;
    private String resolvedAt;
    private String waitedFor;
    private String evaluatedAt;
    private String promotedAt;
    private String endedAt;

    public Timing(String startedAt, long waitedMillis, long totalMillis, long requests) {
        this.startedAt = startedAt;
        this.waitedMillis = waitedMillis;
        this.totalMillis = totalMillis;
        this.requests = requests;
    }

    /** When the candidate was found and pinned. */
    public Timing resolved(String at) {
        this.resolvedAt = at;
        return this;
    }

    /** {@code what} is the last thing that the gate waited for before it evaluated, as the build log names it. */
    public Timing waited(String what) {
        this.waitedFor = what;
        return this;
    }

    public Timing evaluated(String at) {
        this.evaluatedAt = at;
        return this;
    }

    /** When the promotion was read back and found to be done. */
    public Timing promoted(String at) {
        this.promotedAt = at;
        return this;
    }

    public Timing ended(String at) {
        this.endedAt = at;
        return this;
    }

    public String getStartedAt() {
        return startedAt;
    }

    /** How long the gate waited for the run and its metrics, after it had found that it had to. */
    public long getWaitedMillis() {
        return waitedMillis;
    }

    public long getTotalMillis() {
        return totalMillis;
    }

    public long getRequests() {
        return requests;
    }

    public String getResolvedAt() {
        return resolvedAt;
    }

    public String getWaitedFor() {
        return waitedFor;
    }

    public String getEvaluatedAt() {
        return evaluatedAt;
    }

    public String getPromotedAt() {
        return promotedAt;
    }

    public String getEndedAt() {
        return endedAt;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("started_at", startedAt);
        map.put("waited_ms", waitedMillis);
        map.put("total_ms", totalMillis);
        map.put("requests", requests);
        map.put("resolved_at", resolvedAt);
        map.put("waited_for", waitedFor);
        map.put("evaluated_at", evaluatedAt);
        map.put("promoted_at", promotedAt);
        map.put("ended_at", endedAt);
        return map;
    }

    static Timing fromMap(Map<?, ?> map) {
        return map == null
                ? null
                : new Timing(
                                Json.text(map, "started_at"),
                                Json.integer(map, "waited_ms"),
                                Json.integer(map, "total_ms"),
                                Json.integer(map, "requests"))
                        .resolved(Json.text(map, "resolved_at"))
                        .waited(Json.text(map, "waited_for"))
                        .evaluated(Json.text(map, "evaluated_at"))
                        .promoted(Json.text(map, "promoted_at"))
                        .ended(Json.text(map, "ended_at"));
    }
}
