package io.jenkins.plugins.mlflow.config;

import hudson.Extension;
import hudson.model.Describable;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.util.FormValidation;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * Which jobs may use a server at all: {@code usage: {allowedJobs: "ml/**"}} in configuration as code. Without a list, all jobs may.
 * To a job that may not, the server does not exist.
 */
public final class ServerUsage implements Describable<ServerUsage> {
    private final String allowedJobs;

    /**
     * @param allowedJobs patterns of full names of jobs, separated by commas or line breaks; blank for all jobs. See
     *     {@link JobPatterns}
     * @throws IllegalArgumentException if a pattern could not match as it seems to be meant
     */
    @DataBoundConstructor
    public ServerUsage(String allowedJobs) {
        this.allowedJobs = AllowedJobs.checked(allowedJobs);
    }

    /** As they were given. */
    public String getAllowedJobs() {
        return allowedJobs;
    }

    /** Whether this says the same as nothing at all. */
    boolean isDefault() {
        return AllowedJobs.isEmpty(allowedJobs);
    }

    /** @param job its full name */
    boolean isFor(String job) {
        return AllowedJobs.allow(allowedJobs, job);
    }

    /** The form, within that of a server. */
    @Extension
    public static final class DescriptorImpl extends Descriptor<ServerUsage> {

        @Override
        public String getDisplayName() {
            return Messages.ServerUsage_displayName();
        }

        @POST
        public FormValidation doCheckAllowedJobs(@AncestorInPath Item item, @QueryParameter String value) {
            return AllowedJobs.check(value, item);
        }
    }
}
