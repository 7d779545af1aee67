package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TagSearch;
import io.jenkins.plugins.mlflow.tracking.TaggedRun;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** Finds the run that carries the tags of a build, whatever experiment the training chose. */
final class BuildRunResolver {
    /** So many runs are listed where one is wanted. */
    private static final int MOST_LISTED = 10;

    private static final int LONGEST = 80;

    private final GateContext context;
    private final RunTags tags;

    BuildRunResolver(GateContext context) {
        this.context = context;
        this.tags = context.request.runTags();
    }

    /**
     * @param filter MLflow run search filter, or null
     * @return the only top-level run; with a filter, the newest that matches
     */
    Run find(String filter) throws TrackingException, InterruptedException, GateAbortException {
        List<TaggedRun> found =
                context.server().taggedRuns(new TagSearch(tags.tags(), null, filter, false, MOST_LISTED + 1));
        if (found.isEmpty()) {
            throw none(filter);
        }
        Run first = found.get(0).run();
        if (found.size() == 1) {
            return first;
        }
        if (filter == null) {
            throw several(
                    "There are several runs " + tags.inWords(),
                    found,
                    "Give the run's id, or choose with an experiment or a filter.");
        }
        CandidateResolver.refuseFuture(context, first);
        if (Objects.equals(first.startTime(), found.get(1).run().startTime())) {
            throw several(
                    "The newest runs " + tags.inWords() + " that match the filter started at the same time",
                    found,
                    "Give the run's id, or a filter that only one of them matches.");
        }
        return first;
    }

    private GateAbortException none(String filter) {
        return new GateAbortException(
                ErrorCategory.NOT_FOUND,
                "Server '" + context.request.server() + "' has no active top-level run " + tags.inWords()
                        + (filter == null ? "" : " that matches the filter " + filter)
                        + ". A training logs one if it uses the environment's MLFLOW_TRACKING_URI and MLFLOW_RUN_CONTEXT, and"
                        + " starts the run with mlflow.start_run(); MlflowClient().create_run() ignores MLFLOW_RUN_CONTEXT."
                        + " Correct the training, or give the run's id.");
    }

    private static GateAbortException several(String what, List<TaggedRun> found, String remedy) {
        String listed = found.stream()
                .limit(MOST_LISTED)
                .map(BuildRunResolver::describe)
                .collect(Collectors.joining("; ", ": ", found.size() > MOST_LISTED ? "; and more. " : ". "));
        return new GateAbortException(ErrorCategory.CONFLICT, what + listed + remedy);
    }

    private static String describe(TaggedRun found) {
        Run run = found.run();
        return run.id() + (found.name() == null ? "" : " ('" + DisplayText.name(found.name(), LONGEST) + "')")
                + " in experiment "
                + (found.experiment() == null
                        ? run.experimentId()
                        : "'" + DisplayText.name(found.experiment(), LONGEST) + "'")
                + (run.startTime() == null ? "" : ", started " + run.startTime());
    }
}
