package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.RegisteredModel;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import io.jenkins.plugins.mlflow.trigger.TriggerState.ModelState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
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
                    : server.highestVersion(model)
                            .map(found -> Long.valueOf(found.version()))
                            .orElse(0L);
        }
        List<ListeningTrigger> unfinished = new ArrayList<>();
        for (ListeningTrigger trigger : triggers) {
            if (!poll(trigger)) {
                unfinished.add(trigger);
            }
        }
        return unfinished;
    }

    /** Reads all that is needed, and then writes the state once. What was read before the server failed is not lost. */
    private boolean poll(ListeningTrigger trigger) throws TrackingException, IOException, InterruptedException {
        ModelState before = EventProcessor.seen(trigger, registered);
        List<EventProcessor.Detection> found = new ArrayList<>();
        TrackingException problem = null;
        boolean finished = true;
        try {
            for (EventCondition condition : trigger.conditions()) {
                switch (condition.kind()) {
                    case CREATED -> finished = created(trigger, before, found);
                    case ALIAS -> alias(condition, before, found);
                    case TAG -> tag(condition, found);
                }
            }
        } catch (TrackingException e) {
            problem = e;
        }
        EventProcessor.start(
                trigger,
                registered,
                (detector, state) -> {
                    List<VersionEvent> events = new ArrayList<>();
                    found.forEach(part -> events.addAll(part.events(detector, state)));
                    return events;
                },
                event -> versions.get(event.getVersion()).orElseThrow());
        if (problem != null) {
            throw problem;
        }
        return finished;
    }

    /** Whether all new versions were read. */
    private boolean created(ListeningTrigger trigger, ModelState before, List<EventProcessor.Detection> found)
            throws TrackingException, InterruptedException {
        long known = before.polledUpTo == null ? highest : before.polledUpTo;
        long last = Math.min(highest, known + MOST_VERSIONS);
        List<Long> present = new ArrayList<>();
        AtomicLong readUpTo = new AtomicLong(known);
        found.add((detector, state) -> {
            List<VersionEvent> events = new ArrayList<>();
            present.forEach(version -> events.addAll(detector.polled(version)));
            state.polledUpTo = readUpTo.get();
            return events;
        });
        for (long number = known + 1; number <= last; number++) {
            if (version(String.valueOf(number)).isPresent()) {
                present.add(number);
            }
            readUpTo.set(number);
        }
        if (last < highest) {
            LOGGER.log(
                    Level.INFO,
                    "Model {0} has {1} new versions for {2}. The first {3} get a build now, the others follow.",
                    new Object[] {model, highest - known, trigger.job().getFullName(), MOST_VERSIONS});
        }
        return last >= highest;
    }

    /** A holder that was not read, because an event was processed meanwhile or its version was deleted, is left to the next poll. */
    private void alias(EventCondition condition, ModelState before, List<EventProcessor.Detection> found)
            throws TrackingException, InterruptedException {
        String alias = condition.name();
        String holder = EventProcessor.holder(registered, alias);
        if (new EventDetector(model, before).isMoved(alias, holder)) {
            version(holder);
        }
        found.add((detector, state) -> detector.isMoved(alias, holder)
                        && versions.getOrDefault(holder, Optional.empty()).isEmpty()
                ? List.of()
                : detector.polledAlias(alias, holder));
    }

    private void tag(EventCondition condition, List<EventProcessor.Detection> found)
            throws TrackingException, InterruptedException {
        Set<String> now = tagged.get(condition);
        if (now == null) {
            now = new TreeSet<>();
            if (registered != null) {
                for (ModelVersion version : server.versionsWithTagValue(model, condition.name(), condition.value())) {
                    now.add(version.version());
                    versions.put(version.version(), Optional.of(version));
                }
            }
            tagged.put(condition, now);
        }
        Set<String> versionsNow = now;
        found.add((detector, state) -> detector.polledTag(condition, versionsNow));
    }

    private Optional<ModelVersion> version(String number) throws TrackingException, InterruptedException {
        Optional<ModelVersion> found = versions.get(number);
        if (found == null) {
            found = EventProcessor.version(server, model, number);
            versions.put(number, found);
        }
        return found;
    }
}
