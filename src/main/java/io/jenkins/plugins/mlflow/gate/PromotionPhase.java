package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.BaselinePolicy;
import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The steps of a promotion, each its own advance. A step that writes reads first, unless this very process just did: so a
 * write whose outcome is unknown is read back, and one that took effect is not made twice.
 */
final class PromotionPhase {
    /** How long a version that may have been created is looked for before another is created. */
    private static final Duration LOOK_FOR_CREATED = Duration.ofSeconds(5);

    /**
     * After so long, who holds the alias is read again before it is set, in case another client moved it while the journal was
     * saved. MLflow cannot set an alias on condition of its holder.
     */
    private static final Duration HOLDER_IS_OLD = Duration.ofMillis(100);

    /** The same of an answer that took so long, or was prefetched so long before: longer than a round trip to a distant server. */
    private static final Duration HOLDER_IS_LATE = Duration.ofMillis(500);

    private final GateContext context;
    private final GateState state;
    private final PromotionPolicy wanted;
    private final ModelVersions versions;
    /** The newest version in the wanted stage, as just read. */
    private String stageHolder;

    PromotionPhase(GateContext context) {
        this.context = context;
        this.versions = new ModelVersions(context);
        this.state = context.state;
        this.wanted = context.policy().promotion();
    }

    void advance() throws TrackingException, InterruptedException, GateAbortException {
        switch (state.phase) {
            case FIND_VERSION -> findVersion();
            case CREATE_VERSION -> createVersion();
            case AWAIT_READY -> awaitReady();
            case READ_AGAIN -> readAgain();
            case READ_HOLDER -> readHolder();
            case SET_ALIAS -> setAlias();
            case SET_STAGE -> setStage();
            case READ_BACK -> readBack();
            default -> throw new IllegalStateException("not a step of a promotion: " + state.phase);
        }
    }

    /** Sends what the steps before the first write ask, as none of it depends on another's answer. */
    private void prefetchAll() throws InterruptedException {
        EvaluatedModel model = state.model();
        context.prefetch(
                state.candidate.version == null
                        ? () -> versions.existing(model)
                        : () -> context.server().version(context.model(), state.candidate.version));
        if (!model.isLoggedModel() && !model.external() && model.path() != null) {
            context.prefetch(() -> versions.requireLoadable(model));
        }
        prefetchLastReadings();
        new CandidateResolver(context).prefetchExperiment();
    }

    /** Sends what {@link #readAgain} and {@link #readHolder} ask. */
    private void prefetchLastReadings() throws InterruptedException {
        new RunPoller(context).prefetchAgain();
        Instant now = context.now();
        if (wanted.alias() != null
                && context.prefetch(() -> context.server().versionByAlias(context.model(), wanted.alias()))
                && state.journal.holderPrefetchedAt == null) {
            state.journal.holderPrefetchedAt = now;
        }
        if (wanted.stage() != null) {
            context.prefetch(() -> context.server().versionInStage(context.model(), wanted.stage()));
        }
        if (context.policy().baseline() != null) {
            context.prefetch(new BaselineResolver(context)::holder);
        }
    }

    private void findVersion() throws TrackingException, InterruptedException, GateAbortException {
        prefetchAll();
        if (state.candidate.version == null) {
            Optional<ModelVersion> existing = versions.existing(state.model());
            if (existing.isEmpty()) {
                versions.requireRegisteredModel();
                context.existingRun(state.candidate.runId, "candidate");
                versions.requireLoadable(state.model());
                state.enter(Phase.CREATE_VERSION);
                state.journal.registryRead = true;
                return;
            }
            versions.requireLoadable(state.model());
            adopt(existing.get());
            return;
        }
        versions.requireLoadable(state.model());
        state.enter(Phase.AWAIT_READY);
        awaitReady();
    }

