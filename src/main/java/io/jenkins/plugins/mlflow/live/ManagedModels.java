package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Api;
import hudson.model.ManagementLink;
import hudson.security.Permission;
import java.util.List;
import jenkins.model.Jenkins;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** What is live of all models that gates ever saw, under Manage Jenkins; for administrators only, as those pages are. */
@Extension
@ExportedBean
public final class ManagedModels extends ManagementLink implements StaplerProxy {
    @Override
    public String getIconFileName() {
        return "symbol-speedometer-outline plugin-ionicons-api";
    }

    @Override
    public String getDisplayName() {
        return Messages.ManagedModels_displayName();
    }

    @Override
    public String getDescription() {
        return Messages.ManagedModels_description();
    }

    @Override
    public String getUrlName() {
        return "mlflow-models";
    }

    @NonNull
    @Override
    public Category getCategory() {
        return Category.STATUS;
    }

    @NonNull
    @Override
    public Permission getRequiredPermission() {
        return Jenkins.ADMINISTER;
    }

    /** Before anything else is looked for. */
    @Override
    public Object getTarget() {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        return this;
    }

    @Exported
    public List<LiveRow> getLive() {
        return LiveStore.all().stream().map(record -> new LiveRow(record, null)).toList();
    }

    /** What the page shows, read once. */
    public LiveOverview getOverview() {
        return new LiveOverview(getLive());
    }

    public Api getApi() {
        return new Api(this);
    }

    /** The page {@code rollback/<id>/}. */
    @CheckForNull
    public RollbackPage getRollback(String id) {
        LiveRecord record = LiveStore.find(id);
        return record == null ? null : new RollbackPage(record, null);
    }
}
