package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.GatePolicy;
import java.io.Serializable;

/**
 * What one gate is asked to do; it does not change while the gate runs.
 *
 * @param model registered model name
 * @param server what the report calls the server
 * @param exact the candidate that the user named, or null to select one as the policy says
 * @param policyOrigin where the policy came from, as the report says it
 * @param policySha256 of the policy's canonical form
 * @param buildUrl for the audit tags, or null
 * @param promotionBarred why nothing may be promoted whatever the verdict, or null if it may
 * @param evaluationRunId the run whose metrics count for a candidate that was named as a version or alias, or null for the
 *     version's own run
 * @param locked whether an administrator locked the model's policy, so that only what it names counts
 * @param runTags the candidate must be a run with these tags where it is selected, or null if any run may be
 */
public record GateRequest(
        String model,
        String server,
        ExactCandidate exact,
        GatePolicy policy,
        String policyOrigin,
        String policySha256,
        RunMode runMode,
        String buildUrl,
        String promotionBarred,
        String evaluationRunId,
        boolean locked,
        RunTags runTags)
        implements Serializable {

    /** Nobody forbids to promote. */
    public GateRequest(
            String model,
            String server,
            ExactCandidate exact,
            GatePolicy policy,
            String policyOrigin,
            String policySha256,
            RunMode runMode,
            String buildUrl) {
        this(model, server, exact, policy, policyOrigin, policySha256, runMode, buildUrl, null, null, false, null);
    }

    /** The same, evaluated by the metrics of this run unless it is null. */
    public GateRequest evaluatedBy(String runId) {
        return with(promotionBarred, runId, locked, runTags);
    }

    /** The same under a policy that is locked, or not. */
    public GateRequest locked(boolean isLocked) {
        return with(promotionBarred, evaluationRunId, isLocked, runTags);
    }

    /** The same with a candidate that must have these tags if it is selected, or any candidate if null. */
    public GateRequest among(RunTags tags) {
        return with(promotionBarred, evaluationRunId, locked, tags);
    }

    /** The same, with promotion forbidden for this reason unless it is null; what was forbidden before stays so. */
    public GateRequest barred(String reason) {
        return reason == null || promotionBarred != null ? this : with(reason, evaluationRunId, locked, runTags);
    }

    private GateRequest with(String barred, String runId, boolean isLocked, RunTags tags) {
        return new GateRequest(
                model, server, exact, policy, policyOrigin, policySha256, runMode, buildUrl, barred, runId, isLocked, tags);
    }

    boolean mayWrite() {
        return runMode == RunMode.ENABLED;
    }

    boolean mayPromote() {
        return mayWrite() && promotionBarred == null;
    }
}
