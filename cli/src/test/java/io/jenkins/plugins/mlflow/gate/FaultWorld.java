package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
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
 * 0.96; a bad one 0.92, over the bound, so that only the champion gives it away. Where logged models count, those are the values on
 * the dataset {@code holdout}, and on another one each candidate is better than the champion.
 */
interface FaultWorld extends FaultProxy.Upstream {
    String EXPERIMENT = "experiment";

    String model();

    String experiment();

    /** The candidate if the gate is to be told it, or else null. */
    ExactCandidate exact();

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
        private final MlflowApi http = new MlflowApi(mlflow, Clock.systemUTC());
        private final FaultCell.Column column;

        private Scripted(FaultCell cell) {
            column = cell.column();
            mlflow.experiments.put(EXPERIMENT, "3");
            mlflow.finishedRun("champion", "accuracy", 0.95, "f1", 0.9).experimentId = "2";
            mlflow.version(1, "champion").stage = "Production";
            mlflow.aliases.put("champion", "1");
            double accuracy = cell.good() ? 0.96 : 0.92;
            FakeMlflow.FakeRun run = mlflow.finishedRun("candidate", "accuracy", accuracy, "f1", 0.9);
            // As on a real server: so short ago that a clock an hour behind puts it into the future.
            run.end = Instant.now().minusSeconds(600);
            run.start = run.end.minusSeconds(60);
            boolean waiting = column.situation() == FaultCell.Situation.WAITING;
            if (column.candidate().isOfLoggedModels()) {
                logged("m-1", "champion", 0.95);
                mlflow.versions.get(1).source = LoggedModel.source("m-1");
                logged("m-2", "candidate", accuracy);
                mlflow.loggedModel("m-3", "candidate");
                mlflow.logOn("train", "m-3", "candidate", "accuracy", 0.99);
            }
            switch (column.candidate()) {
                case VERSION ->
                    mlflow.version(2, "candidate").status =
                            waiting ? ModelVersion.Status.PENDING_REGISTRATION : ModelVersion.Status.READY;
                case LOGGED_MODEL ->
                    mlflow.models.get("m-2").status = waiting ? LoggedModel.Status.PENDING : LoggedModel.Status.READY;
                default -> run.status = waiting ? Run.Status.RUNNING : Run.Status.FINISHED;
            }
        }

        private void logged(String model, String run, double accuracy) {
            mlflow.loggedModel(model, run);
            mlflow.logOn("holdout", model, run, "accuracy", accuracy);
            mlflow.logOn("holdout", model, run, "f1", 0.9);
            mlflow.logOn("holdout", model, run, "errors", 0);
            mlflow.logOn("train", model, run, "accuracy", 0.99);
        }

