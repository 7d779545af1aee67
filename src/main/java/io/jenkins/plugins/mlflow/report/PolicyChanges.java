package io.jenkins.plugins.mlflow.report;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a gate's policy loosened or removed of the policy that let the last promotion of the same model through. Kept with the
 * gate over a restart.
 */
public final class PolicyChanges implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String build;
    private final ArrayList<String> sentences;

    public PolicyChanges(String build, List<String> sentences) {
        this.build = build;
        this.sentences = new ArrayList<>(sentences);
    }

    /** The build that promoted, as its job's full name and its number. */
    public String getBuild() {
        return build;
    }

    /** One per rule, without a full stop; none if nothing was loosened or removed. */
    public List<String> getSentences() {
        return new ArrayList<>(sentences);
    }

    public int getCount() {
        return sentences.size();
    }
}
