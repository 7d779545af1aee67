package io.jenkins.plugins.mlflow.tracking;

import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.CONFIGURATION;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.CONFLICT;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.FORBIDDEN;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.NOT_FOUND;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.PROTOCOL;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.TIMEOUT;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.UNAUTHORIZED;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.UNREACHABLE;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Turns every response that is not MLflow's good one into a {@link TrackingException} with its category, whether a retry is
 * worthwhile, and a message: the request, the response, what to do.
 */
final class ErrorMapper {
    static final String PROXY_OR_LOGIN =
            "A proxy or login page responded in place of MLflow; check the tracking URI and any reverse proxy in front of the server.";
    private static final int EXCERPT = 300;
    private static final int MOST_ADDRESSES = 1_000;
    private static final Pattern NAME_OF_THREE_PARTS = Pattern.compile("'[^'.]+\\.[^'.]+\\.[^'.]+'");
    private static final String NOT_OFFERED =
            " does not offer that part of MLflow's REST API. What the gate needs of a server is in "
                    + "docs/command-line.md (servers that are not MLflow's own).";

    /** Addresses below which MLflow's API has been seen in this process. */
    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

    private final ServerAddress address;
    private final Credentials credentials;
    private final Credentials proxy;
    private final String workspace;

    ErrorMapper(ServerAddress address, Credentials credentials, Credentials proxy, String workspace) {
        this.address = address;
        this.credentials = credentials;
        this.proxy = proxy;
        this.workspace = workspace;
    }

    /** Returns if the status is a good one and the body may be MLflow's. */
    void check(ApiRequest request, HttpResult result) throws TrackingException {
        int status = result.status();
        if (!result.successful()) {
            throw refused(request, result, status);
        }
        if (result.isPage() || result.claimsToBeHtml()) {
            throw TrackingException.permanent(PROTOCOL, described(request, result, PROXY_OR_LOGIN));
        }
        if (result.isFromCache()) {
            throw TrackingException.permanent(
                    PROTOCOL,
                    described(
                            request,
                            result,
                            "A cache responded in place of MLflow (Age: " + excerpt(result.header("Age"))
                                    + "), so this may be out of date. Exclude MLflow's API from the cache."));
        }
    }

    private TrackingException refused(ApiRequest request, HttpResult result, int status) {
        if (workspace != null && complainsOfWorkspace(result)) {
            return TrackingException.permanent(
                    CONFIGURATION,
                    described(
                            request,
                            result,
                            "The workspace '" + workspace
                                    + "' is configured for this server, which does not have it; correct it or leave it out."));
        }
        if (result.errorCode().equals("RESOURCE_DOES_NOT_EXIST") && (status == 404 || status == 400)) {
            return TrackingException.permanent(
                    NOT_FOUND, described(request, result, "Check the name or id, and that this is the right server."));
        }
        if (status == 429) {
            return TrackingException.unsent(
                    UNREACHABLE,
                    described(request, result, "The server is rate limiting requests; try again later."),
                    result.retryAfter());
        }
        if (status >= 500) {
            return TrackingException.passing(
                    UNREACHABLE,
                    described(request, result, "Look at the log of the MLflow server, or of the proxy before it."),
                    result.retryAfter());
        }
        return switch (status) {
            case 401 ->
                TrackingException.permanent(UNAUTHORIZED, described(request, result, orPage(result, unauthorized())));
            case 403 ->
                TrackingException.permanent(FORBIDDEN, described(request, result, orPage(result, forbidden(result))));
            case 404 -> TrackingException.permanent(PROTOCOL, described(request, result, unknownRoute(result)));
            case 407 ->
                TrackingException.permanent(
                        PROTOCOL,
                        described(
                                request,
                                result,
                                "The HTTP proxy wants its own user and password: "
                                        + (proxy.header().isPresent()
                                                ? "it did not accept those of " + proxy.description() + "."
                                                : "give them in the proxy's settings.")));
            case 408 ->
                TrackingException.passing(
                        TIMEOUT,
                        described(request, result, "The request took too long to arrive."),
                        result.retryAfter());
            case 409 ->
                TrackingException.permanent(
                        CONFLICT,
                        described(request, result, "Something else changed it at the same time; run the gate again."));
            default ->
                status / 100 == 3
                        ? redirected(request, result)
                        : TrackingException.permanent(
                                PROTOCOL, described(request, result, orPage(result, unexpected(result))));
        };
    }

    /** 3.10 and later: 500 FEATURE_DISABLED without workspaces, 404 or 400 for one that is unknown or misspelt. */
    private static boolean complainsOfWorkspace(HttpResult result) {
        String message = result.errorMessage();
        return result.errorCode().equals("FEATURE_DISABLED") && message.contains("Workspace")
                || message.startsWith("Workspace '") && message.contains("not found")
                || message.startsWith("Workspace name '");
    }

    private String unauthorized() {
        return credentials.header().isPresent()
                ? "The server did not accept the credentials '" + credentials.description()
                        + "'; check them (MLflow's own basic-auth takes a user and password, not a token)."
                : "The server wants credentials, and no credentials are configured.";
    }

