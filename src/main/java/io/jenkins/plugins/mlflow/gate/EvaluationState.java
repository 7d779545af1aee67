package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.time.Instant;
import java.util.List;

/**
 * What the evaluation found. {@link Gate} sets it, and {@link PromotionPhase} if the rules are evaluated again before a promotion;
 * {@link RunPoller} sets the reason where the run failed, and {@link GateState#evaluate} the checks.
 */
final class EvaluationState extends StatePart<EvaluationState> {
    private static final long serialVersionUID = 1L;

    GateStatus status;
    String reason;
    ErrorCategory errorCategory;
    String errorMessage;
    Instant evaluatedAt;
    /** The checks of the last evaluation; null before it and after a restart. */
    transient List<Check> checks;
}