    private void createVersion() throws TrackingException, InterruptedException, GateAbortException {
        if (!state.journal.registryRead) {
            Optional<ModelVersion> existing = versions.existing(state.model());
            if (existing.isPresent()) {
                adopt(existing.get());
                return;
            }
            if (state.journal.lookForCreatedUntil == null) {
                state.journal.lookForCreatedUntil = context.now().plus(LOOK_FOR_CREATED);
            }
            refuseAfterWriteFault();
            // After a lost response the request may still be under way: a second one could make two versions.
            if (state.journal.createFault != null || context.now().isBefore(state.journal.lookForCreatedUntil)) {
                state.waitingFor = "the version that may have been created"
                        + (state.journal.createFault == null ? "" : ", after: " + state.journal.createFault);
                return;
            }
        }
        state.journal.registryRead = false;
        state.journal.holderPrefetchedAt = null;
        ModelVersion created = created();
        context.say("Created version " + created.version() + " of " + context.model() + " from "
                + state.model().inWords());
        adopt(created);
    }

    private ModelVersion created() throws TrackingException, InterruptedException {
        try {
            return versions.create(state.model());
        } catch (TrackingException fault) {
            if (fault.isNeverSent()) {
                state.journal.lookForCreatedUntil = context.now();
            } else if (fault.isTransient()) {
                state.journal.createFault = fault.getMessage().replaceAll("\\.$", "");
            }
            throw fault;
        }
    }

    /** The response to the write was not from MLflow, and the registry shows that it took no effect. */
    private void refuseAfterWriteFault() throws GateAbortException {
        if (state.journal.writeFault != null) {
            ErrorCategory category = state.journal.writeFaultCategory;
            throw new GateAbortException(
                    category == null ? ErrorCategory.PROTOCOL : category, state.journal.writeFault);
        }
    }

    private void adopt(ModelVersion version) throws GateAbortException, TrackingException, InterruptedException {
        state.candidate.version = version.version();
        state.enter(Phase.AWAIT_READY);
        if (isReady(version)) {
            state.enter(Phase.READ_AGAIN);
        }
    }

    private void awaitReady() throws TrackingException, InterruptedException, GateAbortException {
        if (isReady(context.server().version(context.model(), state.candidate.version))) {
            state.enter(Phase.READ_AGAIN);
        } else {
            state.waitingFor = "version " + state.candidate.version + " of " + context.model() + " to be READY";
        }
    }

