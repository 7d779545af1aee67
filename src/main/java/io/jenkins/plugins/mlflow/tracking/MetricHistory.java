package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.mlflow.api.proto.Service;

/**
 * Reads all values of a metric, page by page. The page size is always sent: without it some servers answer nothing and a token
 * that never advances. A first request carries no token, which the oldest servers refuse.
 */
final class MetricHistory {
    private static final int PAGE = 25_000;
    private static final int MOST_PAGES = 40;

    private final HttpTransport transport;

    MetricHistory(HttpTransport transport) {
        this.transport = transport;
    }

    List<Run.Metric> read(String runId, String metric) throws TrackingException, InterruptedException {
        String subject = "history of metric '" + metric + "' of run '" + runId + "'";
        List<Run.Metric> values = new ArrayList<>();
        Set<String> tokens = new HashSet<>();
        String token = "";
        for (int page = 0; page < MOST_PAGES; page++) {
            ApiRequest request = token.isEmpty()
                    ? ApiRequest.get("metrics/get-history", subject, "run_id", runId, "metric_key", metric,
                            "max_results", String.valueOf(PAGE))
                    : ApiRequest.get("metrics/get-history", subject, "run_id", runId, "metric_key", metric,
                            "max_results", String.valueOf(PAGE), "page_token", token);
            ParsedResponse<Service.GetMetricHistory.Response.Builder> reading =
                    transport.begin().ask(request, Service.GetMetricHistory.Response.newBuilder());
            for (Service.Metric value : reading.message().getMetricsList()) {
                reading.require(
                        !value.hasKey() || value.getKey().equals(metric),
                        "with a value of metric '" + value.getKey() + "'");
                reading.require(value.hasValue(), "with an entry that has no value");
                values.add(new Run.Metric(value.getValue(), value.getTimestamp(), value.getStep()));
            }
            token = reading.message().getNextPageToken();
            if (token.isEmpty()) {
                return values;
            }
            reading.require(tokens.add(token), "with a page token that it gave before");
        }
        throw TrackingException.permanent(
                ErrorCategory.PROTOCOL,
                "The " + subject + " has more than " + (long) PAGE * MOST_PAGES
                        + " values. Use the last value, or log fewer.");
    }
}
