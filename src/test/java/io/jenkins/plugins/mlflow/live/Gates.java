package io.jenkins.plugins.mlflow.live;

import hudson.model.FreeStyleProject;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.report.GateDocument;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.report.MlflowLinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gates that ended, as reports that the product writes. */
final class Gates {
    private Gates() {}

    /** A gate of version {@code version} whose every metric has this value. */
    static GateReport report(String model, int version, double value, List<String> metrics) {
        List<Object> checks = new ArrayList<>();
        for (String metric : metrics) {
            boolean passed = value >= 0.9;
            checks.add(check(metric, "min", 0.9, value, passed));
            checks.add(check(metric, "max_drop", 0.01, value, passed));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema_version", 1);
        document.put("status", value >= 0.9 ? "PASSED" : "FAILED");
        document.put("reason", "because");
        document.put("run_mode", "enabled");
        document.put("model", model);
        document.put("server", "production");
        document.put("candidate", Map.of("run_id", "r" + version, "version", String.valueOf(version)));
        document.put("baseline", Map.of("alias", "champion", "version", String.valueOf(version - 1)));
        document.put("checks", checks);
        Map<String, Object> promotion = new LinkedHashMap<>();
        promotion.put("promoted", value >= 0.9);
        promotion.put("version", String.valueOf(version));
        promotion.put("alias", "champion");
        promotion.put("previous_version", String.valueOf(version - 1));
        document.put("promotion", promotion);
        document.put(
                "timing", Map.of("started_at", "2026-11-20T10:00:00Z", "waited_ms", 0, "total_ms", 1, "requests", 1));
        return GateReport.fromMap(document);
    }

    /** A gate that ended before it knew its server, for example because of a misspelled parameter. */
    static GateReport misconfigured(String model) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema_version", 1);
        document.put("status", "ERROR");
        document.put("reason", "because");
        document.put("model", model);
        document.put("error", Map.of("category", "CONFIGURATION", "message", "because"));
        return GateReport.fromMap(document);
    }

    private static Map<String, Object> check(String metric, String rule, double limit, double value, boolean passed) {
        Map<String, Object> check = new LinkedHashMap<>();
        check.put("metric", metric);
        check.put("rule", rule);
        check.put("limit", limit);
        check.put("value", value);
        check.put("baseline", rule.equals("min") ? null : (Object) 0.92);
        check.put("verdict", passed ? "PASSED" : "FAILED");
        check.put("criticality", "failure");
        check.put("reason", "why");
        return check;
    }

    /** What the step does when a gate ends. */
    static void end(Run<?, ?> run, String gate, GateReport report) throws IOException {
        int number = GateReportAction.attach(run, gate, new GateDocument(report, null), MlflowLinks.NONE);
        GateRecorder.note(run, number, report);
    }

    /** Gives the job this many builds, all with the record and the report of its first. */
    static void copyFirstBuild(FreeStyleProject job, int count) throws IOException {
        Path builds = job.getBuildDir().toPath();
        Path first = builds.resolve("1");
        Path report = Path.of("mlflow-eval-gate", "1.json.gz");
        for (int number = 2; number <= count; number++) {
            Path copy = builds.resolve(String.valueOf(number));
            Files.createDirectories(copy.resolve(report).getParent());
            Files.copy(first.resolve("build.xml"), copy.resolve("build.xml"));
            Files.copy(first.resolve(report), copy.resolve(report));
        }
        job.updateNextBuildNumber(count + 1);
    }
}
