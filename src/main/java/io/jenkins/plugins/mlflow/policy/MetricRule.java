package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.math.BigDecimal;

/**
 * One requirement on one metric, or on each of its slices.
 *
 * @param target what the rule is about
 * @param kind what is required
 * @param limit the bound, in the metric's unit; for relative kinds a fraction of the baseline's magnitude (0.01 is 1 %);
 *     never negative but for bounds
 * @param greaterIsBetter the direction of the metric, null where no rule of the metric needs it
 * @param criticality what happens if the requirement is not met
 */
public record MetricRule(
        MetricTarget target, RuleKind kind, BigDecimal limit, Boolean greaterIsBetter, Criticality criticality)
        implements Serializable {

    /** A requirement on the current value of a plain metric. */
    public MetricRule(
            String metric, RuleKind kind, BigDecimal limit, Boolean greaterIsBetter, Criticality criticality) {
        this(MetricTarget.of(metric), kind, limit, greaterIsBetter, criticality);
    }

    /** The metric's name as the policy writes it, with its {@code *} if it is sliced. */
    public String metric() {
        return target.name();
    }
}
