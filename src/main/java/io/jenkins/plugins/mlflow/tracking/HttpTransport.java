package io.jenkins.plugins.mlflow.tracking;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends requests, each once, and waits for whole responses with a deadline that covers connecting, headers and body.
 * {@code HttpRequest.timeout} would not: it ends with the headers, and a server that drips its body blocks for ever.
 */
final class HttpTransport {
    static final int BODY_LIMIT = 32 << 20;
    private static final Duration LONGEST = Duration.ofDays(1);

    private final HttpClient client;
    private final ServerAddress address;
    private final Credentials credentials;
    private final Credentials proxy;
    private final String workspace;
    private final Duration timeout;
    /** What {@link System#nanoTime} says when no request may be under way any longer; null for no limit. */
    private final Long deadline;

    private final AtomicInteger sent;
    /** Takes reads that are sent before their answers are needed; null if none are. */
    private final Prefetched prefetched;
    /** Whether a read is only sent, and {@link PrefetchedException} thrown in place of its answer. */
    private final boolean isPrefetching;

    private final ErrorMapper errors;

    /** @param proxy what the client's proxy wants to know of its user */
    HttpTransport(
            HttpClient client,
            ServerAddress address,
            Credentials credentials,
            Credentials proxy,
            String workspace,
            Duration timeout) {
        this(client, address, credentials, proxy, workspace, timeout, null, new AtomicInteger(), null, false);
    }

    private HttpTransport(
            HttpClient client,
            ServerAddress address,
            Credentials credentials,
            Credentials proxy,
            String workspace,
            Duration timeout,
            Long deadline,
            AtomicInteger sent,
            Prefetched prefetched,
            boolean isPrefetching) {
        this.client = client;
        this.address = address;
        this.credentials = credentials;
        this.proxy = proxy;
        this.workspace = workspace;
        this.timeout = timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
        this.deadline = deadline;
        this.sent = sent;
        this.prefetched = prefetched;
        this.isPrefetching = isPrefetching;
        this.errors = new ErrorMapper(address, credentials, proxy, workspace);
    }

    /** The same server for as long as the budget: all requests together, each at most for the request timeout. */
    HttpTransport within(Duration budget) {
        long end = System.nanoTime() + (budget.compareTo(LONGEST) > 0 ? LONGEST : budget).toNanos();
        Long earlier = deadline == null || end - deadline < 0 ? Long.valueOf(end) : deadline;
        return new HttpTransport(
                client, address, credentials, proxy, workspace, timeout, earlier, sent, prefetched, isPrefetching);
    }

    /** The same server, which keeps what is prefetched. */
    HttpTransport keeping(Prefetched reads) {
        return new HttpTransport(client, address, credentials, proxy, workspace, timeout, deadline, sent, reads, false);
    }

    /** The same server for a read that is only to be sent: what asks gets {@link PrefetchedException} in place of an answer. */
    HttpTransport prefetching() {
        return new HttpTransport(
                client, address, credentials, proxy, workspace, timeout, deadline, sent, prefetched, true);
    }

    boolean mayPrefetch() {
        return prefetched != null && !prefetched.isFull();
    }

    void discardPrefetched() {
        if (prefetched != null) {
            prefetched.discard();
        }
    }

    /** The same server without credentials. */
    HttpTransport withoutCredentials() {
        return new HttpTransport(
                client, address, Credentials.none(), proxy, workspace, timeout, deadline, sent, null, false);
    }

    /** The same server for requests that hold a secret, which no message shows. */
    HttpTransport hiding(String secret) {
        return new HttpTransport(
                client, address, credentials.hiding(secret), proxy, workspace, timeout, deadline, sent, null, false);
    }

    boolean hasCredentials() {
        return credentials.header().isPresent();
    }

    /** The name that the credentials are for, or null. */
    String user() {
        return credentials.user();
    }

    int requests() {
        return sent.get();
    }

    ErrorMapper errors() {
        return errors;
    }

    /** Requests side by side with one deadline, from now. What takes several pages begins anew for each of them. */
    Call begin() {
        return new Call();
    }

    final class Call {
        private final long started = System.nanoTime();
        private final long end = started + timeLeft();

        private long timeLeft() {
            long left = timeout.toNanos();
            return deadline == null ? left : Math.min(left, deadline - started);
        }

        /** Sends one request and parses its response. */
        JsonObject ask(ApiRequest request) throws TrackingException, InterruptedException {
            HttpResult result = send(request);
            errors.check(request, result);
            return JsonObject.parse(request, result, errors);
        }

