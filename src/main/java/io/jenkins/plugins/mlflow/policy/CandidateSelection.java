package io.jenkins.plugins.mlflow.policy;

import java.io.Serializable;
import java.time.Duration;

/**
 * How to choose the run to evaluate where no exact candidate is given: the version that holds the alias or stage; else a run
 * of the experiment; else the run of the registered model's highest version.
 *
 * @param experiment name of the MLflow experiment, or null
 * @param filter MLflow run search filter, or null
 * @param best whether {@code orderBy} chooses, instead of the newest start time
 * @param orderBy what {@code select: best} orders by; null unless {@code best}
 * @param maxAge how long ago the run may have started, by the server's clock, or null for any age
 * @param nested whether child runs of the experiment count, too ({@code nested: include})
 * @param alias alias of the registered model whose version is the candidate, or null
 * @param stage {@code Staging} or {@code Production}, whose version is the candidate, or null; at most one of alias, stage and
 *     experiment is given
 * @param evaluationRun whether a pipeline may name an evaluation run although the policy is locked; without effect in a policy
 *     that is not locked
 */
public record CandidateSelection(
        String experiment,
        String filter,
        boolean best,
        OrderBy orderBy,
        Duration maxAge,
        boolean nested,
        String alias,
        String stage,
        boolean evaluationRun)
        implements Serializable {

    /** The highest version of the registered model, whatever its age. */
    public static final CandidateSelection HIGHEST_VERSION = new CandidateSelection(null, null, false, null, null);

    /** Top-level runs only; nothing names the version. */
    public CandidateSelection(String experiment, String filter, boolean best, OrderBy orderBy, Duration maxAge) {
        this(experiment, filter, best, orderBy, maxAge, false, null, null, false);
    }

    /** Whether it names or selects a candidate, and does not only limit its age. */
    public boolean isSelective() {
        return experiment != null || filter != null || best || nested || alias != null || stage != null;
    }

    /**
     * One order of runs.
     *
     * @param metric the metric's key
     * @param descending whether the greatest value comes first
     */
    public record OrderBy(String metric, boolean descending) implements Serializable {
        /** For messages, such as {@code metrics.accuracy DESC}. */
        String text() {
            return "metrics." + metric + (descending ? " DESC" : " ASC");
        }
    }
}
