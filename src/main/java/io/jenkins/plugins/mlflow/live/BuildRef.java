package io.jenkins.plugins.mlflow.live;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.policy.Json;
import java.util.Map;

/**
 * A build by its name, which may be deleted by now.
 *
 * @param job full name
 * @param started when the build was scheduled, in milliseconds since the epoch; 0 if it is not known. It distinguishes the build from
 *     one of a later job of the same name.
 */
record BuildRef(String job, int number, long started) {

    /** Of unknown time. */
    BuildRef(String job, int number) {
        this(job, number, 0);
    }

    static BuildRef of(Run<?, ?> run) {
        return new BuildRef(run.getParent().getFullName(), run.getNumber(), run.getTimeInMillis());
    }

    /** The same build after its job was renamed or moved. */
    BuildRef moved(String from, String to) {
        return job.equals(from) ? new BuildRef(to, number, started) : this;
    }

    /** Puts it into a JSON object; {@code build} may be null. */
    static void put(Map<String, Object> map, BuildRef build) {
        map.put("build", build == null ? null : build.number);
        map.put("build_started", build == null ? null : build.started);
    }

    /** Null if the JSON object names none. */
    static BuildRef get(Map<?, ?> map) {
        String job = Json.text(map, "job");
        int number = (int) Json.integer(map, "build");
        long started = map.get("build_started") instanceof Number time ? time.longValue() : 0;
        return job == null || number < 1 ? null : new BuildRef(job, number, started);
    }
}
