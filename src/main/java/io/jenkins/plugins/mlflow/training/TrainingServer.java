package io.jenkins.plugins.mlflow.training;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.util.ArrayList;
import java.util.List;

/** A server that a build trained against, with the runs that were found there. A change makes a new one. */
public final class TrainingServer {
    private final String registry;
    private final String destination;
    private final String name;
    private final String uiUrl;
    private final String workspace;
    private final ArrayList<RecordedRun> runs;

    TrainingServer(MlflowServerConfiguration server, List<RecordedRun> runs) {
        this.registry = server.registry();
        this.destination = server.destination();
        this.name = server.getName();
        this.uiUrl = server.shownUrl();
        this.workspace = server.getWorkspace();
        this.runs = new ArrayList<>(runs);
    }

    boolean is(MlflowServerConfiguration server) {
        return registry.equals(server.registry()) || destination.equals(server.destination());
    }

    /** The entry as it is configured now for the job, preferably of the same name; null if there is none any longer. */
    MlflowServerConfiguration configuration(Job<?, ?> job) {
        List<MlflowServerConfiguration> entries = JobConfiguration.of(job).serversOf(registry);
        return entries.stream()
                .filter(entry -> entry.getName().equals(name))
                .findFirst()
                .orElse(entries.isEmpty() ? null : entries.get(0));
    }

    /** What the server was called when the build ran. */
    public String getName() {
        return name;
    }

    String uiUrl() {
        return uiUrl;
    }

    /** Null if the server has none. */
    String workspace() {
        return workspace;
    }

    String registry() {
        return registry;
    }

    public List<RecordedRun> getRuns() {
        return runs;
    }
}
