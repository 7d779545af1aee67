package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Criticality;
import java.util.Collection;

/** What a gate came to. Only {@link #PASSED} may promote. */
public enum GateStatus {
    PASSED,
    UNSTABLE,
    FAILED,
    /** No verdict could be reached. */
    ERROR,
    /** The gate was switched off. */
    DISABLED,
    /** The gate has not finished: a user must approve the promotion. No pass, until the promotion is decided. */
    PENDING;

    /** FAILED if a check of criticality failure did not pass, else UNSTABLE if one of unstable did not, else PASSED. */
    public static GateStatus of(Collection<Check> checks) {
        GateStatus status = PASSED;
        for (Check check : checks) {
            if (check.isPassed()) {
                continue;
            }
            if (check.getCriticality() == Criticality.FAILURE) {
                return FAILED;
            }
            if (check.getCriticality() == Criticality.UNSTABLE) {
                status = UNSTABLE;
            }
        }
        return status;
    }
}
