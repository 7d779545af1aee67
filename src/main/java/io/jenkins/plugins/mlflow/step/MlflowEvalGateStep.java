package io.jenkins.plugins.mlflow.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.policy.Thresholds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.StaplerRequest2;

/**
 * {@code mlflowEvalGate model: 'churn-classifier'}: evaluates a run's MLflow metrics by a policy and promotes the model only after
 * a full pass. A step names a configured server; it can never give an address.
 */
public final class MlflowEvalGateStep extends Step {
    private final String model;
    private String server;
    private String runId;
    private String version;
    private String alias;
    private String modelId;
    private String experiment;
    private String filter;
    private String maxAge;
    private String nested;
    private String buildRuns;
    private String policy;
    private PolicyParameter thresholds;
    private PolicyParameter baseline;
    private PolicyParameter promote;
    private String timeout;
    private String settle;
    private String onFailure;
    private String runMode;
    private boolean archive;
    private boolean buildDescription;
    /** About arguments that no field can hold, such as unknown ones. */
    private List<String> problems = List.of();

    @DataBoundConstructor
    public MlflowEvalGateStep(String model) {
        this.model = Util.fixEmpty(model);
    }

    private MlflowEvalGateStep(GateParameters given) {
        model = given.model();
        server = given.text("server");
        runId = given.text("runId");
        version = given.text("version");
        alias = given.text("alias");
        modelId = given.text("modelId");
        experiment = given.text("experiment");
        filter = given.text("filter");
        maxAge = given.text("maxAge");
        nested = given.text("nested");
        buildRuns = given.text("buildRuns");
        policy = given.text("policy");
        thresholds = PolicyParameter.of(given.value("thresholds"));
        baseline = PolicyParameter.of(given.value("baseline"));
        promote = PolicyParameter.of(given.value("promote"));
        timeout = given.text("timeout");
        settle = given.text("settle");
        onFailure = given.text("onFailure");
        runMode = given.text("runMode");
        archive = given.flag("archive");
        buildDescription = given.flag("buildDescription");
        problems = given.problems();
    }

