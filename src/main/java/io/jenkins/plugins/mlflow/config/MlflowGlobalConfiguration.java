package io.jenkins.plugins.mlflow.config;

import hudson.BulkChange;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/**
 * The MLflow servers, which of them is the default, and the stored policy: Manage Jenkins → System → MLflow, or
 * {@code unclassified: mlflow:} as code.
 *
 * <p>A form or document is taken as a whole or not at all. Jenkins and Configuration as Code both call the setters one
 * after another, in any order, within a {@link BulkChange}; the values wait there until it is committed, are then
 * checked against each other, and only if all is well take the place of the old ones and are saved.
 *
 * <p>The bean getters are what the form and the export show, and show nothing to those who may not administer. The gate
 * itself, which runs as whoever runs the build, asks {@link JobConfiguration}.
 */
@Extension
@Symbol("mlflow")
public final class MlflowGlobalConfiguration extends GlobalConfiguration implements ConfigurationSource {
    static final String POLICY_ORIGIN = "stored policy";
    static final String WHERE = "Manage Jenkins → System → MLflow";

    private String defaultServer = "";
    private List<MlflowServerConfiguration> servers = new ArrayList<>();
    private String policy = "";

    private transient PolicyDocument document;
    private final transient ThreadLocal<Change> pending = new ThreadLocal<>();

    public MlflowGlobalConfiguration() {
        load();
    }

    /** Also called when Jenkins reads its configuration from disk anew. */
    @Override
    public synchronized void load() {
        super.load();
        document = null;
    }

    public static MlflowGlobalConfiguration get() {
        return ExtensionList.lookupSingleton(MlflowGlobalConfiguration.class);
    }

    @Override
    public String getDisplayName() {
        return Messages.MlflowGlobalConfiguration_displayName();
    }

    /**
     * The server of this name, whoever may use it.
     *
     * @param name null or blank for the default server, or for the only one there is
     * @throws ConfigurationException if there is none
     */
    public synchronized MlflowServerConfiguration getServer(String name) throws ConfigurationException {
        return new ServerLookup(List.of(this), server -> true).get(name);
    }

    /** The names that a step may use, in the order of the form. Whoever shows them decides to whom. */
    public synchronized List<String> serverNames() {
        return servers.stream().map(MlflowServerConfiguration::getName).toList();
    }

    @Override
    public synchronized List<MlflowServerConfiguration> configured() {
        return List.copyOf(servers);
    }

    @Override
    public synchronized String defaultName() {
        return defaultServer;
    }

    /** Null: this is the controller's. */
    @Override
    public String folderName() {
        return null;
    }

    /** The servers with this {@link MlflowServerConfiguration#registry()}, whatever their names; none if there is no longer one. */
    public synchronized List<MlflowServerConfiguration> serversOf(String registry) {
        return servers.stream()
                .filter(server -> server.registry().equals(registry))
                .toList();
    }

    /**
     * The policy that the administrator stored, if any.
     *
     * @throws ConfigurationException if it cannot be read, which only a file edited by hand or an older one can bring about
     */
    @Override
    public synchronized Optional<PolicyDocument> storedPolicy() throws ConfigurationException {
        if (document == null && !policy.isEmpty()) {
            try {
                document = PolicyDocument.readStored(POLICY_ORIGIN, policy);
            } catch (PolicyException e) {
                throw new ConfigurationException(
                        "The policy stored under " + WHERE + " cannot be used.\n" + e.getMessage());
            }
        }
        return Optional.ofNullable(document);
    }

    public synchronized String getDefaultServer() {
        return mayRead() ? defaultServer : "";
    }

    /**
     * @param name of one of the servers; null or blank for none
     * @throws IllegalArgumentException if no server has this name
     */
    @DataBoundSetter
    public void setDefaultServer(String name) {
        change().defaultServer = name == null ? "" : name.strip();
        save();
    }

    public synchronized List<MlflowServerConfiguration> getServers() {
        return mayRead() ? new ArrayList<>(servers) : List.of();
    }

