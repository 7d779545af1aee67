package io.jenkins.plugins.mlflow.config;

import hudson.PluginWrapper;
import jenkins.model.Jenkins;

/** Plugins that this one uses where they are. A class that names one of theirs must not be loaded elsewhere. */
public final class OptionalPlugins {
    public static final String FOLDERS = "cloudbees-folder";
    public static final String SCM_API = "scm-api";
    public static final String DECLARATIVE = "pipeline-model-definition";
    public static final String PIPELINE = "workflow-cps";

    private OptionalPlugins() {}

    public static boolean isActive(String plugin) {
        PluginWrapper found = Jenkins.get().getPluginManager().getPlugin(plugin);
        return found != null && found.isActive();
    }
}
