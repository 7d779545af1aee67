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
 * Is told of every gate: when it begins, and of its report once that is attached to its build. It is called on a thread of its
 * own, so that the gate waits for nobody, and of the gates of one build in their order. What fails is tried once more, and is
 * then in the log of the build. A gate that is resumed just after its end is told of twice, as is one whose listener may have
 * missed it because Jenkins went down.
 */
public abstract class GateListener implements ExtensionPoint {
    private static final Logger LOGGER = Logger.getLogger(GateListener.class.getName());
    private static final ExecutorService THREADS = Threads.few(2, "MLflow evaluation gate listener");
    private static final String RETRY_MILLIS = GateListener.class.getName() + ".retryMillis";

    /** What is still to be done for each build; one with a line is being dealt with. */
    private static final Map<String, Deque<Runnable>> LINES = new HashMap<>();
    /** Of builds that are running: what was told or is in line. */
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    /**
     * A gate begins to evaluate a model.
     *
     * @param log of the build, for problems
     */
    protected void onBegin(Run<?, ?> run, String model, TaskListener log) throws Exception {}

    /**
     * A gate has a report. It is not over if the report is pending.
     *
     * @param number of the report in its build, from 1
     * @param log of the build, for problems
     */
    protected abstract void onReport(Run<?, ?> run, int number, GateReport report, TaskListener log) throws Exception;

    private interface Telling {
        void to(GateListener listener) throws Exception;
    }

    /** Tells all listeners that a gate begins, without waiting for them. */
    public static void begin(Run<?, ?> run, String model, TaskListener log) {
        tell(run, log, null, listener -> listener.onBegin(run, model, log));
    }

    /** Tells all listeners of a report, without waiting for them. */
    public static void tell(Run<?, ?> run, int number, GateReport report, TaskListener log) {
        tell(run, log, key(run, number), listener -> listener.onReport(run, number, report, log));
    }

    private static void tell(Run<?, ?> run, TaskListener log, String key, Telling telling) {
        if (key != null) {
            TOLD.add(key);
        }
        for (GateListener listener : ExtensionList.lookup(GateListener.class)) {
            tell(run, log, key, listener, telling, true);
        }
    }

    private static void tell(
            Run<?, ?> run, TaskListener log, String key, GateListener listener, Telling telling, boolean again) {
        try {
            line(run.getExternalizableId(), () -> {
                try {
                    telling.to(listener);
                } catch (Exception | LinkageError e) {
                    LOGGER.log(Level.WARNING, e, () -> listener + " failed to deal with a gate of " + run);
                    if (again) {
                        Timer.get().schedule(
                                () -> tell(run, log, key, listener, telling, false),
                                SystemProperties.getLong(RETRY_MILLIS, 30_000L),
                                TimeUnit.MILLISECONDS);
                    } else {
                        failed(log, key, String.valueOf(e.getMessage()));
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            LOGGER.log(Level.WARNING, "{0} was not told of a gate of {1}: it has not dealt with those before",
                    new Object[] {listener, run});
            failed(log, key, "too many others wait for it");
        }
    }

    /** It may be told again when the build is over. */
    private static void failed(TaskListener log, String key, String why) {
        if (key != null) {
            TOLD.remove(key);
        }
        log.getLogger().println("[mlflowEvalGate] Warning: the check of the commit could not be updated: " + why);
    }

    private static void line(String run, Runnable task) {
        synchronized (LINES) {
            Deque<Runnable> line = LINES.get(run);
            if (line != null) {
                line.add(task);
                return;
            }
            LINES.put(run, new ArrayDeque<>());
        }
        try {
            THREADS.execute(() -> work(run, task));
        } catch (RejectedExecutionException e) {
            synchronized (LINES) {
                LINES.remove(run);
            }
            throw e;
        }
    }

    private static void work(String run, Runnable first) {
        Runnable task = first;
        while (task != null) {
            task.run();
            synchronized (LINES) {
                task = LINES.get(run).poll();
                if (task == null) {
                    LINES.remove(run);
                }
            }
        }
    }

    static boolean isTold(Run<?, ?> run, int number) {
        return TOLD.contains(key(run, number));
    }

    /** Of a build that is over. */
    static void forget(Run<?, ?> run, int reports) {
        for (int number = 1; number <= reports; number++) {
            TOLD.remove(key(run, number));
        }
    }

    private static String key(Run<?, ?> run, int number) {
        return run.getExternalizableId() + "/" + number;
    }
}
