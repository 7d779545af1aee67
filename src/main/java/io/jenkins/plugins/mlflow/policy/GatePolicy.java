package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.util.List;

/**
 * Everything that is required of one model: which run, how long to wait, the rules, the baseline and the promotion. A value
 * that has been checked: {@link PolicyReader} is the only way to one outside of tests.
 *
 * @param candidate how to choose the run
 * @param waiting how long to wait for it
 * @param baseline what to compare with, or null if none is configured
 * @param rules at least one, in the order of the policy file
 * @param promotion what to do after a pass, or null for nothing
 */
public record GatePolicy(
        CandidateSelection candidate,
        WaitPolicy waiting,
        BaselinePolicy baseline,
        List<MetricRule> rules,
        PromotionPolicy promotion)
        implements Serializable {

    public GatePolicy {
        rules = List.copyOf(rules);
    }
}
