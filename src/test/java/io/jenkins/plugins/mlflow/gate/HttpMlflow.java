package io.jenkins.plugins.mlflow.gate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A {@link FakeMlflow} behind HTTP, so that a test can hold a run at RUNNING, or a response back, for as long as it needs. That real
 * servers respond alike is shown by the contract tests of this package and by {@code LiveMlflowTest}.
 */
public final class HttpMlflow implements AutoCloseable {
    public static final String MODEL = "churn-classifier";
    /** A part of the names of its threads, to distinguish them from those of Jenkins. */
    public static final String THREADS = "stub of MLflow";

    private static final Instant LONG_AGO = Instant.ofEpochMilli(1_700_000_000_000L);

    static {
        // Without it, a response waits up to 40 ms for the acknowledgement of its own head.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final FakeMlflow mlflow = new FakeMlflow(Clock.systemUTC());
    private final MlflowApi api = new MlflowApi(mlflow, Clock.systemUTC());
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> new Thread(task, THREADS));
    private final HttpServer server;
    /** The tags of all versions, the last value of each. */
    public final Map<String, String> tags = new ConcurrentHashMap<>();
    /** What was written to the registry but the tags. */
    public final List<String> writes = new CopyOnWriteArrayList<>();

    public final List<String> requests = new CopyOnWriteArrayList<>();
    /** What the requests logged in with, each once; "none" is without credentials. */
    public final Set<String> logins = ConcurrentHashMap.newKeySet();
    /** The number of requests for each run. */
    public final Map<String, Integer> readings = new ConcurrentHashMap<>();
    /** Everything that was changed, tags included, in the order in which it took effect. */
    public final List<String> changes = new CopyOnWriteArrayList<>();
    /** The time that every response takes at least. */
    public volatile int delayMillis;

    private boolean slow;
    private volatile Between between = (request, parameters, done) -> {};
    private volatile CountDownLatch held;
    private volatile int refusal;
    private volatile String address;

    /** Is called for each request, and may hold it, or do something meanwhile. */
    public interface Between {
        /**
         * Called twice for each request: before it takes effect, and after that, before the response.
         *
         * @throws IOException if the request must not continue and gets no response
         */
        void at(String request, Map<String, String> parameters, boolean done) throws IOException, InterruptedException;
    }

    /** Makes a run one of every build that asks for its runs, as if it had been started inside of its block. */
    public HttpMlflow ofEveryBuild(String run) {
        mlflow.runs.get(run).tags.put("mlflow_eval_gate.build", FakeMlflow.ANY);
        return this;
    }

