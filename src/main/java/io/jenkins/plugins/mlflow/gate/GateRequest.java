package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.GatePolicy;
import java.io.Serializable;

/**
 * What one gate is asked to do; it does not change while the gate runs. It is kept over restarts, and not a record, because Pipeline
 * cannot read back a record that has gained a component.
 */
public final class GateRequest implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String model;
    private final String server;
    private final ExactCandidate exact;
    private final GatePolicy policy;
    private final String policyOrigin;
    private final String policySha256;
    private final RunMode runMode;
    private final String buildUrl;
    private final String promotionBarred;
    private final String evaluationRunId;
    private final boolean locked;
    private final RunTags runTags;

    private GateRequest(
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
            RunTags runTags) {
        this.model = model;
        this.server = server;
        this.exact = exact;
        this.policy = policy;
        this.policyOrigin = policyOrigin;
        this.policySha256 = policySha256;
        this.runMode = runMode;
        this.buildUrl = buildUrl;
        this.promotionBarred = promotionBarred;
        this.evaluationRunId = evaluationRunId;
        this.locked = locked;
        this.runTags = runTags;
    }

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
                model,
                server,
                exact,
                policy,
                policyOrigin,
                policySha256,
                runMode,
                buildUrl,
                barred,
                runId,
                isLocked,
                tags);
    }

    /** Registered model name. */
    public String model() {
        return model;
    }

    /** What the report calls the server. */
    public String server() {
        return server;
    }

    /** The candidate that the user named, or null to select one as the policy says. */
    public ExactCandidate exact() {
        return exact;
    }

    public GatePolicy policy() {
        return policy;
    }

    /** Where the policy came from, as the report says it. */
    public String policyOrigin() {
        return policyOrigin;
    }

    /** Of the policy's canonical form. */
    public String policySha256() {
        return policySha256;
    }

    public RunMode runMode() {
        return runMode;
    }

    /** For the audit tags, or null. */
    public String buildUrl() {
        return buildUrl;
    }

    /** Why nothing may be promoted whatever the verdict, or null if it may. */
    public String promotionBarred() {
        return promotionBarred;
    }

    /**
     * The run whose metrics count for a candidate that was named as a version or alias, or null for the version's own
     * run.
     */
    public String evaluationRunId() {
        return evaluationRunId;
    }

    /** Whether an administrator locked the model's policy, so that only what it names counts. */
    public boolean locked() {
        return locked;
    }

    /** The candidate must be a run with these tags where it is selected, or null if any run may be. */
    public RunTags runTags() {
        return runTags;
    }

    boolean mayWrite() {
        return runMode == RunMode.ENABLED;
    }

    boolean mayPromote() {
        return mayWrite() && promotionBarred == null;
    }
}
