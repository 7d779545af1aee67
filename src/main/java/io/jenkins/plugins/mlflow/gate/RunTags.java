package io.jenkins.plugins.mlflow.gate;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tags that tell the runs of one build from all others. The candidate is then one of these runs.
 *
 * @param tags names and values; a run must have all of them
 * @param owner what messages and the report call the build, such as {@code this build}; null if only the tags are known
 * @param requested whether the user asked for the runs of this build, so that no other candidate may take their place
 */
public record RunTags(TreeMap<String, String> tags, String owner, boolean requested) implements Serializable {

    /** The parameters are those of the record. */
    public static RunTags of(Map<String, String> tags, String owner, boolean requested) {
        return new RunTags(new TreeMap<>(tags), owner, requested);
    }

    /** Ends phrases such as "no run …". */
    String inWords() {
        return owner == null ? "with the tags " + tags : "of " + owner;
    }
}
