package io.jenkins.plugins.mlflow.trigger;

import hudson.model.Item;
import hudson.model.Job;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlflow.config.ConfigurationException;
import io.jenkins.plugins.mlflow.config.JobConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.Jenkins;
import jenkins.triggers.TriggeredItem;

/** The jobs that have a trigger of ours, as far as Jenkins knows them. */
final class TriggerRegistry {
    private static final Logger LOGGER = Logger.getLogger(TriggerRegistry.class.getName());

    private final Set<Job<?, ?>> jobs = ConcurrentHashMap.newKeySet();

    /** Why a job's trigger does nothing at the moment, as the log says it. */
    private final Map<Job<?, ?>, String> problems = new ConcurrentHashMap<>();

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
                } else if (known != null || !job.getRootDir().isDirectory()) {
                    // It was loaded anew, or deleted; while it is loaded, it is not known yet.
                    jobs.remove(job);
                    problems.remove(job);
                }
            }
        }
        return found;
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
                    trigger.getModel(),
                    trigger.conditions()));
            if (problems.remove(job) != null) {
                LOGGER.log(Level.INFO, "The MLflow trigger of {0} works again", job.getFullName());
            }
        } catch (ConfigurationException | IllegalArgumentException e) {
            if (!e.getMessage().equals(problems.put(job, e.getMessage()))) {
                LOGGER.log(Level.WARNING, "The MLflow trigger of {0} does nothing until this is corrected: {1}",
                        new Object[] {job.getFullName(), e.getMessage()});
            }
        }
    }
}