    /**
     * If the server that was the default is no longer among them, there is no default.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    @DataBoundSetter
    public void setServers(List<MlflowServerConfiguration> servers) {
        List<MlflowServerConfiguration> wanted = servers == null ? List.of() : servers;
        try {
            ServerChecks.distinct(wanted);
        } catch (IllegalArgumentException e) {
            throw refused(e.getMessage());
        }
        change().servers = new ArrayList<>(wanted);
        save();
    }

    public synchronized String getPolicy() {
        return mayRead() ? policy : "";
    }

    /**
     * @param text the policy file; null or blank for none
     * @throws IllegalArgumentException if it cannot be read
     */
    @DataBoundSetter
    public void setPolicy(String text) {
        String wanted = text == null || text.isBlank() ? "" : text.replace("\r\n", "\n");
        PolicyDocument read = null;
        if (!wanted.isEmpty()) {
            try {
                read = PolicyDocument.readStored(POLICY_ORIGIN, wanted);
            } catch (PolicyException e) {
                throw refused("The policy cannot be used.\n" + e.getMessage());
            }
        }
        Change change = change();
        change.policy = wanted;
        change.document = read;
        save();
    }

    /**
     * The default binding, with two things more: the form sends nothing at all for a list that was emptied, and a bad
     * value gets a response with a message in place of a stack trace.
     */
    @Override
    public boolean configure(StaplerRequest2 req, JSONObject json) throws FormException {
        if (!json.isEmpty() && !json.has("servers")) {
            json.put("servers", new JSONArray());
        }
        try (BulkChange change = new BulkChange(this)) {
            super.configure(req, json);
            change.commit();
            return true;
        } catch (IOException | RuntimeException | LinkageError e) {
            // Without the cause: its messages repeat the whole form.
            throw new FormException("MLflow was not configured. " + reason(e), "mlflow");
        } finally {
            pending.remove();
        }
    }

    @Override
    public void save() {
        if (!BulkChange.contains(this)) {
            Change change = pending.get();
            pending.remove();
            synchronized (this) {
                if (change != null) {
                    apply(change);
                }
                super.save();
            }
            HttpClients.forget();
        }
    }

    private void apply(Change change) {
        List<MlflowServerConfiguration> newServers = change.servers == null ? servers : change.servers;
        String newDefault = change.defaultServer == null ? defaultServer : change.defaultServer;
        if (!newDefault.isEmpty()
                && newServers.stream().noneMatch(server -> server.getName().equals(newDefault))) {
            if (change.defaultServer != null) {
                throw new IllegalArgumentException("The default server '" + newDefault
                        + "' is none of the MLflow servers. Name one of them, or leave it empty.");
            }
            defaultServer = "";
        } else {
            defaultServer = newDefault;
        }
        ServerIdentities.handOver(servers, newServers);
        servers = newServers;
        if (change.policy != null) {
            policy = change.policy;
            document = change.document;
        }
    }

    /** What the setters of this bulk change gave so far; what one that was given up left behind is dropped. */
    private Change change() {
        Change change = pending.get();
        if (change == null || change.scope != BulkChange.current()) {
            change = new Change(BulkChange.current());
            pending.set(change);
        }
        return change;
    }

    private IllegalArgumentException refused(String message) {
        pending.remove();
        return new IllegalArgumentException(message);
    }

    static String reason(Throwable problem) {
        Throwable root = problem;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root instanceof NumberFormatException
                ? "A number is not a whole number: " + root.getMessage()
                : String.valueOf(root.getMessage());
    }

    private static boolean mayRead() {
        return Jenkins.get().hasPermission(Jenkins.ADMINISTER);
    }

    @POST
    public FormValidation doCheckDefaultServer(@QueryParameter String value) {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        String name = Util.fixEmptyAndTrim(value);
        List<String> names = serverNames();
        if (name == null) {
            return names.size() > 1
                    ? FormValidation.warning(Messages.MlflowGlobalConfiguration_noDefault())
                    : FormValidation.ok();
        }
        return names.contains(name)
                ? FormValidation.ok()
                : FormValidation.warning(Messages.MlflowGlobalConfiguration_noSuchServer());
    }

    @POST
    public FormValidation doCheckPolicy(@QueryParameter String value) {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        return PolicyCheck.of(value, null);
    }

    private static final class Change {
        private final BulkChange scope;
        private String defaultServer;
        private List<MlflowServerConfiguration> servers;
        private String policy;
        private PolicyDocument document;

        private Change(BulkChange scope) {
            this.scope = scope;
        }
    }
}
