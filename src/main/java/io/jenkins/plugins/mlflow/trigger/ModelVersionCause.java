package io.jenkins.plugins.mlflow.trigger;

import hudson.model.Actionable;
import hudson.model.Cause;
import hudson.model.CauseAction;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import org.kohsuke.stapler.export.Exported;

/** Why a build started: something happened to a version of a model. */
public final class ModelVersionCause extends Cause {
    private static final int LONGEST = 200;

    private final String id;
    private final String server;
    private final String model;
    private final String version;
    private final String event;
    private final String runId;
    private final String url;

    /** @param planned what the build was decided for */
    ModelVersionCause(PlannedBuild planned) {
        this.id = planned.id();
        this.server = planned.server();
        this.model = planned.event().getModel();
        this.version = planned.event().getVersion();
        this.event = planned.event().getText();
        this.runId = planned.runId();
        this.url = planned.url();
    }

    /** Tells this event from one that is the same but for its time. */
    String id() {
        return id;
    }

    /** Whether a build or an item of the queue has the cause of this id. */
    static boolean has(Actionable actionable, String id) {
        return actionable.getActions(CauseAction.class).stream()
                .flatMap(action -> action.getCauses().stream())
                .anyMatch(cause -> cause instanceof ModelVersionCause known && known.id.equals(id));
    }

    /** The cause of a build, or null if it was started by something else. */
    static ModelVersionCause of(Run<?, ?> run) {
        return run.getCause(ModelVersionCause.class);
    }

    /** The name that the job calls the server by. */
    @Exported(visibility = 3)
    public String getServer() {
        return server;
    }

    /** Registered model name. */
    @Exported(visibility = 3)
    public String getModel() {
        return model;
    }

    @Exported(visibility = 3)
    public String getVersion() {
        return version;
    }

    /** As in the parameter {@code on}: {@code created}, {@code alias:challenger}, {@code tag:validation=requested}. */
    @Exported(visibility = 3)
    public String getEvent() {
        return event;
    }

    /** The run that the version was made from; null if there is none. */
    @Exported(visibility = 3)
    public String getRunId() {
        return runId;
    }

    /** The version in MLflow's UI; null if there is no address that a page may link to. */
    public String getUrl() {
        return url;
    }

    @Override
    public String getShortDescription() {
        return Messages.ModelVersionCause_shortDescription(shown(version), shown(model), shown(event), shown(server));
    }

    private static String shown(String text) {
        return DisplayText.name(text, LONGEST);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ModelVersionCause cause && id.equals(cause.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }
}
