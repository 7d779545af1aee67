package io.jenkins.plugins.mlflow.trigger;

import hudson.Extension;
import hudson.ExtensionList;
import hudson.init.InitMilestone;
import hudson.model.Computer;
import hudson.model.Job;
import hudson.model.PeriodicWork;
import hudson.security.ACL;
import hudson.util.ClassLoaderSanityThreadFactory;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import jenkins.security.ImpersonatingExecutorService;
import jenkins.util.Timer;

/**
 * Drives the triggers: every few seconds, and whenever an event comes. Jenkins' timer only starts it; requests are sent from a few
 * threads of its own, at most one for the events and one for the polls of each server.
 */
@Extension
public final class TriggerEngine {
    private static final Logger LOGGER = Logger.getLogger(TriggerEngine.class.getName());
    private static final int THREADS = 8;
    private static final int IDLE_SECONDS = 30;

    /** So long may one poll of a model, or one event, keep a thread: what is left follows with the next one. */
    static final Duration LONGEST_TASK = Duration.ofMinutes(1);

    /** Events that come in so short a time are looked at together. */
    private static final int MOST_DELAY_MILLIS = 100;

    private static final ExecutorService POOL = pool();

    /** Whether it is driven by the timer and by events. Tests drive it themselves. */
    static volatile boolean automatic = true;

    private final TriggerRegistry registry = new TriggerRegistry();
    private final ServerProblems problems = new ServerProblems();
    private final EventQueues events = new EventQueues(problems);
    private final PollSchedule polls = new PollSchedule(problems);
    private final BuildPlanner planner = new BuildPlanner();

    /** Jobs that may have plans for builds that have not started. */
    private final Set<Job<?, ?>> planned = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile Clock clock = Clock.systemUTC();

    static TriggerEngine get() {
        return ExtensionList.lookupSingleton(TriggerEngine.class);
    }

    private static ExecutorService pool() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamingThreadFactory(
                        new ClassLoaderSanityThreadFactory(new DaemonThreadFactory()),
                        "MLflow evaluation gate, triggers"));
        pool.allowCoreThreadTimeOut(true);
        return new ImpersonatingExecutorService(pool, ACL.SYSTEM2);
    }

    /** A job has a trigger of ours. */
    void add(Job<?, ?> job) {
        registry.add(job);
        planned.add(job);
    }

    /** The job may have a plan for a build. */
    void watch(Job<?, ?> job) {
        planned.add(job);
    }

    /** For tests. */
    void setClock(Clock clock) {
        this.clock = clock;
    }

    /** There is something to do. */
    void wake() {
        if (automatic && woken.compareAndSet(false, true)) {
            // Not on a thread of the pool, all of which may wait for slow servers.
            Timer.get()
                    .schedule(
                            () -> Computer.threadPoolForRemoting.execute(this::runWoken),
                            MOST_DELAY_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    private void runWoken() {
        woken.set(false);
        run(POOL);
    }

    /** Does what is due. A task of a server that still runs is not started a second time. */
    void run(Executor threads) {
        Jenkins jenkins = Jenkins.getInstanceOrNull();
        if (jenkins == null || jenkins.getInitLevel() != InitMilestone.COMPLETED || jenkins.isTerminating()) {
            return;
        }
        try {
            synchronized (this) {
                recover();
                List<ListeningTrigger> triggers = registry.listening();
                events.submit(triggers, clock, threads);
                polls.submit(triggers, clock, threads);
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, "The MLflow triggers could not be run and are run again in a few seconds", e);
        }
    }

    private void recover() {
        for (Job<?, ?> job : planned) {
            try {
                planned.remove(job);
                if (planner.recover(job, clock.instant())) {
                    planned.add(job);
                }
            } catch (IOException e) {
                planned.add(job);
                LOGGER.log(
                        Level.WARNING,
                        e,
                        () -> "The builds that were planned for " + job.getFullName() + " are not known");
            }
        }
    }

    /** What Jenkins' timer calls. */
    @Extension
    public static final class Ticks extends PeriodicWork {
        private static final long SECONDS = 5;

        @Override
        public long getRecurrencePeriod() {
            return TimeUnit.SECONDS.toMillis(SECONDS);
        }

        @Override
        public long getInitialDelay() {
            return getRecurrencePeriod();
        }

        @Override
        protected void doRun() {
            TriggerEngine.get().wake();
        }
    }
}
