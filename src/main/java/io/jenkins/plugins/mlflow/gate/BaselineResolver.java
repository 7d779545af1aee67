package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.BaselinePolicy;
import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ModelSource;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the version that holds the baseline's alias or stage, reads its metrics, and pins both in the state. */
final class BaselineResolver {
    private final GateContext context;
    private final GateState state;
    private final BaselinePolicy baseline;
    private final ModelVersions versions;
    /** What {@link #prefetchMetrics} found; null before. */
    private Optional<ModelVersion> found;

    BaselineResolver(GateContext context) {
        this.context = context;
        this.state = context.state;
        this.baseline = context.policy().baseline();
        this.versions = new ModelVersions(context);
    }

    /** Also used again at promotion time, if the baseline has moved since. */
    void resolve() throws TrackingException, InterruptedException, GateAbortException {
        Optional<ModelVersion> holder = found == null ? holder() : found;
        if (holder.isEmpty()) {
            none();
            return;
        }
        ModelVersion version = holder.get();
        versions.refusePrompt(version);
        if (version.runId() == null) {
            throw new GateAbortException(
                    ErrorCategory.NOT_FOUND,
                    "Server '" + context.request.server() + "' has no run for the baseline, version "
                            + version.version()
                            + " of model '" + context.model() + "' (" + baseline.target()
                            + "). Move it to a version that was made from a run.");
        }
        Run run = run(version);
        ModelSource source = versions.source(version);
        // All requests before the first change: half a baseline would count as none at all.
        MetricSnapshot measured = new RequiredMetrics(context.policy()).read(context, run, Subject.version(source));
        state.baseline.found = true;
        state.candidate.registeredModelChecked = true;
        state.baseline.rubberStampRefused = null;
        state.baseline.version = version.version();
        state.baseline.runId = version.runId();
        state.baseline.metrics = measured;
        state.baseline.datasetDigests = new TreeSet<>(run.datasetDigests());
        context.say("Baseline: version " + version.version() + " of " + context.model() + " (" + baseline.target()
                + "), run "
                + version.runId()
                + (measured.model.isLoggedModel() ? ", " + measured.model.inWords() : "")
                + (version.version().equals(state.candidate.version) ? "; it is the candidate itself" : ""));
    }

    /** Finds the version, and sends the requests for its run and model, for {@link #resolve}. */
    void prefetchMetrics() throws TrackingException, InterruptedException {
        found = holder();
        String runId = found.map(ModelVersion::runId).orElse(null);
        if (runId == null) {
            return;
        }
        context.prefetch(() -> context.server().run(runId));
        ModelSource source = found.get().madeFrom();
        if (source.isLoggedModel()) {
            context.prefetch(() -> context.loggedModels.get(source.loggedModelId()));
        } else if (source.kind() == ModelSource.Kind.VERSION) {
            context.prefetch(() -> versions.source(found.get()));
        }
    }

    /** The version that holds the baseline's alias or stage now. */
    Optional<ModelVersion> holder() throws TrackingException, InterruptedException {
        return baseline.alias() != null
                ? context.server().versionByAlias(context.model(), baseline.alias())
                : context.server().versionInStage(context.model(), baseline.stage());
    }

    private Run run(ModelVersion version) throws TrackingException, InterruptedException, GateAbortException {
        String remedy = " Restore the run, or move " + baseline.target() + " to a version whose run is there.";
        String what = "Run " + version.runId() + " of the baseline, version " + version.version() + " of model '"
                + context.model() + "' (" + baseline.target() + "), ";
        try {
            Run run = context.server().run(version.runId());
            if (run.deleted()) {
                throw new GateAbortException(
                        ErrorCategory.NOT_FOUND,
                        what + "is deleted on server '" + context.request.server() + "'." + remedy);
            }
            return run;
        } catch (TrackingException e) {
            if (e.category() == ErrorCategory.NOT_FOUND) {
                throw new GateAbortException(
                        ErrorCategory.NOT_FOUND, what + "cannot be read: " + e.getMessage() + remedy);
            }
            throw e;
        }
    }

    private void none() throws TrackingException, InterruptedException, GateAbortException {
        versions.requireRegisteredModel();
        String refused = baseline.rubberStamp() ? rubberStampRefused() : null;
        state.baseline.found = true;
        state.baseline.rubberStampRefused = refused;
        state.baseline.version = null;
        state.baseline.runId = null;
        state.baseline.metrics = null;
        state.baseline.datasetDigests = null;
        context.say("Baseline: no version of " + context.model() + " holds " + baseline.target()
                + (refused != null
                        ? "; " + refused
                        : baseline.rubberStamp() ? "; change rules pass as a rubber stamp" : ""));
    }

    /**
     * A misspelt baseline must not switch the comparison off for ever: once another version holds what the promotion would move,
     * there is something to compare with.
     */
    private String rubberStampRefused() throws TrackingException, InterruptedException {
        PromotionPolicy promotion = context.policy().promotion();
        if (promotion == null) {
            return null;
        }
        if (promotion.alias() != null && !promotion.alias().equals(baseline.alias())) {
            Optional<ModelVersion> holder = context.server().versionByAlias(context.model(), promotion.alias());
            if (holder.isPresent() && !isCandidate(holder.get())) {
                return refusal(holder.get(), "alias '" + promotion.alias() + "'");
            }
        }
        if (promotion.stage() != null
                && !promotion.stage().equals("None")
                && !promotion.stage().equals(baseline.stage())) {
            Optional<ModelVersion> holder = context.server().versionInStage(context.model(), promotion.stage());
            if (holder.isPresent() && !isCandidate(holder.get())) {
                return refusal(holder.get(), "stage " + promotion.stage());
            }
        }
        return null;
    }

    private String refusal(ModelVersion holder, String target) {
        return "no version holds " + baseline.target() + ", the baseline, but version " + holder.version() + " holds "
                + target + ", which the promotion would move; compare with that";
    }

    private boolean isCandidate(ModelVersion holder) {
        return state.candidate.version != null
                ? state.candidate.version.equals(holder.version())
                : state.candidate.runId.equals(holder.runId());
    }
}
