package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The logged models of MLflow 3 that one advance needs, each requested once. */
final class LoggedModels {
    private static final int MOST_EVALUATED = 50;

    private final GateContext context;
    private final Map<String, LoggedModel> byId = new HashMap<>();
    private final Map<String, List<LoggedModel>> ofRuns = new HashMap<>();

    LoggedModels(GateContext context) {
        this.context = context;
    }

    LoggedModel get(String id) throws TrackingException, InterruptedException {
        LoggedModel known = byId.get(id);
        if (known == null) {
            known = context.server().loggedModel(id);
            byId.put(id, known);
        }
        return known;
    }

    /**
     * Those other than {@code model} that the run logged this value of the metric for, and does not name: MLflow's low-level
     * client links a metric to a logged model and leaves no trace of that in the run. Looked for in the experiments of the run
     * and of the model.
     */
    List<LoggedModel> unnamed(Run run, LoggedModel model, String metric, double value)
            throws TrackingException, InterruptedException {
        List<String> experiments = Stream.of(run.experimentId(), model.experimentId())
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        if (experiments.isEmpty() || metric.contains("`") || !Double.isFinite(value)) {
            return List.of();
        }
        return context.server().loggedModelsWith(experiments, metric, value).stream()
                .filter(other -> !other.id().equals(model.id()))
                .filter(other -> other.metrics().stream()
                        .anyMatch(entry ->
                                entry.metric().equals(metric) && run.id().equals(entry.runId())))
                .toList();
    }

    /**
     * Those that a run made or evaluated, without deleted ones. A run that names a single one, as evaluated, is believed;
     * otherwise all that the run made are requested from the server, named or not, and then each that it only evaluated.
     */
    List<LoggedModel> of(Run run) throws TrackingException, InterruptedException {
        List<LoggedModel> known = ofRuns.get(run.id());
        if (known != null) {
            return known;
        }
        Map<String, LoggedModel> found = new TreeMap<>();
        boolean evaluatedOne = run.modelOutputs().isEmpty() && run.modelInputs().size() == 1;
        if (!evaluatedOne && run.experimentId() != null) {
            for (LoggedModel model : context.server().loggedModels(run.experimentId(), run.id())) {
                byId.put(model.id(), model);
                found.put(model.id(), model);
            }
        }
        List<String> others =
                run.loggedModels().stream().filter(id -> !found.containsKey(id)).toList();
        if (others.size() > MOST_EVALUATED) {
            throw TrackingException.permanent(
                    ErrorCategory.CONFLICT,
                    "Run " + run.id() + " evaluated " + others.size()
                            + " logged models, so it is not clear which of them its metrics belong to. Name the logged model with modelId.");
        }
        for (String id : others) {
            try {
                found.put(id, get(id));
            } catch (TrackingException e) {
                if (e.category() != ErrorCategory.NOT_FOUND) {
                    throw e;
                }
            }
        }
        List<LoggedModel> models = List.copyOf(found.values());
        ofRuns.put(run.id(), models);
        return models;
    }
}
