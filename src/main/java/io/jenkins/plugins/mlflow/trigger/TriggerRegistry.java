package io.jenkins.plugins.mlflow.trigger;

import hudson.model.Item;
import hudson.model.Job;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import jenkins.triggers.TriggeredItem;

/** The jobs that have a trigger of ours, as far as Jenkins knows them. */
final class TriggerRegistry {
    private static final Logger LOGGER = Logger.getLogger(TriggerRegistry.class.getName());

    private static final Duration LONGEST_MOVE = Duration.ofMinutes(10);

    private final Set<Job<?, ?>> jobs = ConcurrentHashMap.newKeySet();

    /** Why a job's trigger does nothing at the moment, as the log says it. */
    private final Map<Job<?, ?>, String> problems = new ConcurrentHashMap<>();

    /** Jobs that are neither known nor on disk, and since when, by {@link System#nanoTime}. */
    private final Map<Job<?, ?>, Long> missingSince = new ConcurrentHashMap<>();

    void add(Job<?, ?> job) {
        jobs.add(job);
    }

    /** Those whose job still exists and whose server can be found now. The log says once what is wrong with others. */
    List<ListeningTrigger> listening() {
        List<ListeningTrigger> found = new ArrayList<>();
        try (ACLContext as = ACL.as2(ACL.SYSTEM2)) {
            for (Job<?, ?> job : jobs) {
                Item known = Jenkins.get().getItemByFullName(job.getFullName());
                if (known == job) {
                    triggers(job).forEach(trigger -> add(found, job, trigger));
                    missingSince.remove(job);
                } else if (known != null || isMissingForLong(job)) {
                    // It was loaded anew, or deleted.
                    jobs.remove(job);
                    problems.remove(job);
                    missingSince.remove(job);
                }
            }
        }
        return found;
    }

    /** While a job is loaded, renamed or moved, it is not known by its name, and its folder may be elsewhere. */
    private boolean isMissingForLong(Job<?, ?> job) {
        if (job.getRootDir().isDirectory()) {
            return false;
        }
        long now = System.nanoTime();
        Long since = missingSince.putIfAbsent(job, now);
        return since != null && now - since > LONGEST_MOVE.toNanos();
    }

    private static List<MlflowModelVersionTrigger> triggers(Job<?, ?> job) {
        return job instanceof TriggeredItem item
                ? item.getTriggers().values().stream()
                        .filter(MlflowModelVersionTrigger.class::isInstance)
                        .map(MlflowModelVersionTrigger.class::cast)
                        .toList()
                : List.of();
    }

    private void add(List<ListeningTrigger> found, Job<?, ?> job, MlflowModelVersionTrigger trigger) {
        try {
            trigger.pollInterval();
            found.add(new ListeningTrigger(
                    job,
                    trigger,
                    JobConfiguration.of(job).getServer(trigger.getServer()),
                    Objects.requireNonNull(trigger.getModel(), "the trigger has no model"),
                    trigger.conditions()));
            if (problems.remove(job) != null) {
                LOGGER.log(Level.INFO, "The MLflow trigger of {0} works again", job.getFullName());
            }
        } catch (ConfigurationException | RuntimeException e) {
            // A problem with one job does not stop the triggers of other jobs.
            String problem = e instanceof ConfigurationException || e instanceof IllegalArgumentException
                    ? String.valueOf(e.getMessage())
                    : e.toString();
            if (!problem.equals(problems.put(job, problem))) {
                LOGGER.log(
                        Level.WARNING,
                        "The MLflow trigger of {0} does nothing until this is corrected: {1}",
                        new Object[] {job.getFullName(), problem});
            }
        }
    }
}
