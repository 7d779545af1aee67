package io.jenkins.plugins.mlflow.config;

import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a form says of a stored policy. */
final class PolicyCheck {
    private PolicyCheck() {}

    /**
     * The models, or all problems with their lines. In a folder, a problem is also what asks less than a locked policy around it.
     *
     * @param item the folder; null for the controller
     */
    static FormValidation of(String value, Item item) {
        if (value == null || value.isBlank()) {
            return FormValidation.ok();
        }
        String text = value.replace("\r\n", "\n");
        try {
            PolicyDocument read = PolicyDocument.readStored(MlflowGlobalConfiguration.POLICY_ORIGIN, text);
            List<String> looser = item == null ? List.of() : looser(read, item);
            return looser.isEmpty()
                    ? FormValidation.ok(Messages.MlflowGlobalConfiguration_models(read.models().stream()
                            .map(model ->
                                    read.isLocked(model) ? Messages.MlflowGlobalConfiguration_locked(model) : model)
                            .collect(Collectors.joining(", "))))
                    : FormValidation.errorWithMarkup(
                            looser.stream().map(Util::escape).collect(Collectors.joining("<br>")));
        } catch (PolicyException e) {
            return FormValidation.errorWithMarkup(PolicyProblemList.of(e, text));
        } catch (ConfigurationException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    private static List<String> looser(PolicyDocument read, Item folder)
            throws PolicyException, ConfigurationException {
        List<String> problems = new ArrayList<>();
        for (String model : read.models()) {
            StoredPolicy mine = new StoredPolicy(read, model, folder.getFullName());
            for (StoredPolicy outer : JobConfiguration.of(folder).lockedPolicies(model)) {
                if (folder.getFullName().equals(outer.folder())) {
                    continue;
                }
                List<String> violations = outer.lock().violations(mine.resolved());
                if (!violations.isEmpty()) {
                    problems.add(Messages.PolicyCheck_looser(
                            model,
                            outer.folder() == null
                                    ? Messages.PolicyCheck_administrator()
                                    : Messages.PolicyCheck_folder(outer.folder()),
                            String.join("; ", violations)));
                }
            }
        }
        return problems;
    }
}
