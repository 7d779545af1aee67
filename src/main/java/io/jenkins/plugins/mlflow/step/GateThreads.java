package io.jenkins.plugins.mlflow.step;

import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.time.Duration;
import jenkins.util.Timer;

/**
 * The few threads on which gates ask their servers, so that neither the pipeline's nor the timer's threads ever wait for a
 * network. A gate that waits holds none of them.
 */
final class GateThreads {
    private static final Logger LOGGER = Logger.getLogger(GateThreads.class.getName());
    private static final int THREADS = 8;
    private static final int IDLE_SECONDS = 30;

    private static final ExecutorService POOL = pool();

    private GateThreads() {}

    private static ExecutorService pool() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamingThreadFactory(new DaemonThreadFactory(), "MLflow evaluation gate"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    static Future<?> run(Runnable task) {
        return POOL.submit(task);
    }

    /** Runs the task on one of the threads once the delay has passed. */
    static ScheduledFuture<?> runAfter(Duration delay, Runnable task) {
        return Timer.get()
                .schedule(
                        () -> {
                            try {
                                run(task);
                            } catch (RejectedExecutionException e) {
                                LOGGER.log(Level.FINE, "Jenkins is going down", e);
                            }
                        },
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
    }
}