        /**
         * Sends a change. Its response is waited for even if the thread is interrupted, which stays interrupted: whatever
         * comes next must find the change made or refused, and not have it come after.
         */
        JsonObject change(ApiRequest request) throws TrackingException, InterruptedException {
            HttpResult result = start(request).awaitThoughInterrupted();
            errors.check(request, result);
            return JsonObject.parse(request, result, errors);
        }

        /** Whatever the server responded, good or bad. A read that was prefetched is not sent again. */
        HttpResult send(ApiRequest request) throws TrackingException, InterruptedException {
            if (isPrefetching) {
                if (!prefetched.has(request)) {
                    prefetched.add(startNow(request));
                }
                throw PrefetchedException.INSTANCE;
            }
            Pending sentBefore = prefetched == null ? null : prefetched.take(request);
            return (sentBefore == null ? startNow(request) : sentBefore).await();
        }

        /**
         * Sends without waiting, unless the thread was interrupted: after a gate was stopped, no write may follow. As this may be a
         * write, what was prefetched before it counts no longer.
         */
        Pending start(ApiRequest request) throws TrackingException, InterruptedException {
            discardPrefetched();
            return startNow(request);
        }

        private Pending startNow(ApiRequest request) throws TrackingException, InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted before " + request.path() + " was sent");
            }
            if (end - System.nanoTime() <= 0) {
                throw errors.noTimeLeft(request);
            }
            return new Pending(request, started, end);
        }
    }

    /** A request under way. */
    final class Pending {
        private final ApiRequest request;
        private final long started;
        private final long end;
        private final LimitedBodySubscriber body = new LimitedBodySubscriber(BODY_LIMIT);
        private final CompletableFuture<HttpResponse<byte[]>> future;

        private Pending(ApiRequest request, long started, long end) {
            this.request = request;
            this.started = started;
            this.end = end;
            sent.incrementAndGet();
            future = client.sendAsync(httpRequest(request), head -> body.announcing(head.headers()));
        }

        ApiRequest request() {
            return request;
        }

        HttpResult await() throws TrackingException, InterruptedException {
            try {
                HttpResponse<byte[]> response = future.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                return new HttpResult(response.statusCode(), response.headers(), response.body());
            } catch (InterruptedException e) {
                abandon();
                throw e;
            } catch (TimeoutException e) {
                abandon();
                throw errors.late(request, Duration.ofNanos(end - started));
            } catch (ExecutionException e) {
                throw errors.noResponse(request, e.getCause(), proxyOf(request));
            }
        }

        private HttpResult awaitThoughInterrupted() throws TrackingException, InterruptedException {
            boolean interrupted = false;
            try {
                while (!future.isDone() && end - System.nanoTime() > 0) {
                    try {
                        future.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    } catch (TimeoutException | ExecutionException e) {
                        break;
                    }
                }
                return await();
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        void abandon() {
            future.cancel(true);
            body.abandon();
        }
    }

    /** Host and port of the proxy that requests go through, or null. */
    private String proxyOf(ApiRequest request) {
        ProxySelector selector = client.proxy().orElse(ProxySelector.getDefault());
        return (selector == null ? List.<Proxy>of() : selector.select(request.uri(address)))
                .stream()
                        .filter(way -> way.address() instanceof InetSocketAddress)
                        .map(way -> (InetSocketAddress) way.address())
                        .map(way -> way.getHostString() + ":" + way.getPort())
                        .findFirst()
                        .orElse(null);
    }

    private HttpRequest httpRequest(ApiRequest request) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(request.uri(address))
                .version(HttpClient.Version.HTTP_1_1)
                .header("User-Agent", "mlflow-eval-gate")
                .header("Accept", "application/json")
                .header("Cache-Control", "no-cache");
        credentials.header().ifPresent(value -> builder.header("Authorization", value));
        // The JDK's client sends this to the proxy only. With an Authenticator, before Java 23, it would leave out the
        // other one.
        proxy.header().ifPresent(value -> builder.header("Proxy-Authorization", value));
        if (workspace != null) {
            builder.header("X-MLFLOW-WORKSPACE", workspace);
        }
        if (request.body() == null) {
            return builder.GET().build();
        }
        return builder.header("Content-Type", "application/json")
                .method(request.method(), HttpRequest.BodyPublishers.ofString(request.body()))
                .build();
    }
}
