package io.jenkins.plugins.mlflow.trigger;

import hudson.model.Job;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.time.Duration;
import java.util.List;

/**
 * A trigger that can do its work at the moment: its job exists, and its server is configured.
 *
 * @param server with whose credentials the registry is asked
 */
record ListeningTrigger(
        Job<?, ?> job,
        MlflowModelVersionTrigger trigger,
        MlflowServerConfiguration server,
        String model,
        List<EventCondition> conditions) {

    /** Triggers with the same one are served by the same requests. */
    String serverKey() {
        return server.folderName()
                + '\n'
                + server.registry()
                + '\n'
                + server.getName()
                + '\n'
                + server.getCredentialsId();
    }

    String registry() {
        return server.registry();
    }

    boolean isEnabled() {
        return job.isBuildable();
    }

    /** Whether an event of a server may concern this trigger. One that a folder's server signed is for the jobs of the folder alone. */
    boolean isAbout(WaitingEvent waiting) {
        return (waiting.folder().isEmpty() || job.getFullName().startsWith(waiting.folder() + "/"))
                && model.equals(waiting.event().getModel())
                && (waiting.registry().equals(server.registry())
                        || waiting.destination().equals(server.destination()))
                && conditions.stream().anyMatch(condition -> condition.isAbout(waiting.event()));
    }

    /** How often the server is polled for it; null for never. */
    Duration pollInterval() {
        if (trigger.pollInterval() != null) {
            return trigger.pollInterval();
        }
        return hasWebhookSecret(server) ? null : MlflowModelVersionTrigger.DEFAULT_POLL;
    }

    /** Whether the server may send webhooks. */
    private static boolean hasWebhookSecret(MlflowServerConfiguration server) {
        return server.getWebhookSecretId() != null;
    }
}
