package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.tracking.Artifact;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Experiment;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.RegisteredModel;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.RunSearch;
import io.jenkins.plugins.mlflow.tracking.TagSearch;
import io.jenkins.plugins.mlflow.tracking.TaggedRun;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** MLflow's REST API in front of a {@link FakeMlflow}, as far as a gate uses it. */
final class MlflowApi {
    /** @param target path and query */
    record Request(String method, String target, Map<String, String> headers, String body) {
        Endpoint endpoint() {
            return Endpoint.of(method, target);
        }

        /** Of the query and the body. */
        Map<String, String> parameters() {
            Map<String, String> parameters = new HashMap<>();
            if (!body.isEmpty()) {
                ((Map<?, ?>) Json.read(body))
                        .forEach((key, value) -> parameters.put((String) key, String.valueOf(value)));
            }
            int query = target.indexOf('?');
            for (String pair :
                    query < 0 ? new String[0] : target.substring(query + 1).split("&")) {
                String[] parts = pair.split("=", 2);
                parameters.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
            return parameters;
        }
    }

    record Reply(int status, Map<String, String> headers, byte[] body) {
        Reply with(String header, String value) {
            Map<String, String> changed = new LinkedHashMap<>(headers);
            changed.put(header, value);
            return new Reply(status, changed, body);
        }

        Reply with(byte[] other) {
            return new Reply(status, headers, other);
        }

        /** As it goes over the wire, with the length that it says it has. */
        byte[] bytes(int announced) {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Whatever\r\nConnection: close\r\n"
                    + "Content-Length: " + announced + "\r\n");
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            byte[] first = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
            byte[] whole = new byte[first.length + body.length];
            System.arraycopy(first, 0, whole, 0, first.length);
            System.arraycopy(body, 0, whole, first.length, body.length);
            return whole;
        }

        byte[] bytes() {
            return bytes(body.length);
        }
    }

    private final FakeMlflow mlflow;
    private final Clock clock;

    MlflowApi(FakeMlflow mlflow, Clock clock) {
        this.mlflow = mlflow;
        this.clock = clock;
    }

    synchronized Reply answer(Request request) {
        try {
            String path = request.target().replaceAll("\\?.*", "");
            return reply(
                    200, answer(request.endpoint(), path.substring(path.lastIndexOf('/') + 1), request.parameters()));
        } catch (TrackingException e) {
            return e.category() == ErrorCategory.NOT_FOUND
                    ? refusal(404, "RESOURCE_DOES_NOT_EXIST", e.getMessage())
                    : refusal(400, "INVALID_PARAMETER_VALUE", e.getMessage());
        }
    }

    private Reply refusal(int status, String code, String message) {
        return reply(status, object("error_code", code, "message", message));
    }

