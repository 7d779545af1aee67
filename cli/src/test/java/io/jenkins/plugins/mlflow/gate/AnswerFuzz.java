package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.RunSearch;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** Damaged answers to every question of a gate: each is understood as an answer to it, or refused as ours are. */
public final class AnswerFuzz implements Fuzz.Target {
    /** What a gate asks, and that what is believed is about that. */
    private enum Question {
        EXPERIMENT(server -> same("e", server.experimentByName("e").name())),
        FIRST_RUN(server -> server.firstRun(new RunSearch("3", null, "a", true, null))
                .ifPresent(run -> same("3", run.experimentId()))),
        RUN(server -> same("r", server.run("r").id())),
        HISTORY(server -> server.history("r", "a", Run.Metric::value)),
        LOGGED_MODEL(server -> same("m-1", server.loggedModel("m-1"))),
        LOGGED_MODELS(server -> {
            for (LoggedModel model : server.loggedModels("3", "r")) {
                same("r", model.sourceRunId());
                same(model.id(), model);
            }
        }),
        VERSION(server -> same(server.version("m", "1"), "1")),
        VERSION_OF_RUN(server ->
                server.highestVersionOfRun("m", "r", version -> true).ifPresent(version -> same("r", version.runId()))),
        VERSION_OF_LOGGED_MODEL(server -> server.highestVersionOf("m", "m-1", version -> true)
                .ifPresent(version -> same("m-1", version.loggedModelId()))),
        HIGHEST_VERSION(server -> server.highestVersion("m").ifPresent(version -> same("m", version.model()))),
        ARTIFACTS(server -> server.artifacts("r", "model").forEach(artifact -> same(artifact.path(), artifact.path()))),
        FILES(server -> server.files("m", "1").kind()),
        EXPERIMENT_NAME(server -> same("3", server.experiment("3").id())),
        VERSIONS_WITH_TAG(server -> server.versionsWithTag("m", "a", 2)),
        MODEL(server -> server.registeredModel("m")),
        ALIAS(server -> server.versionByAlias("m", "champion").ifPresent(version -> same("m", version.model()))),
        STAGE(server -> server.versionInStage("m", "Production")
                .ifPresent(version -> same("production", version.stage().toLowerCase(java.util.Locale.ROOT)))),
        CREATE(server ->
                same("r", server.createVersion("m", "runs:/r/model", "r").runId())),
        CREATE_FROM_LOGGED_MODEL(
                server -> same("r", server.createVersionFrom("m", "m-1", "r").runId())),
        SET_ALIAS(server -> server.setAlias("m", "champion", "1")),
        TRANSITION(server -> server.transitionStage("m", "1", "Production", true)),
        TAG(server -> server.setVersionTags("m", "1", Map.of("a", "b")));

        private interface Asking {
            void ask(RestTrackingServer server) throws TrackingException, InterruptedException;
        }

        private final Asking asking;

        Question(Asking asking) {
            this.asking = asking;
        }

        private static void same(ModelVersion version, String number) {
            same("m", version.model());
            same(number, version.version());
        }

        private static void same(String id, LoggedModel model) {
            same(id, model.id());
            for (LoggedModel.Entry entry : model.metrics()) {
                Objects.requireNonNull(entry.metric());
            }
        }

        private static void same(String asked, String answered) {
            if (!asked.equals(answered)) {
                throw new IllegalStateException("asked for " + asked + ", and " + answered + " was believed");
            }
        }
    }

    private static final List<Question> QUESTIONS = List.of(Question.values());
    private static final String SECRET = "c4nary-s3cret";
    private static final List<Integer> STATUSES =
            List.of(200, 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503, 999);
    private static final List<byte[]> ANSWERS = answers();

    /** The first byte chooses the question, the second the status, the rest is the answer. */
    @Override
    public byte[] input(RandomGenerator random) {
        Mutations mutations = new Mutations(random);
        int question = random.nextInt(QUESTIONS.size());
        byte[] good = ANSWERS.get(question);
        byte[] bad = mutations.oneIn(2)
                ? mutations.damaged(good, mutations.any(ANSWERS))
                : Json.write(mutations.damaged(Json.read(new String(good, StandardCharsets.UTF_8)), 12))
                        .getBytes(StandardCharsets.UTF_8);
        byte[] input = new byte[bad.length + 2];
        input[0] = (byte) question;
        input[1] = (byte) random.nextInt(STATUSES.size());
        System.arraycopy(bad, 0, input, 2, bad.length);
        return input;
    }

    private static List<byte[]> answers() {
        FakeMlflow mlflow = new FakeMlflow(new FakeClock());
        mlflow.experiments.put("e", "3");
        FakeMlflow.FakeRun run = mlflow.finishedRun("r", "a", 0.5, "b", Double.NaN, "c", Double.MAX_VALUE);
        run.digests.add("d1");
        mlflow.loggedModel("m-1", "r");
        mlflow.logOn("d", "m-1", "r", "a", 0.5);
        mlflow.logOn(null, "m-1", "r", "b", Double.NaN);
        FakeMlflow.FakeVersion version = mlflow.version(1, "r");
        version.stage = "Production";
        version.source = LoggedModel.source("m-1");
        version.tags.put("a", "b");
        mlflow.aliases.put("champion", "1");
        MlflowApi http = new MlflowApi(mlflow, new FakeClock());
        return QUESTIONS.stream()
                .map(question -> http.answer(request(question)).body())
                .toList();
    }

    private static MlflowApi.Request request(Question question) {
        List<MlflowApi.Request> asked = new ArrayList<>();
        RestTrackingServer server = server(new InMemoryClient(request -> {
            asked.add(request);
            return new MlflowApi.Reply(500, Map.of(), new byte[0]);
        }));
        try {
            question.asking.ask(server);
        } catch (TrackingException e) {
            // What was asked is all that is wanted.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return asked.get(0);
    }

    @Override
    public void run(byte[] input) throws InterruptedException {
        if (input.length < 2) {
            return;
        }
        Question question = QUESTIONS.get(Math.floorMod(input[0], QUESTIONS.size()));
        int status = STATUSES.get(Math.floorMod(input[1], STATUSES.size()));
        byte[] body = Arrays.copyOfRange(input, 2, input.length);
        String header = printable(body);
        MlflowApi.Reply reply = new MlflowApi.Reply(
                status,
                Map.of("Date", header, "Retry-After", header, "Location", header, "Content-Type", header),
                body);
        try {
            question.asking.ask(server(new InMemoryClient(request -> reply)));
        } catch (TrackingException e) {
            String message = e.getMessage();
            if (e.category() == null
                    || message.isBlank()
                    || message.length() > 3000
                    || message.contains(SECRET)
                    || message.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalStateException("a bad message: " + message, e);
            }
        }
    }

    /** Part of the answer, as headers allow it. */
    private static String printable(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        return text.substring(0, Math.min(40, text.length())).replaceAll("[^ -~]", "");
    }

    private static RestTrackingServer server(HttpClient client) {
        return new RestTrackingServer(
                client,
                ServerAddress.parse("http://mlflow.example"),
                Credentials.bearer(SECRET, "token"),
                null,
                Duration.ofMinutes(1));
    }

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) throws InterruptedException {
        new AnswerFuzz().run(input);
    }
}
