package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.MetricTarget;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads what the rules need of one run. A rule with a dataset is about a logged model of MLflow 3, and so is every rule where
 * the candidate itself was given as one; all others are about the run's own metrics. Where more than one value may be meant,
 * none is picked: the reading says why it is unclear.
 */
final class MetricReader {
    private static final int MOST_LISTED = 5;
    private static final int LONGEST_NAME = 80;

    private final Round round;
    private final Set<MetricTarget> targets;
    private final Run run;
    private final String pinned;
    private final boolean untold;
    private final boolean modelOnly;
    private final Set<String> ofRun;
    private final Measured measured = new Measured();

    /**
     * @param pinned the logged model that the run is judged for, or null if only the run is known
     * @param untold whether the run is judged for a logged model that is not known, so that only a run's sole one can be meant
     */
    MetricReader(Round round, Set<MetricTarget> targets, Run run, String pinned, boolean untold) {
        this.round = round;
        this.targets = targets;
        this.run = run;
        this.pinned = pinned;
        this.untold = untold;
        // Then rules without a dataset are about the pinned model, too.
        this.modelOnly = round.request.isOfLoggedModel() && pinned != null;
        boolean sliced = targets.stream().anyMatch(MetricTarget::isSliced);
        this.ofRun = sliced ? new TreeSet<>(run.metrics().keySet()) : run.metrics().keySet();
    }

    Measured read() throws TrackingException, InterruptedException {
        List<MetricTarget> ofModels = targets.stream().filter(this::isOfModel).toList();
        for (MetricTarget target : targets) {
            if (!isOfModel(target)) {
                ofRun(target);
            }
        }
        if (!ofModels.isEmpty()) {
            LoggedModel model = pinned != null ? round.loggedModels.get(pinned) : chosen(ofModels);
            if (model != null) {
                measured.take(model);
                for (MetricTarget target : ofModels) {
                    ofModel(target, model);
                }
            }
        }
        if (ofModels.size() < targets.size() && isEnded() && !run.loggedModels().isEmpty()) {
            collapsed(pinned != null || measured.modelId != null);
        }
        return measured;
    }

    private boolean isOfModel(MetricTarget target) {
        return target.dataset() != null || modelOnly;
    }

    /** While a run is under way, nothing is judged, and what will be unclear in the end need not be asked for. */
    private boolean isEnded() {
        return switch (run.status()) {
            case FINISHED, FAILED, KILLED -> true;
            case RUNNING, SCHEDULED, UNKNOWN -> false;
        };
    }

    private void ofRun(MetricTarget target) throws TrackingException, InterruptedException {
        for (String metric : Needs.names(target, ofRun)) {
            Run.Metric current = run.metrics().get(metric);
            Double value = target.value().needsHistory()
                    ? Needs.chosen(target.value(), round.server().history(run.id(), metric))
                    : Double.valueOf(current.value());
            measured.put(target.key(metric), value, current, "");
        }
    }

    /**
     * A run has one value under a key even if it logged several, on several datasets. Several logged models may well be what
     * one run is made of, but not where one of them is judged.
     */
    private void collapsed(boolean forOneModel) throws TrackingException, InterruptedException {
        List<LoggedModel> models = round.loggedModels.of(run);
        for (MetricTarget target : targets) {
            if (isOfModel(target)) {
                continue;
            }
            for (String metric : Needs.names(target, ofRun)) {
                List<Logged> logged = models.stream()
                        .flatMap(model -> model.metrics().stream().map(entry -> new Logged(model.id(), entry)))
                        .filter(one -> one.entry.metric().equals(metric) && isOfRun(one.entry))
                        .toList();
                Set<String> datasets = distinct(logged, one -> datasetOf(one.entry));
                Set<String> ids = distinct(logged, Logged::modelId);
                if (datasets.size() > 1) {
                    measured.unclear.put(target.key(metric), "the run has this metric on several datasets ("
                            + listed(datasets) + "); choose one with `dataset`");
                } else if (forOneModel && ids.size() > 1) {
                    measured.unclear.put(target.key(metric), "the run has this metric of several logged models ("
                            + listed(ids) + "); choose one with `modelId`, or the dataset with `dataset`");
                }
            }
        }
    }

    private record Logged(String modelId, LoggedModel.Entry entry) {}

    private boolean isOfRun(LoggedModel.Entry entry) {
        return entry.runId() == null || entry.runId().equals(run.id());
    }

    /**
     * The one logged model that the run's rules with a dataset are about. Null if there is none, or none that can be told from
     * another; the latter is then unclear.
     */
    private LoggedModel chosen(List<MetricTarget> ofModels) throws TrackingException, InterruptedException {
        List<LoggedModel> models = round.loggedModels.of(run);
        if (models.size() == 1) {
            return models.get(0);
        }
        List<LoggedModel> fitting = models.stream()
                .filter(model -> ofModels.stream().anyMatch(target -> !entries(model, target).isEmpty()))
                .toList();
        if (fitting.size() > 1) {
            unclear(ofModels, "several logged models of the run have metrics on this dataset ("
                    + listed(distinct(fitting, LoggedModel::id)) + "); choose one with `modelId`");
        } else if (untold && !fitting.isEmpty()) {
            unclear(ofModels, "the version does not tell which of the run's logged models it was made from ("
                    + listed(distinct(models, LoggedModel::id)) + "); register it from one, or choose one with `modelId`");
        } else if (!fitting.isEmpty()) {
            return fitting.get(0);
        }
        return null;
    }

