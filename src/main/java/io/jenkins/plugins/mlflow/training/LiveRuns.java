package io.jenkins.plugins.mlflow.training;

import hudson.model.Computer;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Reads the runs of a build for its pages. However many users look at a page, MLflow gets one request every few seconds, and no page waits
 * for it: a page shows what is known, and what is read meanwhile shows on the next one. Of a finished build that has no runs on record,
 * because it was stopped for example, they are read once more.
 */
final class LiveRuns {
    private static final Logger LOGGER = Logger.getLogger(LiveRuns.class.getName());
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(5);

    private final BuildRunsAction action;
    private final AtomicBoolean reading = new AtomicBoolean();
    private volatile long nextRead = System.nanoTime();
    private volatile boolean readAfterwards;
    private volatile List<TrainingServer> latest;

    LiveRuns(BuildRunsAction action) {
        this.action = action;
    }

    /** What is known at this moment. */
    List<TrainingServer> servers() {
        if (action.getRun().isBuilding()) {
            if (System.nanoTime() - nextRead >= 0 && reading.compareAndSet(false, true)) {
                Computer.threadPoolForRemoting.execute(() -> read(false));
            }
            List<TrainingServer> known = latest;
            return known == null ? action.getServers() : known;
        }
        latest = null;
        boolean incomplete =
                action.getServers().stream().anyMatch(server -> server.getRuns().isEmpty());
        if (incomplete && !readAfterwards && reading.compareAndSet(false, true)) {
            readAfterwards = true;
            Computer.threadPoolForRemoting.execute(() -> read(true));
        }
        return action.getServers();
    }

    private void read(boolean record) {
        try {
            List<TrainingServer> read = action.getServers().stream()
                    .map(server -> read(server, record))
                    .toList();
            latest = record ? null : read;
        } finally {
            nextRead = System.nanoTime() + PAUSE;
            reading.set(false);
        }
    }

    private TrainingServer read(TrainingServer before, boolean record) {
        MlflowServerConfiguration server = before.configuration(action.getRun().getParent());
        if (server == null) {
            return before;
        }
        try {
            List<RecordedRun> runs = BuildRunsReader.read(action, server, null);
            if (record && !runs.isEmpty()) {
                action.record(server, runs);
            }
            return new TrainingServer(server, runs);
        } catch (ConfigurationException | TrackingException | IOException e) {
            LOGGER.log(Level.FINE, "Cannot read the runs of {0}: {1}", new Object[] {action.getRun(), e.getMessage()});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return before;
    }
}
