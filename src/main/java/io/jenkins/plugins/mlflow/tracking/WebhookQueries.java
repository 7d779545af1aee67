package io.jenkins.plugins.mlflow.tracking;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

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

    private static final Set<String> NOT_OFFERED_CODES =
            Set.of("ENDPOINT_NOT_FOUND", "NOT_IMPLEMENTED", "FEATURE_DISABLED");

    private final HttpTransport transport;
    private final String secret;

    /** @param transport one that hides the secret */
    WebhookQueries(HttpTransport transport, String secret) {
        this.transport = transport;
        this.secret = secret;
    }

    /** All webhooks; empty if the server offers none at all. */
    public Optional<List<Webhook>> list() throws TrackingException, InterruptedException {
        PageTokens tokens = new PageTokens(
                MOST_PAGES, "The list of webhooks did not end after " + MOST_PAGES + " pages. Delete some of them.");
        List<Webhook> found = new ArrayList<>();
        JsonObject response;
        do {
            ApiRequest request = ApiRequest.get(PATH, "webhooks", "max_results", String.valueOf(PAGE))
                    .page(tokens.next());
            HttpResult result = transport.begin().send(request);
            if (isNotOffered(result)) {
                return Optional.empty();
            }
            transport.errors().check(request, result);
            response = JsonObject.parse(request, result, transport.errors());
            for (JsonObject webhook : response.objects("webhooks")) {
                found.add(webhook(webhook));
            }
        } while (tokens.follow(response));
        return Optional.of(found);
    }

    private static boolean isNotOffered(HttpResult result) {
        return NOT_OFFERED.contains(result.status()) && !result.errorCode().equals("RESOURCE_DOES_NOT_EXIST")
                || !result.successful()
                        && NOT_OFFERED_CODES.contains(result.errorCode())
                        && !result.errorMessage().contains("orkspace");
    }

    /**
     * Makes an active webhook.
     *
     * @param events such as {@code model_version.created}
     */
    public Webhook create(String name, String url, List<String> events) throws TrackingException, InterruptedException {
        return change(ApiRequest.post(PATH, "a webhook to " + url, message(name, url, events)), url);
    }

    /** Gives a webhook its address, events and secret anew, and makes it active. */
    public Webhook update(String id, String url, List<String> events) throws TrackingException, InterruptedException {
        if (!ID.matcher(id).matches()) {
            throw TrackingException.permanent(
                    ErrorCategory.PROTOCOL,
                    "The webhook to " + url + " has an id that cannot be asked for. Check the server.");
        }
        return change(ApiRequest.patch(PATH + "/" + id, "the webhook to " + url, message(null, url, events)), url);
    }

    private Webhook change(ApiRequest request, String url) throws TrackingException, InterruptedException {
        JsonObject response = transport.begin().change(request);
        response.require(response.has("webhook"), "without the webhook");
        Webhook made = webhook(response.object("webhook"));
        response.require(made.url().equals(url), "with a webhook to another address");
        return made;
    }

    private Map<String, Object> message(String name, String url, List<String> events) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (String event : events) {
            int dot = event.indexOf('.');
            list.add(ApiRequest.message(
                    "entity", event.substring(0, dot).toUpperCase(Locale.ROOT),
                    "action", event.substring(dot + 1).toUpperCase(Locale.ROOT)));
        }
        return ApiRequest.message("name", name, "url", url, "events", list, "secret", secret, "status", "ACTIVE");
    }

    private static Webhook webhook(JsonObject message) throws TrackingException {
        String id = message.text("webhook_id");
        String url = message.text("url");
        message.require(id != null && url != null, "with a webhook without id or address");
        Set<String> events = new LinkedHashSet<>();
        for (JsonObject event : message.objects("events")) {
            events.add((event.text("entity") + "." + event.text("action")).toLowerCase(Locale.ROOT));
        }
        return new Webhook(id, message.text("name"), url, "ACTIVE".equals(message.text("status")), events);
    }
}
