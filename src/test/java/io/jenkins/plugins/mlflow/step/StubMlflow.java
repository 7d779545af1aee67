package io.jenkins.plugins.mlflow.step;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hudson.util.NamingThreadFactory;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * As much of MLflow's REST interface as the gate asks for, in memory, so that a test can hold a run at RUNNING, or an answer
 * back, for as long as it needs. That real servers answer alike is shown by the contract tests of {@code gate} and by
 * {@link LiveMlflowTest}.
 */
final class StubMlflow implements AutoCloseable {
    static final String MODEL = "churn-classifier";
    /** What its threads' names hold, to tell them from those of Jenkins. */
    static final String THREADS = "stub of MLflow";

    private static final String LOGGED_MODEL = "GET logged-models/";

    static {
        // Without it, an answer waits up to 40 ms for the acknowledgement of its own head.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final Map<String, Map<String, Double>> metrics = new HashMap<>();
    private final Map<String, String> statuses = new HashMap<>();
    private final TreeMap<Integer, String> versions = new TreeMap<>();
    private final Map<String, Object> loggedModels = new HashMap<>();
    private final Map<String, String> aliases = new HashMap<>();
    final Map<String, String> tags = new HashMap<>();
    final List<String> writes = new CopyOnWriteArrayList<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    /** How often each run was asked for. */
    final Map<String, Integer> readings = new ConcurrentHashMap<>();
    /** Everything that was changed, the tags too, in the order in which it took effect. */
    final List<String> changes = new CopyOnWriteArrayList<>();
    private final Map<Integer, String> stages = new HashMap<>();
    private final Set<Integer> pending = new HashSet<>();
    private boolean slow;
    private volatile Between between = (request, question, done) -> {};
    private volatile CountDownLatch held;
    private volatile int refusal;
    private volatile String elsewhere = "";
    /** How long every answer takes. */
    volatile int delayMillis;

    /** Stands in the way of the requests, and may hold them, or do something meanwhile. */
    interface Between {
        /**
         * Called twice for each request: before it takes effect, and when it has and is about to be answered.
         *
         * @throws IOException if it is to go no further, and get no answer
         */
        void at(String request, Map<?, ?> question, boolean done) throws IOException, InterruptedException;
    }

    StubMlflow() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool(new NamingThreadFactory(Executors.defaultThreadFactory(), THREADS)));
        server.createContext("/", this::handle);
        server.start();
    }

    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Makes it Jenkins' only server. As a server that was not there before: under the same name alone, it would keep the records of the last one. */
    StubMlflow configured() {
        MlflowGlobalConfiguration.get().setServers(List.of());
        MlflowGlobalConfiguration.get().setServers(List.of(new MlflowServerConfiguration("stub", uri())));
        return this;
    }

    synchronized StubMlflow version(int number, String runId, Object... values) {
        versions.put(number, runId);
        return run(runId, values);
    }

    /** Version 6 is the champion; version 7, which is a little better, is the candidate. */
    StubMlflow championAndCandidate() {
        return version(6, "r6", "accuracy", 0.92).version(7, "r7", "accuracy", 0.93).alias("champion", 6);
    }

    /** A run that no version was made of. */
    synchronized StubMlflow run(String runId, Object... values) {
        statuses.put(runId, "FINISHED");
        Map<String, Double> map = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i += 2) {
            map.put((String) values[i], ((Number) values[i + 1]).doubleValue());
        }
        metrics.put(runId, map);
        return this;
    }

    /** A logged model that the run made, with one metric on one dataset. */
    synchronized StubMlflow loggedModel(String id, String runId, String metric, String dataset, double value) {
        loggedModels.put(id, Map.of(
                "info", Map.of("model_id", id, "source_run_id", runId, "status", "LOGGED_MODEL_READY"),
                "data", Map.of("metrics", List.of(Map.of(
                        "key", metric, "value", value, "timestamp", 1_700_000_000_000L, "step", 0,
                        "dataset_name", dataset, "dataset_digest", "d1", "model_id", id, "run_id", runId)))));
        return this;
    }

    synchronized StubMlflow alias(String alias, int version) {
        aliases.put(alias, String.valueOf(version));
        return this;
    }

    synchronized StubMlflow status(String runId, String status) {
        statuses.put(runId, status);
        return this;
    }

    /** From now on, a version is not ready when it is created, but when it is asked for next. */
    synchronized StubMlflow slowToRegister() {
        slow = true;
        return this;
    }

    StubMlflow between(Between hook) {
        between = hook;
        return this;
    }

    synchronized String holder(String alias) {
        return aliases.get(alias);
    }

    /** From now on, no request is answered until the latch is released. */
    CountDownLatch hold() {
        held = new CountDownLatch(1);
        return held;
    }

    /** From now on, every request is refused with this status. */
    StubMlflow refuseWith(int status) {
        refusal = status;
        return this;
    }

    /** From now on, wherever an answer can hold an address, it holds this one. */
    StubMlflow leadsTo(String address) {
        elsewhere = address;
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().replaceFirst("^.*/api/2.0/mlflow/", "");
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(exchange.getRequestMethod() + " " + path);
        if (delayMillis > 0) {
            LockSupport.parkNanos(delayMillis * 1_000_000L);
        }
        CountDownLatch latch = held;
        if (latch != null) {
            try {
                latch.await(2, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (refusal != 0) {
            send(exchange, refusal, Map.of("error_code", "REFUSED", "message", "refused by the test"));
            return;
        }
        Map<?, ?> question = body.isEmpty() ? query(exchange) : (Map<?, ?>) Json.read(body);
        String request = exchange.getRequestMethod() + " " + path;
        Object answer;
        try {
            between.at(request, question, false);
            synchronized (this) {
                answer = answer(request, question);
            }
            between.at(request, question, true);
        } catch (IOException | InterruptedException e) {
            exchange.close();
            return;
        }
        if (answer == null) {
            send(exchange, 404, Map.of("error_code", "RESOURCE_DOES_NOT_EXIST", "message", "not here"));
        } else {
            send(exchange, 200, answer);
        }
    }

    private static Map<String, String> query(HttpExchange exchange) {
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        if (raw != null) {
            for (String pair : raw.split("&")) {
                String[] parts = pair.split("=", 2);
                query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    private Object answer(String request, Map<?, ?> question) {
        return switch (request) {
            case "GET runs/get" -> run((String) question.get("run_id"));
            case "GET model-versions/get" -> {
                pending.remove(Integer.valueOf((String) question.get("version")));
                yield version((String) question.get("version"));
            }
            case "GET model-versions/search" -> search((String) question.get("filter"));
            case "GET experiments/get" -> Map.of(
                    "experiment", Map.of("experiment_id", question.get("experiment_id"), "name", "customer-churn"));
            case "GET artifacts/list" -> Map.of(
                    "files", List.of(Map.of("path", question.get("path") + "/MLmodel", "is_dir", false)));
            case "GET registered-models/get" -> Map.of("registered_model", Map.of("name", MODEL));
            case "GET registered-models/alias" -> version(aliases.get((String) question.get("alias")));
            case "POST registered-models/alias" -> {
                wrote(question.get("alias") + "=" + question.get("version"));
                aliases.put((String) question.get("alias"), (String) question.get("version"));
                yield Map.of();
            }
            case "POST model-versions/create" -> {
                int number = versions.isEmpty() ? 1 : versions.lastKey() + 1;
                versions.put(number, (String) question.get("run_id"));
                if (slow) {
                    pending.add(number);
                }
                wrote("create " + number);
                yield version(String.valueOf(number));
            }
            case "POST model-versions/transition-stage" -> {
                wrote(question.get("stage") + "=" + question.get("version"));
                stages.put(Integer.valueOf((String) question.get("version")), (String) question.get("stage"));
                yield version((String) question.get("version"));
            }
            case "POST registered-models/get-latest-versions" -> inStage((List<?>) question.get("stages"));
            case "POST model-versions/set-tag" -> {
                changes.add("tag " + question.get("version") + " " + question.get("key") + "=" + question.get("value"));
                tags.put((String) question.get("key"), (String) question.get("value"));
                yield Map.of();
            }
            default -> request.startsWith(LOGGED_MODEL) && loggedModels.containsKey(request.substring(LOGGED_MODEL.length()))
                    ? Map.of("model", loggedModels.get(request.substring(LOGGED_MODEL.length())))
                    : null;
        };
    }

    private void wrote(String what) {
        writes.add(what);
        changes.add(what);
    }

    private Object inStage(List<?> wanted) {
        List<Object> found = new ArrayList<>();
        stages.forEach((number, stage) -> {
            if (wanted.contains(stage)) {
                found.add(describe(number));
            }
        });
        return Map.of("model_versions", found);
    }

    private Object run(String id) {
        readings.merge(id, 1, Integer::sum);
        if (!statuses.containsKey(id)) {
            return null;
        }
        List<Object> values = new ArrayList<>();
        metrics.get(id).forEach((key, value) ->
                values.add(Map.of("key", key, "value", value, "timestamp", 1_700_000_000_000L, "step", 0)));
        Map<String, Object> info = new LinkedHashMap<>(Map.of(
                "run_id", id, "experiment_id", "1", "status", statuses.get(id), "lifecycle_stage", "active",
                "start_time", 1_700_000_000_000L, "artifact_uri", elsewhere));
        if (statuses.get(id).equals("FINISHED")) {
            info.put("end_time", 1_700_000_000_000L);
        }
        return Map.of("run", Map.of("info", info, "data", Map.of("metrics", values)));
    }

    private Object version(String number) {
        if (number == null || !versions.containsKey(Integer.valueOf(number))) {
            return null;
        }
        return Map.of("model_version", describe(Integer.parseInt(number)));
    }

    private Map<String, Object> describe(int number) {
        return Map.of(
                "name", MODEL, "version", String.valueOf(number), "run_id", versions.get(number), "status",
                pending.contains(number) ? "PENDING_REGISTRATION" : "READY", "current_stage",
                stages.getOrDefault(number, "None"),
                "source", elsewhere.isEmpty() ? "runs:/" + versions.get(number) + "/model" : elsewhere,
                "run_link", elsewhere);
    }

    private Object search(String filter) {
        List<Object> found = new ArrayList<>();
        versions.descendingMap().forEach((number, runId) -> {
            if (!filter.contains("run_id") || filter.contains("'" + runId + "'")) {
                found.add(describe(number));
            }
        });
        return Map.of("model_versions", found);
    }

    private static void send(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = Json.write(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        CountDownLatch latch = held;
        if (latch != null) {
            latch.countDown();
        }
        server.stop(0);
    }
}
