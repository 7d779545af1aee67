package io.jenkins.plugins.mlflow.step;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.GateRequest;
import io.jenkins.plugins.mlflow.gate.GateState;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyLock;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.util.List;
import java.util.Optional;

/**
 * Applies what an administrator changed while a gate waited. A list of jobs or a locked policy that was tightened since the step
 * started ends the gate, unless the promotion has started; one that was loosened counts for the next build.
 */
final class Permissions {
    /** The stored policy that the gate was compared with last: it need not be compared with the same one again. */
    private PolicyDocument compared;

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
        String why = ServerResolver.whyNotPromote(server, run);
        boolean promotes = request.policy().promotion() != null && request.runMode() == RunMode.ENABLED;
        if (why != null && request.promotionBarred() == null && promotes) {
            throw new StepException("While the gate waited, the list of jobs that may promote was changed: " + why
                    + ". Nothing was promoted. Run the gate again, or ask the administrator to list the job.");
        }
        checkLock(request);
        return before.isAfterPass() ? request : request.barred(why);
    }

    private void checkLock(GateRequest request) throws StepException {
        try {
            Optional<PolicyDocument> stored = MlflowGlobalConfiguration.get().storedPolicy();
            if (stored.isEmpty() || stored.get() == compared) {
                return;
            }
            if (stored.get().hasModel(request.model()) && stored.get().isLocked(request.model())) {
                List<String> violations = new PolicyLock(
                                PolicyReader.resolve(stored.get(), request.model(), PolicyOverrides.NONE))
                        .violations(request.policy());
                if (!violations.isEmpty()) {
                    throw new StepException("While the gate waited, the administrator changed the locked policy of model '"
                            + request.model() + "', and the gate asks less than that now:\n- "
                            + String.join("\n- ", violations)
                            + "\nNothing was promoted. Correct the gate's policy and run it again.");
                }
            }
            compared = stored.get();
        } catch (ConfigurationException | PolicyException e) {
            throw new StepException("While the gate waited, the stored policy was changed and cannot be used: " + e.getMessage());
        }
    }
}
