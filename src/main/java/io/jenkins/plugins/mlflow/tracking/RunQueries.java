package io.jenkins.plugins.mlflow.tracking;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Requests runs and experiments, and refuses a response that is about something else or in another order. */
final class RunQueries {
    private static final String ACTIVE = "active";

    private final HttpTransport transport;

    RunQueries(HttpTransport transport) {
        this.transport = transport;
    }

    Run run(String runId) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get("runs/get", "run '" + runId + "'", "run_id", runId);
        JsonObject response = transport.begin().ask(request);
        JsonObject message = response.object("run");
        response.require(message.has("info"), "without the run");
        Run run = read(
                message,
                modelIds(message.object("outputs").objects("model_outputs")),
                modelIds(message.object("inputs").objects("model_inputs")));
        response.require(run.id().equals(runId), "with the run '" + run.id() + "' instead");
        return run;
    }

    private static Set<String> modelIds(List<JsonObject> models) throws TrackingException {
        Set<String> ids = new HashSet<>();
        for (JsonObject model : models) {
            String id = model.text("model_id");
            model.require(id != null && LoggedModel.isId(id), "with a logged model that has no id");
            ids.add(id);
        }
        return ids;
    }

    Experiment experiment(String id) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get("experiments/get", "experiment '" + id + "'", "experiment_id", id);
        JsonObject response = transport.begin().ask(request);
        Experiment found = experiment(response);
        response.require(found.id().equals(id), "with the experiment '" + found.id() + "' instead");
        return found;
    }

    Experiment experimentByName(String name) throws TrackingException, InterruptedException {
        ApiRequest request = byName(name);
        JsonObject response = transport.begin().ask(request);
        Experiment found = experiment(response);
        response.require(found.name().equals(name), "with the experiment '" + found.name() + "' instead");
        return found;
    }

    private static Experiment experiment(JsonObject response) throws TrackingException {
        JsonObject found = response.object("experiment");
        String id = found.id("experiment_id");
        String name = found.text("name");
        response.require(name != null && id != null, "without the experiment");
        return new Experiment(id, name, !isActive(found), response.serverTime());
    }

    static ApiRequest byName(String experiment) {
        return ApiRequest.get(
                "experiments/get-by-name", "experiment '" + experiment + "'", "experiment_name", experiment);
    }

    Optional<Run> firstRun(RunSearch search) throws TrackingException, InterruptedException {
        return new FirstRun(transport, search).find();
    }

    /**
     * One page of a search for runs.
     *
     * @param view ACTIVE_ONLY or ALL
     * @param filter empty for none
     * @param token null or empty for the first page
     */
    static ApiRequest search(
            String subject,
            Collection<String> experimentIds,
            String view,
            int size,
            List<String> orderBy,
            String filter,
            String token) {
        return ApiRequest.post(
                "runs/search",
                subject,
                ApiRequest.message(
                        "experiment_ids",
                        List.copyOf(experimentIds),
                        "run_view_type",
                        view,
                        "filter",
                        filter.isEmpty() ? null : filter,
                        "max_results",
                        size,
                        "order_by",
                        orderBy.isEmpty() ? null : orderBy,
                        "page_token",
                        token == null || token.isEmpty() ? null : token));
    }

    static List<String> orderBy(RunSearch search) {
        String newest = "attributes.start_time DESC";
        return search.metric() == null
                ? List.of(newest)
                : List.of("metrics.`" + search.metric() + "` " + (search.descending() ? "DESC" : "ASC"), newest);
    }

    /** MLflow's: stored infinities (±largest double) are numbers, then NaN, then runs without the metric. */
    static Comparator<Run> order(RunSearch search) {
        Comparator<Run> newest =
                Comparator.comparing(RunQueries::startMillis, Comparator.nullsLast(Comparator.<Long>reverseOrder()));
        if (search.metric() == null) {
            return newest;
        }
        Comparator<Double> values = search.descending() ? Comparator.reverseOrder() : Comparator.naturalOrder();
        return Comparator.<Run>comparingInt(run -> rank(run, search.metric()))
                .thenComparing(run -> number(run, search.metric()), values)
                .thenComparing(newest);
    }

    private static Long startMillis(Run run) {
        return run.startTime() == null ? null : run.startTime().toEpochMilli();
    }

    private static int rank(Run run, String metric) {
        Run.Metric found = run.metrics().get(metric);
        return found == null ? 2 : Double.isNaN(found.value()) ? 1 : 0;
    }

    private static double number(Run run, String metric) {
        // + 0.0, as the database does not tell -0.0 from 0.0
        return rank(run, metric) == 0 ? run.metrics().get(metric).value() + 0.0 : 0;
    }

    static boolean isFinite(Run run, String metric) {
        Run.Metric found = run.metrics().get(metric);
        return found != null && Double.isFinite(found.value()) && Math.abs(found.value()) != Double.MAX_VALUE;
    }

    /** A run of a search, of which the logged models are not known. */
    static Run read(JsonObject message) throws TrackingException {
        return read(message, Set.of(), Set.of());
    }

    private static Run read(JsonObject message, Set<String> modelOutputs, Set<String> modelInputs)
            throws TrackingException {
        JsonObject info = message.object("info");
        String id = info.id(info.has("run_id") ? "run_id" : "run_uuid");
        message.require(id != null, "with a run that has no id");
        Long end = info.integer("end_time");
        return new Run(
                id,
                info.id("experiment_id"),
                status(info.textOrEmpty("status")),
                !isActive(info),
                info.instant("start_time"),
                end != null && end > 0 ? info.instant("end_time") : null,
                metrics(message),
                datasetDigests(message),
                modelOutputs,
                modelInputs,
                RunTagFilter.parent(message),
                user(message),
                message.serverTime());
    }

    /** Older clients name the user in the run's info only. */
    private static String user(JsonObject message) throws TrackingException {
        String tag = RunTagFilter.tag(message, "mlflow.user");
        return tag == null ? message.object("info").id("user_id") : tag;
    }

    private static Set<String> datasetDigests(JsonObject message) throws TrackingException {
        Set<String> digests = new HashSet<>();
        for (JsonObject input : message.object("inputs").objects("dataset_inputs")) {
            String digest = input.object("dataset").text("digest");
            if (digest != null) {
                digests.add(digest);
            }
        }
        return digests;
    }

    private static Map<String, Run.Metric> metrics(JsonObject message) throws TrackingException {
        Map<String, Run.Metric> metrics = new HashMap<>();
        for (JsonObject metric : message.object("data").objects("metrics")) {
            String key = metric.text("key");
            Run.Metric value = metric(metric);
            if (key != null && value != null) {
                Run.Metric other = metrics.put(key, value);
                message.require(other == null || other.equals(value), "with two values of metric '" + key + "'");
            }
        }
        return metrics;
    }

    /** Null for a metric without a value. */
    static Run.Metric metric(JsonObject message) throws TrackingException {
        Double value = message.number("value");
        Long timestamp = message.integer("timestamp");
        Long step = message.integer("step");
        return value == null ? null : new Run.Metric(value, timestamp == null ? 0 : timestamp, step == null ? 0 : step);
    }

    private static Run.Status status(String status) {
        return switch (status) {
            case "RUNNING" -> Run.Status.RUNNING;
            case "SCHEDULED" -> Run.Status.SCHEDULED;
            case "FINISHED" -> Run.Status.FINISHED;
            case "FAILED" -> Run.Status.FAILED;
            case "KILLED" -> Run.Status.KILLED;
            default -> Run.Status.UNKNOWN;
        };
    }

    private static boolean isActive(JsonObject message) throws TrackingException {
        String stage = message.text("lifecycle_stage");
        return stage == null || stage.equalsIgnoreCase(ACTIVE);
    }
}
