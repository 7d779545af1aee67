package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.CanonicalPolicy;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Policy files, by the grammar of policies, of JSON and YAML, and by damaged bytes: each is read, or refused with its problems. */
public final class PolicyFuzz implements Fuzz.Target {
    private static final String GOOD = """
            version: 1
            defaults: {wait: {timeout: 5m, settle: 5s}}
            models:
              churn-classifier:   # a comment
                candidate: {experiment: customer-churn, filter: "tags.purpose = 'eval'", select: latest, max_age: 24h}
                baseline: &b {alias: champion, when_missing: rubber_stamp, same_dataset: warn}
                metrics:
                  accuracy: 0.92
                  precision: ">= 0.88"
                  recall: {min: 0.85, max_drop: 0.005}
                  'auc/*': {min: 0.8, worst_gap: 0.1, at_least: 2, allow_lost_slices: false}
                  log_loss: {max: 0.35, value: {mean_last: 5}, greater_is_better: false}
                  latency_ms: {max: 4e1, criticality: unstable}
                  f1: {min: 0.5, evidence: {lower: lo, upper: hi, confidence: 0.9}}
                promote: {alias: champion, stage: Production, archive_existing: true, artifact_path: model, timeout: 30s}
              other:
                baseline: *b
                candidate: {select: best, order_by: metrics.a DESC}
                metrics:
                  a: {max_relative_drop: 1e-3, min_absolute_change: 0, min: 0}
            """;
    private static final byte[] GOOD_BYTES = GOOD.getBytes(StandardCharsets.UTF_8);
    private static final List<String> KEYS = List.of(
            "version",
            "defaults",
            "models",
            "candidate",
            "experiment",
            "filter",
            "select",
            "order_by",
            "max_age",
            "baseline",
            "alias",
            "when_missing",
            "same_dataset",
            "wait",
            "timeout",
            "settle",
            "metrics",
            "min",
            "max",
            "max_drop",
            "max_relative_drop",
            "min_absolute_change",
            "min_relative_change",
            "worst_gap",
            "criticality",
            "greater_is_better",
            "value",
            "dataset",
            "evidence",
            "samples",
            "std_error",
            "lower",
            "upper",
            "confidence",
            "at_least",
            "allow_lost_slices",
            "promote",
            "stage",
            "archive_existing",
            "artifact_path",
            "locked",
            "nested",
            "evaluation_run",
            "approval",
            "approval_timeout",
            "approvers",
            "first",
            "step",
            "mean_last",
            "churn",
            "acc*",
            "<<",
            "~",
            "1");
    private static final List<Object> SCALARS = List.of(
            1L,
            0.9,
            "champion",
            ">= 0.88",
            "<= 1e3",
            "5m",
            "0s",
            "24h",
            "99999999999999d",
            "latest",
            "best",
            "metrics.a DESC",
            "rubber_stamp",
            "fail",
            "warn",
            "required",
            "unstable",
            "note",
            true,
            false,
            "Production",
            "v7",
            "0.1",
            "nan",
            "include",
            "always",
            "none");

    @Override
    public byte[] input(RandomGenerator random) {
        Mutations mutations = new Mutations(random);
        byte[] grammatical =
                Json.write(mutations.damaged(file(random, mutations), 40)).getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(4)) {
            case 0 -> grammatical;
            case 1 -> mutations.damaged(grammatical, GOOD_BYTES);
            default -> mutations.damaged(GOOD_BYTES, GOOD_BYTES);
        };
    }

    private static Map<String, Object> file(RandomGenerator random, Mutations mutations) {
        Map<String, Object> models = new LinkedHashMap<>();
        models.put("m", model(random, mutations));
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("version", 1L);
        file.put("models", models);
        if (mutations.oneIn(3)) {
            file.put("defaults", model(random, mutations));
        }
        return file;
    }

    private static Map<String, Object> model(RandomGenerator random, Mutations mutations) {
        Map<String, Object> model = new LinkedHashMap<>();
        for (String part : List.of("candidate", "baseline", "wait", "promote")) {
            if (mutations.oneIn(2)) {
                model.put(part, tree(random, mutations, 1));
            }
        }
        Map<String, Object> metrics = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            metrics.put(mutations.any(List.of("a", "b", "c/*", "*", "a b", "ü")), tree(random, mutations, 2));
        }
        model.put("metrics", metrics);
        return model;
    }

    private static Object tree(RandomGenerator random, Mutations mutations, int depth) {
        if (depth == 0 || mutations.oneIn(3)) {
            return mutations.oneIn(8) ? mutations.odd() : mutations.any(SCALARS);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            map.put(mutations.any(KEYS), tree(random, mutations, depth - 1));
        }
        return mutations.oneIn(20) ? new ArrayList<>(map.values()) : map;
    }

    @Override
    public void run(byte[] input) {
        try {
            PolicyDocument document = PolicyDocument.read("f", input);
            for (String model : document.models()) {
                CanonicalPolicy.sha256(PolicyReader.resolve(document, model, PolicyOverrides.NONE));
            }
        } catch (PolicyException e) {
            for (PolicyException.Problem problem : e.problems()) {
                if (problem.message().isBlank() || problem.message().length() > 2000) {
                    throw new IllegalStateException("a bad message: " + problem, e);
                }
            }
        }
    }

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        new PolicyFuzz().run(input);
    }
}
