package io.jenkins.plugins.mlflow.config;

import hudson.model.Item;
import hudson.model.Job;
import hudson.security.ACL;
import hudson.security.ACLContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The servers and the stored policies that count for one job: those of the folders that it is in, the nearest first, and those of
 * the controller. Where the job is, is seen anew by each object.
 */
public final class JobConfiguration {
    private final Item job;
    private final List<ConfigurationSource> sources;

    private JobConfiguration(Item job) {
        this.job = job;
        List<ConfigurationSource> all = new ArrayList<>();
        if (OptionalPlugins.isActive(OptionalPlugins.FOLDERS)) {
            all.addAll(FolderSources.around(job));
        }
        all.add(MlflowGlobalConfiguration.get());
        this.sources = List.copyOf(all);
    }

    /** @param job or the folder whose own configuration is the nearest */
    public static JobConfiguration of(Item job) {
        return new JobConfiguration(Objects.requireNonNull(job));
    }

    /**
     * The server that the job asks for and may use.
     *
     * @param name null or blank for the default server, or for the only one there is
     * @throws ConfigurationException if there is none; a message about an unknown name lists those that the job may use
     */
    public MlflowServerConfiguration getServer(String name) throws ConfigurationException {
        return find(name, server -> server.whyNotUse(job) == null);
    }

    /**
     * The server of this name, whether the job may use it or not: for what has started already, and for records.
     *
     * @throws ConfigurationException if there is no longer one
     */
    public MlflowServerConfiguration getConfigured(String name) throws ConfigurationException {
        return find(name, server -> true);
    }

    private MlflowServerConfiguration find(String name, Predicate<MlflowServerConfiguration> usable)
            throws ConfigurationException {
        try {
            return new ServerLookup(sources, usable).get(name);
        } catch (IllegalArgumentException e) {
            // A file edited by hand, or sent by a user who may configure a folder, is not checked as a form is.
            throw new ConfigurationException("An MLflow server that is configured for this job cannot be used. "
                    + e.getMessage() + " Correct it in the configuration of the folder, or under "
                    + MlflowGlobalConfiguration.WHERE + ".");
        }
    }

    /**
     * The names that the job may use, or of a folder, any of the jobs in it; the nearest first, in the order of the forms. None if one of
     * the servers cannot be read.
     */
    public List<String> serverNames() {
        List<Item> users = new ArrayList<>(List.of(job));
        if (FormAccess.folder(job) != null) {
            try (ACLContext as = ACL.as2(ACL.SYSTEM2)) {
                users.addAll(FormAccess.folder(job).getAllItems(Job.class));
            }
        }
        try {
            return new ServerLookup(sources, server -> users.stream().anyMatch(user -> server.whyNotUse(user) == null))
                    .names();
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    /**
     * The servers with this {@link MlflowServerConfiguration#registry()} that the job may use, the nearest first; none if one of the
     * servers cannot be read.
     */
    public List<MlflowServerConfiguration> serversOf(String registry) {
        try {
            return configured()
                    .filter(server -> server.registry().equals(registry) && server.whyNotUse(job) == null)
                    .toList();
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    /** All servers, for rules that count whoever asks. */
    Stream<MlflowServerConfiguration> configured() {
        return sources.stream().flatMap(source -> source.configured().stream());
    }

    /**
     * The nearest stored policy that has the model, if any.
     *
     * @throws ConfigurationException if one cannot be read
     */
    public Optional<StoredPolicy> storedPolicy(String model) throws ConfigurationException {
        return storedPolicies(model).stream().findFirst();
    }

    /**
     * The locked ones of the stored policies that have the model, the nearest first. Each of them counts.
     *
     * @throws ConfigurationException if a stored policy cannot be read, so that it is unknown what it locks
     */
    public List<StoredPolicy> lockedPolicies(String model) throws ConfigurationException {
        return storedPolicies(model).stream().filter(StoredPolicy::isLocked).toList();
    }

    private List<StoredPolicy> storedPolicies(String model) throws ConfigurationException {
        List<StoredPolicy> found = new ArrayList<>();
        for (ConfigurationSource source : sources) {
            source.storedPolicy()
                    .filter(document -> document.hasModel(model))
                    .ifPresent(document -> found.add(new StoredPolicy(document, model, source.folderName())));
        }
        return found;
    }

    @Override
    public String toString() {
        return "configuration for " + job.getFullName();
    }
}
