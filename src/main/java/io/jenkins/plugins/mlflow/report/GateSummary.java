package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.PromotionInfo;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the build record keeps of a report: enough for the build page, and bounded whatever MLflow said. All texts are capped
 * and hold only characters that a build record can be read back with.
 */
public final class GateSummary {
    private static final int LONGEST_NAME = 260;
    private static final int LONGEST_REASON = 600;
    private static final int SHORT_NAME = 60;
    private static final int SHORT_REASON = 300;

    private final int number;
    private final String gate;
    private final GateStatus status;
    private final String model;
    private final String reason;
    private final boolean promoted;
    private final String promotedVersion;
    private final String alias;
    private final String stage;
    private final String previousVersion;
    private final String notPromoted;
    private final Map<Verdict, Integer> verdicts;
    private final String trackingUi;
    /** Null if the server has no workspaces. */
    private final String workspace;
    /** Null in the records of earlier versions. */
    private final GateIdentity identity;

    GateSummary(int number, String gate, GateReport report, MlflowLinks links) {
        this.number = number;
        this.gate = gate;
        this.status = report.getStatus();
        this.model = DisplayText.plain(report.getModel(), LONGEST_NAME);
        this.reason = DisplayText.plain(report.getReason(), LONGEST_REASON);
        this.promoted = report.isPromoted();
        PromotionInfo promotion = promoted ? report.getPromotion() : null;
        this.promotedVersion = promotion == null ? null : DisplayText.plain(promotion.getVersion(), LONGEST_NAME);
        this.alias = promotion == null ? null : DisplayText.plain(promotion.getAlias(), LONGEST_NAME);
        this.stage = promotion == null ? null : DisplayText.plain(promotion.getStage(), LONGEST_NAME);
        this.previousVersion =
                promotion == null ? null : DisplayText.plain(promotion.getPreviousVersion(), LONGEST_NAME);
        this.notPromoted = whyNotPromoted(report);
        this.verdicts = new LinkedHashMap<>();
        for (Check check : report.getChecks()) {
            verdicts.merge(check.getVerdict(), 1, Integer::sum);
        }
        this.trackingUi = links.base();
        this.workspace = links.workspace();
        this.identity = new GateIdentity(report);
    }

    /** Only of a gate that passed, or waits for approval: why another promoted nothing, its verdict says. */
    private static String whyNotPromoted(GateReport report) {
        StatusLook look = StatusLook.of(report.getStatus());
        return (look == StatusLook.PASSED || look == StatusLook.PENDING)
                        && report.getPromotion() != null
                        && !report.isPromoted()
                ? DisplayText.plain(report.getPromotion().getReason(), LONGEST_REASON)
                : null;
    }

    public int getNumber() {
        return number;
    }

    String gate() {
        return gate;
    }

    boolean isOf(String otherGate) {
        return gate.equals(otherGate);
    }

    /** ERROR if the build record names a status that this version does not know. */
    public GateStatus getStatus() {
        return status == null ? GateStatus.ERROR : status;
    }

    /** The status in the reader's words. */
    public String getStatusWord() {
        return getLook().getWord();
    }

    public StatusLook getLook() {
        return StatusLook.of(getStatus());
    }

    public String getDisplayName() {
        return Messages.GateReportPage_displayName(number);
    }

    public String getModel() {
        return model;
    }

    public String getShortModel() {
        return DisplayText.plain(model, SHORT_NAME);
    }

    public String getReason() {
        return reason;
    }

    public String getShortReason() {
        return DisplayText.plain(reason, SHORT_REASON);
    }

    public boolean isPromoted() {
        return promoted;
    }

    public String getPromotedVersion() {
        return promotedVersion;
    }

    public String getAlias() {
        return alias;
    }

    public String getStage() {
        return stage;
    }

    public String getPreviousVersion() {
        return previousVersion;
    }

    /** Why a gate that passed and was asked to promote did not; else null. */
    public String getNotPromoted() {
        return notPromoted == null ? null : DisplayText.plain(notPromoted, SHORT_REASON);
    }

    /** Such as "Candidate: version 7, run 0f3a"; null if none is known. */
    public String getCandidateInWords() {
        return identity == null ? null : identity.candidateInWords();
    }

    /** Such as "Baseline: champion, version 6"; null if nothing is compared. */
    public String getBaselineInWords() {
        return identity == null ? null : identity.baselineInWords();
    }

    /** Such as "10 of 12 checks passed"; null if none was made, and where the reason says that all passed. */
    public String getChecksInWords() {
        return (getStatus() == GateStatus.PASSED || getStatus() == GateStatus.PENDING)
                        && getPassedCount() == getCheckCount()
                ? null
                : GateMessages.checks(getPassedCount(), getCheckCount());
    }

    /** What was promoted and what it replaced, or why not; null if there is nothing to say. */
    public String getPromotionInWords() {
        return GateMessages.promotion(this);
    }

    public int getCheckCount() {
        return verdicts == null
                ? 0
                : verdicts.values().stream().mapToInt(Integer::intValue).sum();
    }

    public int getPassedCount() {
        return verdicts == null ? 0 : verdicts.getOrDefault(Verdict.PASSED, 0);
    }

    /** To the server of the gate. */
    MlflowLinks links() {
        return new MlflowLinks(trackingUi, workspace);
    }
}
