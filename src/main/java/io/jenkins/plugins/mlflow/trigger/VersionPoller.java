package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.RegisteredModel;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One poll of one model for all triggers that are due: one request for the model with its aliases and its highest version, and one
 * for each tag that is listened to. Only versions that are new are asked for one by one.
 */
final class VersionPoller {
    /** So many versions get a build by one poll of a trigger; what is beyond follows with the next. */
    static final int MOST_VERSIONS = 200;

    private static final Logger LOGGER = Logger.getLogger(VersionPoller.class.getName());

    private final TrackingServer server;
    private final String model;
    private final Map<String, Optional<ModelVersion>> versions = new HashMap<>();
    private final Map<EventCondition, Set<String>> tagged = new HashMap<>();
    private RegisteredModel registered;
    private long highest;

    VersionPoller(TrackingServer server, String model) {
        this.server = server;
        this.model = model;
    }

    /**
     * Polls the model for these triggers, which must listen to it.
     *
     * @return those that have to be polled again at once, because there was too much for one poll
     */
    List<ListeningTrigger> poll(List<ListeningTrigger> triggers)
            throws TrackingException, IOException, InterruptedException {
        registered = server.registeredModel(model).orElse(null);
        if (registered != null) {
            highest = registered.highestVersion() != null
                    ? registered.highestVersion()
                    : server.highestVersion(model).map(found -> Long.valueOf(found.version())).orElse(0L);
        }
        List<ListeningTrigger> unfinished = new ArrayList<>();
        for (ListeningTrigger trigger : triggers) {
            if (!poll(trigger)) {
                unfinished.add(trigger);
            }
        }
        return unfinished;
    }

    private boolean poll(ListeningTrigger trigger) throws TrackingException, IOException, InterruptedException {
        boolean finished = true;
        for (EventCondition condition : trigger.conditions()) {
            switch (condition.kind()) {
                case CREATED -> finished = created(trigger);
                case ALIAS -> alias(trigger, condition);
                case TAG -> tag(trigger, condition);
            }
        }
        return finished;
    }

    /** Whether all new versions were seen to. */
    private boolean created(ListeningTrigger trigger) throws TrackingException, IOException, InterruptedException {
        AtomicReference<Long> known = new AtomicReference<>();
        EventProcessor.start(trigger, registered, (detector, state) -> {
            if (state.polledUpTo == null) {
                state.polledUpTo = highest;
            }
            known.set(state.polledUpTo);
            return List.of();
        }, this::known);
        long last = Math.min(highest, known.get() + MOST_VERSIONS);
        for (long number = known.get() + 1; number <= last; number++) {
            long current = number;
            if (version(String.valueOf(number)).isPresent()) {
                EventProcessor.start(trigger, registered, (detector, state) -> detector.polled(current), this::known);
            }
        }
        EventProcessor.start(trigger, registered, (detector, state) -> {
            state.polledUpTo = Math.max(last, known.get());
            return List.of();
        }, this::known);
        if (last < highest) {
            LOGGER.log(Level.INFO, "Model {0} has {1} new versions for {2}. The first {3} get a build now, the others follow.",
                    new Object[] {model, highest - known.get(), trigger.job().getFullName(), MOST_VERSIONS});
        }
        return last >= highest;
    }

    private void alias(ListeningTrigger trigger, EventCondition condition)
            throws TrackingException, IOException, InterruptedException {
        String holder = EventProcessor.holder(registered, condition.name());
        AtomicBoolean moved = new AtomicBoolean();
        EventProcessor.start(trigger, registered, (detector, state) -> {
            moved.set(detector.isMoved(condition.name(), holder));
            return List.of();
        }, this::known);
        if (!moved.get() || version(holder).isPresent()) {
            EventProcessor.start(
                    trigger, registered, (detector, state) -> detector.polledAlias(condition.name(), holder), this::known);
        }
    }

    private void tag(ListeningTrigger trigger, EventCondition condition)
            throws TrackingException, IOException, InterruptedException {
        Set<String> found = tagged.get(condition);
        if (found == null) {
            found = new TreeSet<>();
            if (registered != null) {
                for (ModelVersion version : server.versionsWithTagValue(model, condition.name(), condition.value())) {
                    found.add(version.version());
                    versions.put(version.version(), Optional.of(version));
                }
            }
            tagged.put(condition, found);
        }
        Set<String> now = found;
        EventProcessor.start(
                trigger, registered, (detector, state) -> detector.polledTag(condition, now), this::known);
    }

    private Optional<ModelVersion> version(String number) throws TrackingException, InterruptedException {
        Optional<ModelVersion> found = versions.get(number);
        if (found == null) {
            found = EventProcessor.version(server, model, number);
            versions.put(number, found);
        }
        return found;
    }

    private ModelVersion known(VersionEvent event) {
        return versions.get(event.getVersion()).orElseThrow();
    }
}
