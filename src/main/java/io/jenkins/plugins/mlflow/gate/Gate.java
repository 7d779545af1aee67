package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The gate as a state machine. {@link #advance} makes at most a few requests and returns the next state and when to
 * come back; the driver keeps the state safe in between and decides how to wait. Nothing here sleeps, keeps a thread or
 * remembers anything outside of the state.
 */
public final class Gate {
    /** How long the tags of a refused candidate may take. */
    private static final Duration TAG_TIMEOUT = Duration.ofSeconds(10);
    /** How long they may take where the gate's own time is over. */
    private static final Duration LATE_TAG_TIMEOUT = Duration.ofMillis(900);
    /** With less time than this left, no request is sent. */
    private static final Duration TOO_LATE = Duration.ofMillis(50);

    private final GateRequest request;
    private final Clock clock;
    private final BackOff backOff;

    public Gate(GateRequest request, Clock clock, RandomGenerator jitter) {
        this.request = request;
        this.clock = clock;
        this.backOff = new BackOff(jitter);
    }

    /** A gate that started at the given moment, from which its timeout runs. */
    public GateState start(Instant startedAt) {
        return new GateState(startedAt);
    }

    /** When the next advance must be over; passing it ends the gate or its promotion. */
    public Instant deadline(GateState state) {
        if (state.phase.isPromoting()) {
            return (state.journal.startedAt == null ? clock.instant() : state.journal.startedAt)
                    .plus(request.policy().promotion().timeout());
        }
        if (state.phase == Phase.CHECK_APPROVAL) {
            return state.evaluation.evaluatedAt.plus(
                    request.policy().promotion().timeout());
        }
        if (state.phase == Phase.AWAIT_APPROVAL) {
            return ApprovalPhase.deadline(state, request.policy().promotion());
        }
        Instant deadline = state.startedAt.plus(request.policy().waiting().timeout());
        return state.phase == Phase.TAG_REFUSED ? tagDeadline(state.evaluation.evaluatedAt, deadline) : deadline;
    }

    private static Instant tagDeadline(Instant evaluatedAt, Instant deadline) {
        Instant late = evaluatedAt.plus(LATE_TAG_TIMEOUT);
        Instant latest = late.isAfter(deadline) ? late : deadline;
        Instant usual = evaluatedAt.plus(TAG_TIMEOUT);
        return usual.isBefore(latest) ? usual : latest;
    }

    /**
     * Goes one step on. Throws InterruptedException only if the thread is interrupted, and then leaves {@code before} as the
     * state to continue with.
     */
    public StepResult advance(GateState before, TrackingServer server) throws InterruptedException {
        GateState state = before.copy();
        if (state.isDone()) {
            return new StepResult(state, Duration.ZERO, List.of(), null);
        }
        if (state.isPromoting() && state.journal.startedAt == null) {
            state.journal.startedAt = clock.instant();
            state.journal.started = true;
        }
        int sentBefore = server.requests();
        GateContext context = new GateContext(request, state, server, clock, deadline(state));
        boolean goesOn = false;
        Duration delay = Duration.ZERO;
        try {
            try {
                if (isInTime(context)) {
                    state.clearFault();
                    state.waitingFor = null;
                    step(context);
                    goesOn = state.waitingFor == null && !state.isDone();
                    if (!(goesOn && startsPromotion(state))) {
                        nameExperiment(context);
                    }
                    delay = pause(context);
                } else {
                    expire(context);
                }
            } catch (TrackingException fault) {
                delay = afterFault(context, fault, before);
            } catch (GateAbortException end) {
                fail(state, end.category, end.getMessage());
            }
            if (state.isDone()) {
                nameExperiment(context);
            }
            state.requests += server.requests() - sentBefore;
            if (state.isDone() && state.endedAt == null) {
                state.endedAt = clock.instant();
            }
            return new StepResult(state, delay, context.messages, state.waitingFor);
        } finally {
            if (!goesOn) {
                server.discardPrefetched();
                state.journal.holderPrefetchedAt = null;
            }
        }
    }

    /** For the report. Where a promotion follows, it is asked beside what that needs itself. */
    private void nameExperiment(GateContext context) throws InterruptedException {
        if (isInTime(context)) {
            new CandidateResolver(context).nameExperiment();
        }
    }

    private boolean isInTime(GateContext context) {
        return clock.instant().plus(TOO_LATE).isBefore(context.deadline);
    }

    private static boolean startsPromotion(GateState state) {
        return state.phase == Phase.FIND_VERSION || state.phase == Phase.CHECK_APPROVAL;
    }

    private void step(GateContext context) throws TrackingException, InterruptedException, GateAbortException {
        switch (context.state.phase) {
            case FIND_CANDIDATE -> {
                new CandidateResolver(context).candidate();
                context.state.candidate.resolvedAt = context.now();
                read(context);
            }
            case WAIT -> read(context);
            case CHECK_APPROVAL -> new ApprovalPhase(context).check();
            case AWAIT_APPROVAL -> new ApprovalPhase(context).await();
            case TAG_PROMOTED, TAG_REFUSED -> new AuditTags(context).tag();
            default -> new PromotionPhase(context).advance();
        }
    }

    private void read(GateContext context) throws TrackingException, InterruptedException, GateAbortException {
        switch (new RunPoller(context).read()) {
            case COMPLETE -> evaluate(context);
            case FAILED -> refuse(context);
            case WAIT -> {}
        }
    }

    private void evaluate(GateContext context) throws TrackingException, InterruptedException, GateAbortException {
        GateState state = context.state;
        PolicyEvaluation evaluation = PolicyEvaluation.of(context);
        state.evaluation.status = evaluation.status();
        state.evaluation.reason = evaluation.reason();
        state.evaluation.evaluatedAt = clock.instant();
        boolean passed = evaluation.status() == GateStatus.PASSED;
        if (passed
                && request.policy().promotion() != null
                && state.candidate.version == null
                && !request.mayPromote()) {
            // A dry run must not pass where the real one finds nothing to promote in.
            new ModelVersions(context).requireRegisteredModel();
        }
        if (passed && request.policy().promotion() != null && request.mayPromote()) {
            boolean mayNeedApproval = !request.policy().promotion().approval().isNever();
            state.enter(mayNeedApproval ? Phase.CHECK_APPROVAL : Phase.FIND_VERSION);
        } else {
            state.enter(passed ? Phase.DONE : afterRefusal(state));
        }
    }

    /** The candidate cannot pass, whatever its values. {@code state.evaluation.reason} is set. */
    private void refuse(GateContext context) {
        context.state.evaluation.status = GateStatus.FAILED;
        context.state.evaluation.evaluatedAt = clock.instant();
        context.state.enter(afterRefusal(context.state));
    }

    /** A refusal is worth a tag on a version that is known, or that the gate was to promote. */
    private Phase afterRefusal(GateState state) {
        boolean hasVersion = state.candidate.version != null || request.policy().promotion() != null;
        return request.mayPromote() && hasVersion ? Phase.TAG_REFUSED : Phase.DONE;
    }

    /** Until the next advance: nothing if there is nothing to wait for. */
    private Duration pause(GateContext context) {
        if (context.state.waitingFor == null) {
            return Duration.ZERO;
        }
        if (context.state.awaitsApproval()) {
            return Duration.between(clock.instant(), context.deadline);
        }
        Duration pause = backOff.after(context.state.attempts++);
        Duration settled = context.state.phase == Phase.WAIT ? new RunPoller(context).untilSettled() : null;
        if (settled != null && !settled.isNegative() && settled.compareTo(pause) < 0) {
            // No other reading can settle the values earlier: it is worth some of the time that the last reading is
            // given.
            Duration left = Duration.between(clock.instant(), context.deadline).minus(TOO_LATE);
            if (settled.compareTo(left) < 0) {
                return settled;
            }
        }
        return untilDeadline(context, pause);
    }

    private Duration untilDeadline(GateContext context, Duration pause) {
        Duration left = Duration.between(clock.instant(), context.deadline);
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        Duration lastReading = left.minus(GateContext.LAST_READING);
        if (pause.compareTo(lastReading) <= 0) {
            return pause;
        }
        return lastReading.compareTo(GateContext.LAST_READING) < 0 ? left : lastReading;
    }

    private Duration afterFault(GateContext context, TrackingException fault, GateState before) {
        GateState state = context.state;
        if (!fault.isTransient()
                && state.phase.isWriting()
                && fault.isFromElsewhere()
                && state.journal.writeFault == null) {
            state.journal.writeFault = fault.getMessage();
            state.journal.writeFaultCategory = fault.category();
            state.journal.registryRead = false;
            return Duration.ZERO;
        }
        if (!fault.isTransient()) {
            if (state.phase.isTagging()) {
                new AuditTags(context).giveUp(fault.getMessage());
            } else if (state.phase == Phase.CHECK_APPROVAL) {
                new ApprovalPhase(context).requireBecause(fault.getMessage());
            } else {
                fail(state, fault.category(), fault.getMessage());
            }
            return Duration.ZERO;
        }
        state.journal.registryRead = false;
        boolean cutShort =
                fault.category() == ErrorCategory.TIMEOUT && !clock.instant().isBefore(context.deadline);
        if (cutShort && (before.lastFault != null || before.candidate.runStatus != null && before.waitingFor != null)) {
            // Our own deadline ended this attempt; what was known before it explains more.
            state.lastFault = before.lastFault;
            state.lastFaultMessage = before.lastFaultMessage;
            state.waitingFor = before.waitingFor;
            return Duration.ZERO;
        }
        state.lastFault = fault.category();
        state.lastFaultMessage = fault.getMessage();
        state.waitingFor = "the server to respond, after: " + fault.getMessage();
        Duration pause = backOff.after(state.attempts++);
        Duration requested = fault.retryAfter().orElse(Duration.ZERO);
        Duration latest = latestRetry(context);
        if (requested.compareTo(latest) > 0) {
            requested = latest;
        }
        return untilDeadline(context, requested.compareTo(pause) > 0 ? requested : pause);
    }

    /** As long as a retry may be put off if two readings that settle are still to come before the deadline. */
    private Duration latestRetry(GateContext context) {
        Duration left = Duration.between(clock.instant(), context.deadline);
        return context.state.phase == Phase.WAIT
                ? left.minus(GateContext.LAST_READING)
                        .minus(request.policy().waiting().settle())
                : left;
    }

    /** The deadline has passed. */
    private void expire(GateContext context) {
        GateState state = context.state;
        if (state.phase.isTagging()) {
            new AuditTags(context).giveUp(state.lastFault == null ? "no time was left for it" : state.lastFaultMessage);
        } else if (state.phase == Phase.CHECK_APPROVAL) {
            new ApprovalPhase(context)
                    .requireBecause(state.lastFault == null ? "no time was left to ask" : state.lastFaultMessage);
        } else if (state.phase == Phase.AWAIT_APPROVAL) {
            fail(
                    state,
                    ErrorCategory.TIMEOUT,
                    ApprovalPhase.nobody(state, request.policy().promotion()));
        } else if (state.lastFault != null) {
            fail(state, state.lastFault, state.lastFaultMessage + " All retries until the deadline failed.");
        } else if (state.phase.isPromoting()) {
            fail(
                    state,
                    ErrorCategory.TIMEOUT,
                    "The promotion did not finish within "
                            + Durations.format(request.policy().promotion().timeout())
                            + (state.waitingFor == null ? "" : ", waiting for " + state.waitingFor)
                            + ". Raise promote.timeout if the registry is slow.");
        } else if (state.requests == 0) {
            fail(
                    state,
                    ErrorCategory.TIMEOUT,
                    "No request could be sent within "
                            + Durations.format(request.policy().waiting().timeout())
                            + ". Jenkins was down or overloaded, for example by gates waiting for unresponsive servers.");
        } else if (state.candidate.onlyMetricsMissing) {
            missingMetrics(context);
        } else {
            state.evaluation.reason = "not ready to be evaluated within "
                    + Durations.format(request.policy().waiting().timeout())
                    + (state.waitingFor == null ? "" : ": still waiting for " + state.waitingFor);
            refuse(context);
        }
    }

    /** The run has finished, and only metrics are missing: what that means is for the rules to decide. */
    private void missingMetrics(GateContext context) {
        GateState state = context.state;
        String waitedFor = state.waitingFor == null ? state.waitedFor : state.waitingFor;
        try {
            PolicyEvaluation evaluation = PolicyEvaluation.of(context);
            state.evaluation.status =
                    evaluation.status() == GateStatus.PASSED ? GateStatus.FAILED : evaluation.status();
            state.evaluation.reason = "after "
                    + Durations.format(request.policy().waiting().timeout()) + " still waiting for " + waitedFor + "; "
                    + evaluation.reason();
            state.evaluation.evaluatedAt = clock.instant();
            state.enter(afterRefusal(state));
        } catch (GateAbortException end) {
            fail(state, end.category, end.getMessage());
        }
    }

    /** Why a gate that awaits an approval passed, in one sentence. */
    public String verdict(GateState state) {
        return state.evaluation.reason;
    }

    /** What to ask the users who may approve, of a gate that awaits an approval. */
    public String question(GateState state) {
        return ApprovalPhase.question(request, state);
    }

    /**
     * The state after an approval. It is the given one if it awaits none, or no longer: an approval that comes
     * after its deadline counts for nothing.
     */
    public GateState approved(GateState state, Approval approval) {
        if (isTooLateToDecide(state)) {
            return state;
        }
        GateState copy = state.copy();
        copy.approval.given = approval;
        copy.approval.receivedAt = clock.instant();
        copy.enter(Phase.FIND_VERSION);
        return copy;
    }

    /** The state after a user refused to approve, which ends the gate with an error; the given one as in {@link #approved}. */
    public GateState refused(GateState state, String by) {
        if (isTooLateToDecide(state)) {
            return state;
        }
        GateState copy = state.copy();
        copy.approval.refusedBy = by;
        fail(
                copy,
                ErrorCategory.FORBIDDEN,
                "The gate passed, but " + by + " refused the promotion to "
                        + request.policy().promotion().target() + ". Nothing was promoted. Ask " + by
                        + " why, and run the gate again.");
        copy.endedAt = clock.instant();
        return copy;
    }

    private boolean isTooLateToDecide(GateState state) {
        return !state.awaitsApproval() || !clock.instant().isBefore(deadline(state));
    }

    /** Ends a gate with an error that its driver met, for example credentials that were deleted. */
    public GateState failed(GateState state, ErrorCategory category, String message) {
        GateState copy = state.copy();
        fail(copy, category, message);
        copy.endedAt = clock.instant();
        return copy;
    }

    private static void fail(GateState state, ErrorCategory category, String message) {
        state.journal.failedIn = state.phase;
        state.evaluation.status = GateStatus.ERROR;
        state.evaluation.errorCategory = category;
        state.evaluation.errorMessage = message;
        state.evaluation.reason = category + ": " + message;
        state.enter(Phase.DONE);
    }

    /** The report of a gate that finished, or that was stopped for the reason {@code stopped}. */
    public GateReport report(GateState state, String stopped) {
        return new ReportBuilder(request, state, clock.instant()).report(stopped);
    }

    public GateReport report(GateState state) {
        return report(state, null);
    }
}
