package io.jenkins.plugins.mlflow.tracking;

import java.util.Map;

/**
 * Which runs are wanted, whatever experiment they are in.
 *
 * @param tags names and values; a run must have all of them
 * @param experimentId only runs of this experiment, or null for all experiments
 * @param filter MLflow run search filter that the runs must match, too, or null
 * @param children whether child runs (tag {@code mlflow.parentRunId}) count, too
 * @param most how many runs are enough
 */
public record TagSearch(Map<String, String> tags, String experimentId, String filter, boolean children, int most) {
    public TagSearch {
        if (tags.isEmpty()) {
            throw new IllegalArgumentException("a search for runs by tags needs a tag");
        }
        tags = Map.copyOf(tags);
    }
}
