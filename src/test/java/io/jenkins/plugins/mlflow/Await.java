package io.jenkins.plugins.mlflow;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread does. */
public final class Await {
    private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Await() {}

    /** Returns once the condition holds, and fails after two minutes. */
    public static void until(String what, BooleanSupplier condition) {
        until(what, condition, PATIENCE);
    }

    public static void until(String what, BooleanSupplier condition, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, () -> "waited too long for " + what);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
