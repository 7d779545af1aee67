package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.BaselinePolicy;
import io.jenkins.plugins.mlflow.policy.CandidateSelection;
import io.jenkins.plugins.mlflow.policy.Criticality;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricRule;
import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import io.jenkins.plugins.mlflow.policy.RuleKind;
import io.jenkins.plugins.mlflow.policy.WaitPolicy;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/** Policies for tests, without a file. */
final class Policies {
    private Policies() {}

    static final BaselinePolicy CHAMPION = new BaselinePolicy("champion", false);
    static final BaselinePolicy CHAMPION_OR_RUBBER_STAMP = new BaselinePolicy("champion", true);
    static final PromotionPolicy TO_CHAMPION = promotion("champion", null);

    static PromotionPolicy promotion(String alias, String stage) {
        return new PromotionPolicy(alias, stage, true, "model", Duration.ofSeconds(30));
    }

    static MetricRule rule(String metric, RuleKind kind, String limit) {
        return rule(metric, kind, limit, Criticality.FAILURE);
    }

    static MetricRule rule(String metric, RuleKind kind, String limit, Criticality criticality) {
        return new MetricRule(metric, kind, new BigDecimal(limit), kind != RuleKind.MAX, criticality);
    }

    static GatePolicy policy(BaselinePolicy baseline, PromotionPolicy promotion, MetricRule... rules) {
        return new GatePolicy(
                CandidateSelection.HIGHEST_VERSION, WaitPolicy.DEFAULT, baseline, List.of(rules), promotion);
    }

    static GatePolicy selecting(CandidateSelection candidate, MetricRule... rules) {
        return new GatePolicy(candidate, WaitPolicy.DEFAULT, null, List.of(rules), null);
    }
}
