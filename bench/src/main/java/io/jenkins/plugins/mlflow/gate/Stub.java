package io.jenkins.plugins.mlflow.gate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** An MLflow server with one model of two versions that answers after a given time, and notes what it was asked. */
final class Stub implements AutoCloseable {
    static {
        // Without it, an answer waits up to 40 ms for the acknowledgement of its own head.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final String BASELINE = "1";
    private static final String CANDIDATE = "2";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    volatile long delayNanos;
    /** How often a request came while no other was under way: with a delay, that is the number of round trips. */
    final AtomicInteger trips = new AtomicInteger();

    private final AtomicInteger underWay = new AtomicInteger();
    private volatile String champion;

    Stub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/api/2.0/mlflow/", this::handle);
        server.start();
        reset();
    }

    /** Version 1 is the champion again, and nothing was asked. */
    void reset() {
        champion = BASELINE;
        asked.clear();
        trips.set(0);
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        long answerAt = System.nanoTime() + delayNanos;
        String call = exchange.getRequestMethod() + " "
                + exchange.getRequestURI().getPath().replace("/api/2.0/mlflow/", "");
        asked.add(call);
        if (underWay.getAndIncrement() == 0) {
            trips.incrementAndGet();
        }
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        byte[] answer = Json.write(
                        answer(call, String.valueOf(exchange.getRequestURI().getQuery()), body))
                .getBytes(StandardCharsets.UTF_8);
        while (System.nanoTime() < answerAt) {
            LockSupport.parkNanos(answerAt - System.nanoTime());
        }
        underWay.decrementAndGet();
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private Map<String, Object> answer(String call, String query, String body) {
        return switch (call) {
            case "GET experiments/get-by-name", "GET experiments/get" ->
                Map.of("experiment", Map.of("experiment_id", "1", "name", "churn", "lifecycle_stage", "active"));
            case "POST runs/search" -> Map.of("runs", List.of(run(CANDIDATE)));
            case "GET runs/get" -> Map.of("run", run(query.substring(query.length() - 1)));
            case "GET model-versions/search" -> Map.of("model_versions", List.of(version(CANDIDATE)));
            case "GET model-versions/get" -> Map.of("model_version", version(CANDIDATE));
            case "GET registered-models/alias" -> Map.of("model_version", version(champion));
            case "POST registered-models/alias" -> {
                champion = ((Map<?, ?>) Json.read(body)).get("version").toString();
                yield Map.of();
            }
            case "GET artifacts/list" -> Map.of("files", List.of(Map.of("path", "model/MLmodel", "is_dir", false)));
            case "POST model-versions/set-tag" -> Map.of();
            default -> throw new IllegalStateException("nobody should ask for " + call);
        };
    }

    private static Map<String, Object> run(String version) {
        return Map.of(
                "info",
                        Map.of(
                                "run_id",
                                "r" + version,
                                "experiment_id",
                                "1",
                                "status",
                                "FINISHED",
                                "lifecycle_stage",
                                "active",
                                "start_time",
                                1_700_000_000_000L,
                                "end_time",
                                1_700_000_001_000L),
                "data",
                        Map.of(
                                "metrics",
                                List.of(metric("accuracy", 0.934), metric("recall", 0.9), metric("log_loss", 0.21))));
    }

    private static Map<String, Object> metric(String key, double value) {
        return Map.of("key", key, "value", value, "timestamp", 1_700_000_000_000L, "step", 0);
    }

    private static Map<String, Object> version(String number) {
        return Map.of(
                "name",
                "m",
                "version",
                number,
                "run_id",
                "r" + number,
                "source",
                "runs:/r" + number + "/model",
                "status",
                "READY",
                "current_stage",
                "None");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
