package io.jenkins.plugins.mlflow.config;

import hudson.model.Item;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The servers and the stored policy that count for one job. */
public final class JobConfiguration {
    private final Item job;

    private JobConfiguration(Item job) {
        this.job = job;
    }

    public static JobConfiguration of(Item job) {
        return new JobConfiguration(Objects.requireNonNull(job));
    }

    /**
     * The server that the job asks for.
     *
     * @param name null or blank for the default server, or for the only one there is
     * @throws ConfigurationException if there is none; a message about an unknown name lists those that the job may use
     */
    public MlflowServerConfiguration getServer(String name) throws ConfigurationException {
        MlflowGlobalConfiguration all = MlflowGlobalConfiguration.get();
        try {
            return all.getServer(name);
        } catch (ConfigurationException e) {
            List<String> known = serverNames();
            throw name == null || known.isEmpty() || known.contains(name)
                    ? e
                    : new ConfigurationException(
                            e.getMessage() + " The configured servers are: '" + String.join("', '", known) + "'.");
        }
    }

    /** The names that the job may use, in the order of the form. */
    public List<String> serverNames() {
        return MlflowGlobalConfiguration.get().serverNames();
    }

    /**
     * The stored policy for the job, if any.
     *
     * @throws ConfigurationException if it cannot be read
     */
    public Optional<PolicyDocument> storedPolicy() throws ConfigurationException {
        return MlflowGlobalConfiguration.get().storedPolicy();
    }

    @Override
    public String toString() {
        return "configuration for " + job.getFullName();
    }
}
