package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.CandidateSelection;
import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Experiment;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.RunSearch;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the candidate and the baseline, once, and pins them in the state. */
final class Resolution {
    private final Round round;
    private final GateState state;

    Resolution(Round round) {
        this.round = round;
        this.state = round.state;
    }

    void candidate() throws TrackingException, InterruptedException, GateEnd {
        CandidateSelection selection = round.policy().candidate();
        Experiment experiment = selection.experiment() == null ? null : experiment(selection.experiment());
        ExactCandidate exact = round.request.exact();
        if (exact != null) {
            exact(exact);
        } else if (experiment != null) {
            newestRun(selection, experiment);
        } else {
            pin(round.server()
                    .highestVersion(round.model(), null)
                    .orElseThrow(() -> notFound("has no version of model '" + round.model()
                            + "'. Register the model before the gate, or name its run with runId or experiment")));
        }
        round.say("Candidate: run " + state.runId
                + (state.modelId == null ? "" : ", logged model " + state.modelId)
                + (state.version == null ? "" : ", version " + state.version + " of " + round.model()));
        state.enter(Phase.WAIT);
    }

    private Experiment experiment(String name) throws TrackingException, InterruptedException, GateEnd {
        Experiment experiment = round.server().experimentByName(name);
        if (experiment.deleted()) {
            throw notFound("has experiment '" + name + "' only as a deleted one. Restore it, or name another");
        }
        state.experimentId = experiment.id();
        state.experiment = experiment.name();
        return experiment;
    }

    private void exact(ExactCandidate exact) throws TrackingException, InterruptedException, GateEnd {
        switch (exact.kind()) {
            case RUN -> state.runId = exact.value();
            case MODEL -> pin(round.loggedModels.get(exact.value()));
            case VERSION -> pin(round.server().version(round.model(), exact.value()));
            case ALIAS ->
                pin(round.server()
                        .versionByAlias(round.model(), exact.value())
                        .orElseThrow(() -> notFound("has no version of model '" + round.model() + "' with alias '"
                                + exact.value() + "'. Set the alias, or name a version or run")));
        }
    }

    private void newestRun(CandidateSelection selection, Experiment experiment)
            throws TrackingException, InterruptedException, GateEnd {
        Instant startedAfter = null;
        if (selection.best() && selection.maxAge() != null) {
            startedAfter = serverTime(experiment.serverTime()).minus(selection.maxAge());
        }
        RunSearch search = new RunSearch(
                experiment.id(),
                selection.filter(),
                selection.best() ? selection.orderBy().metric() : null,
                selection.best() && selection.orderBy().descending(),
                startedAfter);
        Optional<Run> run = round.server().firstRun(search);
        state.runId = run.orElseThrow(() -> notFound("has no active run in experiment '" + experiment.name() + "'"
                        + (selection.filter() == null ? "" : " that matches the filter " + selection.filter())
                        + (selection.best() && selection.maxAge() != null
                                ? " and started within " + Durations.format(selection.maxAge())
                                : "")
                        + ". Log a run before the gate, or correct the selection"))
                .id();
    }

    private void pin(ModelVersion version) throws GateEnd {
        state.version = version.version();
        if (version.runId() == null) {
            throw notFound("has no run for version " + version.version() + " of model '" + round.model()
                    + "', so there are no metrics to judge. Register the model from its run");
        }
        state.runId = version.runId();
        state.modelId = version.loggedModelId();
        state.modelUntold = version.loggedModelId() == null;
        state.versionPending = isPending(version);
    }

    private void pin(LoggedModel model) throws GateEnd {
        state.modelId = model.id();
        if (model.sourceRunId() == null) {
            throw notFound("has no run for logged model '" + model.id()
                    + "', so it cannot be told whether its training is over. Log the model within a run");
        }
        state.runId = model.sourceRunId();
    }

    static boolean isPending(ModelVersion version) {
        return version.status() != ModelVersion.Status.READY;
    }

    /** Checks, once, what can only be known from the run itself. */
    void checkRun(Run run) throws GateEnd {
        if (state.runChecked) {
            return;
        }
        String experiment = round.policy().candidate().experiment();
        if (experiment != null && !state.experimentId.equals(run.experimentId())) {
            throw new GateEnd(
                    ErrorCategory.CONFLICT,
                    "Run " + run.id() + " is in experiment " + run.experimentId() + ", not in '" + experiment + "' ("
                            + state.experimentId + "). Correct the run or the experiment.");
        }
        if (round.policy().candidate().maxAge() != null) {
            if (run.startTime() == null) {
                throw notFound("does not tell when run " + run.id() + " started, so its age cannot be checked");
            }
            Instant oldest = serverTime(run.serverTime()).minus(round.policy().candidate().maxAge());
            if (run.startTime().isBefore(oldest)) {
                throw notFound("has run " + run.id() + " started at " + run.startTime()
                        + ", which is longer ago than the maximum age of "
                        + Durations.format(round.policy().candidate().maxAge()) + ". Log a new run, or raise max_age");
            }
        }
        state.experimentId = run.experimentId();
        state.runChecked = true;
    }

    private Instant serverTime(Instant told) throws GateEnd {
        if (told == null) {
            throw new GateEnd(
                    ErrorCategory.PROTOCOL,
                    "Server '" + round.request.server() + "' does not tell its time (no Date header), so the age of a"
                            + " run cannot be checked. Leave max_age out, or mend the proxy that removes the header.");
        }
        return told;
    }

    /** Also used again at promotion time, if the alias has moved since. */
    void baseline() throws TrackingException, InterruptedException, GateEnd {
        String alias = round.policy().baseline().alias();
        Optional<ModelVersion> holder = round.server().versionByAlias(round.model(), alias);
        if (holder.isEmpty()) {
            state.baselineFound = true;
            state.baselineVersion = null;
            state.baselineRunId = null;
            state.baselineModelId = null;
            state.baselineMeasured = null;
            state.baselineDigests = null;
            round.say("Baseline: no version of " + round.model() + " holds alias '" + alias + "'"
                    + (round.policy().baseline().rubberStamp() ? "; change rules pass as a rubber stamp" : ""));
            return;
        }
        ModelVersion version = holder.get();
        if (version.runId() == null) {
            throw notFound("has no run for the baseline, version " + version.version() + " of model '" + round.model()
                    + "' (alias '" + alias + "'). Move the alias to a version that was made from a run");
        }
        Run run = round.existingRun(version.runId(), "baseline, version " + version.version());
        // All requests before the first change: half a baseline would count as none at all.
        Measured measured = new Needs(round.policy())
                .read(round, run, version.loggedModelId(), version.loggedModelId() == null);
        state.baselineFound = true;
        state.baselineVersion = version.version();
        state.baselineRunId = version.runId();
        state.baselineModelId = version.loggedModelId();
        state.baselineMeasured = measured;
        state.baselineDigests = new TreeSet<>(run.datasetDigests());
        round.say("Baseline: version " + version.version() + " of " + round.model() + " (alias '" + alias + "'), run "
                + version.runId()
                + (version.version().equals(state.version) ? "; it is the candidate itself" : ""));
    }

    private GateEnd notFound(String what) {
        return new GateEnd(ErrorCategory.NOT_FOUND, "Server '" + round.request.server() + "' " + what + ".");
    }
}
