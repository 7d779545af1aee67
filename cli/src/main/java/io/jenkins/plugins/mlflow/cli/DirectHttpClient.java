package io.jenkins.plugins.mlflow.cli;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * HTTP/1.1 without TLS and without a proxy, for a process that sends a few requests: the JDK's client takes longer to start than all
 * the rest of a command. It sends each request once, on a connection of its own, follows no redirect and keeps no cookies.
 * Cancelling a response hangs up; deadlines are left to the caller.
 */
final class DirectHttpClient extends HttpClient {
    /** The name of its threads. To interrupt one cancels its response, though it waits for the network. */
    static final String THREAD = "http";

    private final Duration connectTimeout;

    DirectHttpClient(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        DirectHttpConnection connection;
        try {
            connection = new DirectHttpConnection();
        } catch (IOException e) {
            return CompletableFuture.failedFuture(DirectHttpConnection.unconnected(e));
        }
        DirectHttpExchange<T> exchange = new DirectHttpExchange<>(connection, connectTimeout, request, handler);
        Thread thread = new Thread(exchange, THREAD) {
            @Override
            public void interrupt() {
                exchange.response().cancel(true);
            }
        };
        thread.setDaemon(true);
        thread.start();
        return exchange.response();
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
