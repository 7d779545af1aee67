package io.jenkins.plugins.mlflow.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.policy.Thresholds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/**
 * {@code mlflowEvalGate model: 'churn-classifier'}: evaluates a run's MLflow metrics by a policy and promotes the model only after
 * a full pass. A step names a configured server; it can never give an address.
 */
public final class MlflowEvalGateStep extends Step {
    private final Map<String, Object> arguments = new LinkedHashMap<>();

    @DataBoundConstructor
    public MlflowEvalGateStep(String model) {
        set("model", model);
    }

    private MlflowEvalGateStep(Map<String, Object> arguments) {
        this.arguments.putAll(arguments);
    }

    private void set(String name, Object value) {
        if (value == null || "".equals(value)) {
            arguments.remove(name);
        } else {
            arguments.put(name, ParameterValues.of(value));
        }
    }

    private String text(String name) {
        return arguments.get(name) instanceof CharSequence text ? text.toString() : null;
    }

    public String getModel() {
        return text("model");
    }

    public String getServer() {
        return text("server");
    }

    @DataBoundSetter
    public void setServer(String server) {
        set("server", server);
    }

    public String getRunId() {
        return text("runId");
    }

    @DataBoundSetter
    public void setRunId(String runId) {
        set("runId", runId);
    }

    public Object getVersion() {
        return arguments.get("version");
    }

    /** A version number, as a number or as text. */
    @DataBoundSetter
    public void setVersion(Object version) {
        set("version", version);
    }

    public String getAlias() {
        return text("alias");
    }

    @DataBoundSetter
    public void setAlias(String alias) {
        set("alias", alias);
    }

    public String getModelId() {
        return text("modelId");
    }

    @DataBoundSetter
    public void setModelId(String modelId) {
        set("modelId", modelId);
    }

    public String getExperiment() {
        return text("experiment");
    }

    @DataBoundSetter
    public void setExperiment(String experiment) {
        set("experiment", experiment);
    }

    public String getFilter() {
        return text("filter");
    }

    @DataBoundSetter
    public void setFilter(String filter) {
        set("filter", filter);
    }

    public String getMaxAge() {
        return text("maxAge");
    }

    @DataBoundSetter
    public void setMaxAge(String maxAge) {
        set("maxAge", maxAge);
    }

    public String getNested() {
        return text("nested");
    }

    /** Whether child runs count: {@code 'include'}, or {@code 'ignore'} (default). */
    @DataBoundSetter
    public void setNested(String nested) {
        set("nested", nested);
    }

    public String getPolicy() {
        return text("policy");
    }

    @DataBoundSetter
    public void setPolicy(String policy) {
        set("policy", policy);
    }

    @SuppressWarnings("unchecked")
    public Map<String, Object> getThresholds() {
        return (Map<String, Object>) arguments.get("thresholds");
    }

    @DataBoundSetter
    public void setThresholds(Map<String, Object> thresholds) {
        set("thresholds", thresholds == null || thresholds.isEmpty() ? null : thresholds);
    }

    /** The thresholds as the form shows them, one per line. */
    public String getThresholdLines() {
        return getThresholds() == null ? "" : Thresholds.format(getThresholds());
    }

    public Object getBaseline() {
        return arguments.get("baseline");
    }

    /** An alias, or a map as in the policy file. */
    @DataBoundSetter
    public void setBaseline(Object baseline) {
        set("baseline", baseline);
    }

    public Object getPromote() {
        return arguments.get("promote");
    }

    /** An alias, a map as in the policy file, or false. */
    @DataBoundSetter
    public void setPromote(Object promote) {
        set("promote", promote);
    }

    public String getTimeout() {
        return text("timeout");
    }

    @DataBoundSetter
    public void setTimeout(String timeout) {
        set("timeout", timeout);
    }

    public String getSettle() {
        return text("settle");
    }

    @DataBoundSetter
    public void setSettle(String settle) {
        set("settle", settle);
    }

    public String getOnFailure() {
        return text("onFailure");
    }

    @DataBoundSetter
    public void setOnFailure(String onFailure) {
        set("onFailure", onFailure);
    }

