package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.trigger.TriggerState.ModelState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares what a server says with what a trigger has seen, and brings the state up to date. Each method gives the events that
 * need a build; the state then holds that they have one.
 */
final class EventDetector {
    private final String model;
    private final ModelState state;

    EventDetector(String model, ModelState state) {
        this.model = model;
        this.state = state;
    }

    /** A version that the server has, and that a hint said was created. One that a poll has seen is not new. */
    List<VersionEvent> created(long version) {
        return state.polledUpTo != null && version <= state.polledUpTo ? List.of() : start(version);
    }

    private List<VersionEvent> start(long version) {
        if (state.isStarted(version)) {
            return List.of();
        }
        state.addStarted(version);
        return List.of(VersionEvent.created(model, String.valueOf(version)));
    }

    /** A version that a poll found beyond those that it knew. */
    List<VersionEvent> polled(long version) {
        state.polledUpTo = version;
        return start(version);
    }

    /**
     * An alias that was asked for because of a hint. If the alias was not seen before and the hint names a version that is
     * not the holder, there is no event: a newer hint names the holder, or the holder did not change.
     *
     * @param hinted the version that the alias is said to have been set on
     * @param holder the version that has it now, or an empty string for none
     */
    List<VersionEvent> alias(String alias, String hinted, String holder) {
        return !state.holders.containsKey(alias) && !hinted.equals(holder) ? List.of() : heldBy(alias, holder);
    }

    /** An alias as a poll found it. The first poll gives no event. */
    List<VersionEvent> polledAlias(String alias, String holder) {
        if (!state.isInitialised(condition(alias))) {
            state.initialised.add(condition(alias));
            state.holders.put(alias, holder);
        }
        return heldBy(alias, holder);
    }

    /** Whether {@link #polledAlias} would give an event. */
    boolean isMoved(String alias, String holder) {
        return state.isInitialised(condition(alias)) && !holder.isEmpty() && !holder.equals(state.holders.get(alias));
    }

    private static String condition(String alias) {
        return new EventCondition(VersionEvent.Kind.ALIAS, alias, null).text();
    }

    private List<VersionEvent> heldBy(String alias, String holder) {
        boolean isMoved = !holder.equals(state.holders.put(alias, holder));
        return isMoved && !holder.isEmpty() ? List.of(VersionEvent.alias(model, holder, alias)) : List.of();
    }

    /** The tags of a version that was asked for because of a hint. */
    List<VersionEvent> tag(EventCondition condition, String version, Map<String, String> tags) {
        Set<String> tagged = tagged(condition);
        if (!condition.value().equals(tags.get(condition.name()))) {
            tagged.remove(version);
            return List.of();
        }
        return tagged.add(version) ? List.of(event(condition, version)) : List.of();
    }

    /** The versions with a tag as a poll found them. The first poll gives no event. */
    List<VersionEvent> polledTag(EventCondition condition, Set<String> versions) {
        Set<String> tagged = tagged(condition);
        List<VersionEvent> events = new ArrayList<>();
        if (!state.initialised.add(condition.text())) {
            new TreeSet<>(versions)
                    .stream()
                            .filter(version -> !tagged.contains(version))
                            .forEach(version -> events.add(event(condition, version)));
        }
        tagged.clear();
        tagged.addAll(versions);
        return events;
    }

    private Set<String> tagged(EventCondition condition) {
        return state.tagged.computeIfAbsent(condition.name() + "=" + condition.value(), key -> new TreeSet<>());
    }

    private VersionEvent event(EventCondition condition, String version) {
        return VersionEvent.tag(model, version, condition.name(), condition.value());
    }

    /** Forgets what is no longer listened to, so that it begins with a first poll when it is listened to again. */
    void keepOnly(List<EventCondition> conditions) {
        List<String> texts = conditions.stream().map(EventCondition::text).toList();
        if (!texts.contains(EventCondition.CREATED)) {
            state.polledUpTo = null;
        }
        state.initialised.retainAll(texts);
        List<String> names = conditions.stream()
                .filter(condition -> condition.kind() == VersionEvent.Kind.ALIAS)
                .map(EventCondition::name)
                .toList();
        state.holders.keySet().retainAll(names);
        state.tagged.keySet().removeIf(tag -> !texts.contains("tag:" + tag));
    }
}
