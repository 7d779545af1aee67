package io.jenkins.plugins.mlflow.gate;

import java.time.Instant;
import java.util.TreeSet;

/**
 * The candidate. {@link CandidateResolver} sets which run, version and model it is, once, and {@link Gate} when that was;
 * {@link RunPoller} sets what was read of it, and again before a promotion. A version that is found or created later is set by
 * {@link PromotionPhase}, or by {@link AuditTags} after a refusal. {@link ModelVersions} and {@link BaselineResolver} set what they have checked of the registry,
 * and {@link PromotionPhase} when metrics that changed must settle again.
 */
final class CandidateState extends StatePart<CandidateState> {
    private static final long serialVersionUID = 1L;

    String runId;
    String experimentId;
    String experiment;
    /** Whether the server was asked for the experiment's name. */
    boolean experimentAsked;

    String version;
    boolean versionPending;
    String runStatus;
    boolean runChecked;
    Instant resolvedAt;
    /** What is known of the candidate's model without its run. */
    Subject subject = Subject.RUN;
    /** The run that the candidate's version names, where that is not the run whose metrics count. */
    String versionRunId;

    boolean evaluationRun;
    boolean childRun;
    /** Whose run was selected, such as {@code of this build}; null unless tags told it. */
    String runOf;
    /** Who started the run, or null if unknown. */
    String startedBy;
    /** Whether the registered model is known to exist and to be no prompt. */
    boolean registeredModelChecked;

    /** The last reading of the metrics that the rules need. */
    MetricSnapshot metrics = new MetricSnapshot(null);

    TreeSet<String> datasetDigests = new TreeSet<>();
    String fingerprint;
    Instant unchangedSince;
    Instant waitingSince;
    /** Whether the run was seen unfinished or incomplete, so that only two readings can show that it is settled. */
    boolean seenIncomplete;
    /** Whether the run is finished and nothing but metrics is missing. */
    boolean onlyMetricsMissing;
}
