package io.jenkins.plugins.mlflow.policy;

import java.math.BigDecimal;

/** Policies that several tests read. */
final class PolicySamples {
    /** The example of the documentation. */
    static final String FULL = """
            version: 1
            defaults:                       # optional; merged under every model
              wait: {timeout: 5m, settle: 5s}
            models:
              churn-classifier:
                candidate:
                  experiment: customer-churn
                  filter: "tags.purpose = 'eval'"
                  select: latest            # or: best, with order_by
                  max_age: 24h
                baseline: {alias: champion, when_missing: rubber_stamp}   # or fail (default)
                metrics:
                  accuracy: 0.92            # a number is a lower bound
                  precision: ">= 0.88"
                  recall: {min: 0.85, max_drop: 0.005}
                  log_loss: "<= 0.35"
                  latency_ms: {max: 40, criticality: unstable}
                promote: {alias: champion, stage: Production, archive_existing: true, artifact_path: model, timeout: 30s}
            """;

    private PolicySamples() {}

    static PolicyDocument file(String yaml) throws PolicyException {
        return PolicyDocument.read("eval_gate.yaml", yaml);
    }

    /** A file with one model called m. */
    static String fileOf(String model) {
        return "version: 1\nmodels:\n  m:\n" + model.strip().indent(4);
    }

    static GatePolicy policy(String model) throws PolicyException {
        return PolicyReader.resolve(file(fileOf(model)), "m", PolicyOverrides.NONE);
    }

    static MetricRule rule(
            String metric, RuleKind kind, String limit, Boolean greaterIsBetter, Criticality criticality) {
        return new MetricRule(metric, kind, new BigDecimal(limit), greaterIsBetter, criticality);
    }
}
