package io.jenkins.plugins.mlflow.cli;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * HTTP/1.1 without TLS and without a proxy, for a process that sends a few requests: the JDK's client takes longer to start than all
 * the rest of a command. It sends each request once, follows no redirect and keeps no cookies. Cancelling a response closes its
 * connection; deadlines are left to the caller.
 */
final class PlainHttpClient extends HttpClient {
    /** Servers close a connection that is idle for some seconds. One that may be closed at any moment is not used for a write. */
    private static final Duration MOST_IDLE = Duration.ofSeconds(2);

    private final Duration connectTimeout;
    private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();

    private record Idle(PlainHttpConnection connection, long since) {}

    PlainHttpClient(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        PlainHttpExchange<T> exchange = new PlainHttpExchange<>(this, request, handler);
        Thread thread = new Thread(exchange, "http");
        thread.setDaemon(true);
        thread.start();
        return exchange.response();
    }

    /** A connection to the host of the address, which nobody else uses. */
    PlainHttpConnection connection(URI address) throws IOException {
        InetSocketAddress host = new InetSocketAddress(
                address.getHost().replaceAll("[\\[\\]]", ""), address.getPort() < 0 ? 80 : address.getPort());
        for (Idle found = idle.pollFirst(); found != null; found = idle.pollFirst()) {
            if (found.connection().host().equals(host) && System.nanoTime() - found.since() < MOST_IDLE.toNanos()) {
                return found.connection();
            }
            found.connection().close();
        }
        Socket socket = new Socket(Proxy.NO_PROXY);
        try {
            socket.setTcpNoDelay(true);
            if (host.isUnresolved()) {
                throw new UnknownHostException(host.getHostString());
            }
            socket.connect(host, Math.toIntExact(connectTimeout.toMillis()));
            return new PlainHttpConnection(host, socket);
        } catch (SocketTimeoutException e) {
            socket.close();
            throw new HttpConnectTimeoutException(e.getMessage());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Takes back a connection whose last response was read to its end. */
    void keep(PlainHttpConnection connection) {
        idle.addFirst(new Idle(connection, System.nanoTime()));
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, HttpResponse.BodyHandler<T> handler, HttpResponse.PushPromiseHandler<T> pushes) {
        throw new UnsupportedOperationException("HTTP/1.1 has no pushes");
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        throw new UnsupportedOperationException("without a deadline");
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return Optional.empty();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return Optional.of(connectTimeout);
    }

    @Override
    public Redirect followRedirects() {
        return Redirect.NEVER;
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return Optional.of(HttpClient.Builder.NO_PROXY);
    }

    @Override
    public SSLContext sslContext() {
        throw new UnsupportedOperationException("without TLS");
    }

    @Override
    public SSLParameters sslParameters() {
        throw new UnsupportedOperationException("without TLS");
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return Optional.empty();
    }

    @Override
    public Version version() {
        return Version.HTTP_1_1;
    }

    @Override
    public Optional<Executor> executor() {
        return Optional.empty();
    }
}
