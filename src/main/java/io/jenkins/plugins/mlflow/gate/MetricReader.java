package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Origin;
import io.jenkins.plugins.mlflow.policy.MetricKey;
import io.jenkins.plugins.mlflow.policy.MetricTarget;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads the metrics that the rules need, all of one model. The model's own value counts: what the run logged for it, else what
 * another run did. A metric that the model does not have is the run's, unless it is linked to other logged models. Where it is
 * not clear which value is meant, none is picked: the snapshot holds the reason.
 */
final class MetricReader {
    /** How many metrics may be asked for at a time. */
    private static final int PREFETCHED = 4;

    private final GateContext context;
    private final Set<MetricTarget> targets;
    private final Run run;
    private final Subject subject;
    private final EvaluatedModel model;
    private final MetricSnapshot measured;
    private final Map<String, List<LoggedModel.Entry>> ownEntries;
    private final Set<String> ofRun;
    private final Set<String> known;
    private Map<String, List<Linked>> linked;
    /** Logged models with metrics of the run that the run does not name, by the rule that they were looked for. */
    private final Map<MetricTarget, List<LoggedModel>> unnamed = new HashMap<>();

    /** One metric that a rule needs. */
    private record Needed(MetricTarget target, String metric) {}

    /** A value that the run logged for one of its logged models. */
    private record Linked(LoggedModel model, LoggedModel.Entry entry) {}

    MetricReader(GateContext context, Set<MetricTarget> targets, Run run, Subject subject, EvaluatedModel model)
            throws TrackingException, InterruptedException {
        this.context = context;
        this.targets = targets;
        this.run = run;
        this.subject = subject;
        this.model = model;
        this.measured = new MetricSnapshot(model);
        this.ownEntries = model.isLoggedModel()
                ? context.loggedModels.get(model.loggedModelId()).metrics().stream()
                        .collect(Collectors.groupingBy(LoggedModel.Entry::metric))
                : Map.of();
        this.ofRun = new TreeSet<>(run.metrics().keySet());
        this.known = new TreeSet<>(ofRun);
        known.addAll(ownEntries.keySet());
    }

    MetricSnapshot read() throws TrackingException, InterruptedException {
        List<Needed> all = new ArrayList<>();
        for (MetricTarget target : targets) {
            for (String metric : RequiredMetrics.names(target, target.dataset() == null ? known : namesOnDatasets())) {
                all.add(new Needed(target, metric));
            }
        }
        for (int i = 0; i < all.size(); i++) {
            for (int next = i == 0 ? 0 : i + PREFETCHED - 1; next < Math.min(i + PREFETCHED, all.size()); next++) {
                prefetch(all.get(next).target(), all.get(next).metric());
            }
            read(all.get(i).target(), all.get(i).metric());
        }
        return measured;
    }

    /** Sends the request for a metric of the run that takes one of its own. */
    private void prefetch(MetricTarget target, String metric) throws TrackingException, InterruptedException {
        Run.Metric current = run.metrics().get(metric);
        if (current == null
                || target.dataset() != null
                || !counting(target, metric).isEmpty()) {
            return;
        }
        if (model.isLoggedModel() && linkedOn(target, metric).isEmpty()) {
            context.prefetch(() -> unnamed(target, metric, current));
        }
        if (target.value().needsHistory()) {
            context.prefetch(() -> context.server().history(run.id(), metric, value -> {}));
        }
    }

    /** A rule with a dataset is about logged models alone, those of an unclear one included. */
    private Set<String> namesOnDatasets() throws TrackingException, InterruptedException {
        return model.isLoggedModel() ? new TreeSet<>(ownEntries.keySet()) : new TreeSet<>(linked().keySet());
    }

    private void read(MetricTarget target, String metric) throws TrackingException, InterruptedException {
        List<LoggedModel.Entry> counting = counting(target, metric);
        if (!counting.isEmpty()) {
            ofModel(target, metric, counting);
        } else if (target.dataset() == null) {
            ofRun(target, metric);
        } else if (!model.isLoggedModel()) {
            unclearModel(target, metric, linkedOn(target, metric));
        }
    }

