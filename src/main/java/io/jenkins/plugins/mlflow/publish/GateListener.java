package io.jenkins.plugins.mlflow.publish;

import hudson.ExtensionList;
import hudson.ExtensionPoint;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Is told of every report once it is attached to its build. It is called on a thread of its own, so that the gate waits for
 * nobody; what it throws is in Jenkins' log. A gate that is resumed just after its end is told of twice.
 */
public abstract class GateListener implements ExtensionPoint {
    private static final Logger LOGGER = Logger.getLogger(GateListener.class.getName());
    private static final ExecutorService THREADS = Threads.few(2, "MLflow evaluation gate listener");

    /** @param number of the report in its build, from 1 */
    protected abstract void onReport(Run<?, ?> run, int number, GateReport report) throws Exception;

    /** Tells all listeners, without waiting for them. */
    public static void tell(Run<?, ?> run, int number, GateReport report) {
        for (GateListener listener : ExtensionList.lookup(GateListener.class)) {
            try {
                THREADS.execute(() -> listener.told(run, number, report));
            } catch (RejectedExecutionException e) {
                LOGGER.log(Level.WARNING, "{0} was not told of a report of {1}: it has not dealt with those before",
                        new Object[] {listener, run});
            }
        }
    }

    private void told(Run<?, ?> run, int number, GateReport report) {
        try {
            onReport(run, number, report);
        } catch (Exception | LinkageError e) {
            LOGGER.log(Level.WARNING, e, () -> this + " failed to deal with a report of " + run);
        }
    }
}
