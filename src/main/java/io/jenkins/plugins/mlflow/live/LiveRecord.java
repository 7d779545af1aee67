package io.jenkins.plugins.mlflow.live;

import io.jenkins.plugins.mlflow.policy.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Which version an alias or stage is at, as it was last seen, and how it came there. Changed only within {@link LiveStore}. */
final class LiveRecord {
    /** Of an alias that moved more often, the oldest moves are forgotten. */
    static final int MOST_CHANGES = 50;

    static final int SCHEMA_VERSION = 1;

    private static final Duration SEEN_AGAIN = Duration.ofMinutes(1);

    private final LiveKey key;
    private String server;
    private String version;
    private String predecessor;
    private String seenAt;
    private BuildRef seenBy;
    private boolean moved;
    /** The newest first. */
    private final List<LiveChange> changes = new ArrayList<>();

    LiveRecord(LiveKey key) {
        this.key = key;
    }

    LiveKey getKey() {
        return key;
    }

    /** The name of the server by which it was last seen. */
    String getServer() {
        return server;
    }

    /** Null if no version holds the alias. */
    String getVersion() {
        return version;
    }

    /** The version that was live before; null if none is known. */
    String getPredecessor() {
        return predecessor;
    }

    String getSeenAt() {
        return seenAt;
    }

    /** The build whose gate saw it last; null if a rollback did. */
    BuildRef getSeenBy() {
        return seenBy;
    }

    List<LiveChange> getChanges() {
        return changes;
    }

    /** How the version that is live came to be so; null if that was before anything was recorded. */
    LiveChange current() {
        return changes.stream()
                .filter(change -> change.outcome == LiveChange.Outcome.DONE)
                .findFirst()
                .filter(change -> Objects.equals(change.to, version))
                .orElse(null);
    }

    void setServer(String server) {
        this.server = server;
    }

    /** A gate read the alias at this time, or later. What it read may be older than a change that was made while it ran. */
    void seen(String held, Instant when, BuildRef build) {
        if (seenAt != null && !Objects.equals(held, version)) {
            if (!changes.isEmpty() && !instant(changes.get(0).at).isBefore(when)
                    || instant(seenAt).isAfter(when)) {
                return;
            }
            add(LiveChange.byBuild(LiveChange.What.FOUND, version, held, when, build));
            predecessor = version == null ? predecessor : version;
        }
        version = held;
        if (seenAt == null || !instant(seenAt).isAfter(when)) {
            seenAt = LiveChange.text(when);
            seenBy = build;
        }
    }

    void promoted(String from, String to, Instant when, BuildRef build) {
        if (!to.equals(version) || seenAt == null) {
            add(LiveChange.byBuild(LiveChange.What.PROMOTED, from, to, when, build));
            predecessor = from;
            version = to;
        }
        seenAt = LiveChange.text(when);
        seenBy = build;
    }

    /** A rollback to the predecessor is about to start. */
    void rollBackBegins(LiveChange change) {
        add(change);
    }

    /** The rollback that this build has begun and that has no outcome; null if there is none. */
    LiveChange begun(BuildRef build, String from) {
        return changes.stream()
                .filter(change -> change.isOpenRollBack() && build.equals(change.build) && from.equals(change.from))
                .findFirst()
                .orElse(null);
    }

    /** The version that a promotion by this build replaced; null if it is not recorded, or replaced none. */
    String replacedBy(BuildRef build, String promoted) {
        return changes.stream()
                .filter(change -> change.what == LiveChange.What.PROMOTED
                        && build.equals(change.build)
                        && promoted.equals(change.to))
                .findFirst()
                .map(change -> change.from)
                .orElse(null);
    }

