package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.mlflow_project.google.protobuf.ListValue;
import org.mlflow_project.google.protobuf.Struct;
import org.mlflow_project.google.protobuf.Value;

/**
 * Reads and writes the webhooks of a server: MLflow 3.3 and later with a database has them. Each method sends one request once,
 * but {@link #list}, which reads all pages. Messages never show the secret of a webhook.
 */
public final class WebhookQueries {
    private static final String PATH = "webhooks";
    private static final int PAGE = 100;
    private static final int MOST_PAGES = 50;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    /** What servers without webhooks respond: an unknown route, or one that is there and not for them. */
    private static final Set<Integer> NOT_OFFERED = Set.of(404, 405, 501);

    private static final Set<String> NOT_OFFERED_CODES = Set.of("ENDPOINT_NOT_FOUND", "NOT_IMPLEMENTED", "FEATURE_DISABLED");

    private final HttpTransport transport;
    private final String secret;

    /** @param transport one that hides the secret */
    WebhookQueries(HttpTransport transport, String secret) {
        this.transport = transport;
        this.secret = secret;
    }

    /** All webhooks; empty if the server offers none at all. */
    public Optional<List<Webhook>> list() throws TrackingException, InterruptedException {
        PageTokens tokens =
                new PageTokens(MOST_PAGES, "The list of webhooks did not end after " + MOST_PAGES + " pages. Delete some of them.");
        List<Webhook> found = new ArrayList<>();
        ParsedResponse<Struct.Builder> response;
        String next;
        do {
            ApiRequest request = ApiRequest.get(PATH, "webhooks", "max_results", String.valueOf(PAGE)).page(tokens.next());
            HttpResult result = transport.begin().send(request);
            if (isNotOffered(result)) {
                return Optional.empty();
            }
            transport.errors().check(request, result);
            response = ParsedResponse.parse(request, result, Struct.newBuilder(), transport.errors());
            Struct page = response.message().build();
            for (Struct webhook : StructReader.objects(page, "webhooks")) {
                found.add(webhook(response, webhook));
            }
            next = StructReader.text(page, "next_page_token");
        } while (tokens.follow(response, next == null ? "" : next));
        return Optional.of(found);
    }

    private static boolean isNotOffered(HttpResult result) {
        return NOT_OFFERED.contains(result.status()) && !result.errorCode().equals("RESOURCE_DOES_NOT_EXIST")
                || !result.successful() && NOT_OFFERED_CODES.contains(result.errorCode())
                        && !result.errorMessage().contains("orkspace");
    }

    /**
     * Makes an active webhook.
     *
     * @param events such as {@code model_version.created}
     */
    public Webhook create(String name, String url, List<String> events)
            throws TrackingException, InterruptedException {
        Struct message = message(url, events).putFields("name", StructReader.value(name)).build();
        return change(ApiRequest.post(PATH, "a webhook to " + url, message), url);
    }

    /** Gives a webhook its address, events and secret anew, and makes it active. */
    public Webhook update(String id, String url, List<String> events)
            throws TrackingException, InterruptedException {
        if (!ID.matcher(id).matches()) {
            throw TrackingException.permanent(
                    ErrorCategory.PROTOCOL, "The webhook to " + url + " has an id that cannot be asked for. Check the server.");
        }
        return change(
                ApiRequest.patch(PATH + "/" + id, "the webhook to " + url, message(url, events).build()), url);
    }

    private Webhook change(ApiRequest request, String url) throws TrackingException, InterruptedException {
        ParsedResponse<Struct.Builder> response = transport.begin().change(request, Struct.newBuilder());
        Struct message = response.message().build();
        response.require(StructReader.has(message, "webhook"), "without the webhook");
        Webhook made = webhook(response, StructReader.object(message, "webhook"));
        response.require(made.url().equals(url), "with a webhook to another address");
        return made;
    }

    private Struct.Builder message(String url, List<String> events) {
        ListValue.Builder list = ListValue.newBuilder();
        for (String event : events) {
            int dot = event.indexOf('.');
            list.addValues(Value.newBuilder().setStructValue(Struct.newBuilder()
                    .putFields("entity", StructReader.value(event.substring(0, dot).toUpperCase(Locale.ROOT)))
                    .putFields("action", StructReader.value(event.substring(dot + 1).toUpperCase(Locale.ROOT)))));
        }
        return Struct.newBuilder()
                .putFields("url", StructReader.value(url))
                .putFields("events", Value.newBuilder().setListValue(list).build())
                .putFields("secret", StructReader.value(secret))
                .putFields("status", StructReader.value("ACTIVE"));
    }

    private static Webhook webhook(ParsedResponse<?> response, Struct message) throws TrackingException {
        String id = StructReader.text(message, "webhook_id");
        String url = StructReader.text(message, "url");
        response.require(id != null && url != null, "with a webhook without id or address");
        Set<String> events = new LinkedHashSet<>();
        for (Struct event : StructReader.objects(message, "events")) {
            events.add((StructReader.text(event, "entity") + "." + StructReader.text(event, "action")).toLowerCase(Locale.ROOT));
        }
        return new Webhook(id, StructReader.text(message, "name"), url, "ACTIVE".equals(StructReader.text(message, "status")), events);
    }
}
