package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.RunSearch;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLSession;

/** Damaged answers to every question of a gate: each is understood as an answer to it, or refused as ours are. */
public final class AnswerFuzz implements Fuzz.Target {
    private static final String SECRET = "c4nary-s3cret";
    private static final List<Endpoint> ENDPOINTS = List.of(Endpoint.values());
    private static final List<Integer> STATUSES = List.of(200, 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503, 999);
    private static final HttpClient UNUSED = HttpClient.newHttpClient();
    private static final List<byte[]> ANSWERS = answers();

    /** The first byte chooses the question, the second the status, the rest is the answer. */
    @Override
    public byte[] input(RandomGenerator random) {
        Mutations mutations = new Mutations(random);
        int endpoint = random.nextInt(ENDPOINTS.size());
        byte[] good = ANSWERS.get(endpoint);
        byte[] bad = mutations.oneIn(2)
                ? mutations.damaged(good, mutations.any(ANSWERS))
                : Json.write(mutations.damaged(Json.read(new String(good, StandardCharsets.UTF_8)), 12))
                        .getBytes(StandardCharsets.UTF_8);
        byte[] input = new byte[bad.length + 2];
        input[0] = (byte) endpoint;
        input[1] = (byte) random.nextInt(STATUSES.size());
        System.arraycopy(bad, 0, input, 2, bad.length);
        return input;
    }

    private static List<byte[]> answers() {
        FakeMlflow mlflow = new FakeMlflow(new FakeClock());
        mlflow.experiments.put("e", "3");
        FakeMlflow.FakeRun run = mlflow.finishedRun("r", "a", 0.5, "b", Double.NaN, "c", Double.MAX_VALUE);
        run.digests.add("d1");
        mlflow.version(1, "r").stage = "Production";
        mlflow.aliases.put("champion", "1");
        HttpMlflow http = new HttpMlflow(mlflow, new FakeClock());
        return ENDPOINTS.stream()
                .map(endpoint -> http.answer(request(endpoint)).body())
                .toList();
    }

    private static FaultProxy.Request request(Endpoint endpoint) {
        List<FaultProxy.Request> asked = new ArrayList<>();
        RestTrackingServer server = server(new Recorder(request -> {
            asked.add(request);
            return new FaultProxy.Reply(500, Map.of(), new byte[0]);
        }));
        try {
            ask(server, endpoint);
        } catch (TrackingException e) {
            // What was asked is all that is wanted.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return asked.get(0);
    }

    @Override
    public void run(byte[] input) throws InterruptedException {
        if (input.length < 2) {
            return;
        }
        Endpoint endpoint = ENDPOINTS.get(Math.floorMod(input[0], ENDPOINTS.size()));
        int status = STATUSES.get(Math.floorMod(input[1], STATUSES.size()));
        byte[] body = Arrays.copyOfRange(input, 2, input.length);
        String header = printable(body);
        FaultProxy.Reply reply = new FaultProxy.Reply(
                status, Map.of("Date", header, "Retry-After", header, "Location", header, "Content-Type", header), body);
        try {
            ask(server(new Recorder(request -> reply)), endpoint);
        } catch (TrackingException e) {
            String message = e.getMessage();
            if (e.category() == null || message.isBlank() || message.length() > 3000 || message.contains(SECRET)
                    || message.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalStateException("a bad message: " + message, e);
            }
        }
    }

    /** Part of the answer, as headers allow it. */
    private static String printable(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        return text.substring(0, Math.min(40, text.length())).replaceAll("[^ -~]", "");
    }

    private static RestTrackingServer server(HttpClient client) {
        return new RestTrackingServer(
                client,
                ServerAddress.parse("http://mlflow.example"),
                Credentials.bearer(SECRET, "token"),
                null,
                Duration.ofMinutes(1));
    }

    private static void ask(RestTrackingServer server, Endpoint endpoint) throws TrackingException, InterruptedException {
        switch (endpoint) {
            case EXPERIMENT -> same("e", server.experimentByName("e").name());
            case SEARCH_RUNS -> server.firstRun(new RunSearch("3", null, "a", true, null))
                    .ifPresent(run -> same("3", run.experimentId()));
            case RUN -> same("r", server.run("r").id());
            case HISTORY -> server.history("r", "a").forEach(Run.Metric::value);
            case VERSION -> same(server.version("m", "1"), "1");
            case VERSIONS -> server.highestVersion("m", "r").ifPresent(version -> same("r", version.runId()));
            case MODEL -> server.modelExists("m");
            case ALIAS -> server.versionByAlias("m", "champion").ifPresent(version -> same("m", version.model()));
            case STAGE -> server.versionInStage("m", "Production")
                    .ifPresent(version -> same("production", version.stage().toLowerCase(java.util.Locale.ROOT)));
            case CREATE -> same("r", server.createVersion("m", "runs:/r/model", "r").runId());
            case SET_ALIAS -> server.setAlias("m", "champion", "1");
            case TRANSITION -> server.transitionStage("m", "1", "Production", true);
            case TAG -> server.setVersionTags("m", "1", Map.of("a", "b"));
            default -> throw new IllegalArgumentException(endpoint.name());
        }
    }

    private static void same(ModelVersion version, String number) {
        same("m", version.model());
        same(number, version.version());
    }

    private static void same(String asked, String answered) {
        if (!asked.equals(answered)) {
            throw new IllegalStateException("asked for " + asked + ", and " + answered + " was believed");
        }
    }

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) throws InterruptedException {
        new AnswerFuzz().run(input);
    }

