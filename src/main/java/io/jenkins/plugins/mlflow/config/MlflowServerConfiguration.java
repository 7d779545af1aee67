package io.jenkins.plugins.mlflow.config;

import hudson.Extension;
import hudson.Util;
import hudson.model.Describable;
import hudson.model.Item;
import hudson.model.ItemGroup;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * One MLflow server that gates may use: where it is, as whom and how patiently to ask it. Constructor and setters refuse
 * bad values with an {@link IllegalArgumentException} whose message is fit for a form and names the server. Credentials
 * are kept by id; whether they are there is seen when they are needed.
 */
public final class MlflowServerConfiguration implements Describable<MlflowServerConfiguration> {
    static final int DEFAULT_CONNECT_TIMEOUT = 5;
    static final int DEFAULT_REQUEST_TIMEOUT = 10;

    private final String name;
    private final String trackingUri;
    private String uiUrl;
    private String credentialsId;
    private String trainingCredentialsId;
    private String webhookSecretId;
    private String workspace;
    private String caCertificates;
    private int connectTimeoutSeconds = DEFAULT_CONNECT_TIMEOUT;
    private int requestTimeoutSeconds = DEFAULT_REQUEST_TIMEOUT;
    private ServerUsage usage;
    private PromotionRights promotion;
    /** The folder that this is an entry of; null for the controller. */
    private transient ItemGroup<?> folder;
    /** Null if it is {@link #destination()}. */
    private String identity;

    /**
     * @param name what steps call it by
     * @param trackingUri http or https, without user info, with any path prefix; trailing slashes do not count
     */
    @DataBoundConstructor
    public MlflowServerConfiguration(String name, String trackingUri) {
        this.name = ServerChecks.name(name);
        this.trackingUri = trackingUri == null ? "" : trackingUri.strip();
        check(() -> ServerAddress.parse(this.trackingUri));
    }

    public String getName() {
        return name;
    }

    /** As it was given. */
    public String getTrackingUri() {
        return trackingUri;
    }

    /** As it was given; null if users are shown the tracking URI. */
    public String getUiUrl() {
        return uiUrl;
    }

    /** Where links lead to, and what users are shown in place of the tracking URI. */
    @DataBoundSetter
    public void setUiUrl(String uiUrl) {
        this.uiUrl = check(() -> ServerChecks.uiUrl(uiUrl));
    }

    /** The address that whoever may read a build may be shown. */
    public String shownUrl() {
        return address().shown();
    }

    /** Where it is, and what users are shown of that. */
    ServerAddress address() {
        return ServerAddress.parse(trackingUri).shownAs(uiUrl == null ? null : ServerAddress.parse(uiUrl));
    }

    /** Null for none. */
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** What builds may log in with inside of {@code withMlflow}; null if builds are given no credentials. */
    public String getTrainingCredentialsId() {
        return trainingCredentialsId;
    }

    @DataBoundSetter
    public void setTrainingCredentialsId(String trainingCredentialsId) {
        this.trainingCredentialsId = Util.fixEmptyAndTrim(trainingCredentialsId);
    }

    /** The secret text that the server's webhooks are signed with; null if no webhook of this server is accepted. */
    public String getWebhookSecretId() {
        return webhookSecretId;
    }

    @DataBoundSetter
    public void setWebhookSecretId(String webhookSecretId) {
        this.webhookSecretId = Util.fixEmptyAndTrim(webhookSecretId);
    }

    /** Null for none. */
    public String getWorkspace() {
        return workspace;
    }

    @DataBoundSetter
    public void setWorkspace(String workspace) {
        this.workspace = check(() -> ServerChecks.workspace(workspace));
    }

    /** PEM, or null for none. */
    public String getCaCertificates() {
        return caCertificates;
    }

    @DataBoundSetter
    public void setCaCertificates(String caCertificates) {
        String pem = caCertificates == null || caCertificates.isBlank() ? null : caCertificates.replace("\r\n", "\n");
        this.caCertificates = check(() -> {
            if (pem != null) {
                Certificates.parse(pem);
            }
            return pem;
        });
    }

    public int getConnectTimeoutSeconds() {
        return connectTimeoutSeconds;
    }

    @DataBoundSetter
    public void setConnectTimeoutSeconds(int seconds) {
        connectTimeoutSeconds = check(() -> ServerChecks.timeout("connect", seconds));
    }

    public int getRequestTimeoutSeconds() {
        return requestTimeoutSeconds;
    }

    @DataBoundSetter
    public void setRequestTimeoutSeconds(int seconds) {
        requestTimeoutSeconds = check(() -> ServerChecks.timeout("request", seconds));
    }

    /** Null if every job may use the server. */
    public ServerUsage getUsage() {
        return usage;
    }

    @DataBoundSetter
    public void setUsage(ServerUsage usage) {
        this.usage = usage == null || usage.isDefault() ? null : usage;
    }

    /** Null if every job may promote but change requests. */
    public PromotionRights getPromotion() {
        return promotion;
    }

