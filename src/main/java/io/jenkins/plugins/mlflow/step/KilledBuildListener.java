package io.jenkins.plugins.mlflow.step;

import hudson.Extension;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.live.GateRecorder;
import io.jenkins.plugins.mlflow.publish.GateListener;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import io.jenkins.plugins.mlflow.step.scheduling.GateScheduler;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Ends the gates and rollbacks of builds that were killed hard: Jenkins does not stop the steps of such a build, so that they would
 * continue and their reports wait for an approval for ever.
 */
@Extension
public final class KilledBuildListener extends RunListener<Run<?, ?>> {
    private static final Logger LOGGER = Logger.getLogger(KilledBuildListener.class.getName());
    private static final String WHY = "the build was killed before the gate finished";

    private static final Map<String, Set<Running>> RUNNING = new ConcurrentHashMap<>();

    /** A step that must end with its build. */
    interface Running {
        /**
         * Ends it: the build was killed, and the step was not stopped.
         *
         * @return what is left to do, which may take a while; null for nothing
         */
        Runnable abandon(String why);
    }

    static void started(Run<?, ?> run, Running gate) {
        RUNNING.compute(run.getExternalizableId(), (id, gates) -> {
            Set<Running> all = gates == null ? ConcurrentHashMap.newKeySet() : gates;
            all.add(gate);
            return all;
        });
    }

    static void ended(Run<?, ?> run, Running gate) {
        RUNNING.computeIfPresent(
                run.getExternalizableId(), (id, gates) -> gates.remove(gate) && gates.isEmpty() ? null : gates);
    }

    @Override
    public void onCompleted(Run<?, ?> run, TaskListener listener) {
        end(run);
    }

    @Override
    public void onFinalized(Run<?, ?> run) {
        end(run);
    }

    private static void end(Run<?, ?> run) {
        Set<Running> running = RUNNING.getOrDefault(run.getExternalizableId(), Set.of());
        List<Runnable> reports = List.copyOf(running).stream()
                .map(gate -> gate.abandon(WHY))
                .filter(Objects::nonNull)
                .toList();
        GateReportAction action = run.getAction(GateReportAction.class);
        if (!reports.isEmpty() || action != null && action.isPending()) {
            GateScheduler.runEnding(() -> {
                reports.forEach(Runnable::run);
                endPending(run);
            });
        }
    }

    private static void endPending(Run<?, ?> run) {
        try {
            for (Map.Entry<Integer, GateReport> ended :
                    GateReportAction.endPending(run, WHY).entrySet()) {
                GateRecorder.note(run, ended.getKey(), ended.getValue());
                GateListener.notifyOfReport(run, ended.getKey(), ended.getValue(), TaskListener.NULL);
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Reports of " + run + " still say that they wait for an approval");
        }
    }
}
