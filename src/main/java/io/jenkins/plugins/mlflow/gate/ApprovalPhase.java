package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.ApprovalPolicy;
import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.time.Instant;

/**
 * Between a pass and its promotion, where the policy may require an approval: finds out whether one is required, and what is
 * waited for. An approval is required, too, where that cannot be found out.
 */
final class ApprovalPhase {
    private final GateContext context;
    private final GateState state;
    private final PromotionPolicy wanted;
    private final ModelVersions versions;

    ApprovalPhase(GateContext context) {
        this.context = context;
        this.versions = new ModelVersions(context);
        this.state = context.state;
        this.wanted = context.policy().promotion();
    }

    void check() throws TrackingException, InterruptedException {
        ApprovalPolicy approval = wanted.approval();
        if (nothingWouldMove()) {
            state.approval.required = false;
            state.approval.notNeeded = true;
            state.enter(Phase.FIND_VERSION);
        } else if (approval.isAlways()) {
            requireApproval();
        } else {
            count(approval.first());
        }
    }

    private void count(int first) throws TrackingException, InterruptedException {
        int approved = context.server().versionsWithTag(context.model(), AuditTags.APPROVED_BY, first);
        if (approved < first) {
            context.say(approved + " of the first " + first + " promotions of " + context.model()
                    + " were approved so far");
            requireApproval();
            return;
        }
        state.approval.required = false;
        context.say("No approval is needed: " + (first == 1 ? "a promotion" : "the first " + first + " promotions")
                + " of " + context.model() + (first == 1 ? " was" : " were") + " approved before");
        state.enter(Phase.FIND_VERSION);
    }

    /** No approval is needed for a promotion that will find nothing to do; it looks again before it moves anything. */
    private boolean nothingWouldMove() throws TrackingException, InterruptedException {
        String version = state.candidate.version != null
                ? state.candidate.version
                : ModelVersion.number(versions.existing(state.model()));
        if (version == null) {
            return false;
        }
        boolean aliasHeld = wanted.alias() == null
                || version.equals(
                        ModelVersion.number(context.server().versionByAlias(context.model(), wanted.alias())));
        boolean stageHeld = wanted.stage() == null
                || version.equals(ModelVersion.number(context.server().versionInStage(context.model(), wanted.stage())))
                        && versions.otherInStage(version, wanted).isEmpty();
        return aliasHeld && stageHeld || version.equals(state.baseline.version);
    }

    /** It is not known whether an approval is needed. */
    void requireBecause(String why) {
        context.say("Approval is required because the number of earlier approvals could not be read: " + why);
        requireApproval();
    }

    private void requireApproval() {
        state.approval.required = true;
        state.approval.requestedAt = context.now();
        state.enter(Phase.AWAIT_APPROVAL);
    }

    void await() {
        state.waitingFor = waitingFor(state, wanted);
    }

    static String waitingFor(GateState state, PromotionPolicy wanted) {
        return "approval since " + AuditTags.text(state.approval.requestedAt) + " until "
                + AuditTags.text(deadline(state, wanted));
    }

    static Instant deadline(GateState state, PromotionPolicy wanted) {
        return state.approval.requestedAt.plus(wanted.approval().timeout());
    }

    /** What the user who approves is asked. */
    static String question(GateRequest request, GateState state) {
        String what = state.candidate.version == null ? state.model().inWords() : "version " + state.candidate.version;
        return "Promote " + what + " of " + request.model() + " to "
                + request.policy().promotion().target() + "?";
    }

    /** Why the gate ends if no user approved or refused in time. */
    static String nobody(GateState state, PromotionPolicy wanted) {
        return "The gate passed, but nobody approved the promotion to " + wanted.target() + " within "
                + Durations.format(wanted.approval().timeout()) + ", by "
                + AuditTags.text(deadline(state, wanted))
                + ". Nothing was promoted. Run the gate again, or raise promote.approval_timeout.";
    }

    /** The promotion that was approved is not the one that would be made now. */
    static GateAbortException outdated(GateState state, String what) {
        return new GateAbortException(
                ErrorCategory.CONFLICT,
                what + " after " + state.approval.given.by()
                        + " approved a promotion that has changed since, so the approval is no longer valid. Nothing was"
                        + " promoted. Run the gate again.");
    }
}