    /** What the run logged for the model; else the newest evaluation by another run, unless only the run's counts. */
    private List<LoggedModel.Entry> counting(MetricTarget target, String metric) {
        List<LoggedModel.Entry> own = ownEntries.getOrDefault(metric, List.of()).stream()
                .filter(entry -> target.dataset() == null || target.dataset().equals(entry.dataset()))
                .toList();
        List<LoggedModel.Entry> byRun = own.stream().filter(this::isOfRun).toList();
        if (subject.evaluationRun()
                || isRunAlone() && ofRun.contains(metric)
                || !byRun.isEmpty() && !subject.newestEvaluation()) {
            return byRun;
        }
        return own.stream()
                .max(MetricReader::byTime)
                .map(newest -> own.stream()
                        .filter(entry -> Objects.equals(entry.runId(), newest.runId()))
                        .toList())
                .orElse(List.of());
    }

    private static int byTime(LoggedModel.Entry one, LoggedModel.Entry other) {
        int order = Long.compare(one.value().timestamp(), other.value().timestamp());
        return order == 0 ? Objects.toString(one.runId()).compareTo(Objects.toString(other.runId())) : order;
    }

    /** Whether the run was given without a version, and stands for the model that it evaluated. */
    private boolean isRunAlone() {
        return subject.source() == null && ModelIdentity.isEvaluationRun(run, model);
    }

    private boolean isOfRun(LoggedModel.Entry entry) {
        return entry.runId() == null || entry.runId().equals(run.id());
    }

    private void ofModel(MetricTarget target, String metric, List<LoggedModel.Entry> counting)
            throws TrackingException, InterruptedException {
        MetricKey key = target.key(metric);
        LoggedModel.Entry first = counting.get(0);
        Set<String> datasets = distinct(counting, MetricReader::datasetOf);
        if (datasets.size() > 1) {
            measured.unclear.put(
                    key,
                    model.inWords() + " has this metric on several datasets ("
                            + ModelIdentity.listed(datasets) + ")"
                            + (target.dataset() == null
                                    ? "; choose one with `dataset`"
                                    : "; give them different names"));
            return;
        }
        Origin origin =
                new Origin(isOfRun(first) ? null : first.runId(), target.dataset() == null ? first.dataset() : null);
        if (origin.isForeign() && context.request.locked() && target.dataset() == null) {
            measured.unclear.put(
                    key,
                    "the locked policy names no dataset, and the value was " + origin.inWords()
                            + "; name the dataset in the policy");
            return;
        }
        List<Run.Metric> history = withNaN(counting, metric);
        Run.Metric current = history.stream().max(HistoryChoice.MLFLOWS_ORDER).orElseThrow();
        HistoryChoice choice = new HistoryChoice(target.value());
        history.forEach(choice);
        measured.put(key, choice.result(), current, " " + datasets + first.runId());
        measured.digests.put(key, Objects.toString(first.digest(), ""));
        if (origin.isForeign()) {
            measured.origins.put(key, origin);
        }
    }

    private void ofRun(MetricTarget target, String metric) throws TrackingException, InterruptedException {
        Run.Metric current = run.metrics().get(metric);
        if (current == null) {
            return;
        }
        if (model.isLoggedModel() || !run.loggedModels().isEmpty()) {
            List<Linked> links = linkedOn(target, metric);
            if (links.isEmpty() && model.isLoggedModel()) {
                links = unnamed(target, metric, current);
            }
            if (!links.isEmpty() && model.isClear()) {
                measured.unclear.put(
                        target.key(metric),
                        "the run logged this metric for "
                                + namesOf(links) + ", not for " + model.inWords()
                                + "; give the `modelId` of the model that is meant, or log the metric for this one");
                return;
            }
            if (!links.isEmpty()) {
                unclearModel(target, metric, links);
                return;
            }
        }
        measured.put(target.key(metric), chosen(target, metric, current), current, "");
    }

