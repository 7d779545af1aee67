package io.jenkins.plugins.mlflow.gate;

import java.time.Instant;

/** The approval of the promotion: {@link ApprovalPhase} sets whether one is required, {@link Gate} what the user decided. */
final class ApprovalState extends StatePart<ApprovalState> {
    private static final long serialVersionUID = 1L;

    /** Whether a user must approve; null while that is not known. */
    Boolean required;
    /** Whether no approval is requested because the promotion will find nothing to do. */
    boolean notNeeded;

    Instant requestedAt;
    Approval given;
    Instant receivedAt;
    String refusedBy;
}
