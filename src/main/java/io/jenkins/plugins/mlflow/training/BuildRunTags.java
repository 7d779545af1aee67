package io.jenkins.plugins.mlflow.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.PluginWrapper;
import hudson.model.Cause;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.util.Map;
import jenkins.model.Jenkins;
import org.springframework.security.core.Authentication;

/**
 * The tags by which the runs of one build are found.
 *
 * @param owner what messages call the build
 */
public record BuildRunTags(Map<String, String> tags, String owner) {
    private static final String DECLARATIVE = "pipeline-model-definition";

    /**
     * Of the build itself; or, if it was restarted from a stage and did not train again, of the build that it was restarted from.
     *
     * @return null if there was no {@code withMlflow} block for the server
     */
    @CheckForNull
    public static BuildRunTags of(Run<?, ?> build, MlflowServerConfiguration server) {
        Run<?, ?> looked = build;
        while (looked != null) {
            Map<String, String> tags = BuildRunsAction.tags(looked, server);
            if (tags != null) {
                return new BuildRunTags(tags, looked == build ? "this build" : "build " + looked.getDisplayName()
                        + ", from which this one was restarted");
            }
            looked = isActive(DECLARATIVE) ? StageRestarts.origin(looked) : null;
        }
        return null;
    }

    /**
     * Of the build that triggered this one.
     *
     * @param reader whoever this build runs as: a build that it may not read is as good as none
     * @return null if there is no such build, or it had no {@code withMlflow} block for the server
     */
    @CheckForNull
    public static BuildRunTags ofUpstream(Run<?, ?> build, MlflowServerConfiguration server, Authentication reader) {
        Cause.UpstreamCause cause = build.getCause(Cause.UpstreamCause.class);
        if (cause == null) {
            return null;
        }
        try (ACLContext as = ACL.as2(reader)) {
            // Throws nothing for a job that may only be discovered: it is looked up as the system, then its permission is asked.
            Job<?, ?> job = job(cause.getUpstreamProject());
            Run<?, ?> upstream = job == null || !job.hasPermission(Item.READ)
                    ? null
                    : job.getBuildByNumber(cause.getUpstreamBuild());
            BuildRunTags found = upstream == null ? null : of(upstream, server);
            return found == null ? null : new BuildRunTags(found.tags, "upstream build " + upstream.getFullDisplayName());
        }
    }

    private static Job<?, ?> job(String fullName) {
        try (ACLContext as = ACL.as2(ACL.SYSTEM2)) {
            return Jenkins.get().getItemByFullName(fullName, Job.class);
        }
    }

    private static boolean isActive(String plugin) {
        PluginWrapper found = Jenkins.get().getPluginManager().getPlugin(plugin);
        return found != null && found.isActive();
    }
}
