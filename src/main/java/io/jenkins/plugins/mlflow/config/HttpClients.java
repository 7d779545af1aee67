package io.jenkins.plugins.mlflow.config;

import hudson.ProxyConfiguration;
import hudson.util.ClassLoaderSanityThreadFactory;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;

/**
 * The JDK's HTTP clients, shared: each has a thread of its own for as long as anyone holds it, and before JDK 21 cannot
 * be closed. There is one for every different way to reach servers (proxy, trust, connect timeout). Those that are no
 * longer kept here end when the last gate that uses them lets go.
 */
final class HttpClients {
    private static final int MOST = 16;
    private static final int THREADS = 3;
    private static final Executor EXECUTOR = executor();
    private static final Map<ClientKey, HttpClient> KEPT = new LinkedHashMap<>(MOST, 0.75f, true);

    private HttpClients() {}

    static HttpClient forServer(MlflowServerConfiguration server) {
        ProxyConfiguration proxy = Jenkins.get().getProxy();
        ClientKey key = new ClientKey(
                proxy,
                proxy == null ? "" : proxy.getName() + ':' + proxy.getPort() + ' ' + proxy.getNoProxyHost(),
                proxy == null ? null : proxy.getUserName(),
                server.getCaCertificates(),
                server.getConnectTimeoutSeconds());
        synchronized (KEPT) {
            KEPT.keySet().removeIf(kept -> kept.proxy != proxy);
            HttpClient client = KEPT.computeIfAbsent(key, HttpClients::build);
            if (KEPT.size() > MOST) {
                KEPT.remove(KEPT.keySet().iterator().next());
            }
            return client;
        }
    }

    /** To be called when the configuration has changed. */
    static void forget() {
        synchronized (KEPT) {
            KEPT.clear();
        }
    }

    /**
     * What the proxy wants to know of its user; none if there is no proxy or it has no user.
     *
     * @throws IllegalArgumentException if they cannot be sent
     */
    static Credentials proxyCredentials() {
        ProxyConfiguration proxy = Jenkins.get().getProxy();
        return hasUser(proxy)
                ? Credentials.basic(
                        proxy.getUserName(), Secret.toString(proxy.getSecretPassword()), "Jenkins' HTTP proxy")
                : Credentials.none();
    }

    private static boolean hasUser(ProxyConfiguration proxy) {
        return proxy != null && proxy.getName() != null && proxy.getUserName() != null;
    }

    private static HttpClient build(ClientKey key) {
        HttpClient.Builder builder = hasUser(key.proxy)
                ? HttpClient.newBuilder().proxy(new WithoutAuthenticator(key.proxy))
                : ProxyConfiguration.newHttpClientBuilder();
        return RestTrackingServer.configure(
                        builder.executor(EXECUTOR),
                        Duration.ofSeconds(key.connectTimeoutSeconds),
                        key.caCertificates == null ? null : Certificates.trust(key.caCertificates))
                .build();
    }

    /**
     * Jenkins' proxy without the authenticator that Jenkins' own client has: with one, JDKs before 23 send no other
     * credentials (JDK-8326949), and the MLflow server would get none. The request has both in its headers.
     */
    private static final class WithoutAuthenticator extends ProxySelector {
        private final ProxyConfiguration proxy;

        WithoutAuthenticator(ProxyConfiguration proxy) {
            this.proxy = proxy;
        }

        @Override
        public List<Proxy> select(URI uri) {
            return List.of(proxy.createProxy(uri.getHost()));
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException e) {
            // The request fails with the same exception.
        }
    }

    private static Executor executor() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamingThreadFactory(
                        new ClassLoaderSanityThreadFactory(new DaemonThreadFactory()), "MLflow HTTP client"));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * What a client is built from. The proxy is compared by identity (its password is read when it is needed) and by
     * the values that a client keeps.
     */
    private record ClientKey(
            ProxyConfiguration proxy,
            String proxyAddress,
            String proxyUser,
            String caCertificates,
            int connectTimeoutSeconds) {}
}
