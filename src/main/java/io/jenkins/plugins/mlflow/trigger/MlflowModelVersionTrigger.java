package io.jenkins.plugins.mlflow.trigger;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Job;
import hudson.triggers.Trigger;
import hudson.triggers.TriggerDescriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlflow.config.ServerNames;
import io.jenkins.plugins.mlflow.policy.Durations;
import java.io.ObjectStreamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jenkins.model.Jenkins;
import jenkins.model.ParameterizedJobMixIn;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/**
 * {@code mlflowModelVersion(model: 'churn-classifier')}: starts a build for each new version of a registered model, or when an alias
 * or a tag is set. It only reads.
 */
public final class MlflowModelVersionTrigger extends Trigger<Job<?, ?>> {
    static final Duration DEFAULT_POLL = Duration.ofMinutes(5);
    static final Duration SHORTEST_POLL = Duration.ofSeconds(10);

    private final String model;
    private String server;
    private List<String> on = new ArrayList<>(List.of(EventCondition.CREATED));
    private String poll;

    /** @throws IllegalArgumentException if there is no model */
    @DataBoundConstructor
    public MlflowModelVersionTrigger(String model) {
        this.model = Util.fixEmptyAndTrim(model);
        if (this.model == null) {
            throw new IllegalArgumentException(Messages.MlflowModelVersionTrigger_noModel());
        }
    }

    /** A file written by hand may leave the list out. */
    @Override
    protected Object readResolve() throws ObjectStreamException {
        if (on == null) {
            on = new ArrayList<>(List.of(EventCondition.CREATED));
        }
        return super.readResolve();
    }

    /** Registered model name. */
    public String getModel() {
        return model;
    }

    /** Null for the default server. */
    public String getServer() {
        return server;
    }

    @DataBoundSetter
    public void setServer(String server) {
        this.server = Util.fixEmptyAndTrim(server);
    }

    /** What starts a build, as it was given. */
    public List<String> getOn() {
        return new ArrayList<>(on);
    }

    /**
     * @param on entries such as {@code created}, {@code alias:challenger} and {@code tag:validation=requested}; null or empty for
     *     {@code created}
     * @throws IllegalArgumentException if one of them is something else
     */
    @DataBoundSetter
    public void setOn(List<String> on) {
        List<String> given = new ArrayList<>();
        for (String entry : on == null ? List.<String>of() : on) {
            String text = EventCondition.parse(entry).text();
            if (!given.contains(text)) {
                given.add(text);
            }
        }
        this.on = given.isEmpty() ? new ArrayList<>(List.of(EventCondition.CREATED)) : given;
    }

    /** One entry per line, as the form shows them. */
    public String getOnLines() {
        return String.join("\n", on);
    }

    /** Null if it depends on the server. */
    public String getPoll() {
        return poll;
    }

    /**
     * @param poll a duration of at least 10s; null or blank if it depends on the server
     * @throws IllegalArgumentException if it is something else
     */
    @DataBoundSetter
    public void setPoll(String poll) {
        this.poll = Util.fixEmptyAndTrim(poll);
        checkedPoll(this.poll);
    }

    private static Duration checkedPoll(String poll) {
        if (poll == null) {
            return null;
        }
        Duration duration;
        try {
            duration = Durations.parse(poll);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("parameter `poll`: " + e.getMessage(), e);
        }
        if (duration.compareTo(SHORTEST_POLL) < 0) {
            throw new IllegalArgumentException(
                    "parameter `poll` is " + poll + "; it must be at least " + Durations.format(SHORTEST_POLL));
        }
        return duration;
    }

    /** Null if it was not given. */
    Duration pollInterval() {
        return checkedPoll(poll);
    }

    /** @throws IllegalArgumentException if a file that was written by hand holds something else */
    List<EventCondition> conditions() {
        return on.stream().map(EventCondition::parse).toList();
    }

    @Override
    public void start(Job<?, ?> project, boolean newInstance) {
        super.start(project, newInstance);
        TriggerEngine.get().add(project);
    }

    /** Describes the trigger to pipelines and its form. */
    @Extension
    @Symbol("mlflowModelVersion")
    public static final class DescriptorImpl extends TriggerDescriptor {
        private static final String LINES = "onLines";

        @Override
        public boolean isApplicable(Item item) {
            return item instanceof Job && item instanceof ParameterizedJobMixIn.ParameterizedJob;
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.MlflowModelVersionTrigger_displayName();
        }

        @Override
        public Trigger<?> newInstance(StaplerRequest2 request, @NonNull JSONObject form) throws FormException {
            if (form.has(LINES)) {
                JSONArray on = new JSONArray();
                form.getString(LINES).lines().filter(line -> !line.isBlank()).forEach(on::add);
                form.remove(LINES);
                form.put("on", on);
            }
            try {
                return super.newInstance(request, form);
            } catch (LinkageError | RuntimeException e) {
                throw new FormException(reason(e), e, "mlflowModelVersion");
            }
        }

        private static String reason(Throwable problem) {
            Throwable cause = problem;
            while (cause.getCause() != null && !(cause instanceof IllegalArgumentException && isOurs(cause))) {
                cause = cause.getCause();
            }
            return String.valueOf(cause.getMessage());
        }

        private static boolean isOurs(Throwable cause) {
            return String.valueOf(cause.getMessage()).startsWith("parameter `");
        }

        @POST
        public ListBoxModel doFillServerItems(@AncestorInPath Item item, @QueryParameter String server) {
            return ServerNames.items(item, server);
        }

        @POST
        public FormValidation doCheckModel(@AncestorInPath Item item, @QueryParameter String value) {
            return checked(item, () -> new MlflowModelVersionTrigger(value));
        }

        @POST
        public FormValidation doCheckOnLines(@AncestorInPath Item item, @QueryParameter String value) {
            return checked(
                    item, () -> value.lines().filter(line -> !line.isBlank()).forEach(EventCondition::parse));
        }

        @POST
        public FormValidation doCheckPoll(@AncestorInPath Item item, @QueryParameter String value) {
            return checked(item, () -> checkedPoll(Util.fixEmptyAndTrim(value)));
        }

        private static FormValidation checked(Item item, Runnable check) {
            boolean mayConfigure =
                    item == null ? Jenkins.get().hasPermission(Jenkins.ADMINISTER) : item.hasPermission(Item.CONFIGURE);
            if (!mayConfigure) {
                return FormValidation.ok();
            }
            try {
                check.run();
                return FormValidation.ok();
            } catch (IllegalArgumentException e) {
                return FormValidation.error(e.getMessage());
            }
        }
    }
}
