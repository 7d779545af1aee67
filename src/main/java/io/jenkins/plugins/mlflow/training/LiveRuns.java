package io.jenkins.plugins.mlflow.training;

import hudson.model.Computer;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The runs of a build that still trains. However many people look at its page, MLflow is asked once in some seconds, and no page
 * waits for it: a page shows what is known, and what is asked for now shows on the next one.
 */
final class LiveRuns {
    private static final Logger LOGGER = Logger.getLogger(LiveRuns.class.getName());
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(5);

    private final BuildRunsAction action;
    private final AtomicLong nextRead = new AtomicLong(System.nanoTime());
    private volatile List<TrainingServer> latest;

    LiveRuns(BuildRunsAction action) {
        this.action = action;
    }

    /** Those that are kept with the build once it is over. */
    List<TrainingServer> servers() {
        if (!action.getRun().isBuilding()) {
            latest = null;
            return action.getServers();
        }
        long due = nextRead.get();
        long now = System.nanoTime();
        if (now - due >= 0 && nextRead.compareAndSet(due, now + PAUSE)) {
            Computer.threadPoolForRemoting.execute(this::read);
        }
        List<TrainingServer> known = latest;
        return known == null ? action.getServers() : known;
    }

    private void read() {
        List<TrainingServer> read = new ArrayList<>();
        for (TrainingServer server : action.getServers()) {
            List<MlflowServerConfiguration> configured = MlflowGlobalConfiguration.get().serversOf(server.registry());
            read.add(configured.isEmpty() ? server : read(server, configured.get(0)));
        }
        latest = read;
        nextRead.set(System.nanoTime() + PAUSE);
    }

    private TrainingServer read(TrainingServer before, MlflowServerConfiguration server) {
        try {
            return new TrainingServer(server, BuildRunsReader.read(action, server));
        } catch (ConfigurationException | TrackingException e) {
            LOGGER.log(Level.FINE, "Cannot read the runs of {0}: {1}", new Object[] {action.getRun(), e.getMessage()});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return before;
    }
}
