package io.jenkins.plugins.mlflow.config;

import com.cloudbees.hudson.plugins.folder.AbstractFolder;
import hudson.model.Item;
import hudson.security.ACL;
import hudson.security.ACLContext;
import java.util.ArrayList;
import java.util.List;
import jenkins.model.Jenkins;

/** What is configured in folders. To be loaded only where the plugin cloudbees-folder is. */
final class FolderSources {
    private FolderSources() {}

    /** Of the folders around an item, itself included if it is one; the nearest first. */
    static List<ConfigurationSource> around(Item item) {
        List<ConfigurationSource> found = new ArrayList<>();
        Item place = item;
        while (place != null) {
            add(place, found);
            place = place.getParent() instanceof Item parent ? parent : null;
        }
        return found;
    }

    /** Of all folders, whoever asks. */
    static List<ConfigurationSource> all() {
        List<ConfigurationSource> found = new ArrayList<>();
        try (ACLContext as = ACL.as2(ACL.SYSTEM2)) {
            Jenkins.get().getAllItems(AbstractFolder.class).forEach(folder -> add(folder, found));
        }
        return found;
    }

    /**
     * Its servers are made the folder's here, whatever became of the folder when it was loaded: one without a folder would have the
     * rights of the controller.
     */
    private static void add(Item item, List<ConfigurationSource> found) {
        if (!(item instanceof AbstractFolder<?> folder)) {
            return;
        }
        MlflowFolderProperty property = folder.getProperties().get(MlflowFolderProperty.class);
        if (property != null) {
            property.setOwner(folder);
            found.add(property);
        }
    }
}
