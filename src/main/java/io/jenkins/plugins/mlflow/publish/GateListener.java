package io.jenkins.plugins.mlflow.publish;

import hudson.ExtensionList;
import hudson.ExtensionPoint;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.util.SystemProperties;
import jenkins.util.Timer;

/**
 * Is notified of every gate: when it starts, and of its report when that is attached to its build. It is called on a thread of its
 * own, so that no gate waits, and in order for the gates of one build. A call that fails is retried once, and then logged in the
 * build. It is called twice for a gate that is resumed just after its end, or whose call may have been lost because Jenkins went
 * down.
 */
public abstract class GateListener implements ExtensionPoint {
    private static final Logger LOGGER = Logger.getLogger(GateListener.class.getName());
    private static final ExecutorService THREADS = Threads.few(2, "MLflow evaluation gate listener");
    private static final String RETRY_MILLIS = GateListener.class.getName() + ".retryMillis";

    /** The calls that are pending for each build; a build with a queue is being worked on. */
    private static final Map<String, Deque<Runnable>> QUEUES = new HashMap<>();
    /** Of running builds: the reports that were delivered or are queued. */
    private static final Set<String> NOTIFIED = ConcurrentHashMap.newKeySet();

    /**
     * A gate starts to evaluate a model.
     *
     * @param log of the build, for problems
     */
    protected void onStart(Run<?, ?> run, String model, TaskListener log) throws Exception {}

    /**
     * A gate has a report. The gate has not ended if the report is pending.
     *
     * @param number of the report in its build, from 1
     * @param log of the build, for problems
     */
    protected abstract void onReport(Run<?, ?> run, int number, GateReport report, TaskListener log) throws Exception;

    private interface Notification {
        void to(GateListener listener) throws Exception;
    }

    /** Notifies all listeners that a gate starts, without waiting for them. */
    public static void notifyOfStart(Run<?, ?> run, String model, TaskListener log) {
        send(run, log, null, listener -> listener.onStart(run, model, log));
    }

    /** Notifies all listeners of a report, without waiting for them. */
    public static void notifyOfReport(Run<?, ?> run, int number, GateReport report, TaskListener log) {
        send(run, log, key(run, number), listener -> listener.onReport(run, number, report, log));
    }

    private static void send(Run<?, ?> run, TaskListener log, String key, Notification notification) {
        if (key != null) {
            NOTIFIED.add(key);
        }
        for (GateListener listener : ExtensionList.lookup(GateListener.class)) {
            send(run, log, key, listener, notification, true);
        }
    }

    private static void send(
            Run<?, ?> run,
            TaskListener log,
            String key,
            GateListener listener,
            Notification notification,
            boolean again) {
        try {
            enqueue(run.getExternalizableId(), () -> {
                try {
                    notification.to(listener);
                } catch (Exception | LinkageError e) {
                    LOGGER.log(Level.WARNING, e, () -> listener + " failed to deal with a gate of " + run);
                    if (again) {
                        Timer.get()
                                .schedule(
                                        () -> send(run, log, key, listener, notification, false),
                                        SystemProperties.getLong(RETRY_MILLIS, 30_000L),
                                        TimeUnit.MILLISECONDS);
                    } else {
                        failed(log, key, String.valueOf(e.getMessage()));
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            LOGGER.log(
                    Level.WARNING,
                    "{0} was not notified of a gate of {1}: earlier calls are still pending",
                    new Object[] {listener, run});
            failed(log, key, "too many others wait for it");
        }
    }

    /** The notification may be repeated when the build ends. */
    private static void failed(TaskListener log, String key, String why) {
        if (key != null) {
            NOTIFIED.remove(key);
        }
        log.getLogger().println("[mlflowEvalGate] Warning: the check of the commit could not be updated: " + why);
    }

    private static void enqueue(String run, Runnable task) {
        synchronized (QUEUES) {
            Deque<Runnable> queue = QUEUES.get(run);
            if (queue != null) {
                queue.add(task);
                return;
            }
            QUEUES.put(run, new ArrayDeque<>());
        }
        try {
            THREADS.execute(() -> work(run, task));
        } catch (RejectedExecutionException e) {
            synchronized (QUEUES) {
                QUEUES.remove(run);
            }
            throw e;
        }
    }

    private static void work(String run, Runnable first) {
        Runnable task = first;
        while (task != null) {
            task.run();
            synchronized (QUEUES) {
                task = QUEUES.get(run).poll();
                if (task == null) {
                    QUEUES.remove(run);
                }
            }
        }
    }

    static boolean isNotified(Run<?, ?> run, int number) {
        return NOTIFIED.contains(key(run, number));
    }

    /** Of a build that is over. */
    static void forget(Run<?, ?> run, int reports) {
        for (int number = 1; number <= reports; number++) {
            NOTIFIED.remove(key(run, number));
        }
    }

    private static String key(Run<?, ?> run, int number) {
        return run.getExternalizableId() + "/" + number;
    }
}