    private void unclear(List<MetricTarget> whole, String why) {
        whole.forEach(target -> measured.unclear.put(target.key(target.name()), why));
    }

    /** What the model has of the target itself, without what tells its uncertainty. */
    private List<LoggedModel.Entry> entries(LoggedModel model, MetricTarget target) {
        return counting(model, target).stream()
                .filter(entry -> target.isSliced()
                        ? target.sliceOf(entry.metric()) != null
                        : target.name().equals(entry.metric()))
                .toList();
    }

    /** A run that only evaluated a model, which another run made, stands for what it logged itself. */
    private List<LoggedModel.Entry> counting(LoggedModel model, MetricTarget target) {
        boolean all = pinned != null || run.id().equals(model.sourceRunId());
        return model.metrics().stream()
                .filter(entry -> all || isOfRun(entry))
                .filter(entry -> target.dataset() == null || target.dataset().equals(entry.dataset()))
                .toList();
    }

    private void ofModel(MetricTarget target, LoggedModel model) throws TrackingException, InterruptedException {
        List<LoggedModel.Entry> counting = counting(model, target);
        Set<String> known = distinct(counting, LoggedModel.Entry::metric);
        for (String metric : Needs.names(target, known)) {
            List<LoggedModel.Entry> entries =
                    counting.stream().filter(entry -> entry.metric().equals(metric)).toList();
            // A model may be evaluated again; what the last evaluation logged counts.
            LoggedModel.Entry newest = entries.stream()
                    .max(Comparator.comparingLong((LoggedModel.Entry entry) -> entry.value().timestamp())
                            .thenComparing(entry -> Objects.toString(entry.runId())))
                    .orElseThrow();
            List<LoggedModel.Entry> last =
                    entries.stream().filter(entry -> Objects.equals(entry.runId(), newest.runId())).toList();
            Set<String> datasets = distinct(target.dataset() == null ? entries : last, MetricReader::nameOf);
            if (datasets.size() == 1) {
                datasets = distinct(last, MetricReader::datasetOf);
            }
            String key = target.key(metric);
            if (datasets.size() > 1) {
                measured.unclear.put(key, "the logged model " + model.id() + " has this metric on several datasets ("
                        + listed(datasets) + ")"
                        + (target.dataset() == null ? "; choose one with `dataset`" : "; give them different names"));
            }
            List<Run.Metric> history = withNaN(last, metric);
            Run.Metric current = history.stream().max(Needs.MLFLOWS_ORDER).orElseThrow();
            measured.put(key, Needs.chosen(target.value(), history), current, " " + datasets + newest.runId());
            measured.digests.put(key, Objects.toString(newest.digest(), ""));
        }
    }

    /**
     * A logged model keeps NaN as 0. Which of the two a 0 is, only the history of the run tells that logged it; a 0 that is not
     * in there counts as NaN.
     */
    private List<Run.Metric> withNaN(List<LoggedModel.Entry> entries, String metric)
            throws TrackingException, InterruptedException {
        List<Run.Metric> values = entries.stream().map(LoggedModel.Entry::value).toList();
        if (values.stream().noneMatch(value -> value.value() == 0)) {
            return values;
        }
        String logger = entries.get(0).runId();
        List<Run.Metric> told = logger == null ? List.of() : round.server().history(logger, metric);
        List<Run.Metric> corrected = new ArrayList<>();
        for (Run.Metric value : values) {
            List<Run.Metric> then = told.stream()
                    .filter(other -> other.step() == value.step() && other.timestamp() == value.timestamp())
                    .toList();
            boolean zero = then.stream().anyMatch(other -> other.value() == 0)
                    && then.stream().noneMatch(other -> Double.isNaN(other.value()));
            corrected.add(value.value() != 0 || zero
                    ? value
                    : new Run.Metric(Double.NaN, value.timestamp(), value.step()));
        }
        return corrected;
    }

    private static <T> Set<String> distinct(List<T> items, Function<T, String> what) {
        return items.stream().map(what).collect(Collectors.toCollection(TreeSet::new));
    }

    /** What a server calls its things may be of any number and length, and hold anything. */
    private static String listed(Set<String> names) {
        String first = names.stream()
                .limit(MOST_LISTED)
                .map(name -> name.replaceAll("\\p{Cc}", " "))
                .map(name -> name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name)
                .collect(Collectors.joining(", "));
        return names.size() > MOST_LISTED ? first + " and " + (names.size() - MOST_LISTED) + " more" : first;
    }

    private static String nameOf(LoggedModel.Entry entry) {
        return entry.dataset() == null ? "one without a name" : entry.dataset();
    }

    private static String datasetOf(LoggedModel.Entry entry) {
        return nameOf(entry) + (entry.digest() == null ? "" : " " + entry.digest());
    }
}
