package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import io.jenkins.plugins.mlflow.tracking.Artifact;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ModelSource;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.RegisteredModel;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Finds which versions of the registered model are the evaluated model, makes one if there is none, and makes sure that what
 * is promoted can be loaded.
 */
final class ModelVersions {
    private final GateContext context;

    ModelVersions(GateContext context) {
        this.context = context;
    }

    /** What the version was made from, also if it is a copy of another version. */
    ModelSource source(ModelVersion version) throws TrackingException, InterruptedException {
        ModelSource source = version.madeFrom();
        return source.kind() == ModelSource.Kind.VERSION
                ? context.server().files(context.model(), version.version())
                : source;
    }

    /** The highest version of the evaluated model that did not fail to register; empty if there is none. */
    Optional<ModelVersion> existing(EvaluatedModel model) throws TrackingException, InterruptedException {
        if (!model.isClear()) {
            return Optional.empty();
        }
        return model.isLoggedModel()
                ? context.server()
                        .highestVersionOf(context.model(), model.loggedModelId(), version -> !version.hasFailed())
                : context.server()
                        .highestVersionOfRun(
                                context.model(),
                                model.runId(),
                                version -> !version.hasFailed()
                                        && version.madeFrom().equals(ModelSource.ofRun(model.runId(), model.path())));
    }

    /** Makes a version of the evaluated model, which must be clear and loadable; see {@link #requireLoadable}. */
    ModelVersion create(EvaluatedModel model) throws TrackingException, InterruptedException {
        return model.isLoggedModel()
                ? context.server().createVersionFrom(context.model(), model.loggedModelId(), model.runId())
                : context.server()
                        .createVersion(context.model(), "runs:/" + model.runId() + "/" + model.path(), model.runId());
    }

    /** The model that is promoted must be the one whose metrics were evaluated. */
    void requireIsEvaluated(ModelVersion version, EvaluatedModel model)
            throws TrackingException, InterruptedException, GateAbortException {
        refusePrompt(version);
        ModelSource source = source(version);
        boolean same = model.isLoggedModel()
                ? source.isLoggedModel() && source.loggedModelId().equals(model.loggedModelId())
                : !source.isLoggedModel()
                        && Objects.equals(version.runId(), model.runId())
                        && (!source.isRunArtifact() || source.runId().equals(model.runId()))
                        && (model.path() == null || model.path().equals(source.path()));
        if (!same) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "Version " + version.version() + " of model '" + context.model() + "' was made from "
                            + (version.source() == null
                                    ? "an unknown source"
                                    : ModelIdentity.listed(new TreeSet<>(List.of(version.source()))))
                            + " of run " + version.runId() + ", but the metrics are of " + model.inWords()
                            + ". Register the model that was evaluated, and run the gate again.");
        }
    }

    /**
     * Makes sure that the server has the files of the evaluated model. It has those of a logged model that is READY. Below a run,
     * MLflow takes any artifact path for a model's without looking.
     */
    void requireLoadable(EvaluatedModel model) throws TrackingException, InterruptedException, GateAbortException {
        if (model.external()) {
            throw new GateAbortException(
                    ErrorCategory.NOT_FOUND,
                    "The evaluated " + model.inWords()
                            + " is external: MLflow has no files of it, so a version made from it could"
                            + " not be loaded. Log the model itself, and run the gate again.");
        }
        if (model.isLoggedModel()) {
            return;
        }
        if (model.path() == null) {
            context.say("Where version " + context.state.candidate.version
                    + " keeps its files is not known, so they were not looked for");
            return;
        }
        List<Artifact> files = artifacts(model.runId(), model.path());
        if (files.stream().noneMatch(file -> !file.directory() && file.path().equals(model.path() + "/MLmodel"))) {
            throw noModel(model);
        }
    }

    private GateAbortException noModel(EvaluatedModel model)
            throws TrackingException, InterruptedException, GateAbortException {
        List<Artifact> all = artifacts(model.runId(), null);
        String has = all.isEmpty()
                ? "The run has no artifacts"
                : "The run has "
                        + ModelIdentity.listed(all.stream()
                                .map(file -> file.path() + (file.directory() ? "/" : ""))
                                .collect(Collectors.toCollection(TreeSet::new)));
        return new GateAbortException(
                ErrorCategory.NOT_FOUND,
                "Run " + model.runId() + " has no model at artifact path '" + model.path() + "' on server '"
                        + context.request.server() + "': there is no file " + model.path()
                        + "/MLmodel, so a version made from it"
                        + " could not be loaded. " + has + ". Log the model in the training, or correct artifact_path"
                        + (context.state.candidate.version == null
                                ? ""
                                : ", or register the version again from the logged model")
                        + ".");
    }

    private List<Artifact> artifacts(String runId, String path)
            throws TrackingException, InterruptedException, GateAbortException {
        try {
            return context.server().artifacts(runId, path);
        } catch (TrackingException e) {
            String message = "The server cannot list the artifacts of run " + runId
                    + ", so it is not known whether the model can be loaded: " + e.getMessage()
                    + " Register the model in the training (log_model with registered_model_name), or let the server serve"
                    + " artifacts.";
            if (e.isTransient()) {
                throw TrackingException.passing(
                        e.category(), message, e.retryAfter().orElse(null));
            }
            throw new GateAbortException(e.category(), message);
        }
    }

    /** The highest other version that a promotion would archive, although this one is in the stage already. */
    Optional<String> otherInStage(String version, PromotionPolicy wanted)
            throws TrackingException, InterruptedException {
        if (!wanted.archives()) {
            return Optional.empty();
        }
        return context.server().versionsInStage(context.model(), wanted.stage()).stream()
                .map(ModelVersion::version)
                .filter(other -> !other.equals(version))
                .max(Comparator.comparingLong(Long::parseLong));
    }

    /** The registered model must exist and be no prompt. */
    void requireRegisteredModel() throws TrackingException, InterruptedException, GateAbortException {
        if (context.state.candidate.registeredModelChecked) {
            return;
        }
        RegisteredModel model = context.server()
                .registeredModel(context.model())
                .orElseThrow(
                        () -> new GateAbortException(
                                ErrorCategory.NOT_FOUND,
                                "Server '" + context.request.server() + "' has no registered model '" + context.model()
                                        + "'. Correct the name, or create the registered model first; the gate does not create it."));
        if (model.prompt()) {
            throw prompt();
        }
        context.state.candidate.registeredModelChecked = true;
    }

    void refusePrompt(ModelVersion version) throws GateAbortException {
        if (version.isPrompt()) {
            throw prompt();
        }
    }

    private GateAbortException prompt() {
        return new GateAbortException(
                ErrorCategory.CONFIGURATION,
                "'" + context.model() + "' is a prompt on server '" + context.request.server()
                        + "', not a model. Give the name of a registered model.");
    }
}
