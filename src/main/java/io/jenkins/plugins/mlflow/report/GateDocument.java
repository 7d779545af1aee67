package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A report with what only Jenkins knows: how the policy compares with that of the last promotion. Its JSON document is the
 * report's with two keys more, {@code policy_changes} and {@code policy_compared_with}.
 */
public final class GateDocument {
    private static final String CHANGES = "policy_changes";
    private static final String COMPARED_WITH = "policy_compared_with";

    private final GateReport report;
    private final PolicyChanges changes;

    /** {@code changes} is null where no promotion of this model is known. */
    public GateDocument(GateReport report, PolicyChanges changes) {
        this.report = report;
        this.changes = changes;
    }

    public GateReport getReport() {
        return report;
    }

    public PolicyChanges getChanges() {
        return changes;
    }

    public Map<String, Object> toMap() {
        Map<String, Object> map = report.toMap();
        map.put(CHANGES, changes == null ? null : changes.getSentences());
        map.put(COMPARED_WITH, changes == null ? null : changes.getBuild());
        return map;
    }

    /** Documents of reports without the two keys are read too. */
    static GateDocument fromMap(Map<?, ?> map) {
        PolicyChanges changes = null;
        if (map.get(CHANGES) instanceof List<?> sentences) {
            List<String> texts = new ArrayList<>();
            sentences.forEach(sentence -> texts.add(String.valueOf(sentence)));
            changes = new PolicyChanges(map.get(COMPARED_WITH) instanceof String build ? build : null, texts);
        }
        return new GateDocument(GateReport.fromMap(map), changes);
    }
}
