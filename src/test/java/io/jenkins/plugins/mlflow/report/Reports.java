package io.jenkins.plugins.mlflow.report;

import hudson.model.Run;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Reports to attach, made from JSON as the product reads it back. */
final class Reports {
    private static final AtomicInteger GATES = new AtomicInteger();

    static final String UI = "https://mlflow.example.com/team";

    private static final String DOCUMENT = """
            {"schema_version": 1, "status": "PASSED", "reason": "all checks passed", "run_mode": "enabled",
             "model": "churn-classifier", "server": "production",
             "candidate": {"run_id": "run7", "experiment_id": "3", "experiment": "customer-churn", "version": "7",
                           "model_id": null, "run_status": "FINISHED"},
             "baseline": {"alias": "champion", "version": "6", "run_id": "run6"},
             "policy": {"origin": "eval_gate.yaml", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
             "checks": [],
             "promotion": {"promoted": true, "version": "7", "alias": "champion", "stage": null,
                           "previous_version": "6", "reason": null},
             "error": null,
             "timing": {"started_at": "2026-11-20T10:00:00Z", "waited_ms": 12000, "total_ms": 13041, "requests": 6}}
            """;

    private Reports() {}

    @SuppressWarnings("unchecked")
    static Map<String, Object> document() {
        return (Map<String, Object>) Json.read(DOCUMENT);
    }

    static GateReport with(Map<String, Object> changes) {
        Map<String, Object> document = document();
        document.putAll(changes);
        return GateReport.fromMap(document);
    }

    static GateReport passed() {
        return with(Map.of("checks", List.of(check("accuracy", "min", 0.92, 0.934, "PASSED", "failure"))));
    }

    static GateReport failed(List<Object> checks) {
        Map<String, Object> promotion = new LinkedHashMap<>();
        promotion.put("promoted", false);
        promotion.put("version", "7");
        promotion.put("alias", "champion");
        promotion.put("reason", "the verdict is FAILED");
        return with(Map.of(
                "status",
                "FAILED",
                "reason",
                "1 check did not pass: recall",
                "checks",
                checks,
                "promotion",
                promotion));
    }

    static Map<String, Object> check(
            String metric, String rule, Object limit, Object value, String verdict, String criticality) {
        Map<String, Object> check = new LinkedHashMap<>();
        check.put("metric", metric);
        check.put("rule", rule);
        check.put("limit", limit);
        check.put("value", value);
        check.put("verdict", verdict);
        check.put("criticality", criticality);
        check.put("reason", "why " + metric + " is " + verdict);
        return check;
    }

    static Map<String, Object> compared(Map<String, Object> check, double baseline, double change, double margin) {
        check.put("baseline", baseline);
        check.put("change", change);
        check.put("margin", margin);
        return check;
    }

    /** Checks of every verdict and criticality, in turn, with numbers of their own. */
    static List<Object> checks(int count) {
        List<String> verdicts = List.of("PASSED", "FAILED", "MISSING", "NOT_FINITE", "NO_BASELINE", "INCONCLUSIVE");
        List<String> criticalities = List.of("failure", "unstable", "note");
        List<Object> checks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String verdict = verdicts.get(i % 6);
            Object value = verdict.equals("MISSING") ? null : verdict.equals("NOT_FINITE") ? "NaN" : 0.5 + i / 1e4;
            Map<String, Object> check =
                    check("metric_" + i, "max_drop", 0.005, value, verdict, criticalities.get(i / 6 % 3));
            checks.add(verdict.equals("FAILED") ? compared(check, 0.75, i / 1e4 - 0.25, -0.02 - i) : check);
        }
        return checks;
    }

    /** Attaches the report of one more gate. */
    static int attach(Run<?, ?> build, GateReport report, String trackingUi) throws IOException {
        return GateReportAction.attach(
                build,
                "gate " + GATES.incrementAndGet(),
                new GateDocument(report, null),
                new MlflowLinks(trackingUi, null));
    }
}
