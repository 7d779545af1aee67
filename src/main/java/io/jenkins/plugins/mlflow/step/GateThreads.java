package io.jenkins.plugins.mlflow.step;

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
 * The few threads on which gates ask their servers, so that neither the pipeline's nor the timer's threads ever wait for a
 * network. A gate that waits holds none of them. A task that finds no thread until its deadline is run on one that is kept for
 * such, so that a gate ends in time however many there are.
 */
final class GateThreads {
    private static final int THREADS = 6;
    private static final int THREADS_PER_SERVER = 4;
    private static final int THREADS_FOR_LATE = 2;
    private static final int THREADS_FOR_ENDS = 2;
    private static final int THREADS_FOR_AGENTS = 8;
    private static final int IDLE_SECONDS = 30;

    private static final ExecutorService POOL = pool(THREADS, "MLflow evaluation gate");
    private static final ExecutorService LATE = pool(THREADS_FOR_LATE, "MLflow evaluation gate, overdue");
    private static final ExecutorService ENDS = pool(THREADS_FOR_ENDS, "MLflow evaluation gate, ending");
    private static final FairExecutor AGENTS =
            new FairExecutor(pool(THREADS_FOR_AGENTS, "MLflow evaluation gate, agent"), THREADS_FOR_AGENTS, 1);
    private static final ScheduledThreadPoolExecutor TIMER = timer();
    private static final FairExecutor LANES = new FairExecutor(POOL, THREADS, THREADS_PER_SERVER);

    private GateThreads() {}

    private static ExecutorService pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                factory(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Jenkins' own timer keeps what was cancelled until its time would have come: for a gate that waits long, thousands of turns. */
    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, factory("MLflow evaluation gate, timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    /** Threads may be made by one that runs a pipeline, and must not keep that pipeline's classes for good. */
    static ThreadFactory factory(String name) {
        return new NamingThreadFactory(new ClassLoaderSanityThreadFactory(new DaemonThreadFactory()), name);
    }

    /** Runs the task soon. For what waits for no server. */
    static void run(Runnable task) {
        LATE.execute(task);
    }

    /** Runs soon what a gate does when it is over, such as writing its report. */
    static void end(Runnable task) {
        ENDS.execute(task);
    }

    /**
     * Runs soon what sends an agent something: a connection that hangs holds one thread, which no other agent needs.
     *
     * @param agent tells it from the others
     */
    static void askAgent(String agent, Runnable task) {
        AGENTS.submit(agent, task);
    }

    /** Runs the task once the delay has passed, on the timer's own thread: it must be quick. */
    static Future<?> after(Duration delay, Runnable task) {
        return TIMER.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How many tasks the timer keeps, due or not. For tests. */
    static int scheduled() {
        return TIMER.getQueue().size();
    }

    /**
     * Runs the task once the delay has passed and a thread is free, or else at the deadline.
     *
     * @param server whose gates take turns with those of other servers
     * @param deadline null for none
     */
    static Arranged runAfter(Duration delay, String server, Instant deadline, Runnable task) {
        Arranged arranged = new Arranged(server, deadline, task);
        arranged.start(delay);
        return arranged;
    }

    /** A task that is to run once, unless it is called off before. */
    static final class Arranged {
        private final String server;
        private final Instant deadline;
        private final Runnable task;
        private final Runnable queued = this::begin;
        private boolean over;
        private ScheduledFuture<?> timer;

        private Arranged(String server, Instant deadline, Runnable task) {
            this.server = server;
            this.deadline = deadline;
            this.task = task;
        }

        private synchronized void start(Duration delay) {
            if (delay.isZero() || delay.isNegative()) {
                queue();
            } else {
                timer = TIMER.schedule(this::queue, delay.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        private synchronized void queue() {
            if (over) {
                return;
            }
            timer = null;
            if (deadline != null) {
                long left = Math.max(0, Duration.between(Instant.now(), deadline).toMillis());
                timer = TIMER.schedule(this::overdue, left, TimeUnit.MILLISECONDS);
            }
            LANES.submit(server, queued);
        }

        private synchronized void overdue() {
            if (LANES.withdraw(server, queued)) {
                LATE.execute(queued);
            }
        }

        private void begin() {
            synchronized (this) {
                if (over) {
                    return;
                }
                callOff();
            }
            task.run();
        }

        /** The task does not begin any more. One that has begun goes on. */
        synchronized void callOff() {
            over = true;
            if (timer != null) {
                timer.cancel(false);
            }
            LANES.withdraw(server, queued);
        }
    }
}
