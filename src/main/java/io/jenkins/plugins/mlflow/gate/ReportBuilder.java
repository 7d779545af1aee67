package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.ApprovalInfo;
import io.jenkins.plugins.mlflow.evaluation.BaselineInfo;
import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.PromotionInfo;
import io.jenkins.plugins.mlflow.evaluation.Timing;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Tells what a state came to. */
final class ReportBuilder {
    private final GateRequest request;
    private final GateState state;
    private final GatePolicy policy;
    private final Instant now;
    /** Whether the report is for the user who may approve. */
    private boolean pending;

    ReportBuilder(GateRequest request, GateState state, Instant now) {
        this.request = request;
        this.state = state;
        this.policy = request.policy();
        this.now = now;
    }

    GateReport report(String stopped) {
        pending = state.awaitsApproval() && stopped == null;
        boolean evaluated = state.isDone() || pending;
        GateReport report = new GateReport(
                        pending ? GateStatus.PENDING : evaluated ? state.evaluation.status : GateStatus.ERROR,
                        pending
                                ? "pending approval: " + state.evaluation.reason
                                : evaluated ? state.evaluation.reason : stopped,
                        request.runMode().key(),
                        request.model(),
                        request.server())
                .evaluated(candidate(), baseline(), state.checks(policy))
                .under(request.policyOrigin(), request.policySha256(), CanonicalPolicy.describe(policy))
                .promotion(policy.promotion() == null ? null : promotion())
                .timing(timing());
        return state.evaluation.errorCategory == null
                ? report
                : report.error(state.evaluation.errorCategory.name(), state.evaluation.errorMessage);
    }

    private CandidateInfo candidate() {
        return state.candidate.runId == null
                ? null
                : new CandidateInfo(
                                state.candidate.runId,
                                state.candidate.experimentId,
                                state.candidate.experiment,
                                state.candidate.version,
                                state.loggedModelId(),
                                state.candidate.runStatus)
                        .named(state.model() == null ? null : state.model().name())
                        .run(state.candidate.evaluationRun, state.candidate.childRun)
                        .build(state.candidate.runOf, state.candidate.startedBy);
    }

    private BaselineInfo baseline() {
        return policy.baseline() == null
                ? null
                : new BaselineInfo(
                        policy.baseline().alias(),
                        policy.baseline().stage(),
                        state.baseline.found,
                        state.baseline.version,
                        state.baseline.runId,
                        state.baseline.model() == null
                                ? null
                                : state.baseline.model().loggedModelId());
    }

    private PromotionInfo promotion() {
        PromotionPolicy wanted = policy.promotion();
        return new PromotionInfo(
                state.journal.verified,
                state.candidate.version,
                wanted.alias(),
                wanted.stage(),
                state.journal.previousVersion,
                state.journal.note != null ? state.journal.note : whyNotPromoted(),
                approval());
    }

    private ApprovalInfo approval() {
        if (state.approval.required == null) {
            return null;
        }
        Approval given = state.approval.given;
        return given == null
                ? new ApprovalInfo(state.approval.required, null, null, null)
                : new ApprovalInfo(state.approval.required, given.by(), given.reason(), text(given.at()));
    }

    private String whyNotPromoted() {
        if (state.journal.verified) {
            return null;
        }
        Phase endedIn = state.journal.failedIn == null ? state.phase : state.journal.failedIn;
        if (pending) {
            return "waiting for " + ApprovalPhase.waitingFor(state, policy.promotion());
        }
        if (endedIn == Phase.AWAIT_APPROVAL) {
            return state.approval.refusedBy == null ? "nobody approved it" : "refused by " + state.approval.refusedBy;
        }
        if (endedIn.isWriting() && !state.journal.aliasSet) {
            return "it is not known whether "
                    + switch (endedIn) {
                        case CREATE_VERSION -> "a version was created";
                        case SET_ALIAS -> "the alias was set";
                        default -> "the stage was moved";
                    }
                    + "; look at the model's page";
        }
        if (state.journal.aliasSet || state.journal.stageSet) {
            return "not verified: " + (state.journal.aliasSet ? "the alias was set" : "the stage was moved")
                    + ", but what came after did not succeed; look at the model's page";
        }
        if (state.evaluation.status == GateStatus.PASSED) {
            if (request.mayWrite() && request.promotionBarred() != null) {
                return request.promotionBarred();
            }
            return request.mayWrite() ? "stopped before it finished" : "dry run: nothing was changed";
        }
        return state.evaluation.status == null || state.evaluation.status == GateStatus.ERROR
                ? "there was an error"
                : "the verdict is " + state.evaluation.status;
    }

    private Timing timing() {
        Instant end = state.endedAt == null ? now : state.endedAt;
        Instant waitedUntil = state.evaluation.evaluatedAt == null ? end : state.evaluation.evaluatedAt;
        return new Timing(
                        text(state.startedAt),
                        state.candidate.waitingSince == null
                                ? 0
                                : Duration.between(state.candidate.waitingSince, waitedUntil)
                                        .toMillis(),
                        Duration.between(state.startedAt, end).toMillis(),
                        state.requests)
                .resolved(text(state.candidate.resolvedAt))
                .waited(state.waitedFor)
                .evaluated(text(state.evaluation.evaluatedAt))
                .promoted(text(state.journal.promotedAt))
                .ended(pending ? null : text(end));
    }

    private static String text(Instant moment) {
        return moment == null ? null : moment.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
