package io.jenkins.plugins.mlflow.trigger;

import hudson.Extension;
import hudson.model.CauseAction;
import hudson.model.Job;
import hudson.model.Queue;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import hudson.model.queue.QueueListener;
import io.jenkins.plugins.mlflow.report.MlflowLinks;
import io.jenkins.plugins.mlflow.report.TriggeringVersion;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import jenkins.model.ParameterizedJobMixIn;

/**
 * Starts exactly one build for what was decided. The order is: the event and the planned build are written to the job's state at
 * once; the build goes to Jenkins' queue, which Jenkins itself writes only now and then; the build starts and is written; the plan
 * is deleted. Killed at any point, Jenkins finds the plan, and no build and no item of the queue with its id, and schedules it; or
 * it finds one, and does not.
 */
final class BuildPlanner {
    private static final Logger LOGGER = Logger.getLogger(BuildPlanner.class.getName());

    /** So long may a build be neither in the queue nor stored, while it starts. */
    static final Duration LONGEST_START = Duration.ofSeconds(30);

    /** Plans that are being put into the queue, which may take a while. */
    private static final Set<String> SCHEDULING = ConcurrentHashMap.newKeySet();

    /** Plans that were neither in the queue nor a build when they were looked for, and since when. */
    private final Map<String, Instant> missing = new HashMap<>();

    /** To be called while the state of the job is changed. */
    static PlannedBuild plan(TriggerState state, ListeningTrigger trigger, VersionEvent event, ModelVersion version) {
        PlannedBuild planned = new PlannedBuild(
                UUID.randomUUID().toString(),
                trigger.server().getName(),
                trigger.registry(),
                event,
                runId(version),
                new MlflowLinks(trigger.server().shownUrl(), trigger.server().getWorkspace())
                        .version(event.getModel(), event.getVersion()),
                trigger.job().getNextBuildNumber());
        SCHEDULING.add(planned.id());
        state.planned().add(planned);
        return planned;
    }

    /** Scripts put it into commands, so that it must not hold anything else. */
    private static String runId(ModelVersion version) {
        return version.runId() != null && version.runId().matches("[\\w-]{1,256}") ? version.runId() : null;
    }

    static void schedule(Job<?, ?> job, List<PlannedBuild> builds) {
        try {
            builds.forEach(planned -> schedule(job, planned));
        } finally {
            builds.forEach(planned -> SCHEDULING.remove(planned.id()));
        }
    }

    private static void schedule(Job<?, ?> job, PlannedBuild planned) {
        VersionEvent event = planned.event();
        Queue.Item item = ParameterizedJobMixIn.scheduleBuild2(
                job,
                -1,
                new CauseAction(new ModelVersionCause(planned)),
                new TriggeringVersion(
                        planned.registry(), event.getModel(), event.getVersion(), planned.runId(), event.getText()));
        if (item == null) {
            LOGGER.log(
                    Level.WARNING,
                    "Jenkins did not queue a build of {0} for {1}. Start it by hand if it is wanted.",
                    new Object[] {job.getFullName(), event});
            forget(job, planned.id());
        } else {
            LOGGER.log(Level.INFO, "A build of {0} is queued for {1}", new Object[] {job.getFullName(), event});
        }
    }

    private static void forget(Job<?, ?> job, String id) {
        try {
            TriggerStates.update(
                    job,
                    state -> state.planned().removeIf(planned -> planned.id().equals(id)));
        } catch (IOException e) {
            // The build itself is found by its cause.
            LOGGER.log(Level.FINE, e, () -> "The plan of a build of " + job.getFullName() + " is not deleted");
        }
    }

    /**
     * Schedules what was planned and is neither in the queue nor a build for some time: an item is in neither for a moment when its
     * build starts.
     *
     * @return whether any plan is left
     */
    boolean recover(Job<?, ?> job, Instant now) throws IOException {
        List<PlannedBuild> open = TriggerStates.planned(job);
        for (PlannedBuild planned : open) {
            if (SCHEDULING.contains(planned.id()) || isQueued(job, planned.id())) {
                missing.remove(planned.id());
            } else if (isStarted(job, planned)) {
                missing.remove(planned.id());
                forget(job, planned.id());
            } else if (!now.isBefore(
                    missing.computeIfAbsent(planned.id(), id -> now).plus(LONGEST_START))) {
                missing.remove(planned.id());
                schedule(job, List.of(planned));
            }
        }
        return !open.isEmpty();
    }

    private static boolean isQueued(Job<?, ?> job, String id) {
        return Jenkins.get().getQueue().getItems((Queue.Task) job).stream()
                .anyMatch(item -> ModelVersionCause.has(item, id));
    }

    private static boolean isStarted(Job<?, ?> job, PlannedBuild planned) {
        for (Run<?, ?> run = job.getLastBuild();
                run != null && run.getNumber() >= planned.fromBuild();
                run = run.getPreviousBuild()) {
            if (ModelVersionCause.has(run, planned.id())) {
                return true;
            }
        }
        return false;
    }

    /** Deletes the plan of a build that has started. */
    @Extension
    public static final class StartListener extends RunListener<Run<?, ?>> {
        @Override
        public void onStarted(Run<?, ?> run, TaskListener listener) {
            ModelVersionCause cause = ModelVersionCause.of(run);
            if (cause == null) {
                return;
            }
            try {
                run.save();
                forget(run.getParent(), cause.id());
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, e, () -> "The start of " + run + " cannot be stored");
            }
        }
    }

    /** Deletes the plan of a build that was cancelled in the queue. */
    @Extension
    public static final class CancellationListener extends QueueListener {
        @Override
        public void onLeft(Queue.LeftItem item) {
            if (item.isCancelled() && item.task instanceof Job<?, ?> job) {
                item.getCauses().stream()
                        .filter(ModelVersionCause.class::isInstance)
                        .forEach(cause -> forget(job, ((ModelVersionCause) cause).id()));
            }
        }
    }
}
