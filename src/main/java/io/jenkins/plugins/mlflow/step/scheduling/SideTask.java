package io.jenkins.plugins.mlflow.step.scheduling;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A task that waits for no server and runs beside its caller's own work: on a thread that is free for it, or else on the caller's
 * thread in {@link #join}. So it is done in the end, however many other tasks there are.
 */
public final class SideTask<T> {
    private static final Logger LOGGER = Logger.getLogger(SideTask.class.getName());

    private final FutureTask<T> task;

    private SideTask(Callable<T> task) {
        this.task = new FutureTask<>(task);
    }

    /** Starts the task as soon as a thread is free. */
    public static <T> SideTask<T> start(Callable<T> task) {
        SideTask<T> started = new SideTask<>(task);
        try {
            GateThreads.run(started.task);
        } catch (OutOfMemoryError e) {
            LOGGER.log(Level.FINE, "There is no thread for a task, which runs on its caller's", e);
        }
        return started;
    }

    /** Its result, or the unchecked exception that it threw; an interrupt of the caller stays pending meanwhile. */
    public T join() {
        task.run();
        try {
            return Uninterruptibles.getUninterruptibly(task);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
