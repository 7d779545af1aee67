package io.jenkins.plugins.mlflow.tracking;

/** Ends a read whose request was sent and whose answer is not wanted yet. It passes through the code that reads, and no further. */
final class PrefetchedException extends RuntimeException {
    static final PrefetchedException INSTANCE = new PrefetchedException();
    private static final long serialVersionUID = 1L;

    private PrefetchedException() {
        super("the answer is not wanted yet", null, false, false);
    }
}