    /** Answers without a network. */
    private static final class Recorder extends ClientAdapter {
        private final FaultProxy.Upstream upstream;

        Recorder(FaultProxy.Upstream upstream) {
            super(UNUSED);
            this.upstream = upstream;
        }

        @Override
        public <T> CompletableFuture<HttpResponse<T>> sendAsync(
                HttpRequest request, HttpResponse.BodyHandler<T> responseBodyHandler) {
            try {
                String path = request.uri().getRawPath();
                String query = request.uri().getRawQuery();
                FaultProxy.Reply reply = upstream.answer(new FaultProxy.Request(
                        request.method(), query == null ? path : path + "?" + query, Map.of(), body(request)));
                HttpHeaders headers = HttpHeaders.of(
                        reply.headers().entrySet().stream()
                                .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue()))),
                        (name, value) -> true);
                Head head = new Head(reply.status(), headers);
                HttpResponse.BodySubscriber<T> subscriber = responseBodyHandler.apply(head);
                subscriber.onSubscribe(new Flow.Subscription() {
                    @Override
                    public void request(long n) {}

                    @Override
                    public void cancel() {}
                });
                subscriber.onNext(List.of(ByteBuffer.wrap(reply.body())));
                subscriber.onComplete();
                return subscriber.getBody().toCompletableFuture().thenApply(body -> new Whole<>(head, request, body));
            } catch (java.io.IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private static String body(HttpRequest request) {
            if (request.bodyPublisher().isEmpty()) {
                return "";
            }
            HttpResponse.BodySubscriber<String> text = HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8);
            request.bodyPublisher().get().subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    text.onSubscribe(subscription);
                }

                @Override
                public void onNext(ByteBuffer item) {
                    text.onNext(List.of(item));
                }

                @Override
                public void onError(Throwable problem) {
                    text.onError(problem);
                }

                @Override
                public void onComplete() {
                    text.onComplete();
                }
            });
            return text.getBody().toCompletableFuture().join();
        }
    }

    private record Head(int statusCode, HttpHeaders headers) implements HttpResponse.ResponseInfo {
        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }

    private record Whole<T>(Head head, HttpRequest request, T body) implements HttpResponse<T> {
        @Override
        public int statusCode() {
            return head.statusCode();
        }

        @Override
        public Optional<HttpResponse<T>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public HttpHeaders headers() {
            return head.headers();
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return request.uri();
        }

        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }
}