        @Override
        public MlflowApi.Reply answer(MlflowApi.Request request) {
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
        public ExactCandidate exact() {
            return switch (column.candidate()) {
                case VERSION -> new ExactCandidate(ExactCandidate.Kind.VERSION, "2");
                case LOGGED_MODEL -> new ExactCandidate(ExactCandidate.Kind.MODEL, "m-2");
                default -> null;
            };
        }

        @Override
        public void release() {
            synchronized (http) {
                mlflow.runs.get("candidate").status = Run.Status.FINISHED;
                mlflow.versions.values().forEach(version -> version.status = ModelVersion.Status.READY);
                mlflow.models.values().forEach(model -> model.status = LoggedModel.Status.READY);
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
        private final String loggedModel;
        private final ExactCandidate exact;

        private Real(MlflowServer server, Champion best, FaultCell cell) {
            this.server = server;
            client = server.client();
            MlflowData data = server.data();
            FaultCell.Candidate candidate = cell.column().candidate();
            boolean waiting = cell.column().situation() == FaultCell.Situation.WAITING;
            Instant end = Instant.now().minusSeconds(600);
            String experimentId = data.experiment(experiment);
            run = data.run(experimentId, end.minusSeconds(60));
            double accuracy = cell.good() ? 0.96 : 0.92;
            data.model(model);
            String champion;
            if (candidate.isOfLoggedModels()) {
                champion = data.versionOf(model, best.loggedModel, best.run);
                loggedModel = waiting && candidate == FaultCell.Candidate.LOGGED_MODEL
                        ? data.pendingModel(experimentId, run)
                        : data.loggedModel(experimentId, run);
                log(data, loggedModel, run, accuracy, end);
                data.metricOn(
                        "train", "t", data.loggedModel(experimentId, run), run, "accuracy", 0.99, end.toEpochMilli());
            } else {
                champion = data.version(model, best.run);
                loggedModel = null;
                data.metric(run, "accuracy", accuracy, end.toEpochMilli(), 0);
                data.metric(run, "f1", 0.9, end.toEpochMilli(), 0);
            }
            if (!waiting || candidate == FaultCell.Candidate.LOGGED_MODEL) {
                data.end(run, "FINISHED", end);
            }
            data.alias(model, "champion", champion);
            data.stage(model, champion, "Production");
            exact = switch (candidate) {
                case VERSION -> new ExactCandidate(ExactCandidate.Kind.VERSION, data.version(model, run));
                case LOGGED_MODEL -> new ExactCandidate(ExactCandidate.Kind.MODEL, loggedModel);
                default -> null;
            };
        }

        private static void log(MlflowData data, String loggedModel, String run, double accuracy, Instant when) {
            long at = when.toEpochMilli();
            data.metricOn("holdout", "h", loggedModel, run, "accuracy", accuracy, at);
            data.metricOn("holdout", "h", loggedModel, run, "f1", 0.9, at);
            data.metricOn("holdout", "h", loggedModel, run, "errors", 0, at);
            // MLflow takes one value of a logged model at a moment, whatever the dataset.
            data.metricOn("train", "t", loggedModel, run, "accuracy", 0.99, at - 1);
        }

        /** @param loggedModel null on a server that has none */
        private record Champion(String run, String loggedModel) {}

        /** A source of worlds on one server. */
        static Source on(MlflowServer server) {
            MlflowData data = server.data();
            boolean hasLoggedModels = server.majorVersion() >= 3;
            String experiment = data.experiment(MlflowData.unique("champions"));
            Instant end = Instant.now().minusSeconds(600);
            String run = data.run(experiment, end.minusSeconds(60));
            data.metric(run, "accuracy", 0.95, end.toEpochMilli(), 0);
            data.metric(run, "f1", 0.9, end.toEpochMilli(), 0);
            String of = data.run(experiment, end.minusSeconds(60));
            String loggedModel = hasLoggedModels ? data.loggedModel(experiment, of) : null;
            if (hasLoggedModels) {
                log(data, loggedModel, of, 0.95, end);
            }
            data.end(run, "FINISHED", end);
            data.end(of, "FINISHED", end);
            Champion champion = new Champion(run, loggedModel);
            return new Source() {
                @Override
                public FaultWorld make(FaultCell cell) {
                    return new Real(server, champion, cell);
                }

                @Override
                public boolean offers(FaultCell.Column column) {
                    // A version of a real server is READY at once.
                    return (column.situation() != FaultCell.Situation.WAITING
                                    || column.candidate() != FaultCell.Candidate.VERSION)
                            && (hasLoggedModels || !column.candidate().isOfLoggedModels());
                }
            };
        }

        @Override
        public MlflowApi.Reply answer(MlflowApi.Request request) throws IOException {
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
                return new MlflowApi.Reply(response.statusCode(), headers, response.body());
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
        public ExactCandidate exact() {
            return exact;
        }

        @Override
        public void release() {
            if (exact != null && exact.kind() == ExactCandidate.Kind.MODEL) {
                server.data().readyModel(loggedModel);
            } else {
                server.data().end(run, "FINISHED", Instant.now().minusSeconds(1));
            }
        }

        @Override
        public Outcome outcome() throws TrackingException, InterruptedException {
            int versions = 0;
            String last = null;
            // The champion's is the first version, so that those after it are the candidate's.
            ModelVersion highest = client.highestVersion(model).orElseThrow();
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