    @DataBoundSetter
    public void setPromotion(PromotionRights promotion) {
        this.promotion = promotion == null || promotion.isDefault() ? null : promotion;
    }

    /**
     * Why a job may not use this server, as one sentence without a full stop; null if it may. All entries of the same registry that
     * count for the job count together, those of the controller, of the folders around the job and this one: an entry without a
     * list, or one in a folder, is no way around the list of another.
     */
    public String whyNotUse(Item job) {
        String name = job.getFullName();
        return entries(job).allMatch(entry -> entry.usage == null || entry.usage.isFor(name))
                ? null
                : "job '" + name + "' is not allowed to use server '" + this.name + "'";
    }

    /**
     * Why builds of a job may not promote on this server, as one sentence without a full stop; null if they may. All entries of the
     * same registry count together, as in {@link #whyNotUse}.
     */
    public String whyNotPromote(Item job) {
        boolean isChangeRequest = ChangeRequests.isChangeRequest(job);
        String name = job.getFullName();
        return entries(job).allMatch(entry -> entry.allows(name, isChangeRequest))
                ? null
                : refusal(name, isChangeRequest);
    }

    private String refusal(String job, boolean isChangeRequest) {
        return "job '" + job + "'" + (isChangeRequest ? " builds a change request and" : "")
                + " is not allowed to promote on server '" + name + "'";
    }

    /** What this entry alone says. */
    boolean allows(String job, boolean isChangeRequest) {
        return promotion == null ? !isChangeRequest : promotion.isFor(job, isChangeRequest);
    }

    /**
     * Whether the approval of who started a build of the job does not count; so it is if any entry of the same registry says so that
     * counts for the job.
     */
    public boolean needsFourEyes(Item job) {
        return entries(job).anyMatch(entry -> entry.promotion != null && entry.promotion.isFourEyes());
    }

    /** Whether no entry of the same registry that counts for the job, or for the jobs in the folder, lists jobs that may promote. */
    boolean listsNoPromoters(Item job) {
        return entries(job).allMatch(entry -> entry.promotion == null || entry.promotion.namesNoJobs());
    }

    private Stream<MlflowServerConfiguration> entries(Item job) {
        return Stream.concat(
                Stream.of(this),
                JobConfiguration.of(job).configured().filter(other -> isSameRegistry(other) || isBoundBy(other)));
    }

    /**
     * Whether the entry of another folder, or of the controller, leads to the same address and names no workspace: servers without
     * workspaces ignore the one that is named here.
     */
    private boolean isBoundBy(MlflowServerConfiguration other) {
        return other.workspace == null
                && !other.folderName().equals(folderName())
                && ServerAddress.parse(trackingUri)
                        .destination()
                        .equals(ServerAddress.parse(other.trackingUri).destination());
    }

    /** The folder whose credentials it uses; null for the controller. */
    ItemGroup<?> folder() {
        return folder;
    }

    /** The full name of the folder whose jobs it is for; empty for the controller. */
    public String folderName() {
        return folder == null ? "" : folder.getFullName();
    }

    /** Makes it an entry of a folder, or of the controller with null. This is not stored. */
    void setFolder(ItemGroup<?> folder) {
        this.folder = folder;
    }

    /** Whether the other entry leads to the same registry, however its address is written. */
    boolean isSameRegistry(MlflowServerConfiguration other) {
        return destination().equals(other.destination());
    }

    /** MLflow's own name of the workspace that is used if none is named. */
    private String workspaceOrDefault() {
        return workspace == null ? "default" : workspace;
    }

    /**
     * The identity of the registry behind this server, by which records are kept. All entries of one registry have the same, however
     * their addresses are written. It stays the same when the name of the server changes, and when its address changes under the same
     * name; in a folder only when the name changes. Not to be shown: it is an address.
     */
    public String registry() {
        if (folder != null) {
            return ServerIdentities.inFolder(destination());
        }
        return identity == null ? destination() : identity;
    }

    /** The same for all entries of one registry, however their addresses are written. Not to be shown. */
    public String destination() {
        return ServerAddress.parse(trackingUri).destination() + "\n" + workspaceOrDefault();
    }

    boolean isOfSameWorkspace(MlflowServerConfiguration other) {
        return workspaceOrDefault().equals(other.workspaceOrDefault());
    }

    void setIdentity(String identity) {
        this.identity = destination().equals(identity) ? null : identity;
    }

    /** A file written by hand may leave the timeouts out. */
    private Object readResolve() {
        if (connectTimeoutSeconds == 0) {
            connectTimeoutSeconds = DEFAULT_CONNECT_TIMEOUT;
        }
        if (requestTimeoutSeconds == 0) {
            requestTimeoutSeconds = DEFAULT_REQUEST_TIMEOUT;
        }
        return this;
    }

    private <T> T check(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("MLflow server '" + name + "': " + e.getMessage());
        }
    }

    /** The form of one server. */
    @Extension
    public static final class DescriptorImpl extends ServerForm {
        @Override
        public String getDisplayName() {
            return Messages.MlflowServerConfiguration_displayName();
        }
    }
}