    private HistoryChoice.Result chosen(MetricTarget target, String metric, Run.Metric current)
            throws TrackingException, InterruptedException {
        if (!target.value().needsHistory()) {
            return HistoryChoice.Result.of(current.value());
        }
        HistoryChoice choice = new HistoryChoice(target.value());
        context.server().history(run.id(), metric, choice);
        return choice.result();
    }

    /** One look-up for each rule: the slices of one rule are logged alike. */
    private List<Linked> unnamed(MetricTarget target, String metric, Run.Metric current)
            throws TrackingException, InterruptedException {
        if (!unnamed.containsKey(target)) {
            LoggedModel evaluated = context.loggedModels.get(model.loggedModelId());
            unnamed.put(target, context.loggedModels.unnamed(run, evaluated, metric, current.value()));
        }
        return unnamed.get(target).stream()
                .map(other -> new Linked(other, null))
                .toList();
    }

    private void unclearModel(MetricTarget target, String metric, List<Linked> links) {
        if (!links.isEmpty()) {
            measured.unclear.put(
                    target.key(metric),
                    (model.isClear() ? model.inWords() + " is no logged model" : model.unclear())
                            + " (this metric is of " + namesOf(links) + ")");
            measured.modelUnclear = true;
        }
    }

    private static String namesOf(List<Linked> links) {
        Set<String> ids = distinct(links, link -> link.model().id());
        return (ids.size() == 1 ? "logged model " : "logged models ") + ModelIdentity.listed(ids);
    }

    private List<Linked> linkedOn(MetricTarget target, String metric) throws TrackingException, InterruptedException {
        return linked().getOrDefault(metric, List.of()).stream()
                .filter(link -> target.dataset() == null
                        || target.dataset().equals(link.entry().dataset()))
                .toList();
    }

    /** What the run logged for any of its logged models, by metric. */
    private Map<String, List<Linked>> linked() throws TrackingException, InterruptedException {
        if (linked == null) {
            Map<String, List<Linked>> found = new HashMap<>();
            for (LoggedModel other : context.loggedModels.of(run)) {
                for (LoggedModel.Entry entry : other.metrics()) {
                    if (isOfRun(entry)) {
                        found.computeIfAbsent(entry.metric(), name -> new ArrayList<>())
                                .add(new Linked(other, entry));
                    }
                }
            }
            linked = found;
        }
        return linked;
    }

    /**
     * A logged model keeps NaN as 0. Which of the two a 0 is, is only in the history of the run that logged it; a 0 that is not
     * in there counts as NaN.
     */
    private List<Run.Metric> withNaN(List<LoggedModel.Entry> entries, String metric)
            throws TrackingException, InterruptedException {
        List<Run.Metric> values = entries.stream().map(LoggedModel.Entry::value).toList();
        if (values.stream().noneMatch(value -> value.value() == 0)) {
            return values;
        }
        String logger = entries.get(0).runId();
        Set<Moment> zero = new HashSet<>();
        Set<Moment> nan = new HashSet<>();
        if (logger != null) {
            Set<Moment> moments = values.stream().map(Moment::of).collect(Collectors.toSet());
            context.server().history(logger, metric, value -> {
                Set<Moment> found = value.value() == 0 ? zero : nan;
                if ((value.value() == 0 || Double.isNaN(value.value())) && moments.contains(Moment.of(value))) {
                    found.add(Moment.of(value));
                }
            });
        }
        zero.removeAll(nan);
        return values.stream()
                .map(value -> value.value() != 0 || zero.contains(Moment.of(value))
                        ? value
                        : new Run.Metric(Double.NaN, value.timestamp(), value.step()))
                .toList();
    }

    /** What tells the values of one metric apart. */
    private record Moment(long step, long timestamp) {
        static Moment of(Run.Metric value) {
            return new Moment(value.step(), value.timestamp());
        }
    }

    private static <T> Set<String> distinct(List<T> items, Function<T, String> what) {
        return items.stream().map(what).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String datasetOf(LoggedModel.Entry entry) {
        return (entry.dataset() == null ? "one without a name" : entry.dataset())
                + (entry.digest() == null ? "" : " " + entry.digest());
    }
}
