package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What moves to the candidate's version after a full pass; at least one of alias and stage.
 *
 * @param alias alias to set, or null
 * @param stage stage to move to (Staging, Production, Archived, None), or null
 * @param archiveExisting whether versions that hold Staging or Production now are archived; true for all other promotions
 * @param artifactPath name of the run's logged model, or path of the model among the run's artifacts; null if none was given
 * @param timeout deadline of the promotion, positive
 * @param approval when a user must approve it first
 * @param approvers names of users and groups of whom one must be the one who approves; empty for whoever has the right to
 */
public record PromotionPolicy(
        String alias,
        String stage,
        boolean archiveExisting,
        String artifactPath,
        Duration timeout,
        ApprovalPolicy approval,
        List<String> approvers)
        implements Serializable {
    public static final String DEFAULT_ARTIFACT_PATH = "model";
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    private static final Set<String> ARCHIVABLE = Set.of("Staging", "Production");

    /**
     * {@code archiveExisting} is always true where it has no effect, which is without a stage or with one that archives nothing.
     * A gate that was kept over a restart by a version without approvals has none.
     */
    public PromotionPolicy {
        archiveExisting = archiveExisting || stage == null || !ARCHIVABLE.contains(stage);
        approval = approval == null ? ApprovalPolicy.NEVER : approval;
        approvers = approvers == null ? List.of() : List.copyOf(approvers);
    }

    /** Whoever has the right to may approve. */
    public PromotionPolicy(
            String alias,
            String stage,
            boolean archiveExisting,
            String artifactPath,
            Duration timeout,
            ApprovalPolicy approval) {
        this(alias, stage, archiveExisting, artifactPath, timeout, approval, List.of());
    }

    /** No user must approve. */
    public PromotionPolicy(String alias, String stage, boolean archiveExisting, String artifactPath, Duration timeout) {
        this(alias, stage, archiveExisting, artifactPath, timeout, ApprovalPolicy.NEVER);
    }

    /** Whether the stage is one whose other versions can be archived. */
    public boolean isArchivable() {
        return stage != null && ARCHIVABLE.contains(stage);
    }

    /** Whether the promotion archives the versions that are in its stage. */
    public boolean archives() {
        return archiveExisting && isArchivable();
    }

    /** Where the model is if nothing else is known: {@code artifactPath}, or {@value #DEFAULT_ARTIFACT_PATH}. */
    public String artifactPathOrDefault() {
        return artifactPath == null ? DEFAULT_ARTIFACT_PATH : artifactPath;
    }

    /** For messages: the alias, the stage, or both. */
    public String target() {
        String toAlias = alias == null ? "" : "alias '" + alias + "'";
        String toStage = stage == null ? "" : "stage " + stage;
        return toAlias + (toAlias.isEmpty() || toStage.isEmpty() ? "" : " and ") + toStage;
    }
}
