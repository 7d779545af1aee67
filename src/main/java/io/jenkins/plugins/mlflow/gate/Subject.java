package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.ModelSource;
import java.io.Serializable;

/**
 * What was pinned of a side, the candidate or the baseline, before its run is read.
 *
 * @param source what the side's model was made from; null if only a run was given
 * @param newestEvaluation whether the side was given as a logged model, so that its newest evaluation counts
 * @param evaluationRun whether the run was named as an evaluation run of a version, so that only what it logged counts
 */
record Subject(ModelSource source, boolean newestEvaluation, boolean evaluationRun) implements Serializable {
    static final Subject RUN = new Subject(null, false, false);

    static Subject version(ModelSource source) {
        return new Subject(source, false, false);
    }

    static Subject loggedModel(String id) {
        return new Subject(ModelSource.ofLoggedModel(id), true, false);
    }

    Subject evaluatedBy() {
        return new Subject(source, newestEvaluation, true);
    }
}
