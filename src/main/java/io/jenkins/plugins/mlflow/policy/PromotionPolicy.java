package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.time.Duration;

/**
 * What moves to the candidate's version after a full pass; at least one of alias and stage.
 *
 * @param alias alias to set, or null
 * @param stage stage to move to (Staging, Production, Archived, None), or null
 * @param archiveExisting whether versions that hold Staging or Production now are archived
 * @param artifactPath where the model lies among the run's artifacts, for a version that has to be created
 * @param timeout deadline of the promotion, positive
 * @param approval when a person must approve it first
 */
public record PromotionPolicy(
        String alias,
        String stage,
        boolean archiveExisting,
        String artifactPath,
        Duration timeout,
        ApprovalPolicy approval)
        implements Serializable {
    public static final String DEFAULT_ARTIFACT_PATH = "model";
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    /** A gate that was kept over a restart by a version without approvals has none. */
    public PromotionPolicy {
        approval = approval == null ? ApprovalPolicy.NEVER : approval;
    }

    /** Nobody is asked. */
    public PromotionPolicy(String alias, String stage, boolean archiveExisting, String artifactPath, Duration timeout) {
        this(alias, stage, archiveExisting, artifactPath, timeout, ApprovalPolicy.NEVER);
    }

    /** For people: the alias, the stage, or both. */
    public String target() {
        String toAlias = alias == null ? "" : "alias '" + alias + "'";
        String toStage = stage == null ? "" : "stage " + stage;
        return toAlias + (toAlias.isEmpty() || toStage.isEmpty() ? "" : " and ") + toStage;
    }
}
