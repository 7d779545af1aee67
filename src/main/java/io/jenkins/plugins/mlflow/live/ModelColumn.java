package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Job;
import hudson.views.ListViewColumn;
import hudson.views.ListViewColumnDescriptor;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;

/** A column for lists of jobs: the models of a job with their last verdict and their live versions. */
public final class ModelColumn extends ListViewColumn {
    @DataBoundConstructor
    public ModelColumn() {
        // There is nothing to choose.
    }

    /** Null for what is no job, or has no gates. */
    @CheckForNull
    public JobSummary summary(Object item) {
        return item instanceof Job<?, ?> job ? JobSummary.of(job) : null;
    }

    /** Makes it known to Jenkins. */
    @Extension
    @Symbol("mlflowModel")
    public static final class DescriptorImpl extends ListViewColumnDescriptor {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.ModelColumn_displayName();
        }

        @Override
        public boolean shownByDefault() {
            return false;
        }
    }
}
