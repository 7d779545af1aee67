package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.util.List;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** An alias or stage with the version that holds it, as one who may see the page sees it. */
@ExportedBean(defaultVisibility = 2)
public final class LiveRow {
    private final LiveRecord record;
    private final Job<?, ?> job;
    private final boolean elsewhere;

    /** {@code job} is that of the page; null on the administrators' page. */
    LiveRow(LiveRecord record, Job<?, ?> job) {
        this(record, job, false);
    }

    private LiveRow(LiveRecord record, Job<?, ?> job, boolean elsewhere) {
        this.record = record;
        this.job = job;
        this.elsewhere = elsewhere;
    }

    /** As the page of the job has it, on another page. */
    static LiveRow elsewhere(LiveRecord record, Job<?, ?> job) {
        return new LiveRow(record, job, true);
    }

    /** The page below which the one that rolls back is, relative to Jenkins; null if it is this page. */
    public String getPage() {
        return elsewhere ? job.getUrl() + GateReportAction.URL_NAME + "/" : null;
    }

    /** The last part of the address of the page that rolls back. */
    public String getId() {
        return record.getKey().id();
    }

    @Exported
    public String getServer() {
        return record.getServer();
    }

    /** The folder that the server is configured in; null for the controller, on the page of a job, and if there is none any longer. */
    public String getFolder() {
        MlflowServerConfiguration server = job == null ? server() : null;
        return server == null || server.folderName().isEmpty() ? null : server.folderName();
    }

    @Exported
    public String getModel() {
        return record.getKey().model();
    }

    /** Null if the version is live by a stage. */
    @Exported
    public String getAlias() {
        return record.getKey().kind() == LiveKey.Kind.ALIAS ? record.getKey().name() : null;
    }

    /** Null if the version is live by an alias. */
    @Exported
    public String getStage() {
        return record.getKey().kind() == LiveKey.Kind.STAGE ? record.getKey().name() : null;
    }

    /** Null if no version holds the alias. */
    @Exported
    public String getVersion() {
        return record.getVersion();
    }

    /** The version that was live before, or null. */
    @Exported
    public String getPredecessor() {
        return record.getPredecessor();
    }

    /** Since when the version is live, as ISO 8601; null if that was before anything was recorded. */
    @Exported
    public String getSince() {
        LiveChange current = record.current();
        return current == null ? null : current.at;
    }

    /** When a gate or a rollback last saw it, as ISO 8601. */
    @Exported
    public String getSeen() {
        return record.getSeenAt();
    }

    public TimeText getSinceTime() {
        return TimeText.of(getSince());
    }

    public TimeText getSeenTime() {
        return TimeText.of(getSeen());
    }

    /** How the version came to be live; null if that is not known. */
    public LiveChangeRow getCurrent() {
        LiveChange current = record.current();
        return current == null ? null : new LiveChangeRow(record, current, job);
    }

    public BuildLink getSeenBy() {
        return BuildLink.of(record.getSeenBy(), job);
    }

    @Exported
    public List<LiveChangeRow> getChanges() {
        return record.getChanges().stream()
                .map(change -> new LiveChangeRow(record, change, job))
                .toList();
    }

    /** Whether there is a version to go back to, and the person may. */
    public boolean isRollBackOffered() {
        return record.getKey().kind() == LiveKey.Kind.ALIAS
                && record.getVersion() != null
                && record.getPredecessor() != null
                && !record.getPredecessor().equals(record.getVersion())
                && RollbackPage.mayRollBack(job)
                && server() != null;
    }

    /**
     * The configured server of the registry that the job may use and promote on; null if there is no longer one. On the
     * administrators' page one of the controller, else one that the job may use which was there last.
     */
    MlflowServerConfiguration server() {
        String registry = record.getKey().registry();
        if (job != null) {
            return JobConfiguration.of(job).serversOf(registry).stream()
                    .filter(server -> server.whyNotPromote(job) == null)
                    .findFirst()
                    .orElse(null);
        }
        return Stream.concat(MlflowGlobalConfiguration.get().serversOf(registry).stream(), serversOfLastJob(registry))
                .findFirst()
                .orElse(null);
    }

    private Stream<MlflowServerConfiguration> serversOfLastJob(String registry) {
        LiveChange current = record.current();
        String name = current != null && current.job != null
                ? current.job
                : record.getSeenBy() == null ? null : record.getSeenBy().job();
        Job<?, ?> last = name == null ? null : Jenkins.get().getItemByFullName(name, Job.class);
        return last == null ? Stream.empty() : JobConfiguration.of(last).serversOf(registry).stream();
    }
}
