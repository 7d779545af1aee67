package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One model, its champion and a candidate on an MLflow server, for one gate. The champion's accuracy is 0.95: a good candidate has
 * 0.96; a bad one 0.92, over the bound, so that only the champion gives it away.
 */
interface FaultWorld extends FaultProxy.Upstream {
    String EXPERIMENT = "experiment";

    String model();

    String experiment();

    /** The version of the candidate's run if it had one from the start, or else null. */
    String registered();

    /** Lets what the gate waits for happen. */
    void release();

    /** What became of it, asked for without any fault. */
    Outcome outcome() throws TrackingException, InterruptedException;

    /**
     * @param versions how many versions the candidate's run has
     * @param version the highest of them, or null
     * @param holder the version that holds the alias
     * @param stage of the version, or null
     */
    record Outcome(int versions, String version, String holder, String stage) {
        boolean isPromoted() {
            return holder.equals(version) && "Production".equals(stage);
        }
    }

    /** Where worlds come from. */
    interface Source {
        FaultWorld make(FaultCell cell);

        /** Whether servers of this kind can be brought into the cell's situation. */
        boolean offers(FaultCell.Column column);
    }

    /** On a server in memory. */
    final class Scripted implements FaultWorld {
        static final Source SOURCE = new Source() {
            @Override
            public FaultWorld make(FaultCell cell) {
                return new Scripted(cell);
            }

            @Override
            public boolean offers(FaultCell.Column column) {
                return true;
            }
        };

        private final FakeMlflow mlflow = new FakeMlflow(Clock.systemUTC());
        private final HttpMlflow http = new HttpMlflow(mlflow, Clock.systemUTC());
        private final FaultCell.Column column;

        private Scripted(FaultCell cell) {
            column = cell.column();
            mlflow.experiments.put(EXPERIMENT, "3");
            mlflow.finishedRun("champion", "accuracy", 0.95, "f1", 0.9);
            mlflow.version(1, "champion").stage = "Production";
            mlflow.aliases.put("champion", "1");
            FakeMlflow.FakeRun run =
                    mlflow.finishedRun("candidate", "accuracy", cell.good() ? 0.96 : 0.92, "f1", 0.9);
            mlflow.runs.get("champion").experimentId = "2";
            if (column.registered()) {
                mlflow.version(2, "candidate");
            }
            if (column.situation() == FaultCell.Situation.WAITING) {
                if (column.registered()) {
                    mlflow.versions.get(2).status = ModelVersion.Status.PENDING_REGISTRATION;
                } else {
                    run.status = Run.Status.RUNNING;
                }
            }
        }

        @Override
        public FaultProxy.Reply answer(FaultProxy.Request request) {
            return http.answer(request);
        }

        @Override
        public String model() {
            return "churn";
        }

        @Override
        public String experiment() {
            return EXPERIMENT;
        }

        @Override
        public String registered() {
            return column.registered() ? "2" : null;
        }

        @Override
        public void release() {
            synchronized (http) {
                mlflow.runs.get("candidate").status = Run.Status.FINISHED;
                mlflow.versions.values().forEach(version -> version.status = ModelVersion.Status.READY);
            }
        }

        @Override
        public Outcome outcome() {
            synchronized (http) {
                List<Integer> versions = mlflow.versions.entrySet().stream()
                        .filter(version -> version.getValue().runId.equals("candidate"))
                        .map(Map.Entry::getKey)
                        .toList();
                Integer last = versions.isEmpty() ? null : versions.get(versions.size() - 1);
                return new Outcome(
                        versions.size(),
                        last == null ? null : String.valueOf(last),
                        mlflow.aliases.get("champion"),
                        last == null ? null : mlflow.versions.get(last).stage);
            }
        }
    }

    /** On a real server, which the worlds share. */
    final class Real implements FaultWorld {
        private static final HttpClient FORWARDER = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();

        private final MlflowServer server;
        private final TrackingServer client;
        private final String model = MlflowData.unique("model");
        private final String experiment = MlflowData.unique(EXPERIMENT);
        private final String run;
        private final String registered;

        private Real(MlflowServer server, String championsRun, FaultCell cell) {
            this.server = server;
            client = server.client();
            MlflowData data = server.data();
            Instant end = Instant.now().minusSeconds(600);
            run = data.run(data.experiment(experiment), end.minusSeconds(60));
            data.metric(run, "accuracy", cell.good() ? 0.96 : 0.92, end.toEpochMilli(), 0);
            data.metric(run, "f1", 0.9, end.toEpochMilli(), 0);
            if (cell.column().situation() != FaultCell.Situation.WAITING) {
                data.end(run, "FINISHED", end);
            }
            data.model(model);
            String champion = data.version(model, championsRun);
            data.alias(model, "champion", champion);
            data.stage(model, champion, "Production");
            registered = cell.column().registered() ? data.version(model, run) : null;
        }

        /** A source of worlds on one server. */
        static Source on(MlflowServer server) {
            MlflowData data = server.data();
            String champion = data.finishedRun(data.experiment(MlflowData.unique("champions")), "accuracy", 0.95);
            data.metric(champion, "f1", 0.9, Instant.now().minusSeconds(600).toEpochMilli(), 0);
            return new Source() {
                @Override
                public FaultWorld make(FaultCell cell) {
                    return new Real(server, champion, cell);
                }

                @Override
                public boolean offers(FaultCell.Column column) {
                    // A version of a real server is READY at once.
                    return column.situation() != FaultCell.Situation.WAITING || !column.registered();
                }
            };
        }

        @Override
        public FaultProxy.Reply answer(FaultProxy.Request request) throws IOException {
            HttpRequest.Builder forwarded = HttpRequest.newBuilder(URI.create(server.url() + request.target()))
                    .timeout(Duration.ofSeconds(60));
            if (request.method().equals("GET")) {
                forwarded.GET();
            } else {
                forwarded
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(request.body()));
            }
            try {
                HttpResponse<byte[]> response =
                        FORWARDER.send(forwarded.build(), HttpResponse.BodyHandlers.ofByteArray());
                Map<String, String> headers = new LinkedHashMap<>();
                for (String name : List.of("Content-Type", "Date")) {
                    response.headers().firstValue(name).ifPresent(value -> headers.put(name, value));
                }
                return new FaultProxy.Reply(response.statusCode(), headers, response.body());
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public String model() {
            return model;
        }

        @Override
        public String experiment() {
            return experiment;
        }

        @Override
        public String registered() {
            return registered;
        }

        @Override
        public void release() {
            server.data().end(run, "FINISHED", Instant.now().minusSeconds(1));
        }

        @Override
        public Outcome outcome() throws TrackingException, InterruptedException {
            int versions = 0;
            String last = null;
            // The champion's is the first version, so that those after it are the candidate's.
            ModelVersion highest = client.highestVersion(model, null).orElseThrow();
            for (int number = 2; number <= Integer.parseInt(highest.version()); number++) {
                last = String.valueOf(number);
                versions++;
            }
            return new Outcome(
                    versions,
                    last,
                    client.versionByAlias(model, "champion").orElseThrow().version(),
                    last == null ? null : client.version(model, last).stage());
        }
    }
}
