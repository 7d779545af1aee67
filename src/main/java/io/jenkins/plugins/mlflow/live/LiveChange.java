package io.jenkins.plugins.mlflow.live;

import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.policy.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** That an alias or stage went from one version to another. */
final class LiveChange {
    private static final int LONGEST_NAME = 250;
    private static final int LONGEST_REASON = 500;
    private static final int LONGEST_PROBLEM = 1_000;

    /** Who or what moved it. */
    enum What {
        PROMOTED,
        ROLLED_BACK,
        /** Somebody else; a gate found it moved. */
        FOUND
    }

    /** What is known of it; a promotion that is recorded, and a move that was found, is done. */
    enum Outcome {
        DONE,
        REFUSED,
        UNKNOWN
    }

    final What what;
    final String from;
    final String to;
    final String at;
    final BuildRef build;
    /** Full name of the job whose readers may see who rolled back, and why; null for administrators only. */
    final String job;

    final String by;
    final String reason;
    final Outcome outcome;
    final String problem;

    @SuppressWarnings("checkstyle:ParameterNumber")
    private LiveChange(
            What what,
            String from,
            String to,
            String at,
            BuildRef build,
            String job,
            String by,
            String reason,
            Outcome outcome,
            String problem) {
        this.what = what;
        this.from = from;
        this.to = to;
        this.at = at;
        this.build = build;
        this.job = job;
        this.by = by;
        this.reason = reason;
        this.outcome = outcome;
        this.problem = problem;
    }

    /** By a build. */
    static LiveChange byBuild(What what, String from, String to, Instant at, BuildRef build) {
        return new LiveChange(
                what, from, to, text(at), build, build == null ? null : build.job(), null, null, Outcome.DONE, null);
    }

    /**
     * A rollback that is about to be made, whose outcome is unknown.
     *
     * @param requester whose job's readers may see who rolled back, and why; without a job, administrators only
     */
    static LiveChange rollBack(String from, String to, Instant at, RollbackRequester requester, String reason) {
        return new LiveChange(
                What.ROLLED_BACK,
                from,
                to,
                text(at),
                requester.build(),
                requester.job(),
                DisplayText.plain(requester.name(), LONGEST_NAME),
                DisplayText.plain(reason, LONGEST_REASON),
                Outcome.UNKNOWN,
                null);
    }

    /** Whether it is a rollback of which it is not known what came of it: it was interrupted, or could not be read back. */
    boolean isOpenRollBack() {
        return what == What.ROLLED_BACK && outcome == Outcome.UNKNOWN;
    }

    /** Whether both are the same move, whatever is known of its outcome. */
    boolean isSame(LiveChange other) {
        return what == other.what
                && Objects.equals(from, other.from)
                && Objects.equals(to, other.to)
                && at.equals(other.at);
    }

    /** The same with what came of it. */
    LiveChange ended(Outcome ended, String why) {
        return new LiveChange(
                what, from, to, at, build, job, by, reason, ended, DisplayText.plain(why, LONGEST_PROBLEM));
    }

    /** The same after a job was renamed or moved. */
    LiveChange jobMoved(String oldName, String newName) {
        return new LiveChange(
                what,
                from,
                to,
                at,
                build == null ? null : build.moved(oldName, newName),
                oldName.equals(job) ? newName : job,
                by,
                reason,
                outcome,
                problem);
    }

    static String text(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("what", what.name());
        map.put("from", from);
        map.put("to", to);
        map.put("at", at);
        map.put("job", job);
        BuildRef.put(map, build);
        map.put("by", by);
        map.put("reason", reason);
        map.put("outcome", outcome.name());
        map.put("problem", problem);
        return map;
    }

    /** Null if it is none. */
    static LiveChange fromMap(Map<?, ?> map) {
        What what = value(What.values(), Json.text(map, "what"));
        Outcome outcome = value(Outcome.values(), Json.text(map, "outcome"));
        String at = Json.text(map, "at");
        return what == null || outcome == null || at == null
                ? null
                : new LiveChange(
                        what,
                        Json.text(map, "from"),
                        Json.text(map, "to"),
                        at,
                        BuildRef.get(map),
                        Json.text(map, "job"),
                        Json.text(map, "by"),
                        Json.text(map, "reason"),
                        outcome,
                        Json.text(map, "problem"));
    }

    private static <E extends Enum<E>> E value(E[] values, String name) {
        return Arrays.stream(values)
                .filter(value -> value.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}
