package io.jenkins.plugins.mlflow.training;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.Connections;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.tracking.TagSearch;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Asks a server, with the gate's credentials, for the top-level runs of a build. */
final class BuildRunsReader {
    private static final int MOST_RUNS = 100;
    /** For one request; there are two of them unless the server has thousands of experiments. */
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private BuildRunsReader() {}

    /**
     * Blocks for two requests, or some more on a server with thousands of experiments.
     *
     * @param user the build that uses the credentials, to be noted with them, or null
     * @return at most 100 runs, newest start first
     */
    static List<RecordedRun> read(BuildRunsAction action, MlflowServerConfiguration server, Run<?, ?> user)
            throws ConfigurationException, TrackingException, InterruptedException {
        Set<String> gated = GatedMetrics.of(action.getRun());
        return Connections.open(server, user)
                .within(DEADLINE)
                .taggedRuns(new TagSearch(action.tags(), null, null, false, MOST_RUNS))
                .stream()
                .map(found -> new RecordedRun(found, gated))
                .toList();
    }
}
