package io.jenkins.plugins.mlflow.config;

import hudson.Extension;
import hudson.Util;
import hudson.model.AdministrativeMonitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;

/**
 * Tells administrators, on the pages of Manage Jenkins, what of the configuration is unsafe or broken and is otherwise seen only
 * by the builds that suffer from it.
 */
@Extension
@Symbol("mlflowConfiguration")
public final class ConfigurationMonitor extends AdministrativeMonitor {
    /** Where the plugin keeps what outlives builds, below the home of Jenkins. */
    private static final String RECORDS = "mlflow-eval-gate";

    @Override
    public String getDisplayName() {
        return Messages.ConfigurationMonitor_displayName();
    }

    @Override
    public boolean isSecurity() {
        return true;
    }

    @Override
    public boolean isActivated() {
        return !getProblems().isEmpty();
    }

    /** One sentence or two for each problem; none for who may not administer. */
    public List<String> getProblems() {
        if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
            return List.of();
        }
        List<String> problems = new ArrayList<>();
        MlflowGlobalConfiguration configuration = MlflowGlobalConfiguration.get();
        for (MlflowServerConfiguration server : configuration.configured()) {
            if (server.getPromotion() == null || server.getPromotion().namesNoJobs()) {
                problems.add(Messages.ConfigurationMonitor_noList(server.getName()));
            }
            if (isInClear(server.getTrackingUri(), server.getCredentialsId())) {
                problems.add(Messages.ConfigurationMonitor_unencrypted(server.getName()));
            }
        }
        try {
            configuration.storedPolicy();
        } catch (ConfigurationException e) {
            problems.add(Messages.ConfigurationMonitor_policy(e.getMessage()));
        }
        Path records = Jenkins.get().getRootDir().toPath().resolve(RECORDS);
        if (!isWritable(records)) {
            problems.add(Messages.ConfigurationMonitor_records(records));
        }
        return problems;
    }

    /** Whether credentials would be sent where everybody on the way can read them. */
    static boolean isInClear(String trackingUri, String credentialsId) {
        return trackingUri.strip().toLowerCase(Locale.ROOT).startsWith("http:") && Util.fixEmptyAndTrim(credentialsId) != null;
    }

    /** Of a folder that is not made yet: whether it can be. Nothing is written to find out. */
    private static boolean isWritable(Path folder) {
        Path first = Files.exists(folder) ? folder : folder.toAbsolutePath().getParent();
        return first != null && Files.isDirectory(first) && Files.isWritable(first);
    }
}
