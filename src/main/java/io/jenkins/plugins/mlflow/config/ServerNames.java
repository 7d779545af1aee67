package io.jenkins.plugins.mlflow.config;

import hudson.model.Item;
import hudson.util.ListBoxModel;
import java.util.List;
import jenkins.model.Jenkins;

/** The names of the configured servers, as the forms of steps offer them. */
public final class ServerNames {
    private ServerNames() {}

    /**
     * The default server, and for users who may configure the item the names of those that it may use.
     *
     * @param item that the form is of; null outside of one
     * @param current what the form has now; it stays a choice, whoever looks
     */
    public static ListBoxModel items(Item item, String current) {
        ListBoxModel items = new ListBoxModel();
        items.add(Messages.ServerNames_defaultServer(), "");
        boolean mayConfigure =
                item == null ? Jenkins.get().hasPermission(Jenkins.ADMINISTER) : item.hasPermission(Item.CONFIGURE);
        if (mayConfigure) {
            List<String> names = item == null
                    ? MlflowGlobalConfiguration.get().serverNames()
                    : JobConfiguration.of(item).serverNames();
            names.forEach(items::add);
        }
        if (current != null && !current.isEmpty() && items.stream().noneMatch(option -> option.value.equals(current))) {
            items.add(current);
        }
        return items;
    }
}