    /**
     * A gate may have found the alias moved by the rollback before this is recorded: that was no move of another client.
     *
     * @param started as it began
     * @param holder the version that was read afterwards, or null if none could be read
     */
    void rollBackEnds(LiveChange started, LiveChange.Outcome outcome, String problem, String holder, Instant when) {
        LiveChange ended = started.ended(outcome, problem);
        int place = 0;
        while (place < changes.size() && !changes.get(place).isSame(started)) {
            place++;
        }
        if (place == changes.size()) {
            add(ended);
            place = 0;
        } else {
            changes.set(place, ended);
        }
        if (outcome == LiveChange.Outcome.DONE) {
            changes.subList(0, place)
                    .removeIf(change -> change.what == LiveChange.What.FOUND && started.to.equals(change.to));
            version = started.to;
            predecessor = before(started.to);
            seenAt = LiveChange.text(when);
            seenBy = null;
        } else if (holder != null && !holder.equals(version)) {
            seen(holder, when.plusMillis(1), null);
        }
    }

    /** What was live before this version was promoted, or null if nothing was or nobody knows. */
    private String before(String restored) {
        return changes.stream()
                .filter(change -> change.what != LiveChange.What.ROLLED_BACK && restored.equals(change.to))
                .findFirst()
                .map(change -> change.from)
                .orElse(null);
    }

    private void add(LiveChange change) {
        changes.add(0, change);
        while (changes.size() > MOST_CHANGES) {
            changes.remove(changes.size() - 1);
        }
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    /** Whether it says that a build of this job saw it or changed it, or that it was rolled back from this job's page. */
    boolean names(String job) {
        return seenBy != null && seenBy.job().equals(job)
                || changes.stream().anyMatch(change -> job.equals(change.job));
    }

    /** Names a job that was renamed or moved by its new name. */
    void jobMoved(String oldName, String newName) {
        moved = true;
        seenBy = seenBy == null ? null : seenBy.moved(oldName, newName);
        changes.replaceAll(change -> change.jobMoved(oldName, newName));
    }

    LiveRecord copy() {
        LiveRecord copy = new LiveRecord(key);
        copy.server = server;
        copy.version = version;
        copy.predecessor = predecessor;
        copy.seenAt = seenAt;
        copy.seenBy = seenBy;
        copy.changes.addAll(changes);
        return copy;
    }

    /** Whether it differs from {@code before} by more than being seen again within a minute. */
    boolean isWorthWriting(LiveRecord before) {
        Map<String, Object> now = toMap();
        Map<String, Object> then = before.toMap();
        for (String seen : List.of("seen_at", "job", "build", "build_started")) {
            now.remove(seen);
            then.remove(seen);
        }
        return moved
                || !now.equals(then)
                || Duration.between(instant(before.seenAt), instant(seenAt))
                                .abs()
                                .compareTo(SEEN_AGAIN)
                        >= 0;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("schema_version", SCHEMA_VERSION);
        map.put("registry", key.registry());
        map.put("model", key.model());
        map.put("kind", key.kind().name());
        map.put("name", key.name());
        map.put("server", server);
        map.put("version", version);
        map.put("predecessor", predecessor);
        map.put("seen_at", seenAt);
        map.put("job", seenBy == null ? null : seenBy.job());
        BuildRef.put(map, seenBy);
        map.put("changes", changes.stream().map(LiveChange::toMap).toList());
        return map;
    }

    /** @throws IllegalArgumentException if it is none */
    static LiveRecord fromMap(Map<?, ?> map) {
        String registry = Json.text(map, "registry");
        String model = Json.text(map, "model");
        String name = Json.text(map, "name");
        String kind = Json.text(map, "kind");
        if (registry == null || model == null || name == null || kind == null || Json.text(map, "seen_at") == null) {
            throw new IllegalArgumentException("it is no record of what is live");
        }
        LiveRecord record = new LiveRecord(new LiveKey(registry, model, LiveKey.Kind.valueOf(kind), name));
        record.server = Json.text(map, "server");
        record.version = Json.text(map, "version");
        record.predecessor = Json.text(map, "predecessor");
        record.seenAt = Json.text(map, "seen_at");
        record.seenBy = BuildRef.get(map);
        if (map.get("changes") instanceof List<?> list) {
            list.stream()
                    .filter(Map.class::isInstance)
                    .map(one -> LiveChange.fromMap((Map<?, ?>) one))
                    .filter(Objects::nonNull)
                    .limit(MOST_CHANGES)
                    .forEach(record.changes::add);
        }
        return record;
    }
}
