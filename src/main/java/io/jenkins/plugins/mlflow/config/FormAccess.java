package io.jenkins.plugins.mlflow.config;

import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Job;
import hudson.security.AccessControlled;
import jenkins.model.Jenkins;

/**
 * Who may use the form of a server: in a folder users who may configure it, elsewhere administrators. Of a form in a job, which
 * there is none of, it is for administrators, too.
 */
final class FormAccess {
    private FormAccess() {}

    /** The folder whose form it is; null for the form of the controller. */
    static ItemGroup<?> folder(Object item) {
        return item instanceof ItemGroup<?> group && item instanceof Item && !(item instanceof Job) ? group : null;
    }

    static boolean isAllowed(Object item) {
        return folder(item) == null
                ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                : ((AccessControlled) item).hasPermission(Item.CONFIGURE);
    }

    /** Throws what Jenkins throws at users without the permission. */
    static void check(Object item) {
        if (folder(item) == null) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        } else {
            ((AccessControlled) item).checkPermission(Item.CONFIGURE);
        }
    }
}
