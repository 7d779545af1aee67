package io.jenkins.plugins.mlflow.report;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.EnvVars;
import hudson.model.Action;
import hudson.model.EnvironmentContributingAction;
import hudson.model.InvisibleAction;
import hudson.model.Queue;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.policy.Digests;
import java.util.List;
import java.util.Objects;

/**
 * The version of a model that a build was started for, which persists with the build and with its item in the queue. The build has
 * it in its environment, and a gate for the model evaluates it.
 */
public final class TriggeringVersion extends InvisibleAction
        implements EnvironmentContributingAction, Queue.QueueAction {
    private final String registry;
    private final String model;
    private final String version;
    private final String runId;
    private final String event;

    /**
     * @param registry what the server's configuration identifies its registry by; only its digest is kept
     * @param runId the run that the version was made from, or null
     * @param event what happened to the version, as users write it: {@code created}, {@code alias:challenger}
     */
    public TriggeringVersion(String registry, String model, String version, String runId, String event) {
        this.registry = Digests.sha256(registry);
        this.model = Objects.requireNonNull(model);
        this.version = Objects.requireNonNull(version);
        this.runId = runId;
        this.event = Objects.requireNonNull(event);
    }

    /** The version that started the build, if it is one of this model in this registry; else null. */
    @CheckForNull
    public static TriggeringVersion of(Run<?, ?> run, String registry, String model) {
        TriggeringVersion found = run.getAction(TriggeringVersion.class);
        return found != null && found.model.equals(model) && found.registry.equals(Digests.sha256(registry))
                ? found
                : null;
    }

    public String getModel() {
        return model;
    }

    public String getVersion() {
        return version;
    }

    /** Null if the version was not made from a run. */
    public String getRunId() {
        return runId;
    }

    /** What happened to the version, as users write it. */
    public String getEvent() {
        return event;
    }

    @Override
    public void buildEnvironment(@NonNull Run<?, ?> run, @NonNull EnvVars env) {
        env.put("MLFLOW_MODEL_NAME", model);
        env.put("MLFLOW_MODEL_VERSION", version);
        if (runId != null) {
            env.put("MLFLOW_RUN_ID", runId);
        }
    }

    /** Every event has a build of its own: Jenkins must not make one of two. */
    @Override
    public boolean shouldSchedule(List<Action> actions) {
        return true;
    }
}
