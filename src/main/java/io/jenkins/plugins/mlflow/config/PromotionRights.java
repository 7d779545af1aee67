package io.jenkins.plugins.mlflow.config;

import hudson.Extension;
import hudson.model.Describable;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.util.FormValidation;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/**
 * Who may promote on a server: {@code promotion: {allowedJobs: "ml/*}{@code /main", changeRequests: false, fourEyes: true}} in
 * configuration as code. Without any of it, all jobs may but change requests, whose pipeline and policy anybody may have written.
 */
public final class PromotionRights implements Describable<PromotionRights> {
    private String allowedJobs;
    private boolean changeRequests;
    private boolean fourEyes;

    /** The former name of {@link #allowedJobs}; only read. */
    private transient String allowed_jobs;

    /**
     * @param allowedJobs patterns of full names of jobs, separated by commas or line breaks; blank for all jobs. See
     *     {@link JobPatterns}
     * @throws IllegalArgumentException if a pattern could not match as it seems to be meant
     */
    @DataBoundConstructor
    public PromotionRights(String allowedJobs) {
        this.allowedJobs = AllowedJobs.checked(allowedJobs);
    }

    /** As they were given. */
    public String getAllowedJobs() {
        return allowedJobs;
    }

    /** Always null, so that no export has the former name. */
    public String getAllowed_jobs() {
        return null;
    }

    /** Takes {@code allowed_jobs}, the former name, from a document of configuration as code. */
    @DataBoundSetter
    public void setAllowed_jobs(String patterns) {
        String given = AllowedJobs.checked(patterns);
        if (!given.isEmpty() && !allowedJobs.isEmpty()) {
            throw new IllegalArgumentException(
                    "allowedJobs and allowed_jobs are both given. Keep allowedJobs; allowed_jobs is its former name.");
        }
        if (!given.isEmpty()) {
            allowedJobs = given;
        }
    }

    public boolean isChangeRequests() {
        return changeRequests;
    }

    /** Whether change requests (pull and merge requests) may promote if {@code allowedJobs} names them. */
    @DataBoundSetter
    public void setChangeRequests(boolean changeRequests) {
        this.changeRequests = changeRequests;
    }

    public boolean isFourEyes() {
        return fourEyes;
    }

    /** Whether the approval of who started the build does not count. */
    @DataBoundSetter
    public void setFourEyes(boolean fourEyes) {
        this.fourEyes = fourEyes;
    }

    private Object readResolve() {
        if (allowedJobs == null) {
            allowedJobs = allowed_jobs;
        }
        return this;
    }

    /** Whether this says the same as nothing at all. */
    boolean isDefault() {
        return namesNoJobs() && !changeRequests && !fourEyes;
    }

    boolean namesNoJobs() {
        return AllowedJobs.isEmpty(allowedJobs);
    }

    /**
     * Whether builds of a job may promote. A file edited by hand that cannot be read allows nothing.
     *
     * @param job its full name
     */
    boolean isFor(String job, boolean isChangeRequest) {
        if (isChangeRequest && (!changeRequests || namesNoJobs())) {
            return false;
        }
        return AllowedJobs.allow(allowedJobs, job);
    }

    /** The form, within that of a server. */
    @Extension
    public static final class DescriptorImpl extends Descriptor<PromotionRights> {

        @Override
        public String getDisplayName() {
            return Messages.PromotionRights_displayName();
        }

        @POST
        public FormValidation doCheckAllowedJobs(@AncestorInPath Item item, @QueryParameter String value) {
            return AllowedJobs.check(value, item);
        }

        @POST
        public FormValidation doCheckChangeRequests(
                @AncestorInPath Item item, @QueryParameter String value, @QueryParameter String allowedJobs) {
            FormAccess.check(item);
            return Boolean.parseBoolean(value) && (allowedJobs == null || allowedJobs.isBlank())
                    ? FormValidation.warning(Messages.PromotionRights_nameThem())
                    : FormValidation.ok();
        }
    }
}
