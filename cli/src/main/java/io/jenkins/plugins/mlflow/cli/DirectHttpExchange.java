package io.jenkins.plugins.mlflow.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLSession;

/** One request and its response, on a thread of its own, which ends with them. */
final class DirectHttpExchange<T> implements Runnable {
    private final DirectHttpConnection connection;
    private final Duration connectTimeout;
    private final HttpRequest request;
    private final HttpResponse.BodyHandler<T> handler;
    private final CompletableFuture<HttpResponse<T>> response = new CompletableFuture<>();

    DirectHttpExchange(
            DirectHttpConnection connection,
            Duration connectTimeout,
            HttpRequest request,
            HttpResponse.BodyHandler<T> handler) {
        this.connection = connection;
        this.connectTimeout = connectTimeout;
        this.request = request;
        this.handler = handler;
        // Before a cancelled response is reported as cancelled, its connection is gone, so that its request cannot
        // follow.
        response.whenComplete((whole, problem) -> {
            if (problem != null) {
                connection.abort();
            }
        });
    }

    CompletableFuture<HttpResponse<T>> response() {
        return response;
    }

    @Override
    public void run() {
        try {
            connection.connect(request.uri(), connectTimeout);
            connection.send(request, body());
            receive(new DirectHttpReader(connection.input()));
        } catch (Throwable e) {
            response.completeExceptionally(e);
        } finally {
            connection.close();
        }
    }

    private void receive(DirectHttpReader reader) throws IOException {
        DirectHttpReader.Head head = reader.readHead();
        HttpResponse.BodySubscriber<T> subscriber = handler.apply(head);
        Reading reading = new Reading();
        subscriber.onSubscribe(reading);
        reader.readBody(head, reading::isCancelled, part -> subscriber.onNext(List.of(ByteBuffer.wrap(part))));
        if (!reading.isCancelled()) {
            subscriber.onComplete();
        }
        subscriber.getBody().whenComplete((body, problem) -> {
            if (problem == null) {
                response.complete(new Whole<>(head, request, body));
            } else {
                response.completeExceptionally(problem);
            }
        });
        if (reading.isCancelled()) {
            response.completeExceptionally(new IOException("the body was not read to its end"));
        }
    }

    /** Null for a request without one. */
    private byte[] body() {
        if (request.bodyPublisher().isEmpty()) {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        request.bodyPublisher().get().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuffer part) {
                byte[] copy = new byte[part.remaining()];
                part.get(copy);
                bytes.writeBytes(copy);
            }

            @Override
            public void onError(Throwable problem) {
                response.completeExceptionally(problem);
            }

            @Override
            public void onComplete() {}
        });
        return bytes.toByteArray();
    }

    /** What the reader of the body wants: all of it, until it cancels. */
    static final class Reading implements Flow.Subscription {
        private volatile boolean cancelled;

        @Override
        public void request(long parts) {}

        @Override
        public void cancel() {
            cancelled = true;
        }

        boolean isCancelled() {
            return cancelled;
        }
    }

    private record Whole<T>(DirectHttpReader.Head head, HttpRequest request, T body) implements HttpResponse<T> {
        @Override
        public int statusCode() {
            return head.statusCode();
        }

        @Override
        public HttpHeaders headers() {
            return head.headers();
        }

        @Override
        public Optional<HttpResponse<T>> previousResponse() {
            return Optional.empty();
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
