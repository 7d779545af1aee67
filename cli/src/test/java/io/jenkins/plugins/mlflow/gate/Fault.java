package io.jenkins.plugins.mlflow.gate;

import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.CONFIGURATION;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.CONFLICT;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.FORBIDDEN;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.NOT_FOUND;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.PROTOCOL;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.TIMEOUT;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.UNAUTHORIZED;
import static io.jenkins.plugins.mlflow.tracking.ErrorCategory.UNREACHABLE;

import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;

/** What can go wrong between a gate and MLflow, what the gate must say of it, and whether it may go on. */
enum Fault {
    REFUSED(Kind.UNSENT, proxy -> "http://127.0.0.1:9", "could not connect", UNREACHABLE),
    HOST_NOT_RESOLVED(Kind.UNSENT, proxy -> "http://no-such-host.invalid", "no such host", UNREACHABLE),
    UNTRUSTED_CERTIFICATE(
            Kind.REFUSED, proxy -> proxy.secured(TestCertificates.STRANGERS), "CA certificates", UNREACHABLE),
    CERTIFICATE_OF_ANOTHER_HOST(
            Kind.REFUSED, proxy -> proxy.secured(TestCertificates.ANOTHER_HOSTS), "host name", UNREACHABLE),
    PRIVATE_AUTHORITY(Kind.HARMLESS, proxy -> proxy.secured(TestCertificates.TRUSTED), "", null),

