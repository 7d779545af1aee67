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
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Finds the candidate, once, and pins it in the state. */
final class CandidateResolver {
    /** How far a run's start, by its client's clock, may be in the server's future. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    private final GateContext context;
    private final GateState state;

    CandidateResolver(GateContext context) {
        this.context = context;
        this.state = context.state;
    }

    void candidate() throws TrackingException, InterruptedException, GateAbortException {
        CandidateSelection selection = context.policy().candidate();
        if (context.policy().baseline() != null) {
            context.prefetch(new BaselineResolver(context)::holder);
        }
        Experiment experiment = selection.experiment() == null ? null : experiment(selection.experiment());
        ExactCandidate exact = exact(selection);
        if (exact != null) {
            resolve(exact);
        } else if (experiment != null) {
            newestRun(selection, experiment);
        } else if (context.request.runTags() != null) {
            state.candidate.runId =
                    new BuildRunResolver(context).find(selection.filter()).id();
        } else {
            Optional<ModelVersion> highest = context.server().highestVersion(context.model());
            if (highest.isEmpty()) {
                new ModelVersions(context).requireRegisteredModel();
            }
            pin(highest.orElseThrow(() -> notFound("has no version of model '" + context.model()
                    + "'. Register the model before the gate, or name its run with runId or experiment")));
        }
        if (exact == null && context.request.runTags() != null) {
            state.candidate.runOf = context.request.runTags().inWords();
        }
        context.say("Candidate: " + (state.candidate.versionRunId == null ? "run " : "evaluation run ")
                + state.candidate.runId
                + (state.loggedModelId() == null ? "" : ", logged model " + state.loggedModelId())
                + (state.candidate.runOf == null ? "" : ", the run " + state.candidate.runOf)
                + (state.candidate.version == null
                        ? ""
                        : ", version " + state.candidate.version + " of " + context.model()));
        state.enter(Phase.WAIT);
    }

    /** The candidate that a parameter, or else the policy, names; null if it is to be selected. */
    private ExactCandidate exact(CandidateSelection selection) throws GateAbortException {
        if (context.request.exact() != null) {
            return context.request.exact();
        }
        RunTags tags = context.request.runTags();
        if (tags != null && tags.requested() && (selection.alias() != null || selection.stage() != null)) {
            throw new GateAbortException(
                    ErrorCategory.CONFIGURATION,
                    "The run " + tags.inWords() + " was asked for, but the policy names "
                            + (selection.alias() != null
                                    ? "alias '" + selection.alias() + "'"
                                    : "stage " + selection.stage())
                            + " as the candidate. Remove one of the two.");
        }
        if (selection.alias() != null) {
            return new ExactCandidate(ExactCandidate.Kind.ALIAS, selection.alias());
        }
        return selection.stage() == null ? null : new ExactCandidate(ExactCandidate.Kind.STAGE, selection.stage());
    }

    private Experiment experiment(String name) throws TrackingException, InterruptedException, GateAbortException {
        Experiment experiment = context.server().experimentByName(name);
        if (experiment.deleted()) {
            throw notFound("has experiment '" + name + "' only as a deleted one. Restore it, or name another");
        }
        state.candidate.experimentId = experiment.id();
        state.candidate.experiment = experiment.name();
        return experiment;
    }

    private void resolve(ExactCandidate exact) throws TrackingException, InterruptedException, GateAbortException {
        switch (exact.kind()) {
            case RUN -> state.candidate.runId = exact.value();
            case MODEL -> pin(context.loggedModels.get(exact.value()));
            case VERSION -> pin(context.server().version(context.model(), exact.value()));
            case ALIAS ->
                pin(context.server()
                        .versionByAlias(context.model(), exact.value())
                        .orElseThrow(() -> notFound("has no version of model '" + context.model() + "' with alias '"
                                + exact.value() + "'. Set the alias, or name a version or run")));
            case STAGE ->
                pin(context.server()
                        .versionInStage(context.model(), exact.value())
                        .orElseThrow(() -> notFound("has no version of model '" + context.model() + "' in stage "
                                + exact.value() + ". Move a version there, or name a version or run")));
        }
    }

    private void newestRun(CandidateSelection selection, Experiment experiment)
            throws TrackingException, InterruptedException, GateAbortException {
        Instant startedAfter = null;
        if (selection.best() && selection.maxAge() != null) {
            startedAfter = serverTime(context, experiment.serverTime()).minus(selection.maxAge());
        }
        RunTags tags = context.request.runTags();
        RunSearch search = new RunSearch(
                experiment.id(),
                selection.filter(),
                selection.best() ? selection.orderBy().metric() : null,
                selection.best() && selection.orderBy().descending(),
                startedAfter,
                selection.nested(),
                tags == null ? Map.of() : tags.tags());
        Run run = context.server()
                .firstRun(search)
                .orElseThrow(() ->
                        notFound("has no active run " + (tags == null ? "" : tags.inWords() + " ") + "in experiment '"
                                + experiment.name() + "'"
                                + (selection.filter() == null ? "" : " that matches the filter " + selection.filter())
                                + (selection.best() && selection.maxAge() != null
                                        ? " and started within " + Durations.format(selection.maxAge())
                                        : "")
                                + (selection.nested() ? "" : " (child runs do not count)")
                                + ". Log a run before the gate, or correct the selection"));
        refuseFuture(context, run);
        state.candidate.runId = run.id();
    }