    private String forbidden(HttpResult result) {
        if (result.body().contains("Invalid Host header")) {
            String host = address.isHidden()
                    ? "and the host of its tracking URI"
                    : address.api("").getAuthority();
            return "The MLflow server does not accept the host name in the request: start it with --allowed-hosts "
                    + host + " (added to those it has).";
        }
        return "The server knows the credentials '" + credentials.description() + "', but they may not do this; "
                + "grant the permission (to read, or to manage the model if the gate promotes).";
    }

    private String unknownRoute(HttpResult result) {
        if (!result.errorCode().isEmpty()) {
            return "This server" + NOT_OFFERED;
        }
        if (result.text("error").startsWith("404 ")) {
            return "GitLab" + NOT_OFFERED;
        }
        if (result.text("message").startsWith("404 ")) {
            return "GitLab does not show this project to these credentials: check the project's id in the tracking URI, and that "
                    + "the token may use the API of this project.";
        }
        return SEEN.contains(address.toString())
                ? "The address is right, as other requests succeeded, but this server" + NOT_OFFERED
                : "This address is not MLflow's REST API: check the path prefix of the tracking URI.";
    }

    private static String unexpected(HttpResult result) {
        return result.errorCode().isEmpty()
                ? "This response is not from MLflow; check the tracking URI."
                : "The server did not accept the request; check what was asked for.";
    }

    private static String orPage(HttpResult result, String advice) {
        return result.isPage() ? PROXY_OR_LOGIN + " " + advice : advice;
    }

    private TrackingException redirected(ApiRequest request, HttpResult result) {
        String where;
        try {
            String host = URI.create(result.header("Location")).getHost();
            where = host == null ? "the same host" : "the host '" + masked(host) + "'";
        } catch (IllegalArgumentException e) {
            where = "an unreadable address";
        }
        return TrackingException.permanent(
                PROTOCOL,
                subject(request) + " returned " + result.status()
                        + ", a redirect to " + where
                        + ". Redirects are never followed, so that credentials go nowhere else; "
                        + "give the final address as the tracking URI (https in place of http, the whole path prefix).");
    }

    /** Keeps that MLflow's API was seen at this address. */
    void remember() {
        if (SEEN.size() >= MOST_ADDRESSES) {
            SEEN.clear();
        }
        SEEN.add(address.toString());
    }

    TrackingException notMlflow(ApiRequest request, HttpResult result, String what) {
        return TrackingException.permanent(
                PROTOCOL,
                subject(request) + " returned " + result.status() + " "
                        + excerpt(what) + ": " + excerpt(result.body())
                        + ". Check that the tracking URI leads to an MLflow server.");
    }

    /** A refusal that the caller understands better than {@link #check} does. */
    TrackingException described(ErrorCategory category, ApiRequest request, HttpResult result, String advice) {
        return TrackingException.permanent(category, described(request, result, advice));
    }

    TrackingException noTimeLeft(ApiRequest request) {
        return TrackingException.unsent(
                TIMEOUT, subject(request) + " was not sent: no time was left. Give the gate a longer timeout.", null);
    }

    TrackingException late(ApiRequest request, Duration waited) {
        return TrackingException.passing(
                TIMEOUT,
                subject(request) + " got no complete response within " + seconds(waited)
                        + ". Look at the load of the server, or raise the request timeout.",
                null);
    }

    /** @param through host and port of the proxy that was to pass the request on, or null */
    TrackingException noResponse(ApiRequest request, Throwable problem, String through) {
        String detail = problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
        return ConnectionFailure.of(problem).asException(subject(request), excerpt(detail), credentials, through);
    }

    private String described(ApiRequest request, HttpResult result, String advice) {
        return subject(request) + " returned " + result.status() + ": " + excerpt(result.body()) + ". " + advice
                + (isOfUnityCatalog(request, result)
                        ? " If this is Databricks: a model name of three parts is one of Unity "
                                + "Catalog, whose registry has another API (mlflow/unity-catalog) than MLflow's, which is not supported."
                        : "");
    }

    private static boolean isOfUnityCatalog(ApiRequest request, HttpResult result) {
        boolean refused = result.status() == 400 || result.status() == 403 || result.status() == 404;
        boolean ofRegistry = request.path().startsWith("registered-models/")
                || request.path().startsWith("model-versions/");
        return refused
                && ofRegistry
                && NAME_OF_THREE_PARTS.matcher(request.subject()).find();
    }

    private String subject(ApiRequest request) {
        return request.shown(address) + " (" + printable(masked(request.subject())) + ")";
    }

    /** Masked whole before it is cut, so that no part of a secret is left at the edge. */
    private String excerpt(String text) {
        String masked = printable(masked(text)).strip();
        if (masked.isEmpty()) {
            return "an empty body";
        }
        String cut = masked.length() > EXCERPT ? masked.substring(0, EXCERPT) + "…" : masked;
        return cut.endsWith(".") ? cut.substring(0, cut.length() - 1) : cut;
    }

    /** Without secrets, and without an address that is not to be shown. */
    private String masked(String text) {
        return address.hide(proxy.mask(credentials.mask(text)));
    }

    private static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0
                ? duration.toSeconds() + " s"
                : String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