    RESET_BEFORE_THE_ANSWER(Kind.LOST, "lost the connection", UNREACHABLE, FaultProxy.Exchange::reset),
    RESET_WITHIN_THE_ANSWER(Kind.MADE, "lost the connection", UNREACHABLE, exchange -> {
        exchange.send(half(exchange.upstream()));
        exchange.reset();
    }),
    RESET_AFTER_THE_ANSWER(Kind.EITHER, "lost the connection", UNREACHABLE, exchange -> {
        exchange.send(exchange.upstream());
        exchange.reset();
    }),
    SILENT(Kind.LOST, "got no complete response", TIMEOUT, exchange -> Thread.sleep(600_000)),
    SILENT_AFTER_THE_CHANGE(Kind.MADE, "got no complete response", TIMEOUT, exchange -> {
        exchange.upstream();
        Thread.sleep(600_000);
    }),
    ONE_BYTE_A_SECOND(Kind.MADE, "got no complete response", TIMEOUT, exchange -> {
        for (byte one : exchange.upstream().bytes()) {
            exchange.send(new byte[] {one});
            Thread.sleep(1000);
        }
    }),
    HALF_THE_BODY(Kind.MADE, "lost the connection", UNREACHABLE, exchange -> exchange.send(half(exchange.upstream()))),
    LENGTH_TOO_SHORT(Kind.GARBLED, "cannot be read|without a JSON object", PROTOCOL, exchange -> {
        MlflowApi.Reply reply = exchange.upstream();
        exchange.send(reply.bytes(reply.body().length / 2));
    }),
    NOT_HTTP(Kind.GARBLED, "not HTTP", PROTOCOL, exchange -> {
        exchange.upstream();
        exchange.send("SSH-2.0-OpenSSH_9.9\r\n\r\n".getBytes(StandardCharsets.UTF_8));
    }),
    HTML(Kind.GARBLED, "proxy or login page", PROTOCOL, exchange -> {
        exchange.upstream();
        exchange.send(reply(200, "<html>Please log in</html>", "Content-Type", "text/html"));
    }),
    BODY_OF_50_MB(Kind.GARBLED, "more than 32 MiB", PROTOCOL, exchange -> {
        exchange.upstream();
        exchange.send(reply(200, "").bytes(50 << 20));
        byte[] blanks = " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 50; i++) {
            exchange.send(blanks);
        }
    }),

    EMPTY_OBJECT(
            Kind.CONTENT,
            Set.of(Endpoint.STAGE, Endpoint.LOGGED_MODELS),
            (key, value) -> key.isEmpty() ? Map.of() : value),
    ANOTHERS_ID(
            Kind.CONTENT,
            Set.of(),
            (key, value) -> Set.of("run_id", "run_uuid", "name", "model_id", "source_run_id")
                            .contains(key)
                    ? value + "x"
                    : value),
    NO_VALUE(Kind.CONTENT, Set.of(Endpoint.SEARCH_RUNS), (key, value) -> key.equals("value") ? null : value),
    UNKNOWN_ENUM(
            Kind.CONTENT,
            Set.of(Endpoint.SEARCH_RUNS, Endpoint.MODEL, Endpoint.STAGE, Endpoint.ALIAS),
            (key, value) -> key.equals("status") ? "PONDERING" : value),
    UNKNOWN_FIELDS(Kind.HARMLESS, Set.of(), (key, value) -> value instanceof Map<?, ?> map ? enriched(map) : value),

    REDIRECT_TO_THE_SAME_HOST(
            Kind.REFUSED,
            "redirect to the host '127.0.0.1'",
            PROTOCOL,
            exchange -> exchange.send(reply(
                    307,
                    "",
                    "Location",
                    exchange.proxy().url() + exchange.request().target()))),
    REDIRECT_TO_ANOTHER_HOST(
            Kind.REFUSED,
            "redirect to the host 'localhost'",
            PROTOCOL,
            exchange -> exchange.send(reply(
                    307,
                    "",
                    "Location",
                    exchange.proxy().elsewhere() + exchange.request().target()))),
    STATUS_401(
            Kind.REFUSED,
            "returned 401",
            UNAUTHORIZED,
            exchange -> exchange.send(reply(401, "who are you?", "WWW-Authenticate", "Basic realm=mlflow"))),
    STATUS_403(Kind.REFUSED, "returned 403", FORBIDDEN, exchange -> exchange.send(reply(403, "Permission denied"))),
    STATUS_404(Kind.REFUSED, "returned 404", PROTOCOL, exchange -> exchange.send(reply(404, "Not Found"))),
    STATUS_404_OF_MLFLOW(
            Kind.REFUSED,
            "returned 404",
            NOT_FOUND,
            exchange -> exchange.send(
                    reply(404, "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\", \"message\": \"it does not exist\"}"))),
    STATUS_409(Kind.REFUSED, "returned 409", CONFLICT, exchange -> exchange.send(reply(409, "Conflict"))),
    STATUS_429(Kind.UNSENT, "returned 429", UNREACHABLE, exchange -> exchange.send(reply(429, "slow down"))),
    STATUS_429_FOR_A_SECOND(
            Kind.UNSENT,
            "returned 429",
            UNREACHABLE,
            exchange -> exchange.send(reply(429, "slow down", "Retry-After", "1"))),
    STATUS_429_FOR_AN_HOUR(
            Kind.UNSENT,
            "returned 429",
            UNREACHABLE,
            exchange -> exchange.send(reply(429, "slow down", "Retry-After", "3600"))),
    STATUS_500_WITH_OUR_OWN_REQUEST(
            Kind.LOST,
            "returned 500",
            UNREACHABLE,
            exchange ->
                    exchange.send(reply(500, "You sent " + exchange.request().headers()))),
    STATUS_502(Kind.LOST, "returned 502", UNREACHABLE, exchange -> exchange.send(reply(502, "Bad Gateway"))),
    STATUS_503(Kind.LOST, "returned 503", UNREACHABLE, exchange -> exchange.send(reply(503, "Unavailable"))),
    STATUS_504_AFTER_THE_CHANGE(Kind.MADE, "returned 504", UNREACHABLE, exchange -> {
        exchange.upstream();
        exchange.send(reply(504, "Gateway Timeout"));
    }),

    CLOCK_AN_HOUR_BEHIND(
            Kind.HARMLESS,
            "",
            null,
            exchange -> exchange.send(exchange.upstream().with("Date", httpDate(Duration.ofHours(-1))))),
    CLOCK_AN_HOUR_AHEAD(
            Kind.HARMLESS,
            "",
            null,
            exchange -> exchange.send(exchange.upstream().with("Date", httpDate(Duration.ofHours(1)))));

    /** What a fault does to a request. */
    enum Kind {
        /** The server did what was asked, and its answer says so. */
        HARMLESS,
        /** A passing fault, after which the server certainly did not do what was asked. */
        UNSENT,
        /** A passing fault, before the server did what was asked; the gate cannot know. */
        LOST,
        /** A passing fault, after the server did what was asked; the gate cannot know. */
        MADE,
        /** As {@link #MADE}, or else the answer arrives. */
        EITHER,
        /** A fault that lasts, and the server did not do what was asked. */
        REFUSED,
        /** A fault that lasts: the server did what was asked, and something else than its answer arrives. */
        GARBLED,
        /** The server did what was asked, and its answer is another one. */
        CONTENT;

        boolean isPassing() {
            return this == UNSENT || this == LOST || this == MADE;
        }

        boolean tookEffect() {
            return this == MADE || this == GARBLED || this == CONTENT;
        }
    }

    private interface Script {
        void answer(FaultProxy.Exchange exchange) throws IOException, InterruptedException;
    }

    final Kind kind;
    private final String cause;
    private final ErrorCategory category;
    private final Set<Endpoint> unaffected;
    private final Function<FaultProxy, String> detour;
    private final Script script;

    /** @param detour the address that the request goes to */
    Fault(Kind kind, Function<FaultProxy, String> detour, String cause, ErrorCategory category) {
        this(kind, cause, category, Set.of(), detour, null);
    }

    /**
     * @param cause what an error says of it, as a pattern
     * @param category of that error, null for any
     */
    Fault(Kind kind, String cause, ErrorCategory category, Script script) {
        this(kind, cause, category, Set.of(), null, script);
    }

    /** @param change of each value under its key (the whole answer under an empty one); what becomes null is left out */
    Fault(Kind kind, Set<Endpoint> unaffected, BiFunction<String, Object, Object> change) {
        this(kind, "", null, unaffected, null, exchange -> {
            MlflowApi.Reply reply = exchange.upstream();
            Object tree = Json.read(new String(reply.body(), StandardCharsets.UTF_8));
            Object changed = changed("", tree, change);
            if (changed.equals(tree)) {
                exchange.proxy().foundNothingToDisturb();
            }
            exchange.send(reply.with(Json.write(changed).getBytes(StandardCharsets.UTF_8)));
        });
    }

    Fault(
            Kind kind,
            String cause,
            ErrorCategory category,
            Set<Endpoint> unaffected,
            Function<FaultProxy, String> detour,
            Script script) {
        this.kind = kind;
        this.cause = cause;
        this.category = category;
        this.unaffected = unaffected;
        this.detour = detour;
        this.script = script;
    }

    boolean leadsAstray() {
        return detour != null;
    }

    boolean isOfTls() {
        return this == UNTRUSTED_CERTIFICATE || this == CERTIFICATE_OF_ANOTHER_HOST || this == PRIVATE_AUTHORITY;
    }

    /** The address that the request goes to in place of its own. */
    String detour(FaultProxy proxy) {
        return detour.apply(proxy);
    }

    void answer(FaultProxy.Exchange exchange) throws IOException, InterruptedException {
        script.answer(exchange);
    }

    /** Whether the gate can do without what the fault takes away from this answer. */
    boolean leavesEnough(FaultCell.Column column) {
        Endpoint endpoint = column.endpoint();
        boolean promoting = column.situation() == FaultCell.Situation.PROMOTING;
        return unaffected.contains(endpoint)
                // The champion's logged model need only have its metrics.
                || this == UNKNOWN_ENUM
                        && endpoint == Endpoint.LOGGED_MODEL
                        && column.candidate() == FaultCell.Candidate.DATASET
                // Rules about a logged model need only know that the run is over.
                || this == NO_VALUE
                        && endpoint == Endpoint.RUN
                        && column.candidate().isOfLoggedModels()
                // The search of a run that has no version yet, and the last look at a version's stage.
                || this == EMPTY_OBJECT && endpoint == Endpoint.VERSIONS && promoting
                || this == UNKNOWN_ENUM && endpoint == Endpoint.VERSION && promoting;
    }

    /** Whether an error says what this fault is. {@code category} may be null if it does not matter. */
    boolean isNamedBy(Endpoint endpoint, String category, String message) {
        // A server without logged models has no such route.
        ErrorCategory due = this == STATUS_404 && endpoint.isOfLoggedModels() ? CONFIGURATION : this.category;
        return message != null
                && (due == null || category == null || due.name().equals(category))
                && Pattern.compile(cause).matcher(message).find();
    }

    private static byte[] half(MlflowApi.Reply reply) {
        byte[] all = reply.bytes();
        return Arrays.copyOf(all, all.length - (reply.body().length + 1) / 2);
    }

    private static MlflowApi.Reply reply(int status, String body, String... header) {
        Map<String, String> headers = header.length == 0 ? Map.of() : Map.of(header[0], header[1]);
        return new MlflowApi.Reply(status, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Object changed(String key, Object value, BiFunction<String, Object, Object> change) {
        Object changed = change.apply(key, value);
        if (changed instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((name, inner) -> {
                Object kept = changed((String) name, inner, change);
                if (kept != null) {
                    copy.put((String) name, kept);
                }
            });
            return copy;
        }
        if (changed instanceof List<?> list) {
            return list.stream().map(item -> changed("[]", item, change)).toList();
        }
        return changed;
    }

    private static Map<String, Object> enriched(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        copy.put("added_in_a_later_version", List.of(42, "x"));
        map.forEach((name, value) -> copy.put((String) name, value));
        return copy;
    }

    private static String httpDate(Duration off) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plus(off).atOffset(ZoneOffset.UTC));
    }
}
