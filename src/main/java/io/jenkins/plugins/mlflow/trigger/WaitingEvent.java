package io.jenkins.plugins.mlflow.trigger;

import java.time.Instant;

/** An event that waits for its server to be asked. What is remembered of earlier attempts lasts until Jenkins restarts. */
final class WaitingEvent {
    private final long id;
    private final String registry;
    private final String destination;
    private final String folder;
    private final VersionEvent event;
    private final Instant since;

    private Instant notBefore = Instant.MIN;
    private Instant unknownSince;
    private int failures;

    /**
     * @param registry what the server's configuration identifies its registry by
     * @param destination the same for all entries of that registry
     * @param folder full name of the folder whose server it came from; empty for the controller
     */
    WaitingEvent(long id, String registry, String destination, String folder, VersionEvent event, Instant since) {
        this.id = id;
        this.registry = registry;
        this.destination = destination;
        this.folder = folder;
        this.event = event;
        this.since = since;
    }

    long id() {
        return id;
    }

    String registry() {
        return registry;
    }

    String destination() {
        return destination;
    }

    String folder() {
        return folder;
    }

    VersionEvent event() {
        return event;
    }

    Instant since() {
        return since;
    }

    /** The same for events that need to be processed only once. */
    Object key() {
        return new Key(registry, folder, event);
    }

    private record Key(String registry, String folder, VersionEvent event) {}

    boolean isDue(Instant now) {
        return !now.isBefore(notBefore);
    }

    void waitUntil(Instant time) {
        notBefore = time;
    }

    /** When the server first did not know the version. */
    Instant unknownSince(Instant now) {
        if (unknownSince == null) {
            unknownSince = now;
        }
        return unknownSince;
    }

    /** How often it has failed, this time included. */
    int failed() {
        return ++failures;
    }
}
