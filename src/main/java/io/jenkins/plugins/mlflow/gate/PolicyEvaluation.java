package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.CheckRanking;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.util.List;
import java.util.Objects;

/** The verdict over all checks, and the one sentence that explains it. */
record PolicyEvaluation(GateStatus status, String reason) {

    static PolicyEvaluation of(GateContext context) throws GateAbortException {
        List<Check> checks = context.state.evaluate(context.policy());
        GateStatus status = GateStatus.of(checks);
        requireModel(context, status);
        return new PolicyEvaluation(
                status,
                datasets(context)
                        + switch (status) {
                            case FAILED -> miss(checks, Criticality.FAILURE);
                            case UNSTABLE -> miss(checks, Criticality.UNSTABLE);
                            default -> pass(context, checks);
                        });
    }

    /** What is promoted must be the model that the metrics are of; where that is not clear, nothing can be. */
    private static void requireModel(GateContext context, GateStatus status) throws GateAbortException {
        EvaluatedModel model = context.state.model();
        boolean matters = context.state.candidate.metrics.modelUnclear || status == GateStatus.PASSED;
        if (context.policy().promotion() != null && !model.isClear() && matters) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "It is not clear which model of run " + context.state.candidate.runId
                            + " the metrics are of, so none can be promoted: " + model.unclear() + ".");
        }
    }

    /** The report warns, unless the policy switches that off, where both runs name the data that they were evaluated on. */
    private static String datasets(GateContext context) {
        String warning = context.state.datasetWarning(context.policy());
        return warning == null ? "" : "warning: " + warning + "; ";
    }

    private static String miss(List<Check> checks, Criticality criticality) {
        List<Check> missed = checks.stream()
                .filter(check -> !check.isPassed() && check.getCriticality() == criticality)
                .toList();
        Check worst = CheckRanking.worst(missed).orElseThrow();
        int others = missed.size() - 1;
        return CheckRanking.sentence(worst)
                + (others == 0 ? "" : others == 1 ? " (and 1 more check)" : " (and " + others + " more checks)");
    }

    private static String pass(GateContext context, List<Check> checks) {
        long passed = checks.stream().filter(Check::isPassed).count();
        long notes = checks.size() - passed;
        StringBuilder text = new StringBuilder();
        if (notes == 0) {
            text.append(checks.size() == 1 ? "the only check passed" : "all " + checks.size() + " checks passed");
        } else {
            text.append(passed)
                    .append(" of ")
                    .append(checks.size())
                    .append(" checks passed, ")
                    .append(notes)
                    .append(notes == 1 ? " is a note" : " are notes");
        }
        long stamped = checks.stream().filter(PolicyEvaluation::isRubberStamp).count();
        if (stamped > 0) {
            text.append("; ").append(stamped).append(" as a rubber stamp because there is no baseline yet");
        }
        GateState state = context.state;
        if (state.baseline.version != null && state.baseline.version.equals(state.candidate.version)) {
            text.append("; candidate and baseline are the same version");
        } else if (state.baseline.runId != null
                && state.baseline.runId.equals(state.candidate.runId)
                && Objects.equals(state.baseline.model(), state.model())) {
            text.append("; candidate and baseline are the same run");
        }
        return text.toString();
    }

    private static boolean isRubberStamp(Check check) {
        return check.isPassed() && check.getMargin() == null;
    }
}
