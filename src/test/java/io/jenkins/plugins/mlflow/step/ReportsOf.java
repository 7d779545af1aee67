package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.util.List;
import java.util.Map;

/** The JSON documents of a build's gates, as its API serves them. */
final class ReportsOf {
    private ReportsOf() {}

    static List<Map<String, Object>> action(GateReportAction action) {
        return ((GateReportAction.Documents) action.getApi().bean).getReports();
    }
}
