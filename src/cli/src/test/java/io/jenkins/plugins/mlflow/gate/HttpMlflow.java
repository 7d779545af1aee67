package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Experiment;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.RunSearch;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** MLflow's REST API in front of a {@link FakeMlflow}, as far as a gate uses it. */
final class HttpMlflow implements FaultProxy.Upstream {
    private final FakeMlflow mlflow;
    private final Clock clock;

    HttpMlflow(FakeMlflow mlflow, Clock clock) {
        this.mlflow = mlflow;
        this.clock = clock;
    }

    @Override
    public synchronized FaultProxy.Reply answer(FaultProxy.Request request) {
        try {
            return reply(200, answer(request.endpoint(), parameters(request)));
        } catch (TrackingException e) {
            return e.category() == ErrorCategory.NOT_FOUND
                    ? refusal(404, "RESOURCE_DOES_NOT_EXIST", e.getMessage())
                    : refusal(400, "INVALID_PARAMETER_VALUE", e.getMessage());
        }
    }

    private FaultProxy.Reply refusal(int status, String code, String message) {
        return reply(status, object("error_code", code, "message", message));
    }

    private FaultProxy.Reply reply(int status, Map<String, Object> body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atOffset(ZoneOffset.UTC)));
        return new FaultProxy.Reply(status, headers, Json.write(body).getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> parameters(FaultProxy.Request request) {
        Map<String, String> parameters = new HashMap<>();
        if (!request.body().isEmpty()) {
            ((Map<?, ?>) Json.read(request.body()))
                    .forEach((key, value) -> parameters.put((String) key, String.valueOf(value)));
        }
        int question = request.target().indexOf('?');
        for (String pair : question < 0 ? new String[0] : request.target().substring(question + 1).split("&")) {
            String[] parts = pair.split("=", 2);
            parameters.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private Map<String, Object> answer(Endpoint endpoint, Map<String, String> asked) throws TrackingException {
        String model = asked.get("name");
        switch (endpoint) {
            case EXPERIMENT:
                return object("experiment", experiment(mlflow.experimentByName(asked.get("experiment_name"))));
            case SEARCH_RUNS:
                return runs(mlflow.firstRun(
                        new RunSearch(asked.get("experiment_ids").replaceAll("[\\[\\]]", ""), null, null, false, null)));
            case RUN:
                return object("run", run(mlflow.run(asked.get("run_id"))));
            case HISTORY:
                return object("metrics", history(asked.get("run_id"), asked.get("metric_key")));
            case VERSION:
                return object("model_version", version(mlflow.version(model, asked.get("version"))));
            case VERSIONS:
                return versions(asked.get("filter"));
            case MODEL:
                mlflow.modelExists(model);
                return object("registered_model", object("name", model));
            case ALIAS:
                return object("model_version", version(mlflow.versionByAlias(model, asked.get("alias"))
                        .orElseThrow(() -> TrackingException.permanent(ErrorCategory.PROTOCOL, "Registered model alias "
                                + asked.get("alias") + " not found."))));
            case STAGE:
                return list(mlflow.versionInStage(model, asked.get("stages").replaceAll("[\\[\\]]", "")));
            case CREATE:
                return object(
                        "model_version",
                        version(mlflow.createVersion(model, asked.get("source"), asked.get("run_id"))));
            case SET_ALIAS:
                mlflow.setAlias(model, asked.get("alias"), asked.get("version"));
                return Map.of();
            case TRANSITION:
                mlflow.transitionStage(
                        model,
                        asked.get("version"),
                        asked.get("stage"),
                        Boolean.parseBoolean(asked.get("archive_existing_versions")));
                return object("model_version", version(mlflow.version(model, asked.get("version"))));
            case TAG:
                mlflow.setVersionTags(model, asked.get("version"), Map.of(asked.get("key"), asked.get("value")));
                return Map.of();
            default:
                throw new IllegalArgumentException("there is no " + endpoint);
        }
    }

    private static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i + 1] != null) {
                object.put((String) namesAndValues[i], namesAndValues[i + 1]);
            }
        }
        return object;
    }

    private static Map<String, Object> experiment(Experiment experiment) {
        return object(
                "experiment_id", experiment.id(), "name", experiment.name(), "lifecycle_stage", "active");
    }

    private Map<String, Object> runs(Optional<Run> run) {
        return run.isPresent() ? object("runs", List.of(run(run.get()))) : Map.of();
    }

    private static Map<String, Object> run(Run run) {
        List<Object> metrics = new ArrayList<>();
        run.metrics().forEach((key, value) -> metrics.add(metric(key, value)));
        List<Object> datasets = new ArrayList<>();
        run.datasetDigests()
                .forEach(digest -> datasets.add(object("dataset", object("name", "data", "digest", digest))));
        return object(
                "info",
                object(
                        "run_id", run.id(), "run_uuid", run.id(), "experiment_id", run.experimentId(),
                        "status", run.status().name(), "lifecycle_stage", run.deleted() ? "deleted" : "active",
                        "start_time", run.startTime() == null ? null : run.startTime().toEpochMilli(),
                        "end_time", run.endTime() == null ? null : run.endTime().toEpochMilli()),
                "data",
                object("metrics", metrics),
                "inputs",
                object("dataset_inputs", datasets));
    }

    private static Map<String, Object> metric(String key, Run.Metric metric) {
        return object("key", key, "value", metric.value(), "timestamp", metric.timestamp(), "step", metric.step());
    }

    private List<Object> history(String run, String metric) throws TrackingException {
        List<Object> metrics = new ArrayList<>();
        mlflow.history(run, metric).forEach(value -> metrics.add(metric(metric, value)));
        return metrics;
    }

    private Map<String, Object> versions(String filter) throws TrackingException {
        int run = filter.indexOf("run_id = '");
        String runId = run < 0 ? null : filter.substring(run + 10, filter.indexOf('\'', run + 10));
        return list(mlflow.highestVersion(filter.substring(8, filter.indexOf('\'', 8)), runId));
    }

    private static Map<String, Object> list(Optional<ModelVersion> version) {
        return version.isPresent() ? object("model_versions", List.of(version(version.get()))) : Map.of();
    }

    private static Map<String, Object> version(ModelVersion version) {
        return object(
                "name", version.model(), "version", version.version(), "run_id", version.runId(),
                "current_stage", version.stage(), "status", version.status().name(), "source", version.source());
    }
}