    public String getRunMode() {
        return text("runMode");
    }

    @DataBoundSetter
    public void setRunMode(String runMode) {
        set("runMode", runMode);
    }

    public boolean isArchive() {
        return Boolean.TRUE.equals(arguments.get("archive"));
    }

    /** Whether the report becomes artifacts of the build: JSON, and JUnit XML. */
    @DataBoundSetter
    public void setArchive(boolean archive) {
        set("archive", archive ? true : null);
    }

    public boolean isBuildDescription() {
        return Boolean.TRUE.equals(arguments.get("buildDescription"));
    }

    /** Whether the gate's sentence is added to the description of the build. */
    @DataBoundSetter
    public void setBuildDescription(boolean buildDescription) {
        set("buildDescription", buildDescription ? true : null);
    }

    @Override
    public StepExecution start(StepContext context) {
        return new GateExecution(context, GateParameters.of(arguments));
    }

    /** Describes the step to pipelines, the snippet generator and its form. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        @Override
        public String getFunctionName() {
            return "mlflowEvalGate";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.MlflowEvalGateStep_displayName();
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class, FlowNode.class);
        }

        /** Takes the arguments as they are: an unknown one must be told by the gate, not dropped with a warning. */
        @Override
        public Step newInstance(Map<String, Object> arguments) {
            return new MlflowEvalGateStep(arguments);
        }

        @Override
        public Step newInstance(StaplerRequest2 request, @NonNull JSONObject form) throws FormException {
            String lines = form.optString("thresholdLines");
            form.remove("thresholdLines");
            MlflowEvalGateStep step = (MlflowEvalGateStep) super.newInstance(request, form);
            if ("false".equals(step.getPromote())) {
                step.setPromote(false);
            }
            try {
                step.setThresholds(Thresholds.parse(lines.lines().filter(line -> !line.isBlank()).toList()));
            } catch (IllegalArgumentException e) {
                throw new FormException(e, "thresholdLines");
            }
            return step;
        }

        @POST
        public ListBoxModel doFillServerItems(@AncestorInPath Item item, @QueryParameter String server) {
            ListBoxModel items = new ListBoxModel();
            items.add(Messages.MlflowEvalGateStep_defaultServer(), "");
            if (mayConfigure(item)) {
                MlflowGlobalConfiguration.get().serverNames().forEach(items::add);
            }
            if (server != null && !server.isEmpty() && items.stream().noneMatch(o -> o.value.equals(server))) {
                items.add(server);
            }
            return items;
        }

        @POST
        public ListBoxModel doFillOnFailureItems(@AncestorInPath Item item) {
            return !mayConfigure(item) ? new ListBoxModel() : new ListBoxModel(
                    new ListBoxModel.Option(Messages.MlflowEvalGateStep_fail(), ""),
                    new ListBoxModel.Option(Messages.MlflowEvalGateStep_unstable(), "unstable"),
                    new ListBoxModel.Option(Messages.MlflowEvalGateStep_goOn(), "continue"));
        }

        @POST
        public ListBoxModel doFillRunModeItems(@AncestorInPath Item item) {
            return !mayConfigure(item) ? new ListBoxModel() : new ListBoxModel(
                    new ListBoxModel.Option(Messages.MlflowEvalGateStep_enabled(), ""),
                    new ListBoxModel.Option(Messages.MlflowEvalGateStep_dryRun(), "dry_run"),
                    new ListBoxModel.Option(Messages.MlflowEvalGateStep_disabled(), "disabled"));
        }

        @POST
        public FormValidation doCheckModel(@AncestorInPath Item item, @QueryParameter String value) {
            return checked(item, () -> value == null || value.isBlank()
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

        private static FormValidation duration(String value) {
            if (value != null && !value.isBlank()) {
                Durations.parse(value);
            }
            return FormValidation.ok();
        }

        private interface Validation {
            FormValidation result();
        }

        private static FormValidation checked(Item item, Validation validation) {
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
            return item == null
                    ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                    : item.hasPermission(Item.CONFIGURE);
        }
    }
}