    public HttpMlflow() throws IOException {
        mlflow.experiments.put("customer-churn", "1");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public HttpMlflow version(int number, String runId, Object... values) {
        synchronized (api) {
            mlflow.version(number, runId);
        }
        return run(runId, values);
    }

    /** When the version was registered. */
    public HttpMlflow created(int version, Instant at) {
        synchronized (api) {
            mlflow.versions.get(version).created = at;
        }
        return this;
    }

    /** Version 6 is the champion; version 7, which is a little better, is the candidate. */
    public HttpMlflow championAndCandidate() {
        return version(6, "r6", "accuracy", 0.92)
                .version(7, "r7", "accuracy", 0.93)
                .alias("champion", 6);
    }

    /** A run of experiment {@code customer-churn} that has no version. */
    public HttpMlflow run(String runId, Object... values) {
        synchronized (api) {
            FakeMlflow.FakeRun run = mlflow.finishedRun(runId);
            run.experimentId = "1";
            run.start = LONG_AGO;
            run.end = LONG_AGO;
            for (int i = 0; i < values.length; i += 2) {
                mlflow.log(runId, (String) values[i], ((Number) values[i + 1]).doubleValue(), LONG_AGO);
            }
        }
        return this;
    }

    /** A logged model that the run made, with one metric on one dataset. */
    public HttpMlflow loggedModel(String id, String runId, String metric, String dataset, double value) {
        synchronized (api) {
            Run.Metric logged = new Run.Metric(value, LONG_AGO.toEpochMilli(), 0);
            mlflow.loggedModel(id, runId).entries.add(new LoggedModel.Entry(metric, logged, dataset, "d1", runId));
        }
        return this;
    }

    public HttpMlflow alias(String alias, int version) {
        synchronized (api) {
            mlflow.aliases.put(alias, String.valueOf(version));
        }
        return this;
    }

    /** No version has the alias any longer. */
    public void deleteAlias(String alias) {
        synchronized (api) {
            mlflow.aliases.remove(alias);
        }
    }

    /** The tag of a version; null deletes it. */
    public HttpMlflow tag(int version, String key, String value) {
        synchronized (api) {
            if (value == null) {
                mlflow.versions.get(version).tags.remove(key);
            } else {
                mlflow.versions.get(version).tags.put(key, value);
            }
        }
        return this;
    }

    /** Deletes the registered model, and makes another of the same name that has no version yet. */
    public HttpMlflow recreateModel() {
        synchronized (api) {
            mlflow.versions.clear();
            mlflow.aliases.clear();
            mlflow.created = mlflow.created.plusSeconds(60);
        }
        return this;
    }

    public HttpMlflow status(String runId, String status) {
        synchronized (api) {
            FakeMlflow.FakeRun run = mlflow.runs.get(runId);
            run.status = Run.Status.valueOf(status);
            run.end = run.status == Run.Status.FINISHED ? LONG_AGO : null;
        }
        return this;
    }

    /** From now on, a version is not ready when it is created, but at the next request for it. */
    public HttpMlflow slowToRegister() {
        synchronized (api) {
            slow = true;
            mlflow.statusOfCreated = ModelVersion.Status.PENDING_REGISTRATION;
        }
        return this;
    }

    public HttpMlflow between(Between hook) {
        between = hook;
        return this;
    }

    /** The version that has the alias, or null. */
    public String holder(String alias) {
        synchronized (api) {
            return mlflow.aliases.get(alias);
        }
    }

    /** From now on, no request gets a response until the latch is released. */
    public CountDownLatch hold() {
        held = new CountDownLatch(1);
        return held;
    }

    /** From now on, every request is refused with this status; none with 0. */
    public HttpMlflow refuseWith(int status) {
        refusal = status;
        return this;
    }

    /** From now on, wherever a response can hold an address, it holds this one. */
    public HttpMlflow leadsTo(String address) {
        this.address = address;
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String target = exchange.getRequestURI().toString();
        String method = exchange.getRequestMethod();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String name = method + " " + exchange.getRequestURI().getPath().replaceFirst("^.*/api/2.0/mlflow/", "");
        requests.add(name);
        String login = exchange.getRequestHeaders().getFirst("Authorization");
        logins.add(login == null ? "none" : login);
        if (delayMillis > 0) {
            LockSupport.parkNanos(delayMillis * 1_000_000L);
        }
        CountDownLatch latch = held;
        try {
            if (latch != null) {
                latch.await(2, TimeUnit.MINUTES);
            }
            if (refusal != 0) {
                refuse(exchange, refusal, "REFUSED");
                return;
            }
            MlflowApi.Request request = new MlflowApi.Request(method, target, Map.of(), body);
            Map<String, String> parameters = request.parameters();
            between.at(name, parameters, false);
            MlflowApi.Reply reply;
            try {
                reply = carryOut(request, parameters);
            } catch (IllegalArgumentException unknown) {
                refuse(exchange, 404, "ENDPOINT_NOT_FOUND");
                return;
            }
            between.at(name, parameters, true);
            send(exchange, reply.status(), address == null ? reply.body() : withAddress(reply.body()));
        } catch (IOException | InterruptedException e) {
            exchange.close();
        }
    }

    private MlflowApi.Reply carryOut(MlflowApi.Request request, Map<String, String> parameters) {
        synchronized (api) {
            Endpoint endpoint = request.endpoint();
            if (endpoint == Endpoint.RUN) {
                readings.merge(parameters.get("run_id"), 1, Integer::sum);
            } else if (slow && endpoint == Endpoint.VERSION) {
                mlflow.versions.computeIfPresent(Integer.valueOf(parameters.get("version")), (number, version) -> {
                    version.status = ModelVersion.Status.READY;
                    return version;
                });
            }
            MlflowApi.Reply reply = api.answer(request);
            if (reply.status() == 200) {
                record(endpoint, parameters);
            }
            return reply;
        }
    }

    private void record(Endpoint endpoint, Map<String, String> parameters) {
        String version = parameters.get("version");
        switch (endpoint) {
            case CREATE -> wrote("create " + mlflow.versions.lastKey());
            case SET_ALIAS -> wrote(parameters.get("alias") + "=" + version);
            case TRANSITION -> wrote(parameters.get("stage") + "=" + version);
            case TAG -> {
                changes.add("tag " + version + " " + parameters.get("key") + "=" + parameters.get("value"));
                tags.put(parameters.get("key"), parameters.get("value"));
            }
            default -> {}
        }
    }

    private void wrote(String what) {
        writes.add(what);
        changes.add(what);
    }

    private byte[] withAddress(byte[] body) {
        Object tree = Json.read(new String(body, StandardCharsets.UTF_8));
        addAddress(tree);
        return Json.write(tree).getBytes(StandardCharsets.UTF_8);
    }

    @SuppressWarnings("unchecked")
    private void addAddress(Object tree) {
        if (tree instanceof List<?> list) {
            list.forEach(this::addAddress);
        } else if (tree instanceof Map<?, ?> map) {
            map.values().forEach(this::addAddress);
            Map<String, Object> object = (Map<String, Object>) map;
            if (map.containsKey("lifecycle_stage")) {
                object.put("artifact_uri", address);
            } else if (map.containsKey("current_stage")) {
                object.put("source", address);
                object.put("run_link", address);
            }
        }
    }

    private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
        send(
                exchange,
                status,
                Json.write(Map.of("error_code", code, "message", "refused by the test"))
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        CountDownLatch latch = held;
        if (latch != null) {
            latch.countDown();
        }
        server.stop(0);
        threads.shutdownNow();
    }
}
