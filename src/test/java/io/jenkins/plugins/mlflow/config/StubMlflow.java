package io.jenkins.plugins.mlflow.config;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A loopback server that answers as it is told and keeps the headers of what it was asked. */
final class StubMlflow implements AutoCloseable {
    static final String EXPERIMENT =
            "{\"experiment\":{\"experiment_id\":\"0\",\"name\":\"Default\",\"lifecycle_stage\":\"active\"}}";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Headers> seen = new CopyOnWriteArrayList<>();
    private final Map<String, String> places = new ConcurrentHashMap<>();
    private volatile int status = 200;
    private volatile String type = "application/json";
    private volatile String body = EXPERIMENT;
    private volatile boolean silent;

    StubMlflow() throws IOException {
        this(null);
    }

    StubMlflow(HttpsConfigurator https) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (https == null) {
            server = HttpServer.create(address, 0);
        } else {
            HttpsServer secure = HttpsServer.create(address, 0);
            secure.setHttpsConfigurator(https);
            server = secure;
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            seen.add(exchange.getRequestHeaders());
            if (silent) {
                return;
            }
            String own = places.entrySet().stream()
                    .filter(place -> exchange.getRequestURI().getPath().endsWith(place.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(body);
            byte[] bytes = own.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            if (status == 401) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"mlflow\"");
            }
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    void answers(int status, String type, String body) {
        this.status = status;
        this.type = type;
        this.body = body;
    }

    /** Answers so wherever the path ends like this. */
    void answersAt(String end, String body) {
        places.put(end, body);
    }

    void keepsSilent() {
        silent = true;
    }

    String uri() {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/prefix";
    }

    int requests() {
        return seen.size();
    }

    /** A header of the last request, or null. */
    String header(String name) {
        return seen.get(seen.size() - 1).getFirst(name);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
