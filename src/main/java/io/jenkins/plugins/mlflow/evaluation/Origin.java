package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.io.Serializable;

/**
 * Where a value comes from, if not from where the rule expects it.
 *
 * @param runId another run than the evaluated one, which logged the value; or null
 * @param dataset the value's dataset if the rule names none; or null
 */
public record Origin(String runId, String dataset) implements Serializable {
    private static final int LONGEST = 80;

    public boolean isForeign() {
        return runId != null || dataset != null;
    }

    /** As it follows a reason, such as {@code logged by run 0f3a on dataset holdout}. */
    public String inWords() {
        return "logged" + (runId == null ? "" : " by run " + runId)
                + (dataset == null ? "" : " on dataset " + DisplayText.name(dataset, LONGEST));
    }
}
