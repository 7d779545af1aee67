package io.jenkins.plugins.mlflow.live;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Item;
import hudson.model.Job;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.util.Comparator;
import java.util.List;

/** The models of a job in short, for lists of jobs: the last verdict of each, and which versions are live. */
public final class JobSummary {
    private static final int MOST_SHOWN = 3;

    private final Job<?, ?> job;
    private final List<ModelSummary> models;

    private JobSummary(Job<?, ?> job, List<ModelSummary> models) {
        this.job = job;
        this.models = models;
    }

    /** Null if the job never had a gate, or the reader may not read it. */
    @CheckForNull
    static JobSummary of(Job<?, ?> job) {
        if (!job.hasPermission(Item.READ)) {
            return null;
        }
        TrendSummary trend = TrendSummary.of(job);
        if (trend.last().isEmpty()) {
            return null;
        }
        LiveIndex live = LiveIndex.ofPage();
        return new JobSummary(
                job,
                trend.last().stream()
                        .map(last -> new ModelSummary(
                                job, last, trend.live().contains(last.key()) ? live.of(last.key()) : List.of()))
                        .toList());
    }

    /** That of the newest gate first. */
    public List<ModelSummary> getModels() {
        return models;
    }

    /** As many as a row of a list has room for. */
    public List<ModelSummary> getFirstModels() {
        return models.subList(0, Math.min(MOST_SHOWN, models.size()));
    }

    public int getFurtherModels() {
        return models.size() - getFirstModels().size();
    }

    /** Of the page with all of it, relative to Jenkins. */
    public String getUrl() {
        return job.getUrl() + GateReportAction.URL_NAME + "/";
    }

    /** What a list sorts by: the worst verdict, and then the name of the first model. */
    public String getSortKey() {
        return models.stream()
                        .map(model -> model.getLook().ordinal())
                        .max(Comparator.naturalOrder())
                        .orElse(0)
                + " " + models.get(0).getModel();
    }
}
