package io.jenkins.plugins.mlflow.step;

import hudson.model.Item;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlflow.config.ServerNames;
import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.policy.Thresholds;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** The form of the step: the choices of its lists, and the validation of its fields. */
public abstract class StepFormDescriptor extends StepDescriptor {
    @POST
    public ListBoxModel doFillServerItems(@AncestorInPath Item item, @QueryParameter String server) {
        return ServerNames.items(item, server);
    }

    @POST
    public ListBoxModel doFillOnFailureItems(@AncestorInPath Item item) {
        return !mayConfigure(item)
                ? new ListBoxModel()
                : new ListBoxModel(
                        new ListBoxModel.Option(Messages.MlflowEvalGateStep_fail(), ""),
                        new ListBoxModel.Option(Messages.MlflowEvalGateStep_unstable(), "unstable"),
                        new ListBoxModel.Option(Messages.MlflowEvalGateStep_continue(), "continue"));
    }

    @POST
    public ListBoxModel doFillRunModeItems(@AncestorInPath Item item) {
        return !mayConfigure(item)
                ? new ListBoxModel()
                : new ListBoxModel(
                        new ListBoxModel.Option(Messages.MlflowEvalGateStep_enabled(), ""),
                        new ListBoxModel.Option(Messages.MlflowEvalGateStep_dryRun(), "dry_run"),
                        new ListBoxModel.Option(Messages.MlflowEvalGateStep_disabled(), "disabled"));
    }

    @POST
    public FormValidation doCheckModel(@AncestorInPath Item item, @QueryParameter String value) {
        return model(item, value);
    }

    static FormValidation model(Item item, String value) {
        return checked(
                item,
                () -> value == null || value.isBlank()
                        ? FormValidation.error(Messages.MlflowEvalGateStep_noModel())
                        : FormValidation.ok());
    }

    @POST
    public FormValidation doCheckTimeout(@AncestorInPath Item item, @QueryParameter String value) {
        return checked(item, () -> duration(value));
    }

    @POST
    public FormValidation doCheckSettle(@AncestorInPath Item item, @QueryParameter String value) {
        return checked(item, () -> duration(value));
    }

    @POST
    public FormValidation doCheckMaxAge(@AncestorInPath Item item, @QueryParameter String value) {
        return checked(item, () -> duration(value));
    }

    @POST
    public FormValidation doCheckThresholdLines(@AncestorInPath Item item, @QueryParameter String value) {
        return checked(item, () -> {
            Thresholds.parse(value.lines().filter(line -> !line.isBlank()).toList());
            return FormValidation.ok();
        });
    }

    static FormValidation duration(String value) {
        if (value != null && !value.isBlank()) {
            Durations.parse(value);
        }
        return FormValidation.ok();
    }

    interface Validation {
        FormValidation result();
    }

    static FormValidation checked(Item item, Validation validation) {
        if (!mayConfigure(item)) {
            return FormValidation.ok();
        }
        try {
            return validation.result();
        } catch (IllegalArgumentException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    private static boolean mayConfigure(Item item) {
        return item == null ? Jenkins.get().hasPermission(Jenkins.ADMINISTER) : item.hasPermission(Item.CONFIGURE);
    }
}
