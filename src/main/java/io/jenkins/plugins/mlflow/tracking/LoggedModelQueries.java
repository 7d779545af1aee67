package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.mlflow_project.google.protobuf.ListValue;
import org.mlflow_project.google.protobuf.Struct;
import org.mlflow_project.google.protobuf.Value;

/**
 * Requests the logged models of MLflow 3. The client library's messages are older than they are, so that responses are parsed
 * as plain JSON.
 */
final class LoggedModelQueries {
    private static final int MOST_PAGES = 20;
    private static final Set<String> NO_SUCH_ROUTE = Set.of("", "ENDPOINT_NOT_FOUND", "NOT_FOUND");

    private final HttpTransport transport;

    LoggedModelQueries(HttpTransport transport) {
        this.transport = transport;
    }

    LoggedModel byId(String id) throws TrackingException, InterruptedException {
        if (!LoggedModel.isId(id)) {
            throw TrackingException.permanent(ErrorCategory.CONFIGURATION, "'" + id + "' is not a valid logged model id (expected m-…).");
        }
        ApiRequest request = ApiRequest.get("logged-models/" + id, "logged model '" + id + "'");
        ParsedResponse<Struct.Builder> response = ask(transport.begin(), request);
        LoggedModel model = read(response, StructReader.object(response.message().build(), "model"));
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

    private List<LoggedModel> search(List<String> experimentIds, String filter, String subject, Predicate<LoggedModel> fits)
            throws TrackingException, InterruptedException {
        List<LoggedModel> found = new ArrayList<>();
        PageTokens tokens = new PageTokens(MOST_PAGES, "The search for the " + subject + " did not end after " + MOST_PAGES
                + " pages. Name the logged model with modelId.");
        ParsedResponse<Struct.Builder> response;
        String next;
        do {
            Struct.Builder message = Struct.newBuilder()
                    .putFields("experiment_ids", Value.newBuilder()
                            .setListValue(ListValue.newBuilder()
                                    .addAllValues(experimentIds.stream().map(StructReader::value).toList()))
                            .build())
                    .putFields("filter", StructReader.value(filter));
            if (!tokens.next().isEmpty()) {
                message.putFields("page_token", StructReader.value(tokens.next()));
            }
            response = ask(transport.begin(), ApiRequest.post("logged-models/search", subject, message.build()));
            Struct body = response.message().build();
            for (Struct entry : StructReader.objects(body, "models")) {
                LoggedModel model = read(response, entry);
                response.require(fits.test(model), "with the logged model '" + model.id() + "' of another run");
                found.add(model);
            }
            next = StructReader.text(body, "next_page_token");
        } while (tokens.follow(response, next == null ? "" : next));
        return found;
    }

    private ParsedResponse<Struct.Builder> ask(HttpTransport.Call call, ApiRequest request)
            throws TrackingException, InterruptedException {
        HttpResult result = call.send(request);
        if (result.status() == 404 && NO_SUCH_ROUTE.contains(result.errorCode())) {
            throw transport.errors().described(ErrorCategory.CONFIGURATION, request, result,
                    "`modelId` and `dataset` need logged models, which this server does not support. Use MLflow 3, or remove"
                            + " both. If this is MLflow 3, check the path prefix of the tracking URI.");
        }
        transport.errors().check(request, result);
        return ParsedResponse.parse(request, result, Struct.newBuilder(), transport.errors());
    }

    private static LoggedModel read(ParsedResponse<?> response, Struct message) throws TrackingException {
        Struct info = StructReader.object(message, "info");
        String id = StructReader.text(info, "model_id");
        response.require(id != null && LoggedModel.isId(id), "without the logged model");
        List<LoggedModel.Entry> metrics = new ArrayList<>();
        for (Struct metric : StructReader.objects(StructReader.object(message, "data"), "metrics")) {
            String of = StructReader.text(metric, "model_id");
            response.require(of == null || of.equals(id), "with a metric of the logged model '" + of + "'");
            String key = StructReader.text(metric, "key");
            Double value = StructReader.number(metric, "value");
            if (key == null || value == null) {
                throw response.contradiction("with a metric that has no key or value");
            }
            metrics.add(new LoggedModel.Entry(
                    key,
                    new Run.Metric(value, whole(metric, "timestamp"), whole(metric, "step")),
                    StructReader.text(metric, "dataset_name"),
                    StructReader.text(metric, "dataset_digest"),
                    StructReader.text(metric, "run_id")));
        }
        return new LoggedModel(
                id,
                StructReader.text(info, "name"),
                StructReader.text(info, "experiment_id"),
                StructReader.text(info, "source_run_id"),
                status(StructReader.text(info, "status")),
                isExternal(info),
                metrics);
    }

    private static boolean isExternal(Struct info) {
        return StructReader.objects(info, "tags").stream()
                .anyMatch(tag -> "mlflow.model.isExternal".equals(StructReader.text(tag, "key"))
                        && "true".equalsIgnoreCase(StructReader.text(tag, "value")));
    }

    private static long whole(Struct metric, String field) {
        Double number = StructReader.number(metric, field);
        return number == null ? 0 : number.longValue();
    }

    private static LoggedModel.Status status(String word) {
        return Map.of("LOGGED_MODEL_READY", LoggedModel.Status.READY,
                        "LOGGED_MODEL_UPLOAD_FAILED", LoggedModel.Status.FAILED)
                .getOrDefault(word == null ? "" : word, LoggedModel.Status.PENDING);
    }
}
