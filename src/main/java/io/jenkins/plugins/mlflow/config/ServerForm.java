package io.jenkins.plugins.mlflow.config;

import com.cloudbees.plugins.credentials.CredentialsMatcher;
import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import hudson.Util;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.security.ACL;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.verb.POST;

/**
 * The form of one server: its choices, the validation of its fields, and its buttons. Every method is for administrators only, and in a
 * folder for users who may configure it.
 */
public abstract class ServerForm extends Descriptor<MlflowServerConfiguration> {
    /** Whether the form has the button that tests the connection. */
    public boolean isTestOffered(Object item) {
        return FormAccess.isAllowed(item);
    }

    @POST
    public FormValidation doCheckName(@AncestorInPath Item item, @QueryParameter String value) {
        return checked(item, () -> ServerChecks.name(value));
    }

    @POST
    public FormValidation doCheckTrackingUri(
            @AncestorInPath Item item, @QueryParameter String value, @QueryParameter String credentialsId) {
        FormValidation found = checked(item, () -> ServerAddress.parse(value));
        boolean inClear = found.kind == FormValidation.Kind.OK && ConfigurationMonitor.isInClear(value, credentialsId);
        return inClear ? FormValidation.warning(Messages.MlflowServerConfiguration_unencrypted()) : found;
    }

    @POST
    public FormValidation doCheckUiUrl(@AncestorInPath Item item, @QueryParameter String value) {
        return checked(item, () -> ServerChecks.uiUrl(value));
    }

    @POST
    public FormValidation doCheckCredentialsId(
            @AncestorInPath Item item, @QueryParameter String value, @QueryParameter String trackingUri) {
        FormAccess.check(item);
        return existing(item, value, trackingUri);
    }

    /** Also warns where builds would get the gate's own credentials. */
    @POST
    public FormValidation doCheckTrainingCredentialsId(
            @AncestorInPath Item item,
            @QueryParameter String value,
            @QueryParameter String trackingUri,
            @QueryParameter String credentialsId) {
        FormAccess.check(item);
        String id = Util.fixEmptyAndTrim(value);
        return id != null && id.equals(Util.fixEmptyAndTrim(credentialsId))
                ? FormValidation.warning(Messages.MlflowServerConfiguration_sameCredentials())
                : existing(item, value, trackingUri);
    }

    private static FormValidation existing(Item item, String value, String trackingUri) {
        String id = Util.fixEmptyAndTrim(value);
        if (id == null
                || Connections.find(id, StandardUsernamePasswordCredentials.class, trackingUri, FormAccess.folder(item))
                        != null
                || Connections.find(id, StringCredentials.class, trackingUri, FormAccess.folder(item)) != null) {
            return FormValidation.ok();
        }
        return FormValidation.warning(Messages.MlflowServerConfiguration_noCredentials());
    }

    @POST
    public FormValidation doCheckWebhookSecretId(
            @AncestorInPath Item item, @QueryParameter String value, @QueryParameter String trackingUri) {
        FormAccess.check(item);
        String id = Util.fixEmptyAndTrim(value);
        return id == null || Connections.find(id, StringCredentials.class, trackingUri, FormAccess.folder(item)) != null
                ? FormValidation.ok()
                : FormValidation.warning(Messages.MlflowServerConfiguration_noWebhookSecret());
    }

    @POST
    public ListBoxModel doFillTrainingCredentialsIdItems(
            @AncestorInPath Item item,
            @QueryParameter String trainingCredentialsId,
            @QueryParameter String trackingUri) {
        return doFillCredentialsIdItems(item, trainingCredentialsId, trackingUri);
    }

    @POST
    public ListBoxModel doFillCredentialsIdItems(
            @AncestorInPath Item item, @QueryParameter String credentialsId, @QueryParameter String trackingUri) {
        return offered(
                item,
                credentialsId,
                trackingUri,
                CredentialsMatchers.anyOf(
                        CredentialsMatchers.instanceOf(StandardUsernamePasswordCredentials.class),
                        CredentialsMatchers.instanceOf(StringCredentials.class)));
    }

    @POST
    public ListBoxModel doFillWebhookSecretIdItems(
            @AncestorInPath Item item, @QueryParameter String webhookSecretId, @QueryParameter String trackingUri) {
        return offered(item, webhookSecretId, trackingUri, CredentialsMatchers.instanceOf(StringCredentials.class));
    }

