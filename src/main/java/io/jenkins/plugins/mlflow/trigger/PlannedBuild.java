package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.policy.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A build that was decided for one event. It is written down before it is put into Jenkins' queue, and deleted when the build has
 * started, so that a Jenkins that is killed in between can find out what is missing.
 *
 * @param id of the event's cause, and of nothing else
 * @param server the name that the job calls the server by
 * @param registry what the server's configuration identifies its registry by
 * @param runId null for none
 * @param url of the version in MLflow's UI, or null
 * @param fromBuild number of the first build that may be this one
 */
record PlannedBuild(
        String id, String server, String registry, VersionEvent event, String runId, String url, int fromBuild) {

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", id);
        map.put("server", server);
        map.put("registry", registry);
        map.putAll(Events.toMap(event));
        map.put("run_id", runId);
        map.put("url", url);
        map.put("from_build", fromBuild);
        return map;
    }

    static PlannedBuild fromMap(Map<?, ?> map) {
        return new PlannedBuild(
                Json.text(map, "id"),
                Json.text(map, "server"),
                Json.text(map, "registry"),
                Events.fromMap(map),
                Json.text(map, "run_id"),
                Json.text(map, "url"),
                (int) Json.integer(map, "from_build"));
    }
}
