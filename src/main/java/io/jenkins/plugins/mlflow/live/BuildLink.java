package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.io.File;

/** A build as one who may see the page may see it. No build is loaded for it. */
public final class BuildLink {
    private final String name;
    private final String url;

    private BuildLink(String name, String url) {
        this.name = name;
        this.url = url;
    }

    /**
     * Null for no build.
     *
     * @param page the job whose page it is, or null on the administrators' page
     */
    static BuildLink of(BuildRef build, Job<?, ?> page) {
        if (build == null) {
            return null;
        }
        String name = build.job() + " #" + build.number();
        Job<?, ?> job = VisibleJobs.findAny(build.job());
        if (job != null && VisibleJobs.isReadable(job)) {
            String number = Integer.toString(build.number());
            return new File(job.getBuildDir(), number).exists()
                    ? new BuildLink(name, job.getUrl() + number + "/" + GateReportAction.URL_NAME + "/")
                    : new BuildLink(Messages.BuildLink_gone(name), null);
        }
        if (job != null) {
            return new BuildLink(Messages.BuildLink_hidden(), null);
        }
        boolean mayKnow = page == null || page.getFullName().equals(build.job());
        return new BuildLink(mayKnow ? Messages.BuildLink_gone(name) : Messages.BuildLink_goneUnnamed(), null);
    }

    /** What to show; it says so if the build is gone. */
    public String getName() {
        return name;
    }

    /** From the root of Jenkins; null if there is nothing to link to. */
    public String getUrl() {
        return url;
    }
}
