package io.jenkins.plugins.mlflow.tracking;

import java.time.Duration;
import java.util.Optional;

/**
 * One request that did not get MLflow's response. The message names the request, the server, what came back, and what to do;
 * it never holds a secret.
 */
public class TrackingException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCategory category;
    private final boolean transientFault;
    private final boolean neverSent;
    private final Duration retryAfter;

    private TrackingException(
            ErrorCategory category, String message, boolean transientFault, boolean neverSent, Duration retryAfter) {
        super(message);
        this.category = category;
        this.transientFault = transientFault;
        this.neverSent = neverSent;
        this.retryAfter = retryAfter;
    }

    /** A fault that a retry will not fix. */
    public static TrackingException permanent(ErrorCategory category, String message) {
        return new TrackingException(category, message, false, false, null);
    }

    /** A fault after which the request may or may not have had its effect; a read may be repeated. */
    public static TrackingException passing(ErrorCategory category, String message, Duration retryAfter) {
        return new TrackingException(category, message, true, false, retryAfter);
    }

    /** A fault before the server took the request, so that even a write may be repeated. */
    public static TrackingException unsent(ErrorCategory category, String message, Duration retryAfter) {
        return new TrackingException(category, message, true, true, retryAfter);
    }

    public ErrorCategory category() {
        return category;
    }

    /** Whether a read may be repeated: connection loss, no response in time, 429 and 5xx. */
    public boolean isTransient() {
        return transientFault;
    }

    /** Whether the server certainly did not act on the request: no connection, or 429. */
    public boolean isNeverSent() {
        return neverSent;
    }

    /** Whether something else than MLflow is the reason, so that a write may have had its effect although a retry is of no use. */
    public boolean isFromElsewhere() {
        return category == ErrorCategory.PROTOCOL || category == ErrorCategory.UNREACHABLE;
    }

    /** What the server asked for with {@code Retry-After}. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
