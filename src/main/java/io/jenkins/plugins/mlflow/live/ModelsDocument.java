package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * What {@code mlflow-eval-gate/api} of a job serves. It is no part of the job's own export: whoever asks Jenkins for its jobs with
 * {@code depth} must not cause the files of all of them to be read.
 */
@ExportedBean
public final class ModelsDocument {
    private final Job<?, ?> job;
    private JobModels models;

    ModelsDocument(Job<?, ?> job) {
        this.job = job;
    }

    /** The newest gates, oldest first. */
    @Exported
    public List<TrendPoint> getGates() {
        List<TrendPoint> points = models().points();
        return points.subList(Math.max(0, points.size() - JobModels.USUAL_POINTS), points.size());
    }

    @Exported
    public List<LiveRow> getLive() {
        return models().live();
    }

    /** Why nothing is there, where the gates could not be read; else null. */
    @Exported
    public String getProblem() {
        return models().problem();
    }

    private synchronized JobModels models() {
        if (models == null) {
            models = JobModels.of(job);
        }
        return models;
    }
}
