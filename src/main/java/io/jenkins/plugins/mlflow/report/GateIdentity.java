package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.BaselineInfo;
import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.util.ArrayList;
import java.util.List;

/** What a gate compared with what, as the build record keeps it: bounded, and in no language. */
final class GateIdentity {
    private static final int LONGEST = 260;
    private static final int SHORT = 60;

    private final String version;
    private final String runId;
    private final boolean evaluationRun;
    private final boolean childRun;
    private final String loggedModel;
    private final String experiment;
    private final boolean compared;
    private final boolean byStage;
    private final String baseline;
    private final boolean baselineResolved;
    private final String baselineVersion;
    private final String baselineModel;

    GateIdentity(GateReport report) {
        CandidateInfo candidate = report.getCandidate();
        boolean known = candidate != null;
        version = known ? plain(candidate.getVersion()) : null;
        runId = known ? plain(candidate.getRunId()) : null;
        evaluationRun = known && candidate.isEvaluationRun();
        childRun = known && candidate.isChildRun();
        loggedModel = known ? plain(loggedModel(candidate)) : null;
        experiment = known ? plain(candidate.getExperiment()) : null;
        BaselineInfo held = report.getBaseline();
        compared = held != null;
        byStage = compared && held.getAlias() == null;
        baseline = compared ? plain(byStage ? held.getStage() : held.getAlias()) : null;
        baselineResolved = compared && held.isResolved();
        baselineVersion = compared ? plain(held.getVersion()) : null;
        baselineModel = compared ? plain(held.getModelId()) : null;
    }

    private static String plain(String text) {
        return DisplayText.plain(text, LONGEST);
    }

    /** The name of the logged model with its id, or the id alone; null if there is none. */
    static String loggedModel(CandidateInfo candidate) {
        return candidate.getModelId() == null || candidate.getModelName() == null
                ? candidate.getModelId()
                : candidate.getModelName() + " (" + candidate.getModelId() + ")";
    }

    /** Such as "Candidate: version 7, evaluation run 0f3a"; null if none is known. */
    String candidateInWords() {
        if (runId == null) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        if (version != null) {
            parts.add(Messages.GateIdentity_version(brief(version)));
        }
        parts.add(run(brief(runId), evaluationRun, childRun));
        if (loggedModel != null) {
            parts.add(Messages.GateIdentity_loggedModel(brief(loggedModel)));
        }
        if (experiment != null) {
            parts.add(Messages.GateIdentity_experiment(brief(experiment)));
        }
        return Messages.GateIdentity_candidate(String.join(", ", parts));
    }

    /** Such as "run 0f3a" or "evaluation run 0f3a (a child run)". */
    static String run(String id, boolean isEvaluationRun, boolean isChildRun) {
        String run = isEvaluationRun ? Messages.GateIdentity_evaluationRun(id) : Messages.GateIdentity_run(id);
        return isChildRun ? Messages.GateIdentity_childRun(run) : run;
    }

    /** Such as "Baseline: champion, version 6"; null if nothing is compared. */
    String baselineInWords() {
        if (!compared) {
            return null;
        }
        String name = byStage ? Messages.GateIdentity_stage(brief(baseline)) : brief(baseline);
        String held = !baselineResolved && baselineVersion == null
                ? Messages.GateIdentity_notResolved()
                : baselineVersion == null
                        ? Messages.GateIdentity_noVersion()
                        : Messages.GateIdentity_version(brief(baselineVersion));
        return Messages.GateIdentity_baseline(
                name,
                baselineModel == null ? held : held + ", " + Messages.GateIdentity_loggedModel(brief(baselineModel)));
    }

    private static String brief(String text) {
        return DisplayText.plain(text, SHORT);
    }
}
