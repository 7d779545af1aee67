package io.jenkins.plugins.mlflow.evaluation;

import java.util.LinkedHashMap;
import java.util.Map;

/** When the gate started, how long it took, and how many requests it sent. */
public final class Timing {
    private final String startedAt;
    private final long waitedMillis;
    private final long totalMillis;
    private final long requests;

    /** {@code startedAt} is an ISO 8601 instant in UTC. */
    public Timing(String startedAt, long waitedMillis, long totalMillis, long requests) {
        this.startedAt = startedAt;
        this.waitedMillis = waitedMillis;
        this.totalMillis = totalMillis;
        this.requests = requests;
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

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("started_at", startedAt);
        map.put("waited_ms", waitedMillis);
        map.put("total_ms", totalMillis);
        map.put("requests", requests);
        return map;
    }

    static Timing fromMap(Map<?, ?> map) {
        return map == null
                ? null
                : new Timing(
                        Plain.text(map, "started_at"),
                        Plain.integer(map, "waited_ms"),
                        Plain.integer(map, "total_ms"),
                        Plain.integer(map, "requests"));
    }
}
