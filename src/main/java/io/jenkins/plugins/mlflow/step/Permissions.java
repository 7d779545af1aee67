package io.jenkins.plugins.mlflow.step;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.StoredPolicy;
import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import java.util.List;

/**
 * Applies what an administrator changed while a gate waited. A list of jobs or a locked policy that was tightened since the step
 * started, also by moving the job to another folder, ends the gate, unless the promotion has started; one that was loosened counts
 * for the next build.
 */
final class Permissions {
    /** The locked policies that the gate was compared with last: it need not be compared with the same ones again. */
    private List<PolicyDocument> compared = List.of();

    /**
     * Checks the permissions again.
     *
     * @return the request to continue with
     * @throws StepException if the gate must end
     */
    GateRequest check(MlflowServerConfiguration server, Run<?, ?> run, GateRequest request, GateState before)
            throws StepException {
        if (before.hasBegunToPromote()) {
            return request;
        }
        String whyNotUse = ServerResolver.whyNotUse(server, run);
        if (whyNotUse != null) {
            throw new StepException(
                    "While the gate waited, the list of jobs that may use the server was changed: " + whyNotUse
                            + ". Nothing was promoted. Ask the administrator to list the job, and run the gate again.");
        }
        String why = ServerResolver.whyNotPromote(server, run);
        boolean promotes = request.policy().promotion() != null && request.runMode() == RunMode.ENABLED;
        if (why != null && request.promotionBarred() == null && promotes) {
            throw new StepException("While the gate waited, the list of jobs that may promote was changed: " + why
                    + ". Nothing was promoted. Run the gate again, or ask the administrator to list the job.");
        }
        checkLocks(run, request);
        return before.isAfterPass() ? request : request.barred(why);
    }

    private void checkLocks(Run<?, ?> run, GateRequest request) throws StepException {
        try {
            List<StoredPolicy> locks = JobConfiguration.of(run.getParent()).lockedPolicies(request.model());
            List<PolicyDocument> documents =
                    locks.stream().map(StoredPolicy::document).toList();
            if (documents.equals(compared)) {
                return;
            }
            for (StoredPolicy locked : locks) {
                List<String> violations = locked.lock().violations(request.policy());
                if (!violations.isEmpty()) {
                    throw new StepException(
                            "While the gate waited, " + changed(locked) + ", and the gate asks less than that now:\n- "
                                    + String.join("\n- ", violations)
                                    + "\nNothing was promoted. Correct the gate's policy and run it again.");
                }
            }
            compared = documents;
        } catch (ConfigurationException | PolicyException e) {
            throw new StepException(
                    "While the gate waited, the stored policy was changed and cannot be used: " + e.getMessage());
        }
    }

    private static String changed(StoredPolicy locked) {
        return locked.folder() == null
                ? "the administrator changed the locked policy of model '" + locked.model() + "'"
                : "the locked policy of model '" + locked.model() + "' in folder '" + locked.folder()
                        + "' was changed, or the job was" + " moved there";
    }
}
