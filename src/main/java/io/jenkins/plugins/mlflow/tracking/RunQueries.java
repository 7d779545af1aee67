package io.jenkins.plugins.mlflow.tracking;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.mlflow.api.proto.Service;
import org.mlflow_project.google.protobuf.Struct;

/** Requests runs and experiments, and refuses a response that is about something else or in another order. */
final class RunQueries {
    private static final String ACTIVE = "active";

    private final HttpTransport transport;

    RunQueries(HttpTransport transport) {
        this.transport = transport;
    }

    Run run(String runId) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get("runs/get", "run '" + runId + "'", "run_id", runId);
        ParsedResponse<Service.GetRun.Response.Builder> reading =
                transport.begin().ask(request, Service.GetRun.Response.newBuilder());
        Service.GetRun.Response response = reading.message().build();
        reading.require(response.hasRun() && response.getRun().hasInfo(), "without the run");
        Struct run = plain(reading);
        Run read = read(
                response.getRun(),
                modelIds(reading, run, "outputs", "model_outputs"),
                modelIds(reading, run, "inputs", "model_inputs"),
                reading);
        reading.require(read.id().equals(runId), "with the run '" + read.id() + "' instead");
        return read;
    }

    /** The library's messages are older than MLflow 3's fields; other responses need not be parsed twice. */
    private static Struct plain(ParsedResponse<?> reading) throws TrackingException {
        if (!reading.result().body().contains("\"model_id\"")) {
            return Struct.getDefaultInstance();
        }
        return StructReader.object(reading.as(Struct.newBuilder()).message().build(), "run");
    }

    private static Set<String> modelIds(ParsedResponse<?> reading, Struct run, String part, String list)
            throws TrackingException {
        Set<String> ids = new HashSet<>();
        for (Struct model : StructReader.objects(StructReader.object(run, part), list)) {
            String id = StructReader.text(model, "model_id");
            reading.require(id != null && LoggedModel.isId(id), "with a logged model that has no id");
            ids.add(id);
        }
        return ids;
    }

    Experiment experiment(String id) throws TrackingException, InterruptedException {
        ApiRequest request = ApiRequest.get("experiments/get", "experiment '" + id + "'", "experiment_id", id);
        ParsedResponse<Service.GetExperiment.Response.Builder> reading =
                transport.begin().ask(request, Service.GetExperiment.Response.newBuilder());
        Service.Experiment found = reading.message().getExperiment();
        reading.require(found.hasName() && !found.getExperimentId().isEmpty(), "without the experiment");
        reading.require(found.getExperimentId().equals(id), "with the experiment '" + found.getExperimentId() + "' instead");
        return new Experiment(id, found.getName(), !isActive(found.getLifecycleStage()), reading.serverTime());
    }

    Experiment experimentByName(String name) throws TrackingException, InterruptedException {
        ApiRequest request = byName(name);
        ParsedResponse<Service.GetExperimentByName.Response.Builder> reading =
                transport.begin().ask(request, Service.GetExperimentByName.Response.newBuilder());
        Service.Experiment found = reading.message().getExperiment();
        reading.require(found.hasName() && !found.getExperimentId().isEmpty(), "without the experiment");
        reading.require(found.getName().equals(name), "with the experiment '" + found.getName() + "' instead");
        return new Experiment(
                found.getExperimentId(), found.getName(), !isActive(found.getLifecycleStage()), reading.serverTime());
    }

    static ApiRequest byName(String experiment) {
        return ApiRequest.get(
                "experiments/get-by-name", "experiment '" + experiment + "'", "experiment_name", experiment);
    }

    Optional<Run> firstRun(RunSearch search) throws TrackingException, InterruptedException {
        return new FirstRun(transport, search).find();
    }

    static List<String> orderBy(RunSearch search) {
        String newest = "attributes.start_time DESC";
        return search.metric() == null
                ? List.of(newest)
                : List.of("metrics.`" + search.metric() + "` " + (search.descending() ? "DESC" : "ASC"), newest);
    }

    /** MLflow's: stored infinities (±largest double) are numbers, then NaN, then runs without the metric. */
    static Comparator<Run> order(RunSearch search) {
        Comparator<Run> newest = Comparator.comparing(
                RunQueries::startMillis, Comparator.nullsLast(Comparator.<Long>reverseOrder()));
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
    static Run read(Service.Run message, ParsedResponse<?> reading) throws TrackingException {
        return read(message, Set.of(), Set.of(), reading);
    }

    private static Run read(
            Service.Run message, Set<String> modelOutputs, Set<String> modelInputs, ParsedResponse<?> reading)
            throws TrackingException {
        Service.RunInfo info = message.getInfo();
        String id = info.hasRunId() ? info.getRunId() : info.getRunUuid();
        reading.require(!id.isEmpty(), "with a run that has no id");
        return new Run(
                id,
                info.getExperimentId().isEmpty() ? null : info.getExperimentId(),
                info.hasStatus() ? status(info.getStatus()) : Run.Status.UNKNOWN,
                !isActive(info.getLifecycleStage()),
                info.hasStartTime() ? Instant.ofEpochMilli(info.getStartTime()) : null,
                info.hasEndTime() && info.getEndTime() > 0 ? Instant.ofEpochMilli(info.getEndTime()) : null,
                metrics(message, reading),
                datasetDigests(message),
                modelOutputs,
                modelInputs,
                RunTagFilter.parent(message),
                user(message),
                reading.serverTime());
    }

    /** Older clients name the user in the run's info only. */
    private static String user(Service.Run message) {
        String tag = RunTagFilter.tag(message, "mlflow.user");
        String info = message.getInfo().getUserId();
        return tag == null && !info.isEmpty() ? info : tag;
    }

    private static Set<String> datasetDigests(Service.Run message) {
        return message.getInputs().getDatasetInputsList().stream()
                .map(input -> input.getDataset().getDigest())
                .filter(digest -> !digest.isEmpty())
                .collect(Collectors.toSet());
    }

    private static Map<String, Run.Metric> metrics(Service.Run message, ParsedResponse<?> reading) throws TrackingException {
        Map<String, Run.Metric> metrics = new HashMap<>();
        for (Service.Metric metric : message.getData().getMetricsList()) {
            if (metric.hasKey() && metric.hasValue()) {
                Run.Metric value = new Run.Metric(metric.getValue(), metric.getTimestamp(), metric.getStep());
                Run.Metric other = metrics.put(metric.getKey(), value);
                reading.require(
                        other == null || other.equals(value),
                        "with two values of metric '" + metric.getKey() + "'");
            }
        }
        return metrics;
    }

    private static Run.Status status(Service.RunStatus status) {
        return switch (status) {
            case RUNNING -> Run.Status.RUNNING;
            case SCHEDULED -> Run.Status.SCHEDULED;
            case FINISHED -> Run.Status.FINISHED;
            case FAILED -> Run.Status.FAILED;
            case KILLED -> Run.Status.KILLED;
        };
    }

    private static boolean isActive(String lifecycleStage) {
        return lifecycleStage.isEmpty() || lifecycleStage.equalsIgnoreCase(ACTIVE);
    }
}
