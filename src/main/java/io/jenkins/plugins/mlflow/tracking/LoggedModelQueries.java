package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Requests the logged models of MLflow 3. */
final class LoggedModelQueries {
    private static final int MOST_PAGES = 20;
    private static final Set<String> NO_SUCH_ROUTE = Set.of("", "ENDPOINT_NOT_FOUND", "NOT_FOUND");

    private final HttpTransport transport;

    LoggedModelQueries(HttpTransport transport) {
        this.transport = transport;
    }

    LoggedModel byId(String id) throws TrackingException, InterruptedException {
        if (!LoggedModel.isId(id)) {
            throw TrackingException.permanent(
                    ErrorCategory.CONFIGURATION, "'" + id + "' is not a valid logged model id (expected m-…).");
        }
        ApiRequest request = ApiRequest.get("logged-models/" + id, "logged model '" + id + "'");
        JsonObject response = ask(request);
        LoggedModel model = read(response.object("model"));
        response.require(model.id().equals(id), "with the logged model '" + model.id() + "' instead");
        return model;
    }

    List<LoggedModel> ofRun(String experimentId, String runId) throws TrackingException, InterruptedException {
        return search(
                List.of(experimentId),
                "source_run_id = " + VersionQueries.quoted(runId),
                "logged models of run '" + runId + "'",
                model -> runId.equals(model.sourceRunId()));
    }

    List<LoggedModel> withMetric(List<String> experimentIds, String metric, double value)
            throws TrackingException, InterruptedException {
        return search(
                experimentIds,
                "metrics.`" + metric + "` = " + value,
                "logged models with metric '" + metric + "'",
                model -> true);
    }

    private List<LoggedModel> search(
            List<String> experimentIds, String filter, String subject, Predicate<LoggedModel> fits)
            throws TrackingException, InterruptedException {
        List<LoggedModel> found = new ArrayList<>();
        PageTokens tokens = new PageTokens(
                MOST_PAGES,
                "The search for the " + subject + " did not end after " + MOST_PAGES
                        + " pages. Name the logged model with modelId.");
        JsonObject response;
        do {
            response = ask(ApiRequest.post(
                    "logged-models/search",
                    subject,
                    ApiRequest.message(
                            "experiment_ids", experimentIds,
                            "filter", filter,
                            "page_token", tokens.next().isEmpty() ? null : tokens.next())));
            for (JsonObject message : response.objects("models")) {
                LoggedModel model = read(message);
                response.require(fits.test(model), "with the logged model '" + model.id() + "' of another run");
                found.add(model);
            }
        } while (tokens.follow(response));
        return found;
    }

    private JsonObject ask(ApiRequest request) throws TrackingException, InterruptedException {
        HttpResult result = transport.begin().send(request);
        if (result.status() == 404 && NO_SUCH_ROUTE.contains(result.errorCode())) {
            throw transport
                    .errors()
                    .described(
                            ErrorCategory.CONFIGURATION,
                            request,
                            result,
                            "`modelId` and `dataset` need logged models, which this server does not support. Use MLflow 3, or remove"
                                    + " both. If this is MLflow 3, check the path prefix of the tracking URI.");
        }
        transport.errors().check(request, result);
        return JsonObject.parse(request, result, transport.errors());
    }

    private static LoggedModel read(JsonObject message) throws TrackingException {
        JsonObject info = message.object("info");
        String id = info.text("model_id");
        message.require(id != null && LoggedModel.isId(id), "without the logged model");
        List<LoggedModel.Entry> metrics = new ArrayList<>();
        for (JsonObject metric : message.object("data").objects("metrics")) {
            String of = metric.text("model_id");
            message.require(of == null || of.equals(id), "with a metric of the logged model '" + of + "'");
            String key = metric.text("key");
            Run.Metric value = RunQueries.metric(metric);
            message.require(key != null && value != null, "with a metric that has no key or value");
            metrics.add(new LoggedModel.Entry(
                    key, value, metric.text("dataset_name"), metric.text("dataset_digest"), metric.text("run_id")));
        }
        return new LoggedModel(
                id,
                info.text("name"),
                info.id("experiment_id"),
                info.text("source_run_id"),
                status(info.textOrEmpty("status")),
                isExternal(info),
                metrics);
    }

    private static boolean isExternal(JsonObject info) throws TrackingException {
        for (JsonObject tag : info.objects("tags")) {
            if ("mlflow.model.isExternal".equals(tag.text("key")) && "true".equalsIgnoreCase(tag.text("value"))) {
                return true;
            }
        }
        return false;
    }

    private static LoggedModel.Status status(String word) {
        return switch (word) {
            case "LOGGED_MODEL_READY" -> LoggedModel.Status.READY;
            case "LOGGED_MODEL_UPLOAD_FAILED" -> LoggedModel.Status.FAILED;
            default -> LoggedModel.Status.PENDING;
        };
    }
}
