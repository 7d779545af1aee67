package io.jenkins.plugins.mlflow.config;

import com.cloudbees.hudson.plugins.folder.AbstractFolder;
import hudson.model.Item;
import java.util.ArrayList;
import java.util.List;

/** What is configured in folders. To be loaded only where the plugin cloudbees-folder is. */
final class FolderSources {
    private FolderSources() {}

    /** Of the folders around an item, itself included if it is one; the nearest first. */
    static List<ConfigurationSource> around(Item item) {
        List<ConfigurationSource> found = new ArrayList<>();
        Item place = item;
        while (place != null) {
            if (place instanceof AbstractFolder<?> folder) {
                MlflowFolderProperty property = folder.getProperties().get(MlflowFolderProperty.class);
                if (property != null) {
                    found.add(property);
                }
            }
            place = place.getParent() instanceof Item parent ? parent : null;
        }
        return found;
    }
}
