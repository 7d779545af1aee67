package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.BaselinePolicy;
import io.jenkins.plugins.mlflow.policy.Digests;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.ModelSource;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/** Reads the candidate's run until it may be evaluated: finished, complete and settled. */
final class RunPoller {
    private final GateContext context;
    private final GateState state;
    private final RequiredMetrics needs;

    RunPoller(GateContext context) {
        this.context = context;
        this.state = context.state;
        this.needs = new RequiredMetrics(context.policy());
    }

    /** How to continue after one reading. */
    enum Reading {
        /** Read again later; {@code state.waitingFor} names what is waited for. */
        WAIT,
        /** Evaluate what was read. */
        COMPLETE,
        /** The candidate can no longer pass; {@code state.evaluation.reason} is the reason. */
        FAILED
    }

    Reading read() throws TrackingException, InterruptedException, GateAbortException {
        // The models of a run that is under way are not read, but a run that has a version is rarely under way.
        prefetch(state.candidate.runStatus == null);
        BaselineResolver baseline =
                context.policy().baseline() == null || state.baseline.found ? null : new BaselineResolver(context);
        if (baseline != null) {
            baseline.prefetchMetrics();
        }
        Run run = context.existingRun(state.candidate.runId, "candidate");
        CandidateResolver resolution = new CandidateResolver(context);
        resolution.checkRun(run);
        resolution.prefetchExperiment();
        if (isOver(run)
                && state.candidate.subject.source() == null
                && !run.loggedModels().isEmpty()) {
            context.prefetch(() -> context.loggedModels.of(run));
        }
        if (baseline != null) {
            baseline.resolve();
        }
        state.candidate.runStatus = run.status().name();
        record(run);
        if (run.status() == Run.Status.FAILED || run.status() == Run.Status.KILLED) {
            state.candidate.fingerprint = fingerprint();
            state.evaluation.reason = "run " + run.id() + " ended as " + run.status();
            return Reading.FAILED;
        }
        if (state.candidate.metrics.modelStatus() == LoggedModel.Status.FAILED) {
            state.evaluation.reason =
                    "the upload of logged model " + state.model().loggedModelId() + " failed";
            return Reading.FAILED;
        }
        if (state.candidate.versionPending && registrationFailed()) {
            return Reading.FAILED;
        }
        boolean finished = run.status() == Run.Status.FINISHED;
        if (finished && needs.isTooShort(state.candidate.metrics)) {
            state.candidate.fingerprint = fingerprint();
            return Reading.COMPLETE;
        }
        String unfinished = unfinished(run);
        if (unfinished != null) {
            state.candidate.fingerprint = null;
            state.candidate.seenIncomplete |= !finished || state.candidate.onlyMetricsMissing;
            return waitFor(unfinished);
        }
        return isSettled(run) ? Reading.COMPLETE : waitFor("the metrics of run " + run.id() + " to settle");
    }

    private void prefetch(boolean modelToo) throws InterruptedException {
        context.prefetch(() -> context.server().run(state.candidate.runId));
        ModelSource source = state.candidate.subject.source();
        if (modelToo && source != null && source.isLoggedModel()) {
            context.prefetch(() -> context.loggedModels.get(source.loggedModelId()));
        }
    }

    /** The same for {@link #unchanged()}. */
    void prefetchAgain() throws InterruptedException {
        prefetch(true);
        if (state.candidate.subject.source() == null && state.model().isLoggedModel()) {
            context.prefetch(
                    state.candidate.evaluationRun
                            ? () -> context.loggedModels.get(state.model().loggedModelId())
                            : () -> context.server().loggedModels(state.candidate.experimentId, state.candidate.runId));
        }
    }

    private void record(Run run) throws TrackingException, InterruptedException, GateAbortException {
        state.candidate.metrics = isOver(run) || context.isLastReading()
                ? needs.read(context, run, state.candidate.subject)
                : needs.preview(run);
        state.candidate.datasetDigests = new TreeSet<>(run.datasetDigests());
        if (state.model() != null) {
            identify(run);
        }
    }

    private void identify(Run run) throws GateAbortException {
        state.candidate.evaluationRun = state.candidate.versionRunId != null
                || state.candidate.subject.source() == null && ModelIdentity.isEvaluationRun(run, state.model());
        if (state.candidate.evaluationRun
                && context.request.locked()
                && !context.policy().candidate().evaluationRun()) {
            throw new GateAbortException(
                    ErrorCategory.CONFIGURATION,
                    "Run " + run.id() + " evaluated a model that another run trained, and the locked policy of model '"
                            + context.model()
                            + "' does not allow evaluation runs. Give the run that trained the model, or ask the"
                            + " administrator to add candidate: {evaluation_run: true} to the policy.");
        }
    }

    /** No logged model and no history is read before. */
    private static boolean isOver(Run run) {
        return switch (run.status()) {
            case FINISHED, FAILED, KILLED -> true;
            case RUNNING, SCHEDULED, UNKNOWN -> false;
        };
    }

