package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.time.Instant;
import java.util.List;

/** What the gate came to: set by {@link Gate}, and by {@link PromotionPhase} if the evaluation is repeated before a promotion. */
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