    private boolean isReady(ModelVersion version) throws GateAbortException, TrackingException, InterruptedException {
        versions.requireIsEvaluated(version, state.model());
        if (version.status() == ModelVersion.Status.FAILED_REGISTRATION) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "The registration of version " + version.version() + " of model '" + context.model()
                            + "' failed, so it cannot be promoted. Register the model again.");
        }
        return version.status() == ModelVersion.Status.READY;
    }

    /** The metrics that are promoted must be the metrics that were evaluated. */
    private void readAgain() throws TrackingException, InterruptedException, GateAbortException {
        prefetchLastReadings();
        RunPoller waiting = new RunPoller(context);
        if (waiting.unchanged()) {
            if (state.journal.metricsEvaluatedAgain && waiting.isUnsettled()) {
                state.waitingFor = "the metrics of run " + state.candidate.runId + " to settle again";
            } else {
                state.enter(Phase.READ_HOLDER);
            }
            return;
        }
        if (state.journal.metricsEvaluatedAgain) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "The metrics of run " + state.candidate.runId
                            + " keep changing after they were evaluated. Let the run end"
                            + " before the gate, or raise settle.");
        }
        if (state.approval.given != null) {
            throw ApprovalPhase.outdated(state, "The metrics of run " + state.candidate.runId + " changed");
        }
        state.journal.metricsEvaluatedAgain = true;
        state.candidate.unchangedSince = context.now();
        evaluateAgain("the metrics of run " + state.candidate.runId + " changed after they were evaluated");
    }

    private void evaluateAgain(String why) throws GateAbortException {
        context.say("Evaluating again: " + why);
        PolicyEvaluation evaluation = PolicyEvaluation.of(context);
        state.evaluation.status = evaluation.status();
        state.evaluation.reason = evaluation.reason();
        state.evaluation.evaluatedAt = context.now();
        if (evaluation.status() != GateStatus.PASSED) {
            state.journal.note = why;
            state.enter(Phase.TAG_REFUSED);
        }
    }

    private void readHolder() throws TrackingException, InterruptedException, GateAbortException {
        boolean aliasHeld = wanted.alias() == null || readAliasHolder();
        boolean stageHeld = wanted.stage() == null || readStageHolder();
        state.journal.previousVersion = otherThanCandidate(
                wanted.alias() == null || aliasHeld && !stageHeld
                        ? state.journal.previousStageVersion
                        : state.journal.previousAliasVersion);
        if (aliasHeld && stageHeld) {
            nothingToDo("version " + state.candidate.version + " already holds " + wanted.target());
            return;
        }
        if (context.policy().baseline() != null) {
            String baseline = currentBaseline();
            if (!Objects.equals(baseline, state.baseline.version)) {
                baselineMoved(context.policy().baseline().target() + " moved from " + named(state.baseline.version)
                        + " to " + named(baseline));
                return;
            }
            if (isRubberStampOutdated()) {
                baselineMoved(wanted.target() + " is now held by " + named(state.journal.previousVersion)
                        + ", with which the candidate was not compared");
                return;
            }
        }
        if (state.candidate.version.equals(state.baseline.version)) {
            nothingToDo("version " + state.candidate.version + " is the baseline itself");
            return;
        }
        if (state.approval.notNeeded) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "Version " + state.candidate.version + " no longer holds " + wanted.target()
                            + ", so the approval that was skipped is"
                            + " needed now. Another client moved it. Run the gate again.");
        }
        state.enter(aliasHeld ? Phase.SET_STAGE : Phase.SET_ALIAS);
        state.journal.registryRead = true;
    }

    private boolean readAliasHolder() throws TrackingException, InterruptedException {
        Instant asked = state.journal.holderPrefetchedAt == null ? context.now() : state.journal.holderPrefetchedAt;
        state.journal.holderPrefetchedAt = null;
        state.journal.previousAliasVersion =
                ModelVersion.number(context.server().versionByAlias(context.model(), wanted.alias()));
        state.journal.holderReadAt = asked.plus(HOLDER_IS_LATE).isBefore(context.now()) ? asked : context.now();
        return state.candidate.version.equals(state.journal.previousAliasVersion);
    }

    private boolean readStageHolder() throws TrackingException, InterruptedException {
        stageHolder = ModelVersion.number(context.server().versionInStage(context.model(), wanted.stage()));
        state.journal.previousStageVersion = stageHolder;
        if (!state.candidate.version.equals(stageHolder)) {
            return false;
        }
        Optional<String> other = versions.otherInStage(state.candidate.version, wanted);
        other.ifPresent(version -> state.journal.previousStageVersion = version);
        return other.isEmpty();
    }

    private String otherThanCandidate(String version) {
        return state.candidate.version.equals(version) ? null : version;
    }

    private String currentBaseline() throws TrackingException, InterruptedException {
        BaselinePolicy baseline = context.policy().baseline();
        if (baseline.alias() != null && baseline.alias().equals(wanted.alias())) {
            return state.journal.previousAliasVersion;
        }
        if (baseline.stage() != null && baseline.stage().equals(wanted.stage())) {
            return stageHolder;
        }
        return ModelVersion.number(new BaselineResolver(context).holder());
    }

    /** Whether there is something to compare with by now, though nothing was there when change rules were rubber-stamped. */
    private boolean isRubberStampOutdated() {
        return context.policy().baseline().rubberStamp()
                && state.baseline.version == null
                && state.baseline.rubberStampRefused == null
                && state.journal.previousVersion != null;
    }

    private static String named(String version) {
        return version == null ? "no version" : "version " + version;
    }

    private void nothingToDo(String why) {
        state.journal.note = why;
        state.enter(Phase.DONE);
    }

    private void baselineMoved(String how) throws TrackingException, InterruptedException, GateAbortException {
        if (state.journal.baselineEvaluatedAgain) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "The baseline of model '" + context.model() + "' moved twice while the gate ran: " + how
                            + ". Another client promotes this model. Run the gate again.");
        }
        if (state.approval.given != null) {
            throw ApprovalPhase.outdated(state, capital(how));
        }
        new BaselineResolver(context).resolve();
        state.journal.baselineEvaluatedAgain = true;
        evaluateAgain(how);
    }

    private static String capital(String sentence) {
        return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
    }

    private void setAlias() throws TrackingException, InterruptedException, GateAbortException {
        String alias = wanted.alias();
        if (!state.journal.registryRead
                || state.journal.holderReadAt.plus(HOLDER_IS_OLD).isBefore(context.now())) {
            String holder = ModelVersion.number(context.server().versionByAlias(context.model(), alias));
            if (state.candidate.version.equals(holder)) {
                aliasSet();
                return;
            }
            if (!Objects.equals(holder, state.journal.previousAliasVersion)) {
                throw moved("Alias '" + alias + "'", holder);
            }
            refuseAfterWriteFault();
        }
        state.journal.registryRead = false;
        context.server().setAlias(context.model(), alias, state.candidate.version);
        aliasSet();
    }

    private void aliasSet() {
        state.journal.aliasSet = true;
        boolean stageToo =
                wanted.stage() != null && !state.candidate.version.equals(state.journal.previousStageVersion);
        state.enter(stageToo ? Phase.SET_STAGE : Phase.READ_BACK);
        state.journal.registryRead = true;
    }

    private void setStage() throws TrackingException, InterruptedException, GateAbortException {
        if (!state.journal.registryRead) {
            ModelVersion version = context.server().version(context.model(), state.candidate.version);
            if (wanted.stage().equals(version.stage())
                    && versions.otherInStage(state.candidate.version, wanted).isEmpty()) {
                stageSet();
                return;
            }
            refuseAfterWriteFault();
        }
        state.journal.registryRead = false;
        context.server().transitionStage(context.model(), state.candidate.version, wanted.stage(), wanted.archives());
        stageSet();
    }

    private void stageSet() {
        state.journal.stageSet = true;
        state.enter(Phase.READ_BACK);
    }

    private void readBack() throws TrackingException, InterruptedException, GateAbortException {
        if (wanted.alias() != null && wanted.stage() != null) {
            context.prefetch(() -> context.server().version(context.model(), state.candidate.version));
        }
        if (wanted.alias() != null) {
            String holder = ModelVersion.number(context.server().versionByAlias(context.model(), wanted.alias()));
            if (!state.candidate.version.equals(holder)) {
                throw moved("Alias '" + wanted.alias() + "'", holder);
            }
        }
        if (wanted.stage() != null) {
            String stage = context.server()
                    .version(context.model(), state.candidate.version)
                    .stage();
            if (!wanted.stage().equals(stage)) {
                throw new GateAbortException(
                        ErrorCategory.CONFLICT,
                        "Version " + state.candidate.version + " of model '" + context.model() + "' is in stage "
                                + stage
                                + " after it was moved to " + wanted.stage()
                                + ". Another client moved it, or the registry did not apply the change. Check the model's page.");
            }
        }
        state.journal.verified = true;
        state.journal.promotedAt = context.now();
        context.say("Promoted version " + state.candidate.version + " of " + context.model() + " to " + wanted.target()
                + (state.journal.previousVersion == null
                        ? ""
                        : ", in place of version " + state.journal.previousVersion));
        state.enter(Phase.TAG_PROMOTED);
    }

    private GateAbortException moved(String what, String holder) {
        return new GateAbortException(
                ErrorCategory.CONFLICT,
                what + " of model '" + context.model() + "' is at "
                        + (holder == null ? "no version" : "version " + holder) + ", neither where it was ("
                        + (state.journal.previousAliasVersion == null
                                ? "no version"
                                : "version " + state.journal.previousAliasVersion)
                        + ") nor at version " + state.candidate.version
                        + ". Another client moved it during the promotion. Run the gate again.");
    }
}
