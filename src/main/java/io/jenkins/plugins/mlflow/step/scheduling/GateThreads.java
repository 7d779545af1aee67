package io.jenkins.plugins.mlflow.step.scheduling;

import hudson.util.ClassLoaderSanityThreadFactory;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The few threads on which gates send requests, so that neither the pipeline's nor the timer's threads ever wait for a network.
 * A gate that waits holds none of them. A task that finds no thread before its deadline runs on a thread that is reserved for
 * late tasks and other short ones, so that a gate ends in time however many gates there are.
 */
final class GateThreads {
    private static final int THREADS = 6;
    private static final int THREADS_PER_SERVER = 4;
    static final int THREADS_FOR_LATE = 2;
    private static final int THREADS_FOR_ENDS = 2;
    private static final int THREADS_FOR_AGENTS = 8;
    private static final int IDLE_SECONDS = 30;

    private static final ExecutorService POOL = pool(THREADS, "MLflow evaluation gate");
    private static final ExecutorService LATE = pool(THREADS_FOR_LATE, "MLflow evaluation gate, overdue");
    private static final ExecutorService ENDS = pool(THREADS_FOR_ENDS, "MLflow evaluation gate, ending");
    private static final FairExecutor AGENTS =
            new FairExecutor(pool(THREADS_FOR_AGENTS, "MLflow evaluation gate, agent"), THREADS_FOR_AGENTS, 1);
    private static final ScheduledThreadPoolExecutor TIMER = timer();
    private static final FairExecutor QUEUES = new FairExecutor(POOL, THREADS, THREADS_PER_SERVER);

    private GateThreads() {}

    private static ExecutorService pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Jenkins' own timer keeps a cancelled task until its time has come: thousands of tasks for a gate that waits long. */
    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer =
                new ScheduledThreadPoolExecutor(1, factory("MLflow evaluation gate, timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    /** The thread that creates another may run a pipeline, and the new one must not keep that pipeline's classes. */
    static ThreadFactory factory(String name) {
        return new NamingThreadFactory(new ClassLoaderSanityThreadFactory(new DaemonThreadFactory()), name);
    }

    /** As {@link GateScheduler#run}. */
    static void run(Runnable task) {
        LATE.execute(task);
    }

    /** As {@link GateScheduler#runEnding}. */
    static void end(Runnable task) {
        ENDS.execute(task);
    }

    /** As {@link GateScheduler#runForAgent}. */
    static void runForAgent(String agent, Runnable task) {
        AGENTS.submit(agent, task);
    }

    /** As {@link GateScheduler#after}. */
    static Future<?> after(Duration delay, Runnable task) {
        return TIMER.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The number of tasks that the timer keeps, due or not. For tests. */
    static int scheduled() {
        return TIMER.getQueue().size();
    }

    /**
     * Runs the task after the delay as soon as a thread is free, or else at the deadline.
     *
     * @param queue queues share the threads fairly
     * @param deadline null for none
     */
    static Scheduled runAfter(Duration delay, String queue, Instant deadline, Runnable task) {
        Scheduled scheduled = new Scheduled(queue, deadline, task);
        scheduled.start(delay);
        return scheduled;
    }

    /** A task that runs once, unless it is cancelled before. */
    static final class Scheduled {
        private final String queue;
        private final Instant deadline;
        private final Runnable task;
        private final Runnable queued = this::runOnce;
        private boolean done;
        private ScheduledFuture<?> timer;

        private Scheduled(String queue, Instant deadline, Runnable task) {
            this.queue = queue;
            this.deadline = deadline;
            this.task = task;
        }

        private synchronized void start(Duration delay) {
            if (delay.isZero() || delay.isNegative()) {
                enqueue();
            } else {
                timer = TIMER.schedule(this::enqueue, delay.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        private synchronized void enqueue() {
            if (done) {
                return;
            }
            timer = null;
            if (deadline != null) {
                long left =
                        Math.max(0, Duration.between(Instant.now(), deadline).toMillis());
                timer = TIMER.schedule(this::runLate, left, TimeUnit.MILLISECONDS);
            }
            QUEUES.submit(queue, queued);
        }

        private synchronized void runLate() {
            if (QUEUES.withdraw(queue, queued)) {
                LATE.execute(queued);
            }
        }

        private void runOnce() {
            synchronized (this) {
                if (done) {
                    return;
                }
                cancel();
            }
            task.run();
        }

        /** Keeps the task from starting; one that has started continues. */
        synchronized void cancel() {
            done = true;
            if (timer != null) {
                timer.cancel(false);
            }
            QUEUES.withdraw(queue, queued);
        }
    }
}
