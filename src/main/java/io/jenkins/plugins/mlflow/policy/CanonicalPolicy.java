package io.jenkins.plugins.mlflow.policy;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The canonical form of a policy, in which two policies are equal exactly if they ask for the same: defaults are filled in,
 * keys and rules sorted, numbers plain decimals without trailing zeros and durations milliseconds.
 */
public final class CanonicalPolicy {
    private static final Comparator<MetricRule> BY_METRIC_AND_KIND =
            (one, other) -> one.metric().equals(other.metric())
                    ? one.kind().compareTo(other.kind())
                    : one.metric().compareTo(other.metric());

    private CanonicalPolicy() {}

    /** The canonical form as JSON on one line. It may change with the product's major version. */
    public static String canonicalJson(GatePolicy policy) {
        Map<String, Object> form = new TreeMap<>();
        form.put("version", 1);
        form.put("candidate", candidate(policy.candidate()));
        form.put("wait", wait(policy.waiting()));
        form.put("baseline", policy.baseline() == null ? null : baseline(policy.baseline()));
        form.put("promote", policy.promotion() == null ? null : promotion(policy.promotion()));
        List<Map<String, Object>> rules = policy.rules().stream()
                .sorted(BY_METRIC_AND_KIND)
                .map(CanonicalPolicy::rule)
                .toList();
        form.put("rules", rules);
        return Json.write(form);
    }

    /** The SHA-256 of {@link #canonicalJson} in UTF-8, in lower-case hexadecimal digits. */
    public static String sha256(GatePolicy policy) {
        return Digests.sha256(canonicalJson(policy));
    }

    /** The policy in the words of the policy file, as the YAML of one model; read again, it gives an equal policy. */
    public static String describe(GatePolicy policy) {
        return PolicyText.of(policy);
    }

    /** A whole policy file with one model, of what {@link #describe} said of its policy. */
    public static String file(String model, String described) {
        return "version: 1\nmodels:\n  " + YamlText.scalar(model) + ":\n" + described.indent(4);
    }

    private static Map<String, Object> candidate(CandidateSelection candidate) {
        Map<String, Object> form = new TreeMap<>();
        form.put("experiment", candidate.experiment());
        form.put("filter", candidate.filter());
        form.put("select", candidate.best() ? "best" : "latest");
        form.put(
                "max_age_ms",
                candidate.maxAge() == null ? null : candidate.maxAge().toMillis());
        CandidateSelection.OrderBy order = candidate.orderBy();
        form.put(
                "order_by",
                order == null
                        ? null
                        : new TreeMap<>(Map.of("metric", order.metric(), "descending", order.descending())));
        // Keys that came later stand only where they are used: all other policies keep their hash.
        if (candidate.nested()) {
            form.put("nested", "include");
        }
        if (candidate.alias() != null) {
            form.put("alias", candidate.alias());
        }
        if (candidate.stage() != null) {
            form.put("stage", candidate.stage());
        }
        if (candidate.evaluationRun()) {
            form.put("evaluation_run", true);
        }
        return form;
    }

    private static Map<String, Object> wait(WaitPolicy waiting) {
        return new TreeMap<>(Map.of(
                "timeout_ms",
                waiting.timeout().toMillis(),
                "settle_ms",
                waiting.settle().toMillis()));
    }

    private static Map<String, Object> baseline(BaselinePolicy baseline) {
        Map<String, Object> form = new TreeMap<>();
        if (baseline.stage() == null) {
            form.put("alias", baseline.alias());
        } else {
            form.put("stage", baseline.stage());
        }
        form.put("when_missing", baseline.rubberStamp() ? "rubber_stamp" : "fail");
        if (baseline.sameDataset() != BaselinePolicy.SameDataset.WARN) {
            form.put("same_dataset", baseline.sameDataset().key());
        }
        return form;
    }

    private static Map<String, Object> promotion(PromotionPolicy promotion) {
        Map<String, Object> form = new TreeMap<>();
        form.put("alias", promotion.alias());
        form.put("stage", promotion.stage());
        form.put("archive_existing", promotion.archiveExisting());
        form.put("artifact_path", promotion.artifactPathOrDefault());
        if (PromotionPolicy.DEFAULT_ARTIFACT_PATH.equals(promotion.artifactPath())) {
            form.put("artifact_path_given", true);
        }
        form.put("timeout_ms", promotion.timeout().toMillis());
        if (!promotion.approval().isNever()) {
            form.put("approval", promotion.approval().text());
            form.put("approval_timeout_ms", promotion.approval().timeout().toMillis());
        }
        if (!promotion.approvers().isEmpty()) {
            form.put("approvers", promotion.approvers().stream().sorted().toList());
        }
        return form;
    }

    private static Map<String, Object> evidence(EvidenceSource evidence) {
        Map<String, Object> form = new TreeMap<>();
        form.put("kind", evidence.kind().name());
        form.put("first", evidence.first());
        form.put("second", evidence.second());
        form.put("confidence", evidence.confidence());
        return form;
    }

    private static Map<String, Object> rule(MetricRule rule) {
        Map<String, Object> form = new TreeMap<>();
        form.put("metric", rule.metric());
        form.put("kind", rule.kind().key());
        form.put("limit", rule.limit().stripTrailingZeros());
        form.put("greater_is_better", rule.greaterIsBetter());
        form.put("criticality", rule.criticality().key());
        MetricTarget target = rule.target();
        if (!target.equals(MetricTarget.of(target.name()))) {
            form.put("value", target.value().text());
            form.put("at_least", target.atLeast());
            form.put("allow_lost_slices", target.allowLostSlices());
            form.put("evidence", target.evidence() == null ? null : evidence(target.evidence()));
            if (target.dataset() != null) {
                form.put("dataset", target.dataset());
            }
        }
        return form;
    }
}
