package io.jenkins.plugins.mlflow.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a policy in the words of the policy file, for the build log. */
final class PolicyText {
    private final StringBuilder text = new StringBuilder();

    private PolicyText() {}

    static String of(GatePolicy policy) {
        PolicyText writer = new PolicyText();
        writer.candidate(policy.candidate());
        writer.part(
                "wait",
                List.of(
                        "timeout: " + Durations.format(policy.waiting().timeout()),
                        "settle: " + Durations.format(policy.waiting().settle())));
        if (policy.baseline() != null) {
            List<String> baseline = new ArrayList<>(List.of(
                    policy.baseline().stage() == null
                            ? "alias: " + YamlText.scalar(policy.baseline().alias())
                            : "stage: " + policy.baseline().stage(),
                    "when_missing: " + (policy.baseline().rubberStamp() ? "rubber_stamp" : "fail")));
            if (policy.baseline().sameDataset() != BaselinePolicy.SameDataset.WARN) {
                baseline.add("same_dataset: " + policy.baseline().sameDataset().key());
            }
            writer.part("baseline", baseline);
        }
        writer.metrics(policy.rules());
        writer.promotion(policy.promotion());
        return writer.text.toString();
    }

    private void part(String key, List<String> lines) {
        text.append(key).append(":\n");
        lines.forEach(line -> text.append("  ").append(line).append('\n'));
    }

    private void candidate(CandidateSelection candidate) {
        List<String> lines = new ArrayList<>();
        boolean named = candidate.alias() != null || candidate.stage() != null;
        if (candidate.alias() != null) {
            lines.add("alias: " + YamlText.scalar(candidate.alias()));
        }
        if (candidate.stage() != null) {
            lines.add("stage: " + candidate.stage());
        }
        if (candidate.experiment() != null) {
            lines.add("experiment: " + YamlText.scalar(candidate.experiment()));
        }
        if (candidate.filter() != null) {
            lines.add("filter: " + YamlText.scalar(candidate.filter()));
        }
        if (!named) {
            lines.add("select: " + (candidate.best() ? "best" : "latest"));
        }
        if (candidate.orderBy() != null) {
            String metric = candidate.orderBy().metric();
            String mark = metric.contains("`") ? "\"" : "`";
            lines.add("order_by: "
                    + YamlText.scalar("metrics." + mark + metric + mark
                            + (candidate.orderBy().descending() ? " DESC" : " ASC")));
        }
        if (candidate.maxAge() != null) {
            lines.add("max_age: " + Durations.format(candidate.maxAge()));
        }
        if (candidate.nested()) {
            lines.add("nested: include");
        }
        if (candidate.evaluationRun()) {
            lines.add("evaluation_run: true");
        }
        part("candidate", lines);
    }

    private void metrics(List<MetricRule> rules) {
        Map<String, List<MetricRule>> byMetric = new LinkedHashMap<>();
        rules.forEach(rule -> byMetric.computeIfAbsent(rule.metric(), metric -> new ArrayList<>())
                .add(rule));
        List<String> lines = new ArrayList<>();
        byMetric.forEach((metric, its) -> {
            List<String> fields = new ArrayList<>();
            its.forEach(
                    rule -> fields.add(rule.kind().key() + ": " + rule.limit().toPlainString()));
            if (its.get(0).greaterIsBetter() != null) {
                fields.add("greater_is_better: " + its.get(0).greaterIsBetter());
            }
            if (its.get(0).criticality() != Criticality.FAILURE) {
                fields.add("criticality: " + its.get(0).criticality().key());
            }
            target(its.get(0).target(), fields);
            lines.add(YamlText.scalar(metric) + ": {" + String.join(", ", fields) + "}");
        });
        part("metrics", lines);
    }

    private static void target(MetricTarget target, List<String> fields) {
        if (target.dataset() != null) {
            fields.add("dataset: " + YamlText.scalar(target.dataset()));
        }
        if (target.value().needsHistory()) {
            fields.add("value: " + target.value().text());
        }
        if (target.atLeast() != 1) {
            fields.add("at_least: " + target.atLeast());
        }
        if (target.allowLostSlices()) {
            fields.add("allow_lost_slices: true");
        }
        EvidenceSource evidence = target.evidence();
        if (evidence != null) {
            String source =
                    switch (evidence.kind()) {
                        case SAMPLES -> "samples: " + YamlText.scalar(evidence.first());
                        case STD_ERROR -> "std_error: " + YamlText.scalar(evidence.first());
                        case INTERVAL ->
                            "lower: " + YamlText.scalar(evidence.first()) + ", upper: "
                                    + YamlText.scalar(evidence.second());
                    };
            fields.add("evidence: {" + source + ", confidence: "
                    + Decimals.shortest(evidence.confidence()).toPlainString() + "}");
        }
    }

    private void promotion(PromotionPolicy promotion) {
        if (promotion == null) {
            text.append("promote: false\n");
            return;
        }
        List<String> lines = new ArrayList<>();
        if (promotion.alias() != null) {
            lines.add("alias: " + YamlText.scalar(promotion.alias()));
        }
        if (promotion.stage() != null) {
            lines.add("stage: " + promotion.stage());
            lines.add("archive_existing: " + promotion.archiveExisting());
        }
        if (promotion.artifactPath() != null) {
            lines.add("artifact_path: " + YamlText.scalar(promotion.artifactPath()));
        }
        lines.add("timeout: " + Durations.format(promotion.timeout()));
        if (!promotion.approval().isNever()) {
            lines.add("approval: " + promotion.approval().text());
            lines.add(
                    "approval_timeout: " + Durations.format(promotion.approval().timeout()));
        }
        if (!promotion.approvers().isEmpty()) {
            lines.add("approvers: ["
                    + String.join(
                            ", ",
                            promotion.approvers().stream().map(YamlText::scalar).toList()) + "]");
        }
        part("promote", lines);
    }
}
