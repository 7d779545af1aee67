package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.math.BigDecimal;

/**
 * One requirement on one metric.
 *
 * @param metric the metric's key in MLflow
 * @param kind what is required
 * @param limit the bound, in the metric's unit; for relative kinds a fraction of the baseline's magnitude (0.01 is 1 %);
 *     never negative for change and drop rules
 * @param greaterIsBetter the direction of the metric, null where no rule of the metric needs it
 * @param criticality what happens if the requirement is not met
 */
public record MetricRule(
        String metric, RuleKind kind, BigDecimal limit, Boolean greaterIsBetter, Criticality criticality)
        implements Serializable {}
