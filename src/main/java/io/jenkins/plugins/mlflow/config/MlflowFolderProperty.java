package io.jenkins.plugins.mlflow.config;

import com.cloudbees.hudson.plugins.folder.AbstractFolder;
import com.cloudbees.hudson.plugins.folder.AbstractFolderProperty;
import com.cloudbees.hudson.plugins.folder.AbstractFolderPropertyDescriptor;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/**
 * The servers, the default server and the stored policy of a folder, for the jobs in it; the same three as in
 * {@link MlflowGlobalConfiguration}. To be loaded only where the plugin cloudbees-folder is.
 *
 * <p>The bean getters are what the form and a Job DSL script see, and show nothing to users who may not read the folder's
 * configuration.
 */
public final class MlflowFolderProperty extends AbstractFolderProperty<AbstractFolder<?>>
        implements ConfigurationSource {
    private String defaultServer = "";
    private List<MlflowServerConfiguration> servers = new ArrayList<>();
    private volatile String policy = "";

    private transient PolicyDocument document;

    @DataBoundConstructor
    public MlflowFolderProperty() {
        // All of it is optional.
    }

    /** A file edited by hand may leave parts out. */
    private Object readResolve() {
        defaultServer = defaultServer == null ? "" : defaultServer;
        servers = servers == null ? new ArrayList<>() : servers;
        servers.removeIf(Objects::isNull);
        policy = policy == null ? "" : policy;
        return this;
    }

    @Override
    protected void setOwner(@NonNull AbstractFolder<?> owner) {
        super.setOwner(owner);
        servers.forEach(server -> server.setFolder(owner));
    }

    public String getDefaultServer() {
        return mayRead() ? defaultServer : "";
    }

    /** @param name of one of the servers here, or of one around the folder; null or blank for none */
    @DataBoundSetter
    public void setDefaultServer(String name) {
        defaultServer = name == null ? "" : name.strip();
    }

    public List<MlflowServerConfiguration> getServers() {
        return mayRead() ? new ArrayList<>(servers) : List.of();
    }

    /** @throws IllegalArgumentException if two have the same name */
    @DataBoundSetter
    public void setServers(List<MlflowServerConfiguration> servers) {
        List<MlflowServerConfiguration> wanted = servers == null ? List.of() : servers;
        ServerChecks.distinct(wanted);
        this.servers = new ArrayList<>(wanted);
    }

    public synchronized String getPolicy() {
        return mayRead() ? policy : "";
    }

    /**
     * @param text the policy file; null or blank for none
     * @throws IllegalArgumentException if it cannot be read
     */
    @DataBoundSetter
    public synchronized void setPolicy(String text) {
        String wanted = text == null || text.isBlank() ? "" : text.replace("\r\n", "\n");
        try {
            document = wanted.isEmpty()
                    ? null
                    : PolicyDocument.readStored(MlflowGlobalConfiguration.POLICY_ORIGIN, wanted);
        } catch (PolicyException e) {
            throw new IllegalArgumentException("The policy cannot be used.\n" + e.getMessage());
        }
        policy = wanted;
    }

    /** A property that no folder has yet is seen by nobody but who makes it. */
    private boolean mayRead() {
        return owner == null || owner.hasPermission(Item.EXTENDED_READ);
    }

    private boolean isEmpty() {
        return servers.isEmpty() && defaultServer.isEmpty() && policy.isEmpty();
    }

    @Override
    public List<MlflowServerConfiguration> configured() {
        return List.copyOf(servers);
    }

    @Override
    public String defaultName() {
        return defaultServer;
    }

    @Override
    public synchronized Optional<PolicyDocument> storedPolicy() throws ConfigurationException {
        if (document == null && !policy.isEmpty()) {
            try {
                document = PolicyDocument.readStored(MlflowGlobalConfiguration.POLICY_ORIGIN, policy);
            } catch (PolicyException e) {
                throw new ConfigurationException(
                        "The policy stored in folder '" + folderName() + "' cannot be used.\n" + e.getMessage());
            }
        }
        return Optional.ofNullable(document);
    }

    @Override
    public String folderName() {
        return owner.getFullName();
    }

    /** The part of a folder's form. */
    @Extension(optional = true)
    @Symbol("mlflow")
    public static final class DescriptorImpl extends AbstractFolderPropertyDescriptor {

        @Override
        public String getDisplayName() {
            return Messages.MlflowGlobalConfiguration_displayName();
        }

        /** Null where nothing is configured; what is refused gets a response with a message in place of a stack trace. */
        @Override
        public AbstractFolderProperty<?> newInstance(StaplerRequest2 req, JSONObject form) throws FormException {
            try {
                MlflowFolderProperty property = (MlflowFolderProperty) super.newInstance(req, form);
                return property == null || property.isEmpty() ? null : property;
            } catch (RuntimeException | LinkageError e) {
                // Without the cause: its messages repeat the whole form.
                throw new FormException("MLflow was not configured. " + MlflowGlobalConfiguration.reason(e), "mlflow");
            }
        }

        @POST
        public FormValidation doCheckDefaultServer(@AncestorInPath Item item, @QueryParameter String value) {
            FormAccess.check(item);
            String name = Util.fixEmptyAndTrim(value);
            return name == null
                            || item == null
                            || JobConfiguration.of(item).serverNames().contains(name)
                    ? FormValidation.ok()
                    : FormValidation.warning(Messages.MlflowFolderProperty_noSuchServer());
        }

        @POST
        public FormValidation doCheckPolicy(@AncestorInPath Item item, @QueryParameter String value) {
            FormAccess.check(item);
            return PolicyCheck.of(value, item);
        }
    }
}
