package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The steps of a promotion, each its own advance. A step that writes reads first, unless this very process just did: so a
 * write whose outcome is unknown is read back, and one that took effect is not made twice.
 */
final class Promotion {
    /** How long a version that may have been created is looked for before another is created. */
    private static final Duration LOOK_FOR_CREATED = Duration.ofSeconds(5);

    private static final Set<String> ARCHIVABLE = Set.of("Staging", "Production");

    private final Round round;
    private final GateState state;
    private final PromotionPolicy wanted;

    Promotion(Round round) {
        this.round = round;
        this.state = round.state;
        this.wanted = round.policy().promotion();
    }

    void advance() throws TrackingException, InterruptedException, GateEnd {
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

    private void findVersion() throws TrackingException, InterruptedException, GateEnd {
        if (state.version != null) {
            state.enter(Phase.AWAIT_READY);
            awaitReady();
            return;
        }
        Optional<ModelVersion> existing = round.server().highestVersion(round.model(), state.runId);
        if (existing.isPresent()) {
            adopt(existing.get());
            return;
        }
        if (!round.server().modelExists(round.model())) {
            throw new GateEnd(
                    ErrorCategory.NOT_FOUND,
                    "Server '" + round.request.server() + "' has no registered model '" + round.model()
                            + "'. Create the registered model first; the gate does not create it.");
        }
        round.existingRun(state.runId, "candidate");
        state.enter(Phase.CREATE_VERSION);
        state.registryRead = true;
    }

    private void createVersion() throws TrackingException, InterruptedException, GateEnd {
        if (!state.registryRead) {
            Optional<ModelVersion> existing = round.server().highestVersion(round.model(), state.runId);
            if (existing.isPresent()) {
                adopt(existing.get());
                return;
            }
            if (state.createUncertainSince != null
                    && round.now().isBefore(state.createUncertainSince.plus(LOOK_FOR_CREATED))) {
                state.waitingFor = "the version that may have been created";
                return;
            }
            state.createUncertainSince = null;
        }
        state.registryRead = false;
        ModelVersion created = round.server()
                .createVersion(round.model(), "runs:/" + state.runId + "/" + wanted.artifactPath(), state.runId);
        round.say("Created version " + created.version() + " of " + round.model() + " from run " + state.runId);
        adopt(created);
    }

    private void adopt(ModelVersion version) throws GateEnd, TrackingException, InterruptedException {
        state.version = version.version();
        state.enter(Phase.AWAIT_READY);
        if (isReady(version)) {
            state.enter(Phase.READ_AGAIN);
        }
    }

    private void awaitReady() throws TrackingException, InterruptedException, GateEnd {
        if (isReady(round.server().version(round.model(), state.version))) {
            state.enter(Phase.READ_AGAIN);
        } else {
            state.waitingFor = "version " + state.version + " of " + round.model() + " to be READY";
        }
    }

    private boolean isReady(ModelVersion version) throws GateEnd {
        if (!state.runId.equals(version.runId())) {
            throw new GateEnd(
                    ErrorCategory.CONFLICT,
                    "Version " + version.version() + " of model '" + round.model() + "' belongs to run "
                            + version.runId() + ", not to run " + state.runId + " that was judged. Run the gate again.");
        }
        if (version.status() == ModelVersion.Status.FAILED_REGISTRATION) {
            throw new GateEnd(
                    ErrorCategory.CONFLICT,
                    "The registration of version " + version.version() + " of model '" + round.model()
                            + "' failed, so it cannot be promoted. Register the model again.");
        }
        return version.status() == ModelVersion.Status.READY;
    }

    /** The metrics that are promoted must be the metrics that were judged. */
    private void readAgain() throws TrackingException, InterruptedException, GateEnd {
        if (new Waiting(round).unchanged()) {
            state.enter(Phase.READ_HOLDER);
            return;
        }
        if (state.metricsJudgedAgain) {
            throw new GateEnd(
                    ErrorCategory.CONFLICT,
                    "The metrics of run " + state.runId + " keep changing after they were judged. Let the run end"
                            + " before the gate, or raise settle.");
        }
        state.metricsJudgedAgain = true;
        judgeAgain("the metrics of run " + state.runId + " changed after they were judged");
    }

    private void judgeAgain(String why) {
        round.say("Judging again: " + why);
        Judgement judgement = Judgement.of(round);
        state.status = judgement.status();
        state.reason = judgement.reason();
        state.judgedAt = round.now();
        if (judgement.status() != GateStatus.PASSED) {
            state.promotionNote = why;
            state.enter(Phase.TAG_REFUSED);
        }
    }

    private void readHolder() throws TrackingException, InterruptedException, GateEnd {
        String alias = wanted.alias();
        if (alias != null) {
            state.previousVersion = holder(round.server().versionByAlias(round.model(), alias));
        }
        if (wanted.stage() != null) {
            state.previousStageVersion = holder(round.server().versionInStage(round.model(), wanted.stage()));
            if (alias == null) {
                state.previousVersion = state.previousStageVersion;
            }
        }
        if (alias != null && round.policy().baseline() != null
                && alias.equals(round.policy().baseline().alias())
                && !Objects.equals(state.previousVersion, state.baselineVersion)) {
            baselineMoved(alias);
            return;
        }
        if (state.version.equals(state.baselineVersion)) {
            nothingToDo("version " + state.version + " is the baseline itself");
            return;
        }
        boolean aliasHeld = alias == null || state.version.equals(state.previousVersion);
        if (aliasHeld && (wanted.stage() == null || state.version.equals(state.previousStageVersion))) {
            nothingToDo("version " + state.version + " already holds "
                    + (alias == null ? "stage " + wanted.stage() : "alias " + alias)
                    + (alias != null && wanted.stage() != null ? " and stage " + wanted.stage() : ""));
            return;
        }
        state.enter(aliasHeld ? Phase.SET_STAGE : Phase.SET_ALIAS);
        state.registryRead = true;
    }

    private static String holder(Optional<ModelVersion> version) {
        return version.map(ModelVersion::version).orElse(null);
    }

    private void nothingToDo(String why) {
        state.promotionNote = why;
        state.enter(Phase.DONE);
    }

    private void baselineMoved(String alias) throws TrackingException, InterruptedException, GateEnd {
        if (state.baselineJudgedAgain) {
            throw new GateEnd(
                    ErrorCategory.CONFLICT,
                    "Alias '" + alias + "' of model '" + round.model() + "' moved twice while the gate ran; it is at"
                            + " version " + state.previousVersion + " now. Somebody else promotes this model. Run the"
                            + " gate again.");
        }
        String judged = state.baselineVersion;
        new Resolution(round).baseline();
        state.baselineJudgedAgain = true;
        judgeAgain("alias '" + alias + "' moved from version " + judged + " to version " + state.baselineVersion);
    }

    private void setAlias() throws TrackingException, InterruptedException, GateEnd {
        String alias = wanted.alias();
        if (!state.registryRead) {
            String holder = holder(round.server().versionByAlias(round.model(), alias));
            if (state.version.equals(holder)) {
                aliasSet();
                return;
            }
            if (!Objects.equals(holder, state.previousVersion)) {
                throw moved("Alias '" + alias + "'", holder);
            }
        }
        state.registryRead = false;
        round.server().setAlias(round.model(), alias, state.version);
        aliasSet();
    }

    private void aliasSet() {
        state.aliasSet = true;
        boolean stageToo = wanted.stage() != null && !state.version.equals(state.previousStageVersion);
        state.enter(stageToo ? Phase.SET_STAGE : Phase.READ_BACK);
        state.registryRead = true;
    }

    private void setStage() throws TrackingException, InterruptedException, GateEnd {
        if (!state.registryRead) {
            ModelVersion version = round.server().version(round.model(), state.version);
            if (wanted.stage().equals(version.stage())) {
                stageSet();
                return;
            }
        }
        state.registryRead = false;
        round.server()
                .transitionStage(
                        round.model(),
                        state.version,
                        wanted.stage(),
                        wanted.archiveExisting() && ARCHIVABLE.contains(wanted.stage()));
        stageSet();
    }

    private void stageSet() {
        state.stageSet = true;
        state.enter(Phase.READ_BACK);
    }

    private void readBack() throws TrackingException, InterruptedException, GateEnd {
        if (wanted.alias() != null) {
            String holder = holder(round.server().versionByAlias(round.model(), wanted.alias()));
            if (!state.version.equals(holder)) {
                throw moved("Alias '" + wanted.alias() + "'", holder);
            }
        }
        if (wanted.stage() != null) {
            String stage = round.server().version(round.model(), state.version).stage();
            if (!wanted.stage().equals(stage)) {
                throw new GateEnd(
                        ErrorCategory.CONFLICT,
                        "Version " + state.version + " of model '" + round.model() + "' is in stage " + stage
                                + " after it was moved to " + wanted.stage()
                                + ". Somebody else moved it, or the registry did not do it. Look at the model's page.");
            }
        }
        state.verified = true;
        round.say("Promoted version " + state.version + " of " + round.model() + " to " + target()
                + (state.previousVersion == null ? "" : ", in place of version " + state.previousVersion));
        state.enter(Phase.TAG_PROMOTED);
    }

    String target() {
        String alias = wanted.alias() == null ? "" : "alias '" + wanted.alias() + "'";
        String stage = wanted.stage() == null ? "" : "stage " + wanted.stage();
        return alias + (alias.isEmpty() || stage.isEmpty() ? "" : " and ") + stage;
    }

    private GateEnd moved(String what, String holder) {
        return new GateEnd(
                ErrorCategory.CONFLICT,
                what + " of model '" + round.model() + "' is at "
                        + (holder == null ? "no version" : "version " + holder) + ", neither where it was ("
                        + (state.previousVersion == null ? "no version" : "version " + state.previousVersion)
                        + ") nor at version " + state.version
                        + ". Somebody else moved it while the gate promoted. Run the gate again.");
    }
}
