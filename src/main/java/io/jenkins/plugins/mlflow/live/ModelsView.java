package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Job;
import hudson.model.ModifiableItemGroup;
import hudson.model.TopLevelItem;
import hudson.model.View;
import hudson.model.ViewDescriptor;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.verb.POST;

/** A view of Jenkins or of a folder that shows the models of its jobs: the last verdict of each, and what is live. */
public final class ModelsView extends View {
    @DataBoundConstructor
    public ModelsView(String name) {
        super(name);
    }

    /** What the view shows, read once. */
    public GroupModels getOverview() {
        return GroupModels.of(getOwner().getItemGroup());
    }

    /** The jobs of the group itself that ever had a gate; the view also shows those of the folders in it. */
    @Override
    public Collection<TopLevelItem> getItems() {
        ItemGroup<? extends TopLevelItem> group = getOwner().getItemGroup();
        return List.copyOf(group.getItems(this::contains));
    }

    @Override
    public boolean contains(TopLevelItem item) {
        return item instanceof Job<?, ?> job && TrendIndex.existsFor(job);
    }

    /** There is nothing to configure. */
    @Override
    protected void submit(StaplerRequest2 request) {
        // Name and description are Jenkins' own.
    }

    /** Who may create items is asked by the group. */
    @Override
    @POST
    public Item doCreateItem(StaplerRequest2 request, StaplerResponse2 response) throws IOException, ServletException {
        return getOwner().getItemGroup() instanceof ModifiableItemGroup<?> group
                ? group.doCreateItem(request, response)
                : null;
    }

    /** Makes it known to Jenkins. */
    @Extension
    @Symbol("mlflowModels")
    public static final class DescriptorImpl extends ViewDescriptor {
        @NonNull
        @Override
        public String getDisplayName() {
            return Messages.ModelsView_displayName();
        }
    }
}
