package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.BaselinePolicy.SameDataset;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that a gate must remember between two advances, and over a restart. Only the classes of this package change it, and
 * only in a copy, so that a state that was handed out stays what it was. The collections in it are replaced, never changed.
 */
public final class GateState implements Serializable, Cloneable {
    private static final long serialVersionUID = 1L;

    final Instant startedAt;
    Phase phase = Phase.FIND_CANDIDATE;
    int requests;
    /** Attempts since the last progress; the back-off grows with it. */
    int attempts;
    /** What went wrong at the last attempt, or null if it got its answer. */
    ErrorCategory lastFault;
    String lastFaultMessage;

    // the candidate, pinned
    String runId;
    String experimentId;
    String experiment;
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
    /** Whether the registered model is known to exist and to be no prompt. */
    boolean registeredModelChecked;
    /** Whether the server is known to have the files of the candidate's model. */
    boolean loadable;

    // the baseline, pinned with its values; baselineVersion stays null where no version holds the alias
    boolean baselineFound;
    String baselineVersion;
    String baselineRunId;
    /** Why change rules may not pass although no version holds the baseline's alias or stage; null if they may. */
    String rubberStampRefused;
    MetricSnapshot baselineMeasured;
    TreeSet<String> baselineDigests;

    // the last reading of the metrics that the rules need
    MetricSnapshot measured = new MetricSnapshot(null);
    TreeSet<String> datasetDigests = new TreeSet<>();
    String fingerprint;
    Instant unchangedSince;
    Instant waitingSince;
    /** Whether the run was seen unfinished or incomplete, so that only two readings can show that it is settled. */
    boolean seenIncomplete;
    /** Whether the run is over and nothing but metrics is missing. */
    boolean onlyMetricsMissing;
    /** The last thing that the run was waited for, also after the wait. */
    String waitedFor;
    String waitingFor;

    // the verdict
    GateStatus status;
    String reason;
    ErrorCategory errorCategory;
    String errorMessage;
    Instant evaluatedAt;
    Instant endedAt;

    // the approval
    /** Whether a person must approve; null where that was not asked. */
    Boolean approvalRequired;
    /** Whether nobody is asked because the promotion will find nothing to do. */
    boolean nothingToApprove;
    Instant approvalAskedAt;
    Approval approval;
    Instant approvalReceivedAt;
    String refusedBy;

    // the promotion's journal
    Instant promotionStartedAt;
    boolean promotionBegun;
    /** What became of a request that may have created a version, though its answer was lost; null if there is none. */
    String createFault;
    /** After a restart: until when a version that may have been created before it is looked for. */
    Instant lookForCreatedUntil;
    /** What answered a write in place of MLflow; whether it took effect is read back. */
    String writeFault;
    /** Where the gate stood when an error ended it. */
    Phase failedIn;
    String previousVersion;
    String previousAliasVersion;
    String previousStageVersion;
    boolean metricsEvaluatedAgain;
    boolean baselineEvaluatedAgain;
    boolean aliasSet;
    boolean stageSet;
    boolean verified;
    Instant promotedAt;
    String promotionNote;
    /**
     * Whether the registry was read just now, by this process, so that a write may follow. After a restart it is false, and
     * what an interrupted write did is read back first.
     */
    transient boolean registryRead;
    /** When who holds the alias was asked for; set wherever {@code registryRead} is before the alias is set. */
    transient Instant holderAskedAt;

    GateState(Instant startedAt) {
        this.startedAt = startedAt;
    }

