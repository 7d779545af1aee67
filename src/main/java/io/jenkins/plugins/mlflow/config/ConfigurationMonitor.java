package io.jenkins.plugins.mlflow.config;

import hudson.Extension;
import hudson.Util;
import hudson.model.AdministrativeMonitor;
import hudson.model.Item;
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

    /** What is beyond is counted. */
    private static final int MOST_OF_FOLDERS = 20;

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
        List<String> problems = new ArrayList<>(problems(MlflowGlobalConfiguration.get()));
        if (OptionalPlugins.isActive(OptionalPlugins.FOLDERS)) {
            List<String> ofFolders = FolderSources.all().stream()
                    .flatMap(source -> problems(source).stream())
                    .toList();
            problems.addAll(ofFolders.subList(0, Math.min(ofFolders.size(), MOST_OF_FOLDERS)));
            if (ofFolders.size() > MOST_OF_FOLDERS) {
                problems.add(Messages.ConfigurationMonitor_more(ofFolders.size() - MOST_OF_FOLDERS));
            }
        }
        Path records = Jenkins.get().getRootDir().toPath().resolve(RECORDS);
        if (!isWritable(records)) {
            problems.add(Messages.ConfigurationMonitor_records(records));
        }
        return problems;
    }

    private static List<String> problems(ConfigurationSource source) {
        List<String> problems = new ArrayList<>();
        for (MlflowServerConfiguration server : source.configured()) {
            String name = server.folderName().isEmpty()
                    ? Messages.ConfigurationMonitor_server(server.getName())
                    : Messages.ConfigurationMonitor_serverOfFolder(server.getName(), server.folderName());
            boolean listsNone = server.folder() instanceof Item folder
                    ? server.listsNoPromoters(folder)
                    : server.getPromotion() == null || server.getPromotion().namesNoJobs();
            if (listsNone) {
                problems.add(Messages.ConfigurationMonitor_noList(name));
            }
            if (isInClear(server.getTrackingUri(), server.getCredentialsId())) {
                problems.add(Messages.ConfigurationMonitor_unencrypted(name));
            }
        }
        try {
            source.storedPolicy();
        } catch (ConfigurationException e) {
            problems.add(Messages.ConfigurationMonitor_policy(e.getMessage()));
        }
        return problems;
    }

    /** Whether credentials would be sent where everybody on the way can read them. */
    static boolean isInClear(String trackingUri, String credentialsId) {
        return trackingUri.strip().toLowerCase(Locale.ROOT).startsWith("http:")
                && Util.fixEmptyAndTrim(credentialsId) != null;
    }

    /** Of a folder that is not made yet: whether it can be. Nothing is written to find out. */
    private static boolean isWritable(Path folder) {
        Path first = Files.exists(folder) ? folder : folder.toAbsolutePath().getParent();
        return first != null && Files.isDirectory(first) && Files.isWritable(first);
    }
}
