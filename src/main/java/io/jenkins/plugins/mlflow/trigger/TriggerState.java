package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.policy.Digests;
import io.jenkins.plugins.mlflow.policy.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one job's trigger has seen: of each registry and model, the versions, who holds an alias, and which versions have a tag; and
 * the builds that were decided and have not started.
 */
final class TriggerState {
    static final int SCHEMA_VERSION = 1;

    /** So many versions are known to have had their build; an event of an older one than these counts as known, too. */
    static final int MOST_STARTED = 1_000;

    private static final String POLLED = "polled_up_to";
    private static final String CREATED = "model_created";

    /** By {@link #key}. */
    private final Map<String, ModelState> models = new TreeMap<>();

    /** In the order of the events. */
    private final List<PlannedBuild> planned = new ArrayList<>();

    /** What was seen of one model. Numbers of versions are kept as numbers. */
    static final class ModelState {
        /** When the registered model was created; another one of the same name begins anew. Null until it is known. */
        Long modelCreated;
        /** All versions up to this one are old, or had their build; null before the first poll. */
        Long polledUpTo;
        /** Versions whose build for {@code created} was decided, the latest ones. */
        final TreeSet<Long> started = new TreeSet<>();
        /** The lowest version that {@link #started} can tell of. */
        long startedFrom;
        /** From each alias that was seen to the version that holds it; empty if none does. */
        final Map<String, String> holders = new TreeMap<>();
        /** From {@code KEY=VALUE} to the versions that have the tag. */
        final Map<String, TreeSet<String>> tagged = new TreeMap<>();
        /** What is listened to and was polled once, as users write it, so that anything else is new. */
        final TreeSet<String> initialised = new TreeSet<>();

        boolean isInitialised(String condition) {
            return initialised.contains(condition);
        }

        boolean isStarted(long version) {
            return version < startedFrom || started.contains(version);
        }

        void addStarted(long version) {
            started.add(version);
            while (started.size() > MOST_STARTED) {
                startedFrom = Math.max(startedFrom, started.pollFirst() + 1);
            }
        }

        /**
         * Forgets everything if this is not the model that was seen before, but a new one of the same name.
         *
         * @return whether it was forgotten
         */
        boolean beginAnewIfOther(Long created) {
            boolean other = created != null && modelCreated != null && !created.equals(modelCreated);
            if (created != null) {
                modelCreated = created;
            }
            if (other) {
                polledUpTo = polledUpTo == null ? null : 0L;
                started.clear();
                startedFrom = 0;
                holders.replaceAll((alias, holder) -> "");
                tagged.values().forEach(TreeSet::clear);
            }
            return other;
        }

        private Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put(CREATED, modelCreated);
            map.put(POLLED, polledUpTo);
            map.put("started", List.copyOf(started));
            map.put("started_from", startedFrom);
            map.put("holders", holders);
            Map<String, Object> tags = new TreeMap<>();
            tagged.forEach((tag, versions) -> tags.put(tag, List.copyOf(versions)));
            map.put("tagged", tags);
            map.put("initialised", List.copyOf(initialised));
            return map;
        }

        private static ModelState fromMap(Map<?, ?> map) {
            ModelState state = new ModelState();
            state.modelCreated = number(map.get(CREATED));
            state.polledUpTo = number(map.get(POLLED));
            for (Object version : (List<?>) map.get("started")) {
                state.started.add(number(version));
            }
            state.startedFrom = number(map.get("started_from"));
            Json.object(map, "holders").forEach((alias, holder) -> state.holders.put((String) alias, (String) holder));
            Json.object(map, "tagged").forEach((tag, versions) -> {
                TreeSet<String> found = new TreeSet<>();
                ((List<?>) versions).forEach(version -> found.add((String) version));
                state.tagged.put((String) tag, found);
            });
            ((List<?>) map.get("initialised")).forEach(condition -> state.initialised.add((String) condition));
            return state;
        }

        private static Long number(Object value) {
            return value == null ? null : Long.valueOf(((Number) value).longValue());
        }
    }

    /** The state of a model, which is new if nothing was seen of it. */
    ModelState model(String registry, String model) {
        return models.computeIfAbsent(key(registry, model), key -> new ModelState());
    }

    private static String key(String registry, String model) {
        return Digests.sha256(registry + '\n' + model);
    }

    /** Forgets the models that the job no longer listens to. */
    void keepOnly(String registry, String model) {
        models.keySet().removeIf(key -> !key.equals(key(registry, model)));
    }

    /** Builds that were decided, until they start or are taken off the queue. May be changed. */
    List<PlannedBuild> planned() {
        return planned;
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("schema_version", SCHEMA_VERSION);
        Map<String, Object> states = new LinkedHashMap<>();
        models.forEach((key, state) -> states.put(key, state.toMap()));
        map.put("models", states);
        map.put("planned", planned.stream().map(PlannedBuild::toMap).toList());
        return map;
    }

    /** @throws IllegalArgumentException if the map is not the state of a trigger */
    static TriggerState fromMap(Map<?, ?> map) {
        try {
            TriggerState state = new TriggerState();
            Json.object(map, "models")
                    .forEach((key, model) -> state.models.put((String) key, ModelState.fromMap((Map<?, ?>) model)));
            ((List<?>) map.get("planned")).forEach(build -> state.planned.add(PlannedBuild.fromMap((Map<?, ?>) build)));
            return state;
        } catch (RuntimeException e) {
            // A part is missing, or of another kind.
            throw new IllegalArgumentException("It is no state of a trigger.", e);
        }
    }
}
