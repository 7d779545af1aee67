package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.policy.BaselinePolicy.SameDataset;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that a gate must remember between two advances, and over a restart: one part for each stage, whose comment names who sets it.
 * Only the classes of this package change it, and only in a copy, so that a state that was handed out stays what it was.
 */
public final class GateState implements Serializable, Cloneable {
    private static final long serialVersionUID = 1L;

    final Instant startedAt;
    Phase phase = Phase.FIND_CANDIDATE;
    int requests;
    /** Attempts since the last progress; the back-off grows with it. */
    int attempts;
    /** What went wrong at the last attempt, or null if it got its response. */
    ErrorCategory lastFault;

    String lastFaultMessage;

    /** The last thing that the run was waited for, also after the wait. */
    String waitedFor;

    String waitingFor;
    Instant endedAt;

    CandidateState candidate = new CandidateState();
    BaselineState baseline = new BaselineState();
    EvaluationState evaluation = new EvaluationState();
    ApprovalState approval = new ApprovalState();
    PromotionJournal journal = new PromotionJournal();

    GateState(Instant startedAt) {
        this.startedAt = startedAt;
    }

    GateState copy() {
        try {
            GateState copy = (GateState) super.clone();
            copy.candidate = candidate.copy();
            copy.baseline = baseline.copy();
            copy.evaluation = evaluation.copy();
            copy.approval = approval.copy();
            copy.journal = journal.copy();
            return copy;
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

    /** Whether the gate passed and a user must approve the promotion; the driver asks for that. */
    public boolean awaitsApproval() {
        return phase == Phase.AWAIT_APPROVAL;
    }

    /** Whether the gate passed and continues with a promotion, which awaits its approval or has started. */
    public boolean isAfterPass() {
        return phase.isApproving() || isPromoting();
    }

    /** From when on the promotion may be made: since the verdict, or since its approval. Null before. */
    public Instant mayPromoteSince() {
        return approval.receivedAt == null ? evaluation.evaluatedAt : approval.receivedAt;
    }

    /** Whether a promotion is under way, of which something may have been written already. */
    public boolean hasBegunToPromote() {
        return isPromoting() && journal.started;
    }

    /** Whether the next advance may change something on the server that must not be changed twice. */
    public boolean mayWriteNext() {
        return phase.isWriting();
    }

    /** Whether the state changed in a way that a restart must not lose, or a write comes next. */
    public boolean mustBeSavedAfter(GateState before) {
        return phase != before.phase
                || candidate.runChecked != before.candidate.runChecked
                || !Objects.equals(journal.createFault, before.journal.createFault)
                || !Objects.equals(journal.writeFault, before.journal.writeFault)
                || journal.metricsEvaluatedAgain != before.journal.metricsEvaluatedAgain
                || journal.baselineEvaluatedAgain != before.journal.baselineEvaluatedAgain;
    }

    /**
     * The state to resume with after a restart: without the last fault, whose cause may have passed meanwhile, and with the full
     * timeout for a promotion that was under way, so that its outcome can be read back.
     */
    public GateState resumed() {
        GateState copy = copy();
        copy.clearFault();
        copy.journal.startedAt = null;
        return copy;
    }

    /** The state to continue with after the driver paused: a promotion that is under way has as much time more. */
    public GateState paused(Duration howLong) {
        if (journal.startedAt == null) {
            return this;
        }
        GateState copy = copy();
        copy.journal.startedAt = journal.startedAt.plus(howLong);
        return copy;
    }

    /** The state to continue with after an advance was interrupted: what it did is read back. */
    public GateState interrupted() {
        GateState copy = copy();
        copy.journal.registryRead = false;
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
        journal.writeFault = null;
        clearFault();
    }

    /** Evaluates the rules on what was read, and keeps the checks for the report. */
    List<Check> evaluate(GatePolicy policy) {
        evaluation.checks = Evaluator.evaluate(policy, evidence(policy));
        return evaluation.checks;
    }

    /** The checks of the last evaluation; empty before it. */
    List<Check> checks(GatePolicy policy) {
        return evaluation.evaluatedAt == null
                ? List.of()
                : evaluation.checks == null ? evaluate(policy) : evaluation.checks;
    }

    Evidence evidence(GatePolicy policy) {
        return new Evidence(
                candidate.metrics.values,
                baseline.values(),
                candidate.metrics.unclear,
                incomparable(policy),
                candidate.metrics.tooShort,
                candidate.metrics.origins,
                baseline.metrics == null ? Map.of() : baseline.metrics.origins,
                baseline.rubberStampRefused);
    }

    /** Why values of the candidate and the baseline may not be compared, where that is so. */
    private Map<MetricKey, String> incomparable(GatePolicy policy) {
        Map<MetricKey, String> reasons = new TreeMap<>();
        if (baseline.version == null) {
            return reasons;
        }
        if (policy.baseline().sameDataset() == SameDataset.REQUIRED) {
            for (MetricKey key : candidate.metrics.values.keySet()) {
                String differ = baseline.metrics.values.containsKey(key) ? datasetsDiffer(key) : null;
                if (differ != null) {
                    reasons.put(key, differ);
                }
            }
        }
        baseline.metrics.unclear.forEach((key, reason) -> reasons.put(key, "the baseline: " + reason));
        return reasons;
    }

    /** What the warning about differing datasets is, or null if there is nothing to warn of. */
    String datasetWarning(GatePolicy policy) {
        if (baseline.version == null || policy.baseline().sameDataset() != SameDataset.WARN) {
            return null;
        }
        return candidate.metrics.values.keySet().stream()
                .filter(baseline.metrics.values::containsKey)
                .filter(key -> isDatasetKnown(candidate.metrics, candidate.datasetDigests, key)
                        && isDatasetKnown(baseline.metrics, baseline.datasetDigests, key))
                .map(this::datasetsDiffer)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static boolean isDatasetKnown(MetricSnapshot measured, Set<String> ofRun, MetricKey key) {
        return !digests(measured, ofRun, key).isEmpty();
    }

    /** Of a value of a logged model, those of its own dataset; of a run's, those of all its inputs. */
    private static Set<String> digests(MetricSnapshot measured, Set<String> ofRun, MetricKey key) {
        String own = measured.digests.get(key);
        return own == null ? ofRun : own.isEmpty() ? Set.of() : Set.of(own);
    }

    /** Why the two values cannot be said to be of the same data, or null if they can. */
    private String datasetsDiffer(MetricKey key) {
        Set<String> mine = digests(candidate.metrics, candidate.datasetDigests, key);
        Set<String> theirs = digests(baseline.metrics, baseline.datasetDigests, key);
        if (mine.isEmpty() || theirs.isEmpty()) {
            return "the datasets of candidate and baseline are not both known";
        }
        return mine.equals(theirs) ? null : "candidate and baseline were evaluated on different datasets";
    }

    /** The model that the candidate's metrics are of; null before it is resolved. */
    EvaluatedModel model() {
        return candidate.metrics.model;
    }

    /** The id of the candidate's logged model, or null if it is none or not known. */
    String loggedModelId() {
        return model() != null
                ? model().loggedModelId()
                : candidate.subject.source() == null
                        ? null
                        : candidate.subject.source().loggedModelId();
    }
}
