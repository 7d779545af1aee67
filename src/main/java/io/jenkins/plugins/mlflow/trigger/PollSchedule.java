package io.jenkins.plugins.mlflow.trigger;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.Connections;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Polls each server for all of its triggers whose interval is over. Intervals begin at the same times for all triggers of a server,
 * so that those of one length share the requests.
 */
final class PollSchedule {
    /** Servers that are being polled. */
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    /** In which of its intervals a trigger was polled last. */
    private final Map<TriggerKey, Long> polled = new ConcurrentHashMap<>();

    private final ServerProblems problems;

    PollSchedule(ServerProblems problems) {
        this.problems = problems;
    }

    /** A trigger that listens to something else is another one, and polled at once. */
    private record TriggerKey(Job<?, ?> job, String server, String model, List<EventCondition> conditions) {
        static TriggerKey of(ListeningTrigger trigger) {
            return new TriggerKey(trigger.job(), trigger.serverKey(), trigger.model(), trigger.conditions());
        }
    }

    void submit(List<ListeningTrigger> triggers, Clock clock, Executor threads) {
        Instant now = clock.instant();
        Map<String, List<ListeningTrigger>> due = new LinkedHashMap<>();
        for (ListeningTrigger trigger : triggers) {
            if (isDue(trigger, now)) {
                due.computeIfAbsent(trigger.serverKey(), server -> new ArrayList<>())
                        .add(trigger);
            }
        }
        due.forEach((server, group) -> {
            if (running.add(server)) {
                threads.execute(() -> run(server, group, now));
            }
        });
        polled.keySet().retainAll(triggers.stream().map(TriggerKey::of).toList());
    }

    private boolean isDue(ListeningTrigger trigger, Instant now) {
        return trigger.pollInterval() != null
                && !Long.valueOf(interval(trigger, now)).equals(polled.get(TriggerKey.of(trigger)));
    }

    /** The interval that the time is in; those of different servers begin at different times. */
    private static long interval(ListeningTrigger trigger, Instant now) {
        long length = trigger.pollInterval().toMillis();
        return Math.floorDiv(
                now.toEpochMilli() + Math.floorMod(trigger.serverKey().hashCode(), length), length);
    }

    private void run(String server, List<ListeningTrigger> triggers, Instant now) {
        try {
            Map<String, List<ListeningTrigger>> byModel = new LinkedHashMap<>();
            triggers.forEach(trigger -> byModel.computeIfAbsent(trigger.model(), model -> new ArrayList<>())
                    .add(trigger));
            for (List<ListeningTrigger> group : byModel.values()) {
                if (!poll(group, now)) {
                    // The others would fail alike, and wait for the next interval, too.
                    triggers.forEach(trigger -> done(trigger, now));
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.remove(server);
        }
    }

    /** Whether it makes sense to ask the server for another model. */
    private boolean poll(List<ListeningTrigger> triggers, Instant now) throws InterruptedException {
        ListeningTrigger first = triggers.get(0);
        try {
            TrackingServer connection = Connections.open(first.server(), null).within(TriggerEngine.LONGEST_TASK);
            List<ListeningTrigger> unfinished = new VersionPoller(connection, first.model()).poll(triggers);
            triggers.stream().filter(trigger -> !unfinished.contains(trigger)).forEach(trigger -> done(trigger, now));
            problems.succeeded(first);
            return true;
        } catch (TrackingException | ConfigurationException | IOException | RuntimeException e) {
            problems.failed(first, e);
            triggers.forEach(trigger -> done(trigger, now));
            return !ServerProblems.isOfServer(e);
        }
    }

    private void done(ListeningTrigger trigger, Instant now) {
        polled.put(TriggerKey.of(trigger), interval(trigger, now));
    }
}
