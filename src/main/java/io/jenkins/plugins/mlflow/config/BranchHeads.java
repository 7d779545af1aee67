package io.jenkins.plugins.mlflow.config;

import hudson.model.Item;
import hudson.model.ItemGroup;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMHeadOrigin;
import jenkins.scm.api.mixin.ChangeRequestSCMHead;
import jenkins.scm.api.mixin.ChangeRequestSCMHead2;

/** What scm-api knows of the branch that a job builds. To be loaded only where that plugin is. */
final class BranchHeads {
    private BranchHeads() {}

    static boolean isChangeRequest(Item job) {
        return changeRequest(job) != null;
    }

    static boolean isOfFork(Item job) {
        SCMHead head = changeRequest(job);
        return head != null
                && !(head instanceof ChangeRequestSCMHead2 && SCMHeadOrigin.DEFAULT.equals(head.getOrigin()));
    }

    /** Null if neither the job nor a folder around it builds one. */
    private static SCMHead changeRequest(Item job) {
        Item item = job;
        while (item != null) {
            SCMHead head = SCMHead.HeadByItem.findHead(item);
            if (head instanceof ChangeRequestSCMHead) {
                return head;
            }
            ItemGroup<?> parent = item.getParent();
            item = parent instanceof Item folder ? folder : null;
        }
        return null;
    }
}
