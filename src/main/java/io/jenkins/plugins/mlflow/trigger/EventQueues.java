package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.Connections;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Works off the events that wait, those of each registry by one thread, in the order in which they came. */
final class EventQueues {
    /** So long is a server asked for a version that it does not know. */
    static final Duration LONGEST_UNKNOWN = Duration.ofMinutes(1);

    /** What cannot be dealt with for so long never will. */
    static final Duration LONGEST_WAIT = Duration.ofDays(7);

    private static final Logger LOGGER = Logger.getLogger(EventQueues.class.getName());
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(5);

    private final ServerProblems problems;

    /** Registries whose events are being worked off. */
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    EventQueues(ServerProblems problems) {
        this.problems = problems;
    }

    /** Starts working off what is due. Events that nobody listens to are dropped at once. */
    void submit(List<ListeningTrigger> triggers, Clock clock, Executor threads) throws IOException {
        EventInbox inbox = EventInbox.get();
        List<WaitingEvent> waiting = inbox.waiting();
        if (waiting.isEmpty()) {
            return;
        }
        Map<String, List<ListeningTrigger>> byModel = new LinkedHashMap<>();
        triggers.forEach(trigger -> byModel.computeIfAbsent(trigger.model(), model -> new ArrayList<>())
                .add(trigger));
        Map<String, Map<WaitingEvent, List<ListeningTrigger>>> due = new LinkedHashMap<>();
        for (WaitingEvent event : waiting) {
            if (running.contains(event.registry()) || !event.isDue(clock.instant())) {
                continue;
            }
            List<ListeningTrigger> listeners = byModel
                    .getOrDefault(event.event().getModel(), List.of())
                    .stream()
                    .filter(trigger -> trigger.isAbout(event))
                    .toList();
            if (listeners.isEmpty()) {
                inbox.done(event);
            } else {
                due.computeIfAbsent(event.registry(), registry -> new LinkedHashMap<>())
                        .put(event, listeners);
            }
        }
        due.forEach((registry, events) -> {
            if (running.add(registry)) {
                threads.execute(() -> run(registry, events, clock));
            }
        });
    }

    private void run(String registry, Map<WaitingEvent, List<ListeningTrigger>> due, Clock clock) {
        Set<String> down = new HashSet<>();
        try {
            for (Map.Entry<WaitingEvent, List<ListeningTrigger>> entry : due.entrySet()) {
                process(entry.getKey(), entry.getValue(), clock, down);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.remove(registry);
            TriggerEngine.get().wake();
        }
    }

    /** @param down servers that are not to be asked, because they failed just now */
    private void process(WaitingEvent event, List<ListeningTrigger> triggers, Clock clock, Set<String> down)
            throws InterruptedException {
        EventInbox.get().begin(event);
        boolean failed = false;
        boolean known = true;
        for (List<ListeningTrigger> group : byServer(triggers)) {
            ListeningTrigger first = group.get(0);
            if (down.contains(first.serverKey())) {
                failed = true;
                continue;
            }
            try {
                known &= EventProcessor.process(
                        Connections.open(first.server(), null).within(TriggerEngine.LONGEST_TASK),
                        group,
                        event.event(),
                        event.since());
                problems.succeeded(first);
            } catch (TrackingException | ConfigurationException | IOException | RuntimeException e) {
                failed = true;
                problems.failed(first, e);
                if (ServerProblems.isOfServer(e)) {
                    down.add(first.serverKey());
                }
            }
        }
        Instant now = clock.instant();
        if (failed ? isGivenUp(event, triggers.get(0), now) : known || isUnknownForLong(event, triggers.get(0), now)) {
            EventInbox.get().done(event);
        } else {
            event.waitUntil(now.plus(failed ? backOff(event.failed()) : AGAIN));
            EventInbox.get().again(event);
        }
    }

    private static Duration backOff(int failures) {
        Duration backOff = Duration.ofSeconds(1L << Math.min(failures, 9));
        return backOff.compareTo(LONGEST_BACK_OFF) < 0 ? backOff : LONGEST_BACK_OFF;
    }

    private static List<List<ListeningTrigger>> byServer(List<ListeningTrigger> triggers) {
        Map<String, List<ListeningTrigger>> groups = new LinkedHashMap<>();
        triggers.forEach(trigger -> groups.computeIfAbsent(trigger.serverKey(), key -> new ArrayList<>())
                .add(trigger));
        return List.copyOf(groups.values());
    }

    private static boolean isUnknownForLong(WaitingEvent event, ListeningTrigger trigger, Instant now) {
        boolean isLong = !now.isBefore(event.unknownSince(now).plus(LONGEST_UNKNOWN));
        if (isLong) {
            LOGGER.log(
                    Level.WARNING,
                    "MLflow server ''{0}'' sent the event {1}, but does not know that version. No build starts."
                            + " If the version exists, check that the credentials of the server may read it.",
                    new Object[] {trigger.server().getName(), event.event()});
        }
        return isLong;
    }

    private static boolean isGivenUp(WaitingEvent event, ListeningTrigger trigger, Instant now) {
        boolean isLong = now.isAfter(event.since().plus(LONGEST_WAIT));
        if (isLong) {
            LOGGER.log(
                    Level.WARNING,
                    "Event {0} is discarded: no request about it to MLflow server ''{1}'' succeeded in {2} days. Check the"
                            + " server, and start the build by hand if it is wanted.",
                    new Object[] {event.event(), trigger.server().getName(), LONGEST_WAIT.toDays()});
        }
        return isLong;
    }
}
