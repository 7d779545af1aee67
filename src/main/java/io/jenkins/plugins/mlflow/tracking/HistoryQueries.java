package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Asks for runs and versions by the page and for the values of a metric, and refuses pages that hold something else or stand in
 * another order.
 */
final class HistoryQueries {
    private static final int METRIC_PAGE = 25_000;
    private static final int MOST_METRIC_PAGES = 40;

    private final HttpTransport transport;

    HistoryQueries(HttpTransport transport) {
        this.transport = transport;
    }

    Page<Run> runs(String experimentId, String filter, int size, String token)
            throws TrackingException, InterruptedException {
        RunSearch newestFirst = new RunSearch(experimentId, filter, null, false, null);
        String given = filter == null ? "" : filter.strip();
        String subject = "experiment '" + experimentId + "'" + (given.isEmpty() ? "" : ", filter " + given);
        JsonObject response = transport
                .begin()
                .ask(RunQueries.search(
                        subject,
                        List.of(experimentId),
                        "ACTIVE_ONLY",
                        size,
                        RunQueries.orderBy(newestFirst),
                        given,
                        token));
        List<Run> runs = runs(response, experimentId);
        Comparator<Run> order = RunQueries.order(newestFirst);
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            response.require(!run.deleted(), "with the deleted run '" + run.id() + "'");
            response.require(
                    i == 0 || order.compare(runs.get(i - 1), run) <= 0,
                    "with runs in another order than newest start time first");
        }
        return page(response, runs, runs.size());
    }

    List<Run> runsById(String experimentId, List<String> ids) throws TrackingException, InterruptedException {
        String filter = ids.stream().collect(Collectors.joining("', '", "attributes.run_id IN ('", "')"));
        JsonObject response = transport
                .begin()
                .ask(RunQueries.search(
                        ids.size() + " runs of experiment '" + experimentId + "'",
                        List.of(experimentId),
                        "ALL",
                        ids.size(),
                        List.of(),
                        filter,
                        null));
        List<Run> runs = runs(response, experimentId);
        Set<String> wanted = new HashSet<>(ids);
        for (Run run : runs) {
            response.require(wanted.remove(run.id()), "with the run '" + run.id() + "', which was not asked for");
        }
        return runs;
    }

    private static List<Run> runs(JsonObject response, String experimentId) throws TrackingException {
        List<Run> runs = new ArrayList<>();
        for (JsonObject message : response.objects("runs")) {
            Run run = RunQueries.read(message);
            response.require(
                    experimentId.equals(run.experimentId()),
                    "with the run '" + run.id() + "' of experiment '" + run.experimentId() + "'");
            runs.add(run);
        }
        return runs;
    }

    Page<ModelVersion> versions(String model, int size, String token) throws TrackingException, InterruptedException {
        JsonObject response = VersionQueries.search(
                transport,
                "name = " + VersionQueries.quoted(model),
                "versions of model '" + model + "'",
                size,
                token == null ? "" : token);
        List<ModelVersion> versions = VersionReader.readAll(response, model);
        for (ModelVersion version : versions) {
            response.require(
                    version.version().matches("[0-9]{1,18}"),
                    "with the version '" + version.version() + "', which is not a number");
        }
        return page(response, versions, response.objects("model_versions").size());
    }

    /**
     * Passes on all values of a metric, and keeps none. The page size is always sent: without it some servers send nothing and a token that never
     * advances.
     */
    void metric(String runId, String metric, Consumer<Run.Metric> values)
            throws TrackingException, InterruptedException {
        String subject = "history of metric '" + metric + "' of run '" + runId + "'";
        ApiRequest request = ApiRequest.get(
                "metrics/get-history",
                subject,
                "run_id",
                runId,
                "metric_key",
                metric,
                "max_results",
                String.valueOf(METRIC_PAGE));
        PageTokens tokens = PageTokens.ofStream(
                MOST_METRIC_PAGES,
                "The " + subject + " has more than " + (long) METRIC_PAGE * MOST_METRIC_PAGES
                        + " values. Use the last value, or log fewer.");
        JsonObject response;
        do {
            response = transport.begin().ask(request.page(tokens.next()));
            for (JsonObject message : response.objects("metrics")) {
                String key = message.text("key");
                response.require(key == null || key.equals(metric), "with a value of metric '" + key + "'");
                Run.Metric value = RunQueries.metric(message);
                response.require(value != null, "with an entry that has no value");
                values.accept(value);
            }
        } while (tokens.follow(response));
    }

    private static <T> Page<T> page(JsonObject response, List<T> items, int received) throws TrackingException {
        String nextToken = response.nextPageToken();
        response.require(received > 0 || nextToken.isEmpty(), "with an empty page and a token for another one");
        return new Page<>(items, nextToken.isEmpty() ? null : nextToken);
    }
}
