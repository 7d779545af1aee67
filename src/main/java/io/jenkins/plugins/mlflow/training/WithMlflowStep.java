package io.jenkins.plugins.mlflow.training;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlflow.config.ServerNames;
import io.jenkins.plugins.mlflow.policy.Suggestions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
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
 * {@code withMlflow(experiment: 'customer-churn') { sh 'python3 train.py' }}: MLflow's clients in the block log to a configured
 * server, and their runs carry a tag of the build, by which {@code mlflowEvalGate} finds them.
 */
public final class WithMlflowStep extends Step {
    private String server;
    private String experiment;
    private LinkedHashMap<String, String> tags = new LinkedHashMap<>();
    private boolean requireRun;

    @DataBoundConstructor
    public WithMlflowStep() {
        // All parameters are optional.
    }

    public String getServer() {
        return server;
    }

    /** Name of a configured server; null for the default one. */
    @DataBoundSetter
    public void setServer(String server) {
        this.server = Util.fixEmptyAndTrim(server);
    }

    public String getExperiment() {
        return experiment;
    }

    /** Name of the experiment of the runs, unless the script chooses one; null for the client's default. */
    @DataBoundSetter
    public void setExperiment(String experiment) {
        this.experiment = Util.fixEmptyAndTrim(experiment);
    }

    public Map<String, String> getTags() {
        return tags;
    }

    /** More tags of the runs. Values may be of any type that has a string, as a GString has. */
    @DataBoundSetter
    public void setTags(Map<String, ?> tags) {
        LinkedHashMap<String, String> copy = new LinkedHashMap<>();
        if (tags != null) {
            tags.forEach((name, value) -> copy.put(String.valueOf(name), String.valueOf(value)));
        }
        this.tags = copy;
    }

    /** The tags for the form, one {@code NAME=VALUE} in each line. */
    public String getTagLines() {
        return tags.entrySet().stream()
                .map(tag -> tag.getKey() + "=" + tag.getValue())
                .collect(Collectors.joining("\n"));
    }

    /** @throws IllegalArgumentException if a line is no {@code NAME=VALUE} */
    private static Map<String, String> readTags(String lines) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (String line :
                lines.lines().map(String::strip).filter(line -> !line.isEmpty()).toList()) {
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(Messages.WithMlflowStep_noTag(line));
            }
            tags.put(
                    line.substring(0, equals).strip(),
                    line.substring(equals + 1).strip());
        }
        return tags;
    }

    public boolean isRequireRun() {
        return requireRun;
    }

    /** Whether a block that made no run fails the step. */
    @DataBoundSetter
    public void setRequireRun(boolean requireRun) {
        this.requireRun = requireRun;
    }

    @Override
    public StepExecution start(StepContext context) {
        return new WithMlflowExecution(context, this);
    }

    /** Describes the step to pipelines, the snippet generator and its form. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        private static final List<String> PARAMETERS = List.of("server", "experiment", "tags", "requireRun");

        @Override
        public String getFunctionName() {
            return "withMlflow";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.WithMlflowStep_displayName();
        }

        @Override
        public boolean takesImplicitBlockArgument() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class);
        }

        /** Jenkins alone would ignore a misspelt parameter and use the default; here it is an error. */
        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            for (String name : arguments.keySet()) {
                if (!PARAMETERS.contains(name)) {
                    throw new AbortException("CONFIGURATION: unknown parameter `" + name + "` of withMlflow: "
                            + Suggestions.hint(name, PARAMETERS, "the parameters are"));
                }
            }
            return super.newInstance(arguments);
        }

        @Override
        public Step newInstance(StaplerRequest2 request, @NonNull JSONObject form) throws FormException {
            Object lines = form.remove("tagLines");
            WithMlflowStep step = (WithMlflowStep) super.newInstance(request, form);
            try {
                step.setTags(readTags(lines == null ? "" : lines.toString()));
            } catch (IllegalArgumentException e) {
                throw new FormException(e, "tagLines");
            }
            return step;
        }

        @POST
        public FormValidation doCheckTagLines(@AncestorInPath Item item, @QueryParameter String value) {
            if (item == null ? !Jenkins.get().hasPermission(Jenkins.ADMINISTER) : !item.hasPermission(Item.CONFIGURE)) {
                return FormValidation.ok();
            }
            try {
                readTags(value);
                return FormValidation.ok();
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        @POST
        public ListBoxModel doFillServerItems(@AncestorInPath Item item, @QueryParameter String server) {
            return ServerNames.items(item, server);
        }
    }
}