    GateState copy() {
        try {
            return (GateState) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    public boolean isDone() {
        return phase == Phase.DONE;
    }

    /** Whether the next advance is part of a promotion, which only one gate per model and server may be in. */
    public boolean isPromoting() {
        return phase.isPromoting();
    }

    /** Whether the gate passed and a person must approve the promotion; the driver asks one. */
    public boolean awaitsApproval() {
        return phase == Phase.AWAIT_APPROVAL;
    }

    /** Whether the gate passed and goes on to a promotion, be it still to be approved or under way. */
    public boolean isAfterPass() {
        return phase.isApproving() || isPromoting();
    }

    /** From when on the promotion may be made: since the verdict, or since its approval. Null before. */
    public Instant mayPromoteSince() {
        return approvalReceivedAt == null ? evaluatedAt : approvalReceivedAt;
    }

    /** Whether a promotion is under way, of which something may have been written already. */
    public boolean hasBegunToPromote() {
        return isPromoting() && promotionBegun;
    }

    /** Whether something was found out that a restart must not lose, or a write comes next. */
    public boolean mustBeSavedAfter(GateState before) {
        return phase != before.phase
                || runChecked != before.runChecked
                || !Objects.equals(createFault, before.createFault)
                || !Objects.equals(writeFault, before.writeFault)
                || metricsEvaluatedAgain != before.metricsEvaluatedAgain
                || baselineEvaluatedAgain != before.baselineEvaluatedAgain;
    }

    /**
     * To go on with after a restart: the last fault is forgotten, whose cause may have passed meanwhile, and a promotion that
     * was under way has its full time again to be found out about and brought to its end.
     */
    public GateState resumed() {
        GateState copy = copy();
        copy.clearFault();
        copy.promotionStartedAt = null;
        return copy;
    }

    /** To go on with after the driver could not go on for a while: a promotion that is under way has as much time more. */
    public GateState paused(Duration howLong) {
        if (promotionStartedAt == null) {
            return this;
        }
        GateState copy = copy();
        copy.promotionStartedAt = promotionStartedAt.plus(howLong);
        return copy;
    }

    /** To go on with after an advance was cut short: what it did is read back. */
    public GateState interrupted() {
        GateState copy = copy();
        copy.registryRead = false;
        return copy;
    }

    void clearFault() {
        lastFault = null;
        lastFaultMessage = null;
    }

    void enter(Phase next) {
        phase = next;
        attempts = 0;
        waitingFor = null;
        writeFault = null;
        clearFault();
    }

    Evidence evidence(GatePolicy policy) {
        return new Evidence(
                measured.values,
                baselineEvidence(),
                measured.unclear,
                incomparable(policy),
                measured.tooShort,
                measured.origins,
                baselineMeasured == null ? Map.of() : baselineMeasured.origins,
                rubberStampRefused);
    }

    /** Why values of the candidate and the baseline may not be compared, where that is so. */
    private Map<String, String> incomparable(GatePolicy policy) {
        Map<String, String> reasons = new TreeMap<>();
        if (baselineVersion == null) {
            return reasons;
        }
        if (policy.baseline().sameDataset() == SameDataset.REQUIRED) {
            for (String key : measured.values.keySet()) {
                String differ = baselineMeasured.values.containsKey(key) ? datasetsDiffer(key) : null;
                if (differ != null) {
                    reasons.put(key, differ);
                }
            }
        }
        baselineMeasured.unclear.forEach((key, reason) -> reasons.put(key, "the baseline: " + reason));
        return reasons;
    }

    /** What the warning about differing datasets is, or null if there is nothing to warn of. */
    String datasetWarning(GatePolicy policy) {
        if (baselineVersion == null || policy.baseline().sameDataset() != SameDataset.WARN) {
            return null;
        }
        return measured.values.keySet().stream()
                .filter(baselineMeasured.values::containsKey)
                .filter(key -> isDatasetKnown(measured, datasetDigests, key)
                        && isDatasetKnown(baselineMeasured, baselineDigests, key))
                .map(this::datasetsDiffer)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static boolean isDatasetKnown(MetricSnapshot measured, Set<String> ofRun, String key) {
        return !digests(measured, ofRun, key).isEmpty();
    }

    /** Of a value of a logged model, those of its own dataset; of a run's, those of all its inputs. */
    private static Set<String> digests(MetricSnapshot measured, Set<String> ofRun, String key) {
        String own = measured.digests.get(key);
        return own == null ? ofRun : own.isEmpty() ? Set.of() : Set.of(own);
    }

    /** Why the two values cannot be said to be of the same data, or null if they can. */
    private String datasetsDiffer(String key) {
        Set<String> mine = digests(measured, datasetDigests, key);
        Set<String> theirs = digests(baselineMeasured, baselineDigests, key);
        if (mine.isEmpty() || theirs.isEmpty()) {
            return "the datasets of candidate and baseline are not both known";
        }
        return mine.equals(theirs) ? null : "candidate and baseline were evaluated on different datasets";
    }

    Map<String, Double> baselineEvidence() {
        return baselineVersion == null ? null : baselineMeasured.values;
    }

    /** The model that the candidate's metrics are of; null before it is resolved. */
    EvaluatedModel model() {
        return measured.model;
    }

    /** The id of the candidate's logged model, or null if it is none or not known. */
    String loggedModelId() {
        return model() != null
                ? model().loggedModelId()
                : subject.source() == null ? null : subject.source().loggedModelId();
    }

    EvaluatedModel baselineModel() {
        return baselineMeasured == null ? null : baselineMeasured.model;
    }
}