    private Reply reply(int status, Map<String, Object> body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put(
                "Date",
                DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atOffset(ZoneOffset.UTC)));
        return new Reply(status, headers, Json.write(body).getBytes(StandardCharsets.UTF_8));
    }

    /** @param last part of the path */
    private Map<String, Object> answer(Endpoint endpoint, String last, Map<String, String> asked)
            throws TrackingException {
        String model = asked.get("name");
        switch (endpoint) {
            case EXPERIMENT:
                return object("experiment", experiment(mlflow.experimentByName(asked.get("experiment_name"))));
            case EXPERIMENT_NAME:
                return object("experiment", experiment(mlflow.experiment(asked.get("experiment_id"))));
            case ARTIFACTS:
                return object("files", artifacts(mlflow.artifacts(asked.get("run_id"), asked.get("path"))));
            case EXPERIMENTS:
                List<Object> experiments = new ArrayList<>();
                mlflow.experiments.forEach((name, id) ->
                        experiments.add(object("experiment_id", id, "name", name, "lifecycle_stage", "active")));
                return object("experiments", experiments);
            case SEARCH_RUNS:
                if (asked.getOrDefault("filter", "").contains("tags.`")) {
                    return taggedRuns(asked.get("filter"));
                }
                return runs(mlflow.firstRun(new RunSearch(
                        asked.get("experiment_ids").replaceAll("[\\[\\]]", ""), null, null, false, null)));
            case RUN:
                return object("run", run(mlflow.run(asked.get("run_id"))));
            case HISTORY:
                return object("metrics", history(asked.get("run_id"), asked.get("metric_key")));
            case LOGGED_MODEL:
                return object("model", loggedModel(mlflow.loggedModel(last)));
            case LOGGED_MODELS:
                return object("models", loggedModels(quoted(asked.get("filter"), "source_run_id")));
            case VERSION:
                return object("model_version", version(mlflow.version(model, asked.get("version"))));
            case FILES:
                return object(
                        "artifact_uri",
                        LoggedModel.source(
                                mlflow.files(model, asked.get("version")).loggedModelId()));
            case VERSIONS:
                return versions(asked.get("filter"));
            case MODEL:
                return object(
                        "registered_model",
                        model(mlflow.registeredModel(model)
                                .orElseThrow(() -> TrackingException.permanent(
                                        ErrorCategory.NOT_FOUND,
                                        "Registered Model with name=" + model + " not found"))));
            case ALIAS:
                return object(
                        "model_version",
                        version(mlflow.versionByAlias(model, asked.get("alias"))
                                .orElseThrow(() -> TrackingException.permanent(
                                        ErrorCategory.PROTOCOL,
                                        "Registered model alias " + asked.get("alias") + " not found."))));
            case STAGE:
                return list(mlflow.versionInStage(model, asked.get("stages").replaceAll("[\\[\\]]", "")));
            case CREATE:
                return object(
                        "model_version",
                        version(
                                asked.containsKey("model_id")
                                        ? mlflow.createVersionFrom(model, asked.get("model_id"), asked.get("run_id"))
                                        : mlflow.createVersion(model, asked.get("source"), asked.get("run_id"))));
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

    private static List<Object> artifacts(List<Artifact> artifacts) {
        List<Object> files = new ArrayList<>();
        artifacts.forEach(artifact -> files.add(object("path", artifact.path(), "is_dir", artifact.directory())));
        return files;
    }

    private static Map<String, Object> experiment(Experiment experiment) {
        return object("experiment_id", experiment.id(), "name", experiment.name(), "lifecycle_stage", "active");
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> taggedRuns(String filter) throws TrackingException {
        Map<String, String> tags = new LinkedHashMap<>();
        Matcher wanted = Pattern.compile("tags\\.`([^`]+)` = '([^']*)'").matcher(filter);
        while (wanted.find()) {
            tags.put(wanted.group(1), wanted.group(2));
        }
        List<Object> found = new ArrayList<>();
        for (TaggedRun run : mlflow.taggedRuns(new TagSearch(tags, null, null, true, 100))) {
            Map<String, Object> message = run(run.run());
            List<Object> own = new ArrayList<>();
            tags.forEach((key, value) -> own.add(object("key", key, "value", value)));
            if (run.run().parentRunId() != null) {
                own.add(object("key", "mlflow.parentRunId", "value", run.run().parentRunId()));
            }
            Map<String, Object> data = new LinkedHashMap<>((Map<String, Object>) message.get("data"));
            data.put("tags", own);
            message.put("data", data);
            found.add(message);
        }
        return object("runs", found);
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
        List<Object> models = new ArrayList<>();
        run.modelOutputs().forEach(id -> models.add(object("model_id", id, "step", 0)));
        List<Object> evaluated = new ArrayList<>();
        run.modelInputs().forEach(id -> evaluated.add(object("model_id", id)));
        return object(
                "info",
                object(
                        "run_id",
                        run.id(),
                        "run_uuid",
                        run.id(),
                        "experiment_id",
                        run.experimentId(),
                        "status",
                        run.status().name(),
                        "lifecycle_stage",
                        run.deleted() ? "deleted" : "active",
                        "start_time",
                        run.startTime() == null ? null : run.startTime().toEpochMilli(),
                        "end_time",
                        run.endTime() == null ? null : run.endTime().toEpochMilli()),
                "data",
                object("metrics", metrics),
                "inputs",
                object("dataset_inputs", datasets, "model_inputs", evaluated.isEmpty() ? null : evaluated),
                "outputs",
                models.isEmpty() ? null : object("model_outputs", models));
    }

    private static Map<String, Object> metric(String key, Run.Metric metric) {
        return object("key", key, "value", metric.value(), "timestamp", metric.timestamp(), "step", metric.step());
    }

    private List<Object> history(String run, String metric) throws TrackingException {
        List<Object> metrics = new ArrayList<>();
        mlflow.history(run, metric, value -> metrics.add(metric(metric, value)));
        return metrics;
    }

    private List<Object> loggedModels(String run) throws TrackingException {
        List<Object> models = new ArrayList<>();
        mlflow.loggedModels(null, run).forEach(model -> models.add(loggedModel(model)));
        return models;
    }

    private static Map<String, Object> loggedModel(LoggedModel model) {
        List<Object> metrics = new ArrayList<>();
        for (LoggedModel.Entry entry : model.metrics()) {
            Map<String, Object> metric = metric(entry.metric(), entry.value());
            metric.putAll(object(
                    "dataset_name",
                    entry.dataset(),
                    "dataset_digest",
                    entry.digest(),
                    "model_id",
                    model.id(),
                    "run_id",
                    entry.runId()));
            metrics.add(metric);
        }
        return object(
                "info",
                object(
                        "model_id",
                        model.id(),
                        "name",
                        model.name(),
                        "source_run_id",
                        model.sourceRunId(),
                        "status",
                        "LOGGED_MODEL_" + model.status()),
                "data",
                object("metrics", metrics));
    }

    private Map<String, Object> versions(String filter) throws TrackingException {
        String model = quoted(filter, "name");
        String source = quoted(filter, "source_path");
        String run = quoted(filter, "run_id");
        Matcher tag = Pattern.compile("tags\\.`([^`]+)` != ''").matcher(filter);
        if (tag.find()) {
            return tagged(model, tag.group(1));
        }
        Matcher value = Pattern.compile("tags\\.`([^`]+)` = '([^']*)'").matcher(filter);
        if (value.find()) {
            List<Object> found = new ArrayList<>();
            mlflow.versionsWithTagValue(model, value.group(1), value.group(2))
                    .forEach(version -> found.add(version(version)));
            return object("model_versions", found);
        }
        if (source == null && run == null) {
            return list(mlflow.highestVersion(model));
        }
        return list(
                source == null
                        ? mlflow.highestVersionOfRun(model, run, version -> true)
                        : mlflow.highestVersionOf(model, source.replace(LoggedModel.source(""), ""), version -> true));
    }

    private Map<String, Object> tagged(String model, String tag) throws TrackingException {
        List<Object> found = new ArrayList<>();
        for (int number : mlflow.versions.descendingKeySet()) {
            if (mlflow.versions.get(number).tags.containsKey(tag)) {
                found.add(version(mlflow.version(model, String.valueOf(number))));
            }
        }
        return object("model_versions", found);
    }

    /** What a filter wants this to be, or null. */
    private static String quoted(String filter, String what) {
        Matcher wanted = Pattern.compile("\\b" + what + " = '([^']*)'").matcher(filter);
        return wanted.find() ? wanted.group(1) : null;
    }

    private static Map<String, Object> list(Optional<ModelVersion> version) {
        return version.isPresent() ? object("model_versions", List.of(version(version.get()))) : Map.of();
    }

    private Map<String, Object> model(RegisteredModel model) throws TrackingException {
        List<Object> aliases = new ArrayList<>();
        model.aliases().forEach((alias, version) -> aliases.add(object("alias", alias, "version", version)));
        return object(
                "name",
                model.name(),
                "creation_timestamp",
                model.created().toEpochMilli(),
                "aliases",
                aliases,
                "latest_versions",
                model.highestVersion() == null
                        ? null
                        : List.of(version(mlflow.version(model.name(), String.valueOf(model.highestVersion())))));
    }

    private static Map<String, Object> version(ModelVersion version) {
        return object(
                "name",
                version.model(),
                "version",
                version.version(),
                "run_id",
                version.runId(),
                "current_stage",
                version.stage(),
                "status",
                version.status().name(),
                "source",
                version.source(),
                "creation_timestamp",
                version.created() == null ? null : version.created().toEpochMilli(),
                "tags",
                version.tags().isEmpty() ? null : tags(version));
    }

    private static List<Object> tags(ModelVersion version) {
        List<Object> tags = new ArrayList<>();
        version.tags().forEach((key, value) -> tags.add(object("key", key, "value", value)));
        return tags;
    }
}
