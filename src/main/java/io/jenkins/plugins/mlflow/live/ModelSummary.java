package io.jenkins.plugins.mlflow.live;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.StatusLook;
import java.util.List;

/** A model of a job in short: the verdict of the job's last gate of it, and which versions are live. */
public final class ModelSummary {
    private final Job<?, ?> job;
    private final TrendSummary.LastGate last;
    private final List<LiveRecord> records;

    ModelSummary(Job<?, ?> job, TrendSummary.LastGate last, List<LiveRecord> records) {
        this.job = job;
        this.last = last;
        this.records = records;
    }

    public Job<?, ?> getJob() {
        return job;
    }

    /** Of the page of the job's models, relative to Jenkins. */
    public String getUrl() {
        return job.getUrl() + GateReportAction.URL_NAME + "/";
    }

    public String getModel() {
        return last.model();
    }

    /** The name that the server had at the last gate, or null. */
    public String getServer() {
        return last.server();
    }

    public StatusLook getLook() {
        return last.look();
    }

    /** The number of the build with the last gate; it may be deleted. */
    public int getBuild() {
        return last.build();
    }

    /** When the last gate started, as ISO 8601, or null. */
    public String getAt() {
        return last.at();
    }

    /** Null for what is no time. */
    public TimeText getTime() {
        return TimeText.of(last.at());
    }

    /** Empty if no gate of the job ever found out which version an alias or stage is at. */
    public List<LiveRow> getLive() {
        return records.stream().map(record -> new LiveRow(record, job)).toList();
    }

    List<LiveRecord> records() {
        return records;
    }
}
