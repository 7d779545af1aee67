package io.jenkins.plugins.mlflow.live;

import hudson.model.ItemGroup;
import hudson.model.Job;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The models of the jobs of a folder and of the folders in it, as far as the reader may see them. */
public final class GroupModels {
    static final int MOST_ROWS = 500;

    private final List<ModelSummary> models;
    private final boolean complete;

    private GroupModels(List<ModelSummary> models, boolean complete) {
        this.models = models;
        this.complete = complete;
    }

    static GroupModels of(ItemGroup<?> group) {
        List<ModelSummary> found = new ArrayList<>();
        for (Job<?, ?> job : group.allItems(Job.class)) {
            JobSummary summary = VisibleJobs.isReadable(job) ? JobSummary.of(job) : null;
            if (summary != null) {
                found.addAll(summary.getModels());
            }
            if (found.size() > MOST_ROWS) {
                break;
            }
        }
        found.sort(Comparator.comparing((ModelSummary model) -> model.getJob().getFullName())
                .thenComparing(ModelSummary::getModel));
        boolean complete = found.size() <= MOST_ROWS;
        return new GroupModels(complete ? found : found.subList(0, MOST_ROWS), complete);
    }

    /** By job and model. */
    public List<ModelSummary> getModels() {
        return models;
    }

    /** Whether there was room for all of them. */
    public boolean isComplete() {
        return complete;
    }

    public int getMost() {
        return MOST_ROWS;
    }

    /** What is live of the models, each alias and stage once however many jobs evaluate the model. */
    public LiveOverview getLive() {
        Map<String, LiveRow> rows = new LinkedHashMap<>();
        for (ModelSummary model : models) {
            for (LiveRecord record : model.records()) {
                rows.merge(
                        record.getKey().id(),
                        LiveRow.elsewhere(record, model.getJob()),
                        (known, other) ->
                                known.isRollBackOffered() ? known : other.isRollBackOffered() ? other : known);
            }
        }
        return new LiveOverview(rows.values().stream()
                .sorted(Comparator.comparing(LiveRow::getModel)
                        .thenComparing(row -> row.getAlias() == null ? "" : row.getAlias()))
                .toList());
    }
}
