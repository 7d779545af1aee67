package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.mlflow.api.proto.ModelRegistry;
import org.mlflow.api.proto.Service;

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
        Service.SearchRuns.Builder message = search(experimentId, Service.ViewType.ACTIVE_ONLY, size)
                .addAllOrderBy(RunQueries.orderBy(newestFirst));
        String given = filter == null ? "" : filter.strip();
        if (!given.isEmpty()) {
            message.setFilter(given);
        }
        if (token != null) {
            message.setPageToken(token);
        }
        String subject = "experiment '" + experimentId + "'" + (given.isEmpty() ? "" : ", filter " + given);
        ParsedResponse<Service.SearchRuns.Response.Builder> response = ask(message, subject);
        List<Run> runs = runs(response, experimentId);
        Comparator<Run> order = RunQueries.order(newestFirst);
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            response.require(!run.deleted(), "with the deleted run '" + run.id() + "'");
            response.require(
                    i == 0 || order.compare(runs.get(i - 1), run) <= 0,
                    "with runs in another order than newest start time first");
        }
        return page(response, runs, runs.size(), response.message().getNextPageToken());
    }

    List<Run> runsById(String experimentId, List<String> ids) throws TrackingException, InterruptedException {
        String filter = ids.stream().collect(Collectors.joining("', '", "attributes.run_id IN ('", "')"));
        ParsedResponse<Service.SearchRuns.Response.Builder> response = ask(
                search(experimentId, Service.ViewType.ALL, ids.size()).setFilter(filter),
                ids.size() + " runs of experiment '" + experimentId + "'");
        List<Run> runs = runs(response, experimentId);
        Set<String> wanted = new HashSet<>(ids);
        for (Run run : runs) {
            response.require(wanted.remove(run.id()), "with the run '" + run.id() + "', which was not asked for");
        }
        return runs;
    }

    private static Service.SearchRuns.Builder search(String experimentId, Service.ViewType view, int size) {
        return Service.SearchRuns.newBuilder()
                .addExperimentIds(experimentId)
                .setRunViewType(view)
                .setMaxResults(size);
    }

    private ParsedResponse<Service.SearchRuns.Response.Builder> ask(Service.SearchRuns.Builder message, String subject)
            throws TrackingException, InterruptedException {
        return transport.begin()
                .ask(ApiRequest.post("runs/search", subject, message.build()), Service.SearchRuns.Response.newBuilder());
    }

    private static List<Run> runs(ParsedResponse<Service.SearchRuns.Response.Builder> response, String experimentId)
            throws TrackingException {
        List<Run> runs = new ArrayList<>();
        for (Service.Run entry : response.message().build().getRunsList()) {
            Run run = RunQueries.read(entry, response);
            response.require(
                    experimentId.equals(run.experimentId()),
                    "with the run '" + run.id() + "' of experiment '" + run.experimentId() + "'");
            runs.add(run);
        }
        return runs;
    }

    Page<ModelVersion> versions(String model, int size, String token) throws TrackingException, InterruptedException {
        ParsedResponse<ModelRegistry.SearchModelVersions.Response.Builder> response = VersionQueries.search(
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
        return page(response, versions, response.message().getModelVersionsCount(), response.message().getNextPageToken());
    }

    /**
     * All values of a metric. The page size is always sent: without it some servers send nothing and a token that never
     * advances.
     */
    List<Run.Metric> metric(String runId, String metric) throws TrackingException, InterruptedException {
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
        PageTokens tokens = new PageTokens(MOST_METRIC_PAGES, "The " + subject + " has more than "
                + (long) METRIC_PAGE * MOST_METRIC_PAGES + " values. Use the last value, or log fewer.");
        List<Run.Metric> values = new ArrayList<>();
        ParsedResponse<Service.GetMetricHistory.Response.Builder> response;
        do {
            response = transport.begin().ask(request.page(tokens.next()), Service.GetMetricHistory.Response.newBuilder());
            for (Service.Metric value : response.message().getMetricsList()) {
                response.require(
                        !value.hasKey() || value.getKey().equals(metric),
                        "with a value of metric '" + value.getKey() + "'");
                response.require(value.hasValue(), "with an entry that has no value");
                values.add(new Run.Metric(value.getValue(), value.getTimestamp(), value.getStep()));
            }
        } while (tokens.follow(response, response.message().getNextPageToken()));
        return values;
    }

    private static <T> Page<T> page(ParsedResponse<?> response, List<T> items, int received, String nextToken)
            throws TrackingException {
        response.require(received > 0 || nextToken.isEmpty(), "with an empty page and a token for another one");
        return new Page<>(items, nextToken.isEmpty() ? null : nextToken);
    }
}
