package io.jenkins.plugins.mlflow.export;

import io.jenkins.plugins.mlflow.evaluation.ApprovalInfo;
import io.jenkins.plugins.mlflow.evaluation.BaselineInfo;
import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.Numbers;
import java.util.ArrayList;
import java.util.List;

/** The report in words and cells, as the table and the Markdown show it. */
public final class ReportTable {
    public static final List<String> HEADINGS =
            List.of("verdict", "metric", "value", "rule", "baseline", "change", "margin", "criticality", "reason");

    private ReportTable() {}

    public static List<String> of(Check check) {
        return List.of(
                check.getVerdict().name(),
                metric(check),
                Numbers.brief(check.getValue(), check.getLimit()),
                check.getRule() + " " + Numbers.text(check.getLimit()),
                Numbers.brief(check.getBaseline(), check.getValue()),
                Numbers.brief(check.getChange(), 0.0),
                Numbers.brief(check.getMargin(), 0.0),
                check.getCriticality().key(),
                check.getReason());
    }

    /** With the dataset that the rule names. */
    static String metric(Check check) {
        return check.getMetric() + (check.getDataset() == null ? "" : " on " + check.getDataset());
    }

    /** What is said above and below the checks, as pairs of a word and its meaning. */
    public static List<List<String>> facts(GateReport report) {
        List<List<String>> facts = new ArrayList<>();
        if (report.getServer() != null) {
            facts.add(List.of("server", report.getServer()));
        }
        if (report.getCandidate() != null) {
            facts.add(List.of("candidate", candidate(report.getCandidate())));
        }
        if (report.getBaseline() != null) {
            facts.add(List.of("baseline", baseline(report.getBaseline())));
        }
        if (report.getPolicyOrigin() != null) {
            facts.add(List.of("policy", report.getPolicyOrigin() + " (SHA-256 " + report.getPolicySha256() + ")"));
        }
        if (report.getPromotion() != null) {
            facts.add(List.of("promotion", promotion(report)));
            if (report.getPromotion().getApproval() != null) {
                facts.add(List.of("approval", approval(report.getPromotion().getApproval())));
            }
        }
        return facts;
    }

    private static String candidate(CandidateInfo candidate) {
        List<String> kinds = new ArrayList<>();
        if (candidate.isEvaluationRun()) {
            kinds.add("evaluation run");
        }
        if (candidate.isChildRun()) {
            kinds.add("child run");
        }
        if (candidate.getRunOf() != null) {
            kinds.add(candidate.getRunOf());
        }
        String kind = kinds.isEmpty() ? "" : " (" + String.join(", ", kinds) + ")";
        String name = candidate.getModelName() == null ? "" : " (" + candidate.getModelName() + ")";
        return "run " + candidate.getRunId() + kind
                + (candidate.getVersion() == null ? "" : ", version " + candidate.getVersion())
                + (candidate.getModelId() == null ? "" : ", logged model " + candidate.getModelId() + name);
    }

    private static String baseline(BaselineInfo baseline) {
        String found = baseline.getVersion() != null
                ? "version " + baseline.getVersion()
                : baseline.isResolved() ? "no version" : "not resolved";
        return found
                + (baseline.getStage() == null
                        ? " (alias " + baseline.getAlias() + ")"
                        : " (stage " + baseline.getStage() + ")");
    }

    private static String approval(ApprovalInfo approval) {
        if (approval.getBy() == null) {
            return approval.isRequired() ? "required, but not given" : "not required";
        }
        return "by " + approval.getBy() + " at " + approval.getAt()
                + (approval.getReason() == null ? "" : ": " + approval.getReason());
    }

    private static String promotion(GateReport report) {
        var promotion = report.getPromotion();
        String reason = promotion.getReason() == null ? "" : promotion.getReason();
        if (!promotion.isPromoted()) {
            return "nothing promoted: " + reason;
        }
        String target = promotion.getAlias() == null ? "" : "alias " + promotion.getAlias();
        if (promotion.getStage() != null) {
            target += (target.isEmpty() ? "" : " and ") + "stage " + promotion.getStage();
        }
        return "version " + promotion.getVersion() + " to " + target
                + (promotion.getPreviousVersion() == null
                        ? ""
                        : ", in place of version " + promotion.getPreviousVersion())
                + (reason.isEmpty() ? "" : "; " + reason);
    }
}