    private static ListBoxModel offered(Item item, String current, String trackingUri, CredentialsMatcher kinds) {
        ItemGroup<?> folder = FormAccess.folder(item);
        if (!FormAccess.isAllowed(item) || folder != null && !item.hasPermission(CredentialsProvider.USE_ITEM)) {
            return new StandardListBoxModel().includeCurrentValue(current);
        }
        return new StandardListBoxModel()
                .includeEmptyValue()
                .includeMatchingAs(
                        ACL.SYSTEM2,
                        folder == null ? Jenkins.get() : folder,
                        StandardCredentials.class,
                        URIRequirementBuilder.fromUri(trackingUri).build(),
                        kinds)
                .includeCurrentValue(current);
    }

    @POST
    public FormValidation doCheckWorkspace(@AncestorInPath Item item, @QueryParameter String value) {
        return checked(item, () -> ServerChecks.workspace(value));
    }

    @POST
    public FormValidation doCheckCaCertificates(@AncestorInPath Item item, @QueryParameter String value) {
        FormAccess.check(item);
        if (value == null || value.isBlank()) {
            return FormValidation.ok();
        }
        try {
            List<X509Certificate> found = Certificates.parse(value);
            String names = found.stream()
                    .map(certificate -> certificate.getSubjectX500Principal().getName())
                    .collect(Collectors.joining("; "));
            Date now = new Date();
            return found.stream()
                            .anyMatch(certificate -> certificate.getNotAfter().before(now))
                    ? FormValidation.warning(Messages.MlflowServerConfiguration_expired(names))
                    : FormValidation.ok(Messages.MlflowServerConfiguration_trusted(names));
        } catch (IllegalArgumentException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    @POST
    public FormValidation doCheckConnectTimeoutSeconds(@AncestorInPath Item item, @QueryParameter String value) {
        return checked(item, () -> ServerChecks.timeout("connect", ServerChecks.number("connect", value)));
    }

    @POST
    public FormValidation doCheckRequestTimeoutSeconds(@AncestorInPath Item item, @QueryParameter String value) {
        return checked(item, () -> ServerChecks.timeout("request", ServerChecks.number("request", value)));
    }

    /** Asks the server as the form describes it at the moment, saved or not. */
    @POST
    public FormValidation doTestConnection(StaplerRequest2 form, @AncestorInPath Item item) {
        return with(form, item, ConnectionTest::of);
    }

    /** Makes or updates the webhook at the server that the form describes at the moment, saved or not. */
    @POST
    public FormValidation doRegisterWebhook(StaplerRequest2 form, @AncestorInPath Item item) {
        return with(form, item, WebhookRegistration::of);
    }

    private static FormValidation with(
            StaplerRequest2 form, Item item, Function<MlflowServerConfiguration, FormValidation> method) {
        FormAccess.check(item);
        MlflowServerConfiguration server;
        try {
            server = described(form, item);
        } catch (IllegalArgumentException e) {
            return FormValidation.error(e.getMessage());
        }
        return method.apply(server);
    }

    /** Of the fields that the buttons in {@code config.jelly} send. */
    private static MlflowServerConfiguration described(StaplerRequest2 form, Item item) {
        String name = form.getParameter("name");
        var server = new MlflowServerConfiguration(
                Util.fixEmptyAndTrim(name) == null ? "?" : name, form.getParameter("trackingUri"));
        server.setFolder(FormAccess.folder(item));
        server.setCredentialsId(form.getParameter("credentialsId"));
        server.setWebhookSecretId(form.getParameter("webhookSecretId"));
        server.setWorkspace(form.getParameter("workspace"));
        server.setCaCertificates(form.getParameter("caCertificates"));
        server.setConnectTimeoutSeconds(ServerChecks.number("connect", form.getParameter("connectTimeoutSeconds")));
        server.setRequestTimeoutSeconds(ServerChecks.number("request", form.getParameter("requestTimeoutSeconds")));
        return server;
    }

    private static FormValidation checked(Item item, Runnable check) {
        FormAccess.check(item);
        try {
            check.run();
            return FormValidation.ok();
        } catch (IllegalArgumentException e) {
            return FormValidation.error(e.getMessage());
        }
    }
}
