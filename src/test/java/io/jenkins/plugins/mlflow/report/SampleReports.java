package io.jenkins.plugins.mlflow.report;

import io.jenkins.plugins.mlflow.evaluation.BaselineInfo;
import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.CheckRanking;
import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.PromotionInfo;
import io.jenkins.plugins.mlflow.evaluation.Timing;
import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Reports of any size, evaluated by the product itself, to look at and to measure with. {@link #main} writes some of each kind as
 * JSON documents; {@code attach.groovy} beside this class' resources, in the {@code init.groovy.d} of a Jenkins home with the
 * plugin, makes builds of them.
 */
public final class SampleReports {
    private static final List<String> NAMES =
            List.of("recall", "accuracy", "precision", "f1_score", "roc_auc", "log_loss", "latency_ms", "brier_score");
    private static final List<String> CRITICALITIES = List.of("failure", "failure", "failure", "unstable", "note");

    private SampleReports() {}

    /**
     * A report with so many checks.
     *
     * @param whole checks of whole metrics
     * @param slices how many slices are checked besides, by at most ten rules
     * @param missed the part of the checks that miss their limit, from 0 to 1
     */
    public static GateDocument document(int whole, int slices, double missed) throws PolicyException {
        Random random = new Random(whole * 31L + slices);
        Map<String, Object> rules = new LinkedHashMap<>();
        Map<String, Double> candidate = new HashMap<>();
        Map<String, Double> baseline = new HashMap<>();
        for (int i = 0; i < whole; i++) {
            String name = NAMES.get(i % NAMES.size()) + (i < NAMES.size() ? "" : "_" + i / NAMES.size());
            double limit = name.startsWith("latency") ? 40 : 0.85;
            boolean max = name.startsWith("latency") || name.startsWith("log_loss") || name.startsWith("brier");
            Map<String, Object> rule = new LinkedHashMap<>();
            if (i % 7 == 1) {
                rule.put("max_drop", 0.005);
                rule.put("greater_is_better", !max);
            } else {
                rule.put(max ? "max" : "min", limit);
            }
            rule.put("criticality", CRITICALITIES.get(i % CRITICALITIES.size()));
            rules.put(name, rule);
            double value = value(random, limit, max, missed);
            if (i % 97 != 13 || missed == 0) {
                candidate.put(name, value);
            }
            baseline.put(name, i % 7 == 1 ? (random.nextDouble() < missed ? limit * 1.1 : value) : limit);
        }
        int groups = Math.min(10, Math.max(1, slices / 10));
        for (int i = 0; i < slices; i++) {
            String group = NAMES.get(i % groups % NAMES.size()) + (i % groups < NAMES.size() ? "" : "_b");
            rules.put(group + "/country=*", Map.of("min", 0.8));
            candidate.put(group + "/country=" + country(i / groups), value(random, 0.8, false, missed));
        }
        GatePolicy policy = rules.isEmpty()
                ? null
                : PolicyReader.resolve(
                        null,
                        "churn-classifier",
                        PolicyOverrides.builder()
                                .thresholds(rules)
                                .baseline("champion")
                                .promote("champion")
                                .build());
        List<Check> checks =
                policy == null ? List.of() : Evaluator.evaluate(policy, Evidence.ofCurrent(candidate, baseline));
        return new GateDocument(report(policy, checks), new PolicyChanges("train/main #41", List.of()));
    }

    private static double value(Random random, double limit, boolean max, double missed) {
        double off = limit * Math.pow(random.nextDouble(), 3) * 0.4 + limit * 0.0001;
        return random.nextDouble() < missed == max ? limit + off : limit - off;
    }

    private static String country(int number) {
        return number < 26 * 26 ? "" + (char) ('A' + number / 26) + (char) ('A' + number % 26) : "region-" + number;
    }

    private static GateReport report(GatePolicy policy, List<Check> checks) {
        boolean error = policy == null;
        GateStatus status = error ? GateStatus.ERROR : GateStatus.of(checks);
        boolean passed = status == GateStatus.PASSED;
        long misses = checks.stream().filter(check -> !check.isPassed()).count();
        String reason = error
                ? "UNREACHABLE: http://mlflow.example.com did not answer"
                : passed
                        ? "all " + checks.size() + " checks passed"
                        : CheckRanking.sentence(CheckRanking.worst(checks).orElseThrow()) + " (and " + (misses - 1)
                                + " more checks)";
        GateReport report = new GateReport(status, reason, "enabled", "churn-classifier", "production")
                .evaluated(
                        new CandidateInfo(
                                "40f14cf4657c4e1ba4fa6ab779c630bf", "3", "customer-churn", "7", null, "FINISHED"),
                        new BaselineInfo("champion", "6", "12a4015c65754c0c8a7af49b09f3e301"),
                        checks)
                .promotion(new PromotionInfo(
                        passed, "7", "champion", null, "6", passed ? null : "the verdict is " + status, null))
                .timing(new Timing("2026-11-20T10:00:00.120Z", 12_000, 13_041, 6)
                        .resolved("2026-11-20T10:00:00.420Z")
                        .waited("the metrics of run 40f14cf4657c4e1ba4fa6ab779c630bf to settle")
                        .evaluated(error ? null : "2026-11-20T10:00:12.420Z")
                        .promoted(passed ? "2026-11-20T10:00:12.980Z" : null)
                        .ended("2026-11-20T10:00:13.161Z"));
        return error
                ? report.error("UNREACHABLE", "http://mlflow.example.com did not answer")
                : report.under("eval_gate.yaml", CanonicalPolicy.sha256(policy), CanonicalPolicy.describe(policy));
    }

    /** A report in which every text is this one. */
    public static GateDocument hostile(String text) {
        Map<String, Object> check =
                Reports.compared(Reports.check(text, "min", 0.85, 0.83, "FAILED", "failure"), 0.9, -0.07, -0.02);
        check.put("slice", text);
        check.put("dataset", text);
        check.put("reason", text);
        Map<String, Object> whole = new LinkedHashMap<>(check);
        whole.put("slice", null);
        Map<String, Object> parts = new HashMap<>();
        parts.put("status", "FAILED");
        parts.put("model", text);
        parts.put("reason", text);
        parts.put("server", text);
        parts.put("run_mode", text);
        parts.put(
                "candidate",
                Map.of(
                        "run_id",
                        text,
                        "experiment_id",
                        text,
                        "experiment",
                        text,
                        "version",
                        text,
                        "model_id",
                        text,
                        "run_status",
                        text));
        parts.put("baseline", Map.of("alias", text, "version", text, "run_id", text));
        parts.put("policy", Map.of("origin", text, "sha256", text, "text", text));
        parts.put(
                "promotion",
                Map.of(
                        "promoted",
                        true,
                        "version",
                        text,
                        "alias",
                        text,
                        "stage",
                        text,
                        "previous_version",
                        text,
                        "reason",
                        text));
        parts.put("error", Map.of("category", text, "message", text));
        parts.put(
                "timing",
                Map.of(
                        "started_at",
                        text,
                        "waited_ms",
                        1,
                        "total_ms",
                        1,
                        "requests",
                        1,
                        "waited_for",
                        text,
                        "evaluated_at",
                        text));
        parts.put("checks", List.of(check, whole));
        return new GateDocument(Reports.with(parts), new PolicyChanges(text, List.of(text)));
    }

    /** The texts that MLflow may send and a page must bear. */
    public static Map<String, String> hostileTexts() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("script", "<script>document.title='owned'</script><img src=x onerror=alert(1)>");
        texts.put("quotes", "\"quoted\" 'single' `back` &amp; ${1+1} %{x} {0}");
        texts.put("lines", "first\nsecond\r\nthird\ttab");
        texts.put("long", "long_name_".repeat(1_000));
        texts.put("words", "many words ".repeat(900));
        texts.put("rtl", "\u202Eevil\u202C نموذج التنبؤ שלום (abc) 12.5 % <b>");
        return texts;
    }

    /** Writes the documents into the directory that is named, one file for each build. */
    public static void main(String[] arguments) throws IOException, PolicyException {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        Map<String, GateDocument> documents = new LinkedHashMap<>();
        documents.put("01-none", document(0, 0, 0));
        documents.put("02-one", document(1, 0, 0));
        documents.put("03-one-missed", document(1, 0, 1));
        documents.put("04-twelve", document(12, 0, 0.4));
        documents.put("05-sliced", document(12, 120, 0.2));
        documents.put("06-five-hundred", document(500, 0, 0.3));
        documents.put("07-five-thousand", document(1_000, 4_000, 0.3));
        documents.put("08-passed", document(12, 0, 0));
        for (Map.Entry<String, String> text : hostileTexts().entrySet()) {
            documents.put("09-" + text.getKey(), hostile(text.getValue()));
        }
        for (Map.Entry<String, GateDocument> document : documents.entrySet()) {
            Files.writeString(
                    directory.resolve(document.getKey() + ".json"),
                    ReportFiles.encodable(Json.write(document.getValue().toMap())));
        }
    }
}
