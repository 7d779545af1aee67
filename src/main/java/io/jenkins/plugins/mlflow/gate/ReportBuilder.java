package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.ApprovalInfo;
import io.jenkins.plugins.mlflow.evaluation.BaselineInfo;
import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.PromotionInfo;
import io.jenkins.plugins.mlflow.evaluation.Timing;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Tells what a state came to. */
final class ReportBuilder {
    private final GateRequest request;
    private final GateState state;
    private final GatePolicy policy;
    private final Instant now;
    /** Whether the report is for the one who is asked to approve. */
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
                        pending ? GateStatus.PENDING : evaluated ? state.status : GateStatus.ERROR,
                        pending ? "pending approval: " + state.reason : evaluated ? state.reason : stopped,
                        request.runMode().key(),
                        request.model(),
                        request.server())
                .evaluated(candidate(), baseline(), checks())
                .under(request.policyOrigin(), request.policySha256(), CanonicalPolicy.describe(policy))
                .promotion(policy.promotion() == null ? null : promotion())
                .timing(timing());
        return state.errorCategory == null ? report : report.error(state.errorCategory.name(), state.errorMessage);
    }

    private List<Check> checks() {
        return state.evaluatedAt == null
                ? List.of()
                : Evaluator.evaluate(policy, state.evidence(policy));
    }

    private CandidateInfo candidate() {
        return state.runId == null
                ? null
                : new CandidateInfo(
                                state.runId,
                                state.experimentId,
                                state.experiment,
                                state.version,
                                state.loggedModelId(),
                                state.runStatus)
                        .named(state.model() == null ? null : state.model().name())
                        .run(state.evaluationRun, state.childRun);
    }

    private BaselineInfo baseline() {
        return policy.baseline() == null
                ? null
                : new BaselineInfo(
                        policy.baseline().alias(),
                        policy.baseline().stage(),
                        state.baselineFound,
                        state.baselineVersion,
                        state.baselineRunId,
                        state.baselineModel() == null ? null : state.baselineModel().loggedModelId());
    }

    private PromotionInfo promotion() {
        PromotionPolicy wanted = policy.promotion();
        return new PromotionInfo(
                state.verified,
                state.version,
                wanted.alias(),
                wanted.stage(),
                state.previousVersion,
                state.promotionNote != null ? state.promotionNote : whyNotPromoted(),
                approval());
    }

    private ApprovalInfo approval() {
        if (state.approvalRequired == null) {
            return null;
        }
        Approval given = state.approval;
        return given == null
                ? new ApprovalInfo(state.approvalRequired, null, null, null)
                : new ApprovalInfo(state.approvalRequired, given.by(), given.reason(), text(given.at()));
    }

    private String whyNotPromoted() {
        if (state.verified) {
            return null;
        }
        Phase endedIn = state.failedIn == null ? state.phase : state.failedIn;
        if (pending) {
            return "waiting for " + ApprovalPhase.waitingFor(state, policy.promotion());
        }
        if (endedIn == Phase.AWAIT_APPROVAL) {
            return state.refusedBy == null ? "nobody approved it" : "refused by " + state.refusedBy;
        }
        if (endedIn.isWriting() && !state.aliasSet) {
            return "it is not known whether "
                    + switch (endedIn) {
                        case CREATE_VERSION -> "a version was created";
                        case SET_ALIAS -> "the alias was set";
                        default -> "the stage was moved";
                    }
                    + "; look at the model's page";
        }
        if (state.aliasSet || state.stageSet) {
            return "not verified: " + (state.aliasSet ? "the alias was set" : "the stage was moved")
                    + ", but what came after did not succeed; look at the model's page";
        }
        if (state.status == GateStatus.PASSED) {
            if (request.mayWrite() && request.promotionBarred() != null) {
                return request.promotionBarred();
            }
            return request.mayWrite() ? "stopped before it was over" : "dry run: nothing was changed";
        }
        return state.status == null || state.status == GateStatus.ERROR
                ? "there was an error"
                : "the gate came to " + state.status;
    }

    private Timing timing() {
        Instant end = state.endedAt == null ? now : state.endedAt;
        Instant waitedUntil = state.evaluatedAt == null ? end : state.evaluatedAt;
        return new Timing(
                        text(state.startedAt),
                        state.waitingSince == null
                                ? 0
                                : Duration.between(state.waitingSince, waitedUntil).toMillis(),
                        Duration.between(state.startedAt, end).toMillis(),
                        state.requests)
                .resolved(text(state.resolvedAt))
                .waited(state.waitedFor)
                .evaluated(text(state.evaluatedAt))
                .promoted(text(state.promotedAt))
                .ended(pending ? null : text(end));
    }

    private static String text(Instant moment) {
        return moment == null ? null : moment.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
