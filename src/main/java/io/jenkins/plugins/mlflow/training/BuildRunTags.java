package io.jenkins.plugins.mlflow.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Cause;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.OptionalPlugins;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jenkins.model.Jenkins;
import org.springframework.security.core.Authentication;

/**
 * The tags by which the runs of one build are found.
 *
 * @param build whose runs they are
 * @param owner what messages call the build
 */
public record BuildRunTags(Map<String, String> tags, Run<?, ?> build, String owner) {
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
                String owner = looked == build
                        ? "this build"
                        : "build " + looked.getDisplayName() + ", from which this one was restarted";
                return new BuildRunTags(tags, looked, owner);
            }
            looked = OptionalPlugins.isActive(OptionalPlugins.DECLARATIVE) ? StageRestarts.origin(looked) : null;
        }
        return null;
    }

    /**
     * Of the builds that triggered this one, as far as they had a {@code withMlflow} block for the server. Several, if Jenkins made
     * one build of what several had triggered.
     *
     * @param reader whoever this build runs as: a build that it may not read is as good as none
     */
    public static List<BuildRunTags> ofUpstream(
            Run<?, ?> build, MlflowServerConfiguration server, Authentication reader) {
        Set<Run<?, ?>> upstreams = new LinkedHashSet<>();
        for (Cause cause : build.getCauses()) {
            if (cause instanceof Cause.UpstreamCause upstream) {
                Run<?, ?> found = visible(upstream, reader);
                if (found != null) {
                    upstreams.add(found);
                }
            }
        }
        List<BuildRunTags> all = new ArrayList<>();
        for (Run<?, ?> upstream : upstreams) {
            BuildRunTags tags = of(upstream, server);
            if (tags != null) {
                all.add(new BuildRunTags(tags.tags, upstream, "upstream build " + upstream.getFullDisplayName()));
            }
        }
        return all;
    }

    /** Looks the job up as the system, because a job that may only be discovered throws otherwise; then asks for the permission. */
    private static Run<?, ?> visible(Cause.UpstreamCause cause, Authentication reader) {
        Job<?, ?> job;
        try (ACLContext as = ACL.as2(ACL.SYSTEM2)) {
            job = Jenkins.get().getItemByFullName(cause.getUpstreamProject(), Job.class);
        }
        return job == null || !job.hasPermission2(reader, Item.READ)
                ? null
                : job.getBuildByNumber(cause.getUpstreamBuild());
    }
}
