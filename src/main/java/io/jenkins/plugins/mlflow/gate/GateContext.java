package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One advance in progress: the state that it changes, the server within the deadline, and the messages for the log. */
final class GateContext {
    final GateRequest request;
    final GateState state;
    final Instant deadline;
    final List<String> messages = new ArrayList<>();
    final LoggedModels loggedModels = new LoggedModels(this);
    private final Clock clock;
    private TrackingServer server;

    GateContext(GateRequest request, GateState state, TrackingServer server, Clock clock, Instant deadline) {
        this.request = request;
        this.state = state;
        this.server = server;
        this.clock = clock;
        this.deadline = deadline;
    }

    /** How long before the deadline the run is read for the last time, with all that the report needs. */
    static final Duration LAST_READING = Duration.ofSeconds(1);

    private static final Duration DETAILS = Duration.ofSeconds(2);

    boolean isLastReading() {
        return !now().plus(LAST_READING).isBefore(deadline);
    }

    Instant now() {
        return clock.instant();
    }

    GatePolicy policy() {
        return request.policy();
    }

    String model() {
        return request.model();
    }

    TrackingServer server() throws TrackingException {
        Duration left = Duration.between(now(), deadline);
        if (left.isNegative() || left.isZero()) {
            throw TrackingException.passing(
                    ErrorCategory.TIMEOUT,
                    "The deadline passed before a request to server '" + request.server()
                            + "' could be sent. Raise `timeout`.",
                    null);
        }
        return server.within(left);
    }

    /** The same for what can be done without: it takes two seconds at most. */
    TrackingServer serverForDetails() throws TrackingException {
        return server().within(DETAILS);
    }

    /** What asks the {@link #server()} at least once, and does nothing before that. */
    @FunctionalInterface
    interface Step {
        void run() throws TrackingException, InterruptedException, GateAbortException;
    }

    /**
     * Sends the first request of a step that is going to be run; see {@link TrackingServer#prefetch}.
     *
     * @return whether the request is under way
     */
    boolean prefetch(Step step) throws InterruptedException {
        TrackingServer usual = server;
        try {
            return server().prefetch(prefetching -> {
                server = prefetching;
                try {
                    step.run();
                } catch (GateAbortException e) {
                    // The step says so when it is run.
                }
            });
        } catch (TrackingException e) {
            return false;
        } finally {
            server = usual;
        }
    }

    void say(String message) {
        messages.add(message);
    }

    /** Reads a run that must exist and not be deleted. {@code what} names it in the error. */
    Run existingRun(String runId, String what) throws TrackingException, InterruptedException, GateAbortException {
        Run run = server().run(runId);
        if (run.deleted()) {
            throw new GateAbortException(
                    ErrorCategory.NOT_FOUND,
                    "Run " + runId + " of the " + what + " is deleted on server '" + request.server()
                            + "'. Restore the run, or choose another.");
        }
        return run;
    }
}
