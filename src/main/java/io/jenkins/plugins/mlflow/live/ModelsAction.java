package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Action;
import hudson.model.Api;
import hudson.model.Job;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import jenkins.management.Badge;
import jenkins.model.Tab;
import jenkins.model.TransientActionFactory;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.WebMethod;
import org.kohsuke.stapler.verb.GET;

/**
 * The page of a job whose builds have gates: what is live of its models, and how their metrics went from build to build. It
 * reads the job's {@link TrendIndex} only when the page, or its script, asks for it.
 */
public final class ModelsAction extends Tab {
    private static final int TABLE_ROWS = 50;

    ModelsAction(Job<?, ?> job) {
        super(job);
    }

    public Job<?, ?> getJob() {
        return (Job<?, ?>) object;
    }

    @Override
    public String getIconFileName() {
        return "symbol-speedometer-outline plugin-ionicons-api";
    }

    @NonNull
    @Override
    public String getDisplayName() {
        return Messages.ModelsAction_displayName();
    }

    @Override
    public String getUrlName() {
        return GateReportAction.URL_NAME;
    }

    /** What the page of the job itself shows; null if there is nothing yet. */
    public JobSummary getSummary() {
        return JobSummary.of(getJob());
    }

    /** How many of the models did not pass their last gate. */
    @Override
    public Badge getBadge() {
        List<TrendSummary.LastGate> last = TrendSummary.of(getJob()).last();
        long stopped = last.stream().filter(TrendSummary.LastGate::isStopped).count();
        return stopped == 0
                ? null
                : new Badge(
                        Long.toString(stopped),
                        Messages.ModelsAction_notPassed(stopped, last.size()),
                        Badge.Severity.WARNING);
    }

    /** What the page shows, read once. */
    public ModelsOverview getOverview() {
        return new ModelsOverview(JobModels.of(getJob()));
    }

    public Api getApi() {
        return new Api(new ModelsDocument(getJob()));
    }

    /** The page {@code rollback/<id>/}. */
    @CheckForNull
    public RollbackPage getRollback(String id) {
        RollbackPage page = JobModels.of(getJob()).live().stream()
                .filter(row -> row.getId().equals(id))
                .findFirst()
                .map(row -> LiveStore.find(id))
                .map(record -> new RollbackPage(record, getJob()))
                .orElse(null);
        if (page != null) {
            page.checkPermission();
        }
        return page;
    }

    /**
     * What the script of the page asks for: at most {@code limit} gates of a model, oldest first, before the build
     * {@code before}.
     */
    @GET
    @WebMethod(name = "trend.json")
    public void doTrendJson(
            StaplerResponse2 response,
            @QueryParameter String server,
            @QueryParameter String model,
            @QueryParameter String before,
            @QueryParameter String limit)
            throws IOException {
        TrendPage page = JobModels.of(getJob()).page(server, model, before, limit, JobModels.USUAL_POINTS);
        boolean failed = page.getProblem() != null;
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("application/json;charset=UTF-8");
        response.setStatus(failed ? HttpServletResponse.SC_INTERNAL_SERVER_ERROR : HttpServletResponse.SC_OK);
        response.getWriter().write(Json.write(failed ? Map.of("problem", page.getProblem()) : page.toMap()));
    }

    /** Of the table's page: the same gates, newest first. */
    public TrendPage table(String server, String model, String before) {
        return JobModels.of(getJob()).page(server, model, before, null, TABLE_ROWS);
    }

    /** Adds the page to jobs that ever had a gate. */
    @Extension
    @SuppressWarnings("rawtypes")
    public static final class Factory extends TransientActionFactory<Job> {
        @Override
        public Class<Job> type() {
            return Job.class;
        }

        @Override
        public Class<? extends Action> actionType() {
            return ModelsAction.class;
        }

        @NonNull
        @Override
        public Collection<? extends Action> createFor(@NonNull Job target) {
            return TrendIndex.existsFor(target) ? List.of(new ModelsAction(target)) : List.of();
        }
    }
}
