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
        String promotionBarred)
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
        this(model, server, exact, policy, policyOrigin, policySha256, runMode, buildUrl, null);
    }

    /** The same, with promotion forbidden for this reason unless it is null; what was forbidden before stays so. */
    public GateRequest barred(String reason) {
        return reason == null || promotionBarred != null
                ? this
                : new GateRequest(model, server, exact, policy, policyOrigin, policySha256, runMode, buildUrl, reason);
    }

    /** Whether the candidate was named as a logged model, whose metrics then count in place of its run's. */
    boolean isOfLoggedModel() {
        return exact != null && exact.kind() == ExactCandidate.Kind.MODEL;
    }

    boolean mayWrite() {
        return runMode == RunMode.ENABLED;
    }

    boolean mayPromote() {
        return mayWrite() && promotionBarred == null;
    }
}
