package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is offered, as long as the test lets it. */
abstract class RecordingSink implements EventSink {
    /** The servers of all offers, in their order. */
    final List<MlflowServerConfiguration> servers = new CopyOnWriteArrayList<>();

    final List<String> offered = new CopyOnWriteArrayList<>();
    volatile boolean full;
    volatile RuntimeException failure;

    @Override
    public boolean offer(MlflowServerConfiguration server, VersionEvent hint) {
        if (failure != null) {
            throw failure;
        }
        if (!full) {
            servers.add(server);
            offered.add(server.getName() + ": " + hint);
        }
        return !full;
    }
}
