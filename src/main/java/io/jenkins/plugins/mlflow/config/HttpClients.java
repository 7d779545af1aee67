package io.jenkins.plugins.mlflow.config;

import hudson.ProxyConfiguration;
import hudson.util.ClassLoaderSanityThreadFactory;
import hudson.util.DaemonThreadFactory;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
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
    private static final Map<Way, HttpClient> KEPT = new LinkedHashMap<>(MOST, 0.75f, true);

    private HttpClients() {}

    static HttpClient forServer(MlflowServerConfiguration server) {
        ProxyConfiguration proxy = Jenkins.get().getProxy();
        Way way = new Way(
                proxy,
                proxy == null ? "" : proxy.getName() + ':' + proxy.getPort() + ' ' + proxy.getNoProxyHost(),
                proxy == null ? null : proxy.getUserName(),
                server.getCaCertificates(),
                server.getConnectTimeoutSeconds());
        synchronized (KEPT) {
            KEPT.keySet().removeIf(kept -> kept.proxy != proxy);
            HttpClient client = KEPT.computeIfAbsent(way, HttpClients::build);
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

    private static HttpClient build(Way way) {
        HttpClient.Builder builder = ProxyConfiguration.newHttpClientBuilder().executor(EXECUTOR);
        return RestTrackingServer.configure(
                        builder,
                        Duration.ofSeconds(way.connectTimeoutSeconds),
                        way.caCertificates == null ? null : Certificates.trust(way.caCertificates))
                .build();
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
     * those values that a client keeps.
     */
    private record Way(
            ProxyConfiguration proxy,
            String proxyAddress,
            String proxyUser,
            String caCertificates,
            int connectTimeoutSeconds) {}
}