    private boolean registrationFailed() throws TrackingException, InterruptedException, GateAbortException {
        ModelVersion version = context.server().version(context.model(), state.candidate.version);
        if (!Objects.equals(
                state.candidate.versionRunId == null ? state.candidate.runId : state.candidate.versionRunId,
                version.runId())) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "Version " + state.candidate.version + " of model '" + context.model() + "' belongs to run "
                            + version.runId() + " now, not to run " + state.candidate.runId
                            + " that is being evaluated. Run the gate again.");
        }
        state.candidate.versionPending = CandidateResolver.isPending(version);
        if (version.status() == ModelVersion.Status.FAILED_REGISTRATION) {
            state.evaluation.reason = "the registration of version " + state.candidate.version + " failed";
            return true;
        }
        return false;
    }

    private String unfinished(Run run) {
        state.candidate.onlyMetricsMissing = false;
        if (run.status() != Run.Status.FINISHED) {
            return "run " + run.id() + " to finish (it is " + run.status() + ")";
        }
        if (isModelPending()) {
            return "logged model " + state.model().loggedModelId() + " to be READY";
        }
        if (state.candidate.versionPending) {
            return "version " + state.candidate.version + " of " + context.model() + " to be READY";
        }
        List<String> missing = needs.missing(state.candidate.metrics, state.baseline.values());
        if (missing.isEmpty()) {
            return null;
        }
        state.candidate.onlyMetricsMissing = true;
        return "run " + run.id() + " to have " + (missing.size() == 1 ? "metric " : "metrics ")
                + String.join(", ", missing);
    }

    private boolean isModelPending() {
        return state.candidate.metrics.modelStatus() == LoggedModel.Status.PENDING;
    }

    /** Two identical readings at least settle apart, or everything written more than settle ago by the server's clock. */
    private boolean isSettled(Run run) {
        Duration settle = context.policy().waiting().settle();
        String fingerprint = fingerprint();
        if (!fingerprint.equals(state.candidate.fingerprint)) {
            state.candidate.fingerprint = fingerprint;
            state.candidate.unchangedSince = context.now();
            return settle.isZero() || isOld(run, settle);
        }
        return !isUnsettled() || isOld(run, settle);
    }

    /**
     * The moments that a run names are its client's clock. They count only if this gate never saw the run incomplete, which then
     * contradicts none of them.
     */
    private boolean isOld(Run run, Duration settle) {
        if (state.candidate.seenIncomplete || run.serverTime() == null || run.endTime() == null) {
            return false;
        }
        Instant before = run.serverTime().minus(settle);
        return run.endTime().isBefore(before) && state.candidate.metrics.allWrittenBefore(before.toEpochMilli());
    }

    /**
     * What must stay as it was evaluated: the values and, where it decides whether they may be compared, which data the run names
     * for them.
     */
    private String fingerprint() {
        BaselinePolicy baseline = context.policy().baseline();
        boolean sameData = baseline != null && baseline.sameDataset() == BaselinePolicy.SameDataset.REQUIRED;
        return state.candidate.metrics.fingerprint()
                + (sameData ? " " + Digests.sha256(state.candidate.datasetDigests.toString()) : "");
    }

    private Reading waitFor(String what) {
        state.waitingFor = what;
        state.waitedFor = what;
        if (state.candidate.waitingSince == null) {
            state.candidate.waitingSince = context.now();
        }
        return Reading.WAIT;
    }

    /** How long until the values may count as settled, or null while they have not even been complete. */
    Duration untilSettled() {
        return state.candidate.fingerprint == null ? null : Duration.between(context.now(), settledAt());
    }

    /** Whether the values were changed so short ago that they may change again. */
    boolean isUnsettled() {
        return context.now().isBefore(settledAt());
    }

    private Instant settledAt() {
        return state.candidate.unchangedSince.plus(context.policy().waiting().settle());
    }

    /** The version that was found or made is of the model that was evaluated first. */
    private void requireSame(EvaluatedModel evaluated) throws GateAbortException {
        EvaluatedModel now = state.model();
        if (!Objects.equals(evaluated.loggedModelId(), now.loggedModelId())
                || !Objects.equals(evaluated.path(), now.path())) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "The metrics of run " + state.candidate.runId + " belonged to " + evaluated.inWords()
                            + " when they were evaluated"
                            + (now.isClear() ? ", and now belong to " + now.inWords() : "; now " + now.unclear())
                            + ". Let the run end before the gate, and run the gate again.");
        }
    }

    /**
     * Reads the values once more before a promotion.
     *
     * @return whether they are still those that were evaluated
     */
    boolean unchanged() throws TrackingException, InterruptedException, GateAbortException {
        Run run = context.existingRun(state.candidate.runId, "candidate");
        if (run.status() != Run.Status.FINISHED) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "Run " + run.id() + " is " + run.status()
                            + " again after it was evaluated. Let the run end before the"
                            + " gate, and run the gate again.");
        }
        String before = state.candidate.fingerprint;
        EvaluatedModel evaluated = state.model();
        record(run);
        requireSame(evaluated);
        state.candidate.fingerprint = fingerprint();
        if (state.candidate.metrics.modelStatus() != null
                && state.candidate.metrics.modelStatus() != LoggedModel.Status.READY) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "The evaluated " + state.model().inWords() + " is " + state.candidate.metrics.modelStatus()
                            + " after it was evaluated. Log the model again, and run the gate again.");
        }
        return state.candidate.fingerprint.equals(before);
    }
}
