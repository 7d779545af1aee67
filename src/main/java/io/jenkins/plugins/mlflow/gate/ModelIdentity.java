package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import io.jenkins.plugins.mlflow.policy.PromotionPolicy;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.ModelSource;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds which model the gated metrics of a run are of. On MLflow 3 a run may have several logged models, each with metrics of
 * its own; before, a run had artifact paths. Everything that reads metrics or finds, makes and checks versions uses it, and
 * {@link ModelVersions} for the versions of that model.
 */
final class ModelIdentity {
    private static final int MOST_LISTED = 5;
    private static final int LONGEST_NAME = 80;

    private final GateContext context;
    private final Run run;
    private final Subject subject;
    /** The metrics that decide; those of notes do not. */
    private final Set<MetricTarget> gated;

    ModelIdentity(GateContext context, Run run, Subject subject, Set<MetricTarget> gated) {
        this.context = context;
        this.run = run;
        this.subject = subject;
        this.gated = gated;
    }

    EvaluatedModel model() throws TrackingException, InterruptedException, GateAbortException {
        if (subject.source() == null) {
            return ofRun();
        }
        EvaluatedModel model = ofSource(subject.source());
        if (subject.evaluationRun()) {
            requireThatRunEvaluated(model);
        }
        return model;
    }

