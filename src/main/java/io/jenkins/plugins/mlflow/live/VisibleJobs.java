package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Job;
import hudson.security.ACL;
import hudson.security.ACLContext;
import jenkins.model.Jenkins;

/** Jobs by their names, as the reader of a page may see them. */
final class VisibleJobs {
    private VisibleJobs() {}

    /** The job of this full name if the reader may read it and the folders that it is in; else null. */
    @CheckForNull
    static Job<?, ?> find(String fullName) {
        Job<?, ?> job = findAny(fullName);
        return job != null && isReadable(job) ? job : null;
    }

    /**
     * The same whoever reads. Jenkins' own look-up throws where the reader may discover an item and not read it, so it is
     * made by the system.
     */
    @CheckForNull
    static Job<?, ?> findAny(String fullName) {
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            return Jenkins.get().getItemByFullName(fullName, Job.class);
        }
    }

    static boolean isReadable(Job<?, ?> job) {
        if (!job.hasPermission(Item.READ)) {
            return false;
        }
        for (ItemGroup<?> group = job.getParent(); group instanceof Item folder; group = folder.getParent()) {
            if (!folder.hasPermission(Item.READ)) {
                return false;
            }
        }
        return true;
    }
}
