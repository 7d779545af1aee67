package io.jenkins.plugins.mlflow.training;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.util.LinkedHashSet;
import java.util.Set;

/** The metrics that gates look at: those of the build's own reports, or else of the builds before it. */
final class GatedMetrics {
    private static final int BUILDS = 5;

    private GatedMetrics() {}

    /** Empty if none of these builds had a gate that compared metrics. */
    static Set<String> of(Run<?, ?> build) {
        Run<?, ?> looked = build;
        for (int i = 0; i < BUILDS && looked != null; i++, looked = looked.getPreviousBuild()) {
            GateReportAction reports = looked.getAction(GateReportAction.class);
            Set<String> metrics = reports == null ? Set.of() : reports.metrics();
            if (!metrics.isEmpty()) {
                return new LinkedHashSet<>(metrics);
            }
        }
        return Set.of();
    }
}