    /** A client with a wrong clock would be the newest for as long as its clock is ahead. */
    static void refuseFuture(GateContext context, Run run) throws GateAbortException {
        Instant now = serverTime(context, run.serverTime());
        if (run.startTime() != null && run.startTime().isAfter(now.plus(CLOCK_TOLERANCE))) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "Run " + run.id() + ", the first of the selection, started at " + run.startTime()
                            + " by its client's clock, but it"
                            + " is " + now + " on server '" + context.request.server()
                            + "'. Correct the clock of the machine that trains, or give the run's id.");
        }
    }

    private void pin(ModelVersion version) throws TrackingException, InterruptedException, GateAbortException {
        ModelVersions versions = new ModelVersions(context);
        versions.refusePrompt(version);
        String evaluatedBy = context.request.evaluationRunId();
        if (version.runId() == null && evaluatedBy == null) {
            throw notFound(
                    "has no run for version " + version.version() + " of model '" + context.model()
                            + "', so there are no metrics to evaluate. Register the model from its run, or name an evaluation run");
        }
        Subject subject = Subject.version(versions.source(version));
        state.candidate.version = version.version();
        state.candidate.runId = evaluatedBy == null ? version.runId() : evaluatedBy;
        state.candidate.versionRunId =
                state.candidate.runId.equals(version.runId()) ? null : String.valueOf(version.runId());
        state.candidate.subject = evaluatedBy == null ? subject : subject.evaluatedBy();
        state.candidate.versionPending = isPending(version);
    }

    private void pin(LoggedModel model) throws GateAbortException {
        if (model.sourceRunId() == null) {
            throw notFound("has no run for logged model '" + model.id()
                    + "', so it is not known whether its training has finished. Log the model within a run");
        }
        state.candidate.subject = Subject.loggedModel(model.id());
        state.candidate.runId = model.sourceRunId();
    }

    static boolean isPending(ModelVersion version) {
        return version.status() != ModelVersion.Status.READY;
    }

    /** Checks, once, what can only be known from the run itself. */
    void checkRun(Run run) throws GateAbortException, InterruptedException {
        if (state.candidate.runChecked) {
            return;
        }
        String experiment = context.policy().candidate().experiment();
        if (experiment != null && !state.candidate.experimentId.equals(run.experimentId())) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "Run " + run.id() + " is in experiment " + run.experimentId() + ", not in '" + experiment + "' ("
                            + state.candidate.experimentId + "). Correct the run or the experiment.");
        }
        if (context.policy().candidate().maxAge() != null) {
            if (run.startTime() == null) {
                throw notFound("does not tell when run " + run.id() + " started, so its age cannot be checked."
                        + " Log a run with a start time, or remove max_age");
            }
            Instant oldest = serverTime(context, run.serverTime())
                    .minus(context.policy().candidate().maxAge());
            if (run.startTime().isBefore(oldest)) {
                throw notFound("has run " + run.id() + " started at " + run.startTime()
                        + ", which is longer ago than the maximum age of "
                        + Durations.format(context.policy().candidate().maxAge())
                        + ". Log a new run, or raise max_age");
            }
        }
        state.candidate.experimentId = run.experimentId();
        state.candidate.startedBy = run.user();
        state.candidate.childRun = run.isChild();
        if (state.candidate.childRun) {
            context.say("Run " + run.id() + " is a child run of " + run.parentRunId());
        }
        state.candidate.runChecked = true;
    }

    private boolean isExperimentUnnamed() {
        return state.candidate.experiment == null
                && state.candidate.experimentId != null
                && !state.candidate.experimentAsked;
    }

    void prefetchExperiment() throws InterruptedException {
        if (isExperimentUnnamed()) {
            context.prefetch(() -> context.serverForDetails().experiment(state.candidate.experimentId));
        }
    }

    /** For the report alone: that the name cannot be had is no fault of the gate. */
    void nameExperiment() throws InterruptedException {
        if (!isExperimentUnnamed()) {
            return;
        }
        state.candidate.experimentAsked = true;
        try {
            state.candidate.experiment = context.serverForDetails()
                    .experiment(state.candidate.experimentId)
                    .name();
        } catch (TrackingException e) {
            context.say("The name of experiment " + state.candidate.experimentId + " is not known: " + e.getMessage());
        }
    }

    private static Instant serverTime(GateContext context, Instant told) throws GateAbortException {
        if (told == null) {
            throw new GateAbortException(
                    ErrorCategory.PROTOCOL,
                    "Server '" + context.request.server()
                            + "' does not tell its time (no Date header), so the start of a"
                            + " run cannot be checked. Fix the proxy that removes the header, or name the run.");
        }
        return told;
    }

    private GateAbortException notFound(String what) {
        return new GateAbortException(
                ErrorCategory.NOT_FOUND, "Server '" + context.request.server() + "' " + what + ".");
    }
}