    private GateParameters parameters() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("model", model);
        given.put("server", server);
        given.put("runId", runId);
        given.put("version", version);
        given.put("alias", alias);
        given.put("modelId", modelId);
        given.put("experiment", experiment);
        given.put("filter", filter);
        given.put("maxAge", maxAge);
        given.put("nested", nested);
        given.put("buildRuns", buildRuns);
        given.put("policy", policy);
        given.put("thresholds", PolicyParameter.value(thresholds));
        given.put("baseline", PolicyParameter.value(baseline));
        given.put("promote", PolicyParameter.value(promote));
        given.put("timeout", timeout);
        given.put("settle", settle);
        given.put("onFailure", onFailure);
        given.put("runMode", runMode);
        given.put("archive", archive);
        given.put("buildDescription", buildDescription);
        given.values().removeIf(Objects::isNull);
        return GateParameters.checked(given, problems);
    }

    public String getModel() {
        return model;
    }

    public String getServer() {
        return server;
    }

    @DataBoundSetter
    public void setServer(String server) {
        this.server = Util.fixEmpty(server);
    }

    public String getRunId() {
        return runId;
    }

    @DataBoundSetter
    public void setRunId(String runId) {
        this.runId = Util.fixEmpty(runId);
    }

    public String getVersion() {
        return version;
    }

    /** A version number, as a number or as a string. */
    @DataBoundSetter
    public void setVersion(Object version) {
        this.version = version == null ? null : Util.fixEmpty(version.toString());
    }

    public String getAlias() {
        return alias;
    }

    @DataBoundSetter
    public void setAlias(String alias) {
        this.alias = Util.fixEmpty(alias);
    }

    public String getModelId() {
        return modelId;
    }

    @DataBoundSetter
    public void setModelId(String modelId) {
        this.modelId = Util.fixEmpty(modelId);
    }

    public String getExperiment() {
        return experiment;
    }

    @DataBoundSetter
    public void setExperiment(String experiment) {
        this.experiment = Util.fixEmpty(experiment);
    }

    public String getFilter() {
        return filter;
    }

    @DataBoundSetter
    public void setFilter(String filter) {
        this.filter = Util.fixEmpty(filter);
    }

    public String getMaxAge() {
        return maxAge;
    }

    @DataBoundSetter
    public void setMaxAge(String maxAge) {
        this.maxAge = Util.fixEmpty(maxAge);
    }

    public String getBuildRuns() {
        return buildRuns;
    }

    /** {@code 'upstream'}: the candidate is a run of the build that triggered this one. */
    @DataBoundSetter
    public void setBuildRuns(String buildRuns) {
        this.buildRuns = Util.fixEmpty(buildRuns);
    }

    public String getNested() {
        return nested;
    }

    /** Whether child runs count: {@code 'include'}, or {@code 'ignore'} (default). */
    @DataBoundSetter
    public void setNested(String nested) {
        this.nested = Util.fixEmpty(nested);
    }

    public String getPolicy() {
        return policy;
    }

    @DataBoundSetter
    public void setPolicy(String policy) {
        this.policy = Util.fixEmpty(policy);
    }

    @SuppressWarnings("unchecked")
    public Map<String, Object> getThresholds() {
        return (Map<String, Object>) PolicyParameter.value(thresholds);
    }

    @DataBoundSetter
    public void setThresholds(Map<String, Object> thresholds) {
        this.thresholds = thresholds == null || thresholds.isEmpty() ? null : PolicyParameter.of(thresholds);
    }

    /** The thresholds as the form shows them, one per line. */
    public String getThresholdLines() {
        return thresholds == null ? "" : Thresholds.format(getThresholds());
    }

    public Object getBaseline() {
        return PolicyParameter.value(baseline);
    }

    /** An alias, or a mapping as in the policy file. */
    @DataBoundSetter
    public void setBaseline(Object baseline) {
        this.baseline = PolicyParameter.of(baseline);
    }

    public Object getPromote() {
        return PolicyParameter.value(promote);
    }

    /** An alias, a mapping as in the policy file, or false. */
    @DataBoundSetter
    public void setPromote(Object promote) {
        this.promote = PolicyParameter.of(promote);
    }

    public String getTimeout() {
        return timeout;
    }

    @DataBoundSetter
    public void setTimeout(String timeout) {
        this.timeout = Util.fixEmpty(timeout);
    }

    public String getSettle() {
        return settle;
    }

    @DataBoundSetter
    public void setSettle(String settle) {
        this.settle = Util.fixEmpty(settle);
    }

    public String getOnFailure() {
        return onFailure;
    }

    @DataBoundSetter
    public void setOnFailure(String onFailure) {
        this.onFailure = Util.fixEmpty(onFailure);
    }

    public String getRunMode() {
        return runMode;
    }

    @DataBoundSetter
    public void setRunMode(String runMode) {
        this.runMode = Util.fixEmpty(runMode);
    }

    public boolean isArchive() {
        return archive;
    }

    /** Whether the report becomes artifacts of the build: JSON, and JUnit XML. */
    @DataBoundSetter
    public void setArchive(boolean archive) {
        this.archive = archive;
    }

    public boolean isBuildDescription() {
        return buildDescription;
    }

    /** Whether the gate's sentence is added to the description of the build. */
    @DataBoundSetter
    public void setBuildDescription(boolean buildDescription) {
        this.buildDescription = buildDescription;
    }

    @Override
    public StepExecution start(StepContext context) {
        return new GateExecution(context, parameters());
    }

    /** Describes the step to pipelines, the snippet generator and its form. */
    @Extension
    public static final class DescriptorImpl extends StepFormDescriptor {
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

        /** Takes the arguments itself: the gate reports one that is unknown or invalid, where Jenkins would only warn. */
        @Override
        public Step newInstance(Map<String, Object> arguments) {
            return new MlflowEvalGateStep(GateParameters.of(arguments));
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
                step.setThresholds(Thresholds.parse(
                        lines.lines().filter(line -> !line.isBlank()).toList()));
            } catch (IllegalArgumentException e) {
                throw new FormException(e, "thresholdLines");
            }
            return step;
        }
    }
}
