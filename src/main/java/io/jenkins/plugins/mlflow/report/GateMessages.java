package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.DisplayText;

/**
 * What the build page and Pipeline's views say of a gate, in sentences. The worst miss is the report's own reason, the same
 * everywhere; the rest is in the reader's language.
 */
public final class GateMessages {
    private static final int LONGEST = 2_000;
    private static final int SHORT_NAME = 60;

    private GateMessages() {}

    /**
     * The step's error or warning: the report's reason, of at most 2,000 characters, and without those that the record of a
     * build could not be read back with.
     */
    public static String ofStep(GateReport report) {
        return DisplayText.lines(report.getReason(), LONGEST);
    }

    /** Such as "10 of 12 checks passed"; null if none was made. */
    static String checks(int passed, int count) {
        return count == 0 ? null : Messages.GateMessages_checks(passed, count);
    }

    /** What was promoted and what it replaced, or why nothing was although it was asked for; else null. */
    static String promotion(GateSummary gate) {
        if (!gate.isPromoted()) {
            return gate.getNotPromoted() == null ? null : Messages.GateMessages_notPromoted(gate.getNotPromoted());
        }
        String what = gate.getAlias() != null && gate.getStage() != null
                ? Messages.GateMessages_aliasAndStage(
                        brief(gate.getPromotedVersion()), brief(gate.getAlias()), brief(gate.getStage()))
                : gate.getAlias() != null
                        ? Messages.GateMessages_alias(brief(gate.getPromotedVersion()), brief(gate.getAlias()))
                        : Messages.GateMessages_stage(brief(gate.getPromotedVersion()), brief(gate.getStage()));
        return gate.getPreviousVersion() == null
                ? what
                : Messages.GateMessages_replaced(what, brief(gate.getPreviousVersion()));
    }

    private static String brief(String name) {
        return DisplayText.plain(name, SHORT_NAME);
    }
}
