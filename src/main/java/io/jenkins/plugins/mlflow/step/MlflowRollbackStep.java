package io.jenkins.plugins.mlflow.step;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlflow.config.ServerNames;
import io.jenkins.plugins.mlflow.gate.ExactCandidate;
import io.jenkins.plugins.mlflow.policy.AliasNames;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * {@code mlflowRollback model: 'churn-classifier', alias: 'champion'}: after a deployment that failed, moves the alias from the
 * version that this build promoted back to the one that was live before, if the alias is still there.
 */
public final class MlflowRollbackStep extends Step {
    static final String NAME = "mlflowRollback";

    private final String model;
    private String alias;
    private String server;
    private String from;
    private String reason;
    private String timeout;
    /** What a pipeline gave, which may be invalid; null if the step comes from its form. */
    private RollbackParameters given;

    @DataBoundConstructor
    public MlflowRollbackStep(String model) {
        this.model = Util.fixEmpty(model);
    }

    private MlflowRollbackStep(RollbackParameters given) {
        this(given.model());
        this.given = given;
        alias = given.alias();
        server = given.server();
        from = given.from();
        reason = given.reason();
        timeout = given.timeoutAsGiven();
    }

    private RollbackParameters parameters() {
        if (given != null) {
            return given;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("model", model);
        fields.put("alias", alias);
        fields.put("server", server);
        fields.put("from", from);
        fields.put("reason", reason);
        fields.put("timeout", timeout);
        fields.values().removeIf(Objects::isNull);
        return RollbackParameters.of(fields);
    }

    public String getModel() {
        return model;
    }

    public String getAlias() {
        return alias;
    }

    /** Null for the alias that the build promoted, if that is one. */
    @DataBoundSetter
    public void setAlias(String alias) {
        this.alias = Util.fixEmpty(alias);
    }

    public String getServer() {
        return server;
    }

    /** Name of a configured server; null for the default one. */
    @DataBoundSetter
    public void setServer(String server) {
        this.server = Util.fixEmpty(server);
    }

    public String getFrom() {
        return from;
    }

    /** A version number, as a number or as a string; null for the version that the build promoted. */
    @DataBoundSetter
    public void setFrom(Object from) {
        this.from = from == null ? null : Util.fixEmpty(from.toString());
    }

    public String getReason() {
        return reason;
    }

    @DataBoundSetter
    public void setReason(String reason) {
        this.reason = Util.fixEmpty(reason);
    }

    public String getTimeout() {
        return timeout;
    }

    @DataBoundSetter
    public void setTimeout(String timeout) {
        this.timeout = Util.fixEmpty(timeout);
    }

    @Override
    public StepExecution start(StepContext context) {
        return new RollbackExecution(context, parameters());
    }

    /** Describes the step to pipelines, the snippet generator and its form. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        @Override
        public String getFunctionName() {
            return NAME;
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.MlflowRollbackStep_displayName();
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class, FlowNode.class);
        }

        /** Takes the arguments itself: the step reports one that is unknown or invalid, where Jenkins would only warn. */
        @Override
        public Step newInstance(Map<String, Object> arguments) {
            return new MlflowRollbackStep(RollbackParameters.of(arguments));
        }

        @POST
        public ListBoxModel doFillServerItems(@AncestorInPath Item item, @QueryParameter String server) {
            return ServerNames.items(item, server);
        }

        @POST
        public FormValidation doCheckModel(@AncestorInPath Item item, @QueryParameter String value) {
            return StepFormDescriptor.model(item, value);
        }

        @POST
        public FormValidation doCheckAlias(@AncestorInPath Item item, @QueryParameter String value) {
            return StepFormDescriptor.checked(
                    item, () -> ofProblem(Util.fixEmpty(value) == null ? null : AliasNames.problemWith(value)));
        }

        @POST
        public FormValidation doCheckFrom(@AncestorInPath Item item, @QueryParameter String value) {
            return StepFormDescriptor.checked(
                    item,
                    () -> ofProblem(
                            Util.fixEmpty(value) == null
                                    ? null
                                    : new ExactCandidate(ExactCandidate.Kind.VERSION, value).problem()));
        }

        @POST
        public FormValidation doCheckTimeout(@AncestorInPath Item item, @QueryParameter String value) {
            return StepFormDescriptor.checked(item, () -> StepFormDescriptor.duration(value));
        }

        private static FormValidation ofProblem(String problem) {
            return problem == null ? FormValidation.ok() : FormValidation.error(problem);
        }
    }
}