    private EvaluatedModel ofSource(ModelSource source)
            throws TrackingException, InterruptedException, GateAbortException {
        if (source.isLoggedModel()) {
            return EvaluatedModel.of(context.loggedModels.get(source.loggedModelId()));
        }
        if (!subject.evaluationRun()
                && source.isRunArtifact()
                && !source.runId().equals(run.id())) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "A version of model '" + context.model() + "' names run " + run.id()
                            + ", but its files are those of run "
                            + source.runId()
                            + ", so the metrics may be of another model. Register the model again from the run"
                            + " that logged it.");
        }
        if (run.loggedModels().isEmpty()) {
            return EvaluatedModel.ofArtifact(source.isRunArtifact() ? source.runId() : run.id(), source.path());
        }
        List<LoggedModel> models = context.loggedModels.of(run);
        if (source.isRunArtifact()) {
            // MLflow 3's own clients take runs:/<run>/<name> for the logged model of that name.
            List<LoggedModel> named = models.stream()
                    .filter(model -> source.runId().equals(model.sourceRunId())
                            && source.path().equals(model.name()))
                    .toList();
            return named.size() == 1
                    ? EvaluatedModel.of(named.get(0))
                    : EvaluatedModel.ofArtifact(source.runId(), source.path());
        }
        return EvaluatedModel.unclear("the version does not tell which of the run's logged models ("
                + listed(models, LoggedModel::id) + ") it was made from; register it from one of them");
    }

    private void requireThatRunEvaluated(EvaluatedModel model) throws GateAbortException {
        if (!run.loggedModels().isEmpty() && !run.loggedModels().contains(String.valueOf(model.loggedModelId()))) {
            throw new GateAbortException(
                    ErrorCategory.CONFLICT,
                    "Run " + run.id() + " evaluated logged model " + listed(run.loggedModels()) + ", but version "
                            + context.state.candidate.version + " of model '" + context.model() + "' is "
                            + model.inWords()
                            + ". Give the run that evaluated this version.");
        }
    }

    private EvaluatedModel ofRun() throws TrackingException, InterruptedException {
        String wanted = artifactPath();
        boolean onDatasets = gated.stream().anyMatch(target -> target.dataset() != null);
        List<LoggedModel> models =
                run.loggedModels().isEmpty() && !onDatasets ? List.of() : context.loggedModels.of(run);
        if (run.loggedModels().isEmpty() && models.isEmpty()) {
            return EvaluatedModel.ofArtifact(run.id(), wanted == null ? PromotionPolicy.DEFAULT_ARTIFACT_PATH : wanted);
        }
        List<LoggedModel> made = models.stream().filter(this::isMadeByRun).toList();
        if (made.isEmpty()) {
            return ofEvaluationRun(models);
        }
        if (wanted != null) {
            List<LoggedModel> named = named(made, wanted);
            return named.size() == 1
                    ? EvaluatedModel.of(named.get(0))
                    : onlyOneWithEveryMetric(
                            named,
                            "`artifact_path` is '" + wanted + "', and the run has "
                                    + (named.isEmpty() ? "no logged model" : named.size() + " logged models")
                                    + " of that name ("
                                    + listed(made, ModelIdentity::idAndName) + ")");
        }
        List<LoggedModel> usual = made.size() == 1 ? made : named(made, PromotionPolicy.DEFAULT_ARTIFACT_PATH);
        return usual.size() == 1
                ? EvaluatedModel.of(usual.get(0))
                : onlyOneWithEveryMetric(
                        made,
                        "the run has several logged models (" + listed(made, ModelIdentity::idAndName)
                                + "), and it is not clear which one is meant");
    }

    /** A run that made no logged model stands for the only one that it evaluated. */
    private EvaluatedModel ofEvaluationRun(List<LoggedModel> evaluated) {
        if (evaluated.size() == 1) {
            return EvaluatedModel.of(evaluated.get(0));
        }
        return EvaluatedModel.unclear(
                evaluated.isEmpty()
                        ? "the logged models of the run (" + listed(run.loggedModels()) + ") are deleted"
                        : "the run evaluated several logged models (" + listed(evaluated, ModelIdentity::idAndName)
                                + "); name one with `modelId`, or its version with `version` beside the run");
    }

    private EvaluatedModel onlyOneWithEveryMetric(List<LoggedModel> models, String otherwise) {
        List<LoggedModel> complete = models.stream()
                .filter(model -> gated.stream().allMatch(target -> hasLogged(model, target)))
                .toList();
        return complete.size() == 1
                ? EvaluatedModel.of(complete.get(0))
                : EvaluatedModel.unclear(otherwise + "; name one with `modelId` or `version`, or with `artifact_path`");
    }

    private boolean hasLogged(LoggedModel model, MetricTarget target) {
        Predicate<String> matches = target.isSliced()
                ? metric -> target.sliceOf(metric) != null
                : metric -> target.name().equals(metric);
        return model.metrics().stream()
                .anyMatch(entry -> isOfRun(entry)
                        && (target.dataset() == null || target.dataset().equals(entry.dataset()))
                        && matches.test(entry.metric()));
    }

    private boolean isOfRun(LoggedModel.Entry entry) {
        return entry.runId() == null || entry.runId().equals(run.id());
    }

    /** Whether the run only evaluated this model, which another run made. */
    static boolean isEvaluationRun(Run run, EvaluatedModel model) {
        return model.isLoggedModel()
                && !run.modelOutputs().contains(model.loggedModelId())
                && !run.id().equals(model.runId());
    }

    private boolean isMadeByRun(LoggedModel model) {
        return run.modelOutputs().contains(model.id()) || run.id().equals(model.sourceRunId());
    }

    private static List<LoggedModel> named(List<LoggedModel> models, String name) {
        return models.stream().filter(model -> name.equals(model.name())).toList();
    }

    private String artifactPath() {
        PromotionPolicy promotion = context.policy().promotion();
        return promotion == null ? null : promotion.artifactPath();
    }

    private static String idAndName(LoggedModel model) {
        return model.id() + (model.name() == null ? "" : " " + model.name());
    }

    private static String listed(List<LoggedModel> models, Function<LoggedModel, String> what) {
        return listed(models.stream().map(what).collect(Collectors.toCollection(TreeSet::new)));
    }

    /** Names for a message. What a server calls its things may be of any number and length, and hold anything. */
    static String listed(Set<String> names) {
        String first = names.stream()
                .sorted()
                .limit(MOST_LISTED)
                .map(name -> DisplayText.name(name, LONGEST_NAME))
                .collect(Collectors.joining(", "));
        return names.size() > MOST_LISTED ? first + " and " + (names.size() - MOST_LISTED) + " more" : first;
    }
}
