package io.jenkins.plugins.mlflow.trigger;

import hudson.Extension;
import hudson.ExtensionList;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;

/**
 * The events that were learned from webhooks and whose server was not asked yet, up to a bound. They are on disk, under
 * {@code JENKINS_HOME/mlflow-eval-gate/trigger}. The same event is kept once, until its processing has started.
 */
@Extension
public final class EventInbox implements EventSink {
    static final int MOST_EVENTS = 10_000;
    private static final int MOST_OF_A_FOLDER = MOST_EVENTS / 10;
    private static final int LONGEST_NAME = 1_000;

    private static final Logger LOGGER = Logger.getLogger(EventInbox.class.getName());

    /** In the order in which they came; those that are being processed are among them. */
    private final Map<Long, WaitingEvent> waiting = new LinkedHashMap<>();

    /** The ids of the events that nobody processes. */
    private final Map<Object, Long> keys = new HashMap<>();

    private final EventJournal journal;
    private long lastId;
    private boolean loaded;

    public EventInbox() {
        journal = new EventJournal(
                Jenkins.get()
                        .getRootDir()
                        .toPath()
                        .resolve(GateReportAction.URL_NAME)
                        .resolve("trigger"),
                "events.jsonl");
    }

    static EventInbox get() {
        return ExtensionList.lookupSingleton(EventInbox.class);
    }

    @Override
    public boolean offer(MlflowServerConfiguration server, VersionEvent hint) {
        if (isTooLong(hint.getModel()) || isTooLong(hint.getVersion()) || isTooLong(hint.getName())) {
            // No trigger listens to such a name.
            return true;
        }
        if (!take(server, withoutValue(hint))) {
            return false;
        }
        TriggerEngine.get().wake();
        return true;
    }

    private static boolean isTooLong(String name) {
        return name != null && name.length() > LONGEST_NAME;
    }

    /** The server is asked for the value of a tag anyway, and it may be long. */
    private static VersionEvent withoutValue(VersionEvent hint) {
        return hint.getKind() == VersionEvent.Kind.TAG
                ? VersionEvent.tag(hint.getModel(), hint.getVersion(), hint.getName(), "")
                : hint;
    }

    private synchronized boolean take(MlflowServerConfiguration server, VersionEvent hint) {
        try {
            load();
            WaitingEvent event = new WaitingEvent(
                    lastId + 1,
                    server.registry(),
                    server.destination(),
                    server.folderName(),
                    hint,
                    Clock.systemUTC().instant());
            if (keys.containsKey(event.key())) {
                return true;
            }
            if (waiting.size() >= MOST_EVENTS || isFull(event.folder())) {
                return false;
            }
            journal.add(event);
            lastId++;
            waiting.put(event.id(), event);
            keys.put(event.key(), event.id());
            return true;
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "An event of an MLflow server cannot be stored and is refused", e);
            return false;
        }
    }

    /** An outermost folder has a part of the places for all that is in it, so that it cannot keep the events of all others out. */
    private boolean isFull(String folder) {
        return !folder.isEmpty()
                && waiting.values().stream()
                                .filter(event -> outermost(event.folder()).equals(outermost(folder)))
                                .count()
                        >= MOST_OF_A_FOLDER;
    }

    /** The first part of the full name of a folder: who may configure it may also make folders in it. */
    static String outermost(String folder) {
        return folder.split("/", 2)[0];
    }

    private void load() throws IOException {
        if (!loaded) {
            for (WaitingEvent event : journal.load()) {
                waiting.put(event.id(), event);
                keys.put(event.key(), event.id());
                lastId = Math.max(lastId, event.id());
            }
            loaded = true;
        }
    }

    /** All that wait, those that are being processed included. */
    synchronized List<WaitingEvent> waiting() throws IOException {
        load();
        return new ArrayList<>(waiting.values());
    }

    /** From now on, the same event is another one: it may have happened after the server was asked. */
    synchronized void begin(WaitingEvent event) {
        keys.remove(event.key(), event.id());
    }

    /** The event waits on. */
    synchronized void again(WaitingEvent event) {
        keys.putIfAbsent(event.key(), event.id());
    }

    /** The event was dealt with. */
    synchronized void done(WaitingEvent event) {
        if (waiting.remove(event.id()) == null) {
            return;
        }
        keys.remove(event.key(), event.id());
        try {
            journal.done(event, waiting.values());
        } catch (IOException e) {
            // It is processed again after a restart, which starts no second build.
            LOGGER.log(
                    Level.WARNING,
                    "Cannot record that an event was processed; check that Jenkins can write to its home",
                    e);
        }
    }
}
