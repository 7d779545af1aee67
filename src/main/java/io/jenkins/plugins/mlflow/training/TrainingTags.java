package io.jenkins.plugins.mlflow.training;

import hudson.EnvVars;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.config.OptionalPlugins;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jenkins.model.Jenkins;

/** The tags of the runs of a block. */
final class TrainingTags {
    private static final String COMMIT = "mlflow.source.git.commit";
    private static final String BRANCH = "mlflow.source.git.branch";
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    private TrainingTags() {}

    /**
     * @param checkout in the folder of the block
     * @param given by the pipeline; they may replace the commit and the branch, and nothing else of ours
     * @param id the tag that tells the build's runs from all others
     */
    static Map<String, String> of(
            Run<?, ?> run,
            EnvVars environment,
            Checkouts.Checkout checkout,
            Map<String, String> given,
            Map<String, String> id) {
        Map<String, String> tags = new LinkedHashMap<>();
        put(tags, COMMIT, Stream.of(environment.get("GIT_COMMIT"), checkout.commit(), revision(run)));
        put(tags, BRANCH, Stream.of(environment.get("BRANCH_NAME"), environment.get("GIT_BRANCH"), checkout.branch()));
        tags.putAll(given);
        String root = Jenkins.get().getRootUrl();
        tags.put("jenkins.build_url", root == null ? run.getUrl() : root + run.getUrl());
        tags.put("jenkins.job", run.getParent().getFullName());
        tags.put("jenkins.build_number", String.valueOf(run.getNumber()));
        tags.putAll(id);
        return tags;
    }

    private static void put(Map<String, String> tags, String name, Stream<String> values) {
        values.filter(value -> value != null && !value.isBlank()).findFirst().ifPresent(value -> tags.put(name, value));
    }

    /** The commit of a multibranch project's build; null if it is unknown. */
    private static String revision(Run<?, ?> run) {
        String revision = OptionalPlugins.isActive(OptionalPlugins.SCM_API) ? BuildRevisions.of(run) : null;
        return revision != null && HASH.matcher(revision).matches() ? revision : null;
    }
}
