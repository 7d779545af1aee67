package io.jenkins.plugins.mlflow.live;

import hudson.model.Item;
import hudson.model.Job;
import hudson.model.ModelObject;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import jakarta.servlet.http.HttpServletResponse;
import jenkins.model.Jenkins;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.verb.POST;

/**
 * Asks for confirmation, and rolls back. From a job's page it takes the permission {@link RollbackService#ROLL_BACK} on the job, and
 * the job must be one that may promote on the server; from the administrators' page it takes an administrator.
 */
public final class RollbackPage implements ModelObject {
    private final LiveRow row;
    private final Job<?, ?> job;
    private String problem;

    RollbackPage(LiveRecord record, Job<?, ?> job) {
        this.row = new LiveRow(record, job);
        this.job = job;
    }

    static boolean mayRollBack(Job<?, ?> job) {
        return job == null
                ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                : job.hasPermission(RollbackService.ROLL_BACK);
    }

    /** For the page: whoever may not, does not get to see it. */
    public void checkPermission() {
        if (job == null) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        } else {
            job.checkPermission(Item.READ);
            job.checkPermission(RollbackService.ROLL_BACK);
        }
    }

    @Override
    public String getDisplayName() {
        return Messages.RollbackPage_displayName();
    }

    public LiveRow getRow() {
        return row;
    }

    /** Null on the administrators' page. */
    public Job<?, ?> getJob() {
        return job;
    }

    /** Why the last rollback failed; null before a rollback. */
    public String getProblem() {
        return problem;
    }

    /** The form: nothing is done unless alias and record are still as the person saw them. */
    @POST
    public HttpResponse doRollBack(
            StaplerResponse2 response,
            @QueryParameter String from,
            @QueryParameter String to,
            @QueryParameter String reason)
            throws InterruptedException {
        checkPermission();
        MlflowServerConfiguration server = row.server();
        try {
            if (server == null) {
                throw new RollbackService.Problem(
                        job == null
                                ? Messages.RollbackPage_noServer()
                                : Messages.RollbackPage_notAllowed(job.getFullName()));
            }
            RollbackService.rollBack(
                    row.getId(),
                    server,
                    from,
                    to,
                    job == null ? null : job.getFullName(),
                    reason == null || reason.isBlank() ? null : reason.strip());
            return HttpResponses.redirectTo("../..");
        } catch (RollbackService.Problem e) {
            problem = e.getMessage();
            response.setStatus(HttpServletResponse.SC_CONFLICT);
            return HttpResponses.forwardToView(fresh(), "index");
        }
    }

    /** As it is now, with the problem. */
    private RollbackPage fresh() {
        LiveRecord now = LiveStore.find(row.getId());
        RollbackPage page = now == null ? this : new RollbackPage(now, job);
        page.problem = problem;
        return page;
    }
}
