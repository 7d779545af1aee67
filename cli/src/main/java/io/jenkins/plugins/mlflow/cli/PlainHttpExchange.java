package io.jenkins.plugins.mlflow.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLSession;

/** One request and its response, on a thread of its own. */
final class PlainHttpExchange<T> implements Runnable {
    private final PlainHttpClient client;
    private final HttpRequest request;
    private final HttpResponse.BodyHandler<T> handler;
    private final CompletableFuture<HttpResponse<T>> response = new CompletableFuture<>();
    private volatile PlainHttpConnection connection;

    PlainHttpExchange(PlainHttpClient client, HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        this.client = client;
        this.request = request;
        this.handler = handler;
        response.whenComplete((whole, problem) -> {
            if (problem != null) {
                hangUp();
            }
        });
    }

    CompletableFuture<HttpResponse<T>> response() {
        return response;
    }

    private void hangUp() {
        PlainHttpConnection current = connection;
        if (current != null) {
            current.close();
        }
    }

    @Override
    public void run() {
        try {
            connection = client.connection(request.uri());
            if (response.isDone()) {
                hangUp();
                return;
            }
            connection.send(request, body());
            PlainHttpConnection.Head head = connection.readHead();
            HttpResponse.BodySubscriber<T> subscriber = handler.apply(head);
            Reading reading = new Reading();
            subscriber.onSubscribe(reading);
            boolean reusable = connection.readBody(head, reading, bytes -> subscriber.onNext(List.of(ByteBuffer.wrap(bytes))));
            if (!reading.cancelled) {
                subscriber.onComplete();
            }
            T body = subscriber.getBody().toCompletableFuture().get();
            if (reusable) {
                client.keep(connection);
            } else {
                connection.close();
            }
            response.complete(new Whole<>(head, request, body));
        } catch (ExecutionException e) {
            response.completeExceptionally(e.getCause());
        } catch (IOException | InterruptedException | RuntimeException e) {
            response.completeExceptionally(e);
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

    private record Whole<T>(PlainHttpConnection.Head head, HttpRequest request, T body) implements HttpResponse<T> {
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
