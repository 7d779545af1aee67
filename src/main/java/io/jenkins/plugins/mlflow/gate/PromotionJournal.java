package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.time.Instant;

/**
 * What the promotion did and may have done. {@link PromotionPhase} sets it, but for these: {@link Gate} sets when the promotion
 * started, what responded to a write in place of MLflow, and in which phase an error ended the gate; {@link AuditTags} notes that the
 * tags failed; {@link GateState} moves or clears {@code startedAt} after a pause or a restart, and clears {@code writeFault} with
 * each phase. {@link Gate} and {@link GateState} also set {@code registryRead} to false, after a fault and after an interruption;
 * {@link Gate} then clears {@code holderPrefetchedAt}.
 */
final class PromotionJournal extends StatePart<PromotionJournal> {
    private static final long serialVersionUID = 1L;

    Instant startedAt;
    boolean started;
    /** What became of a request that may have created a version, though its response was lost; null if there is none. */
    String createFault;
    /** After a restart: until when a version that may have been created before it is looked for. */
    Instant lookForCreatedUntil;
    /** What responded to a write in place of MLflow; whether the write took effect is read back. */
    String writeFault;

    /** Null if it is {@link ErrorCategory#PROTOCOL}, as in states of earlier versions. */
    ErrorCategory writeFaultCategory;
    /** The phase in which an error ended the gate. */
    Phase failedIn;

    String previousVersion;
    String previousAliasVersion;
    String previousStageVersion;
    boolean metricsEvaluatedAgain;
    boolean baselineEvaluatedAgain;
    boolean aliasSet;
    boolean stageSet;
    boolean verified;
    Instant promotedAt;
    String note;
    /**
     * Whether the registry was read just now, by this process, so that a write may follow. After a restart it is false, and
     * what an interrupted write did is read back first.
     */
    transient boolean registryRead;
    /** When the holder of the alias was read; set wherever {@code registryRead} is before the alias is set. */
    transient Instant holderReadAt;
    /** When its request was prefetched; null if it was not. */
    transient Instant holderPrefetchedAt;
}
