package io.jenkins.plugins.mlflow.report;

import hudson.Util;
import io.jenkins.plugins.mlflow.evaluation.ApprovalInfo;
import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.Timing;
import java.util.ArrayList;
import java.util.List;

/** What happened when in a gate, in order, as far as its report knows. */
final class Timeline {
    private final GateReport report;
    private final Timing timing;
    private final List<ReportTime> moments = new ArrayList<>();

    private Timeline(GateReport report) {
        this.report = report;
        this.timing = report.getTiming();
    }

    /** Empty for a gate that did not start. */
    static List<ReportTime> of(GateReport report) {
        Timeline timeline = new Timeline(report);
        if (timeline.timing != null) {
            timeline.fill();
        }
        return timeline.moments;
    }

    private void fill() {
        add(Messages.Timeline_started(), null, timing.getStartedAt());
        add(Messages.Timeline_resolved(), candidate(), timing.getResolvedAt());
        add(Messages.Timeline_evaluated(), waited(), timing.getEvaluatedAt());
        ApprovalInfo approval = approval();
        if (approval != null && approval.getBy() != null) {
            add(Messages.Timeline_approved(), approved(approval), approval.getAt());
        }
        add(Messages.Timeline_promoted(), null, timing.getPromotedAt());
        add(Messages.Timeline_ended(), Messages.Timeline_requests(timing.getRequests()), timing.getEndedAt());
    }

    private void add(String label, String detail, String at) {
        if (at != null) {
            moments.add(new ReportTime(label, detail, at, timing.getStartedAt()));
        }
    }

    private String candidate() {
        CandidateInfo candidate = report.getCandidate();
        if (candidate == null) {
            return null;
        }
        String run = GateIdentity.run(candidate.getRunId(), candidate.isEvaluationRun(), candidate.isChildRun());
        return candidate.getVersion() == null
                ? run
                : run + ", " + Messages.GateIdentity_version(candidate.getVersion());
    }

    private ApprovalInfo approval() {
        return report.getPromotion() == null ? null : report.getPromotion().getApproval();
    }

    private static String approved(ApprovalInfo approval) {
        return approval.getReason() == null
                ? Messages.Timeline_approvedBy(approval.getBy())
                : Messages.Timeline_approvedWithReason(approval.getBy(), approval.getReason());
    }

    private String waited() {
        if (timing.getWaitedMillis() == 0) {
            return null;
        }
        String time = Util.getTimeSpanString(timing.getWaitedMillis());
        return timing.getWaitedFor() == null
                ? Messages.Timeline_waited(time)
                : Messages.Timeline_waitedFor(time, timing.getWaitedFor());
    }
}
