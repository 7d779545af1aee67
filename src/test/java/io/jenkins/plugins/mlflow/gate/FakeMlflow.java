package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.tracking.Artifact;
import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Experiment;
import io.jenkins.plugins.mlflow.tracking.LoggedModel;
import io.jenkins.plugins.mlflow.tracking.ModelSource;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.RegisteredModel;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.RunSearch;
import io.jenkins.plugins.mlflow.tracking.TagSearch;
import io.jenkins.plugins.mlflow.tracking.TaggedRun;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A tracking server and registry in memory, whose clock a test moves and whose answers it can disturb: a fault before or after
 * a request took effect, or something that happens on the server just before a request arrives.
 */
final class FakeMlflow implements TrackingServer {
    final Map<String, FakeRun> runs = new LinkedHashMap<>();
    final Map<String, String> experiments = new HashMap<>();
    final TreeMap<Integer, FakeVersion> versions = new TreeMap<>();
    final Map<String, FakeModel> models = new TreeMap<>();
    /** An MLflow before 3 has no logged models. */
    boolean hasLoggedModels = true;

    final Map<String, String> aliases = new HashMap<>();
    final List<String> writes = new ArrayList<>();
    final List<String> calls = new ArrayList<>();
    boolean modelExists = true;
    /** When the registered model was created; a new one of the same name has another time. */
    Instant created = Instant.ofEpochMilli(1_700_000_000_000L);
    /** Whether the registered model is a prompt. */
    boolean prompt;

    ModelVersion.Status statusOfCreated = ModelVersion.Status.READY;
    private final Map<String, List<Disturbance>> disturbances = new HashMap<>();
    private final Clock clock;

    FakeMlflow(Clock clock) {
        this.clock = clock;
    }

    /** What happens at one call of a method; {@code after} is thrown once the request took effect. */
    private record Disturbance(Runnable happens, TrackingException before, TrackingException after) {}

    /** As the value of a run's tag: every value that a search asks for, such as the id of a build that a test cannot know. */
    static final String ANY = "*";

    static final class FakeRun {
        String experimentId = "3";
        Run.Status status = Run.Status.FINISHED;
        boolean deleted;
        Instant start;
        Instant end;
        final Map<String, Run.Metric> metrics = new HashMap<>();
        final Map<String, List<Run.Metric>> histories = new HashMap<>();
        final Set<String> digests = new HashSet<>();
        final Set<String> evaluated = new HashSet<>();
        String parent;
        String name;
        String user;
        final Map<String, String> tags = new HashMap<>();
        /** Paths of files below the run; MLflow 2 logs a model as files. */
        final Set<String> artifacts = new HashSet<>(Set.of("model/MLmodel", "model/model.pkl"));
    }

    static final class FakeModel {
        String name;
        boolean external;
        String runId;
        LoggedModel.Status status = LoggedModel.Status.READY;
        final List<LoggedModel.Entry> entries = new ArrayList<>();
    }

    /** A logged model that a run made; the run names it among its outputs. */
    FakeModel loggedModel(String id, String runId) {
        FakeModel model = new FakeModel();
        model.runId = runId;
        models.put(id, model);
        return model;
    }

    /** Logs a metric of a logged model on a dataset, whose digest is {@code d-} and its name, in a run and as of its end. */
    void logOn(String dataset, String modelId, String runId, String metric, double value) {
        logOn(dataset, dataset == null ? null : "d-" + dataset, modelId, runId, metric, value, runs.get(runId).end);
    }

    void logOn(String dataset, String digest, String modelId, String runId, String metric, double value, Instant when) {
        log(runId, metric, value, when);
        // As MLflow does, which drops the mark that tells NaN from 0.
        Run.Metric kept = new Run.Metric(Double.isNaN(value) ? 0 : value, when.toEpochMilli(), 0);
        models.get(modelId).entries.add(new LoggedModel.Entry(metric, kept, dataset, digest, runId));
        if (!runId.equals(models.get(modelId).runId)) {
            runs.get(runId).evaluated.add(modelId);
        }
    }

    static final class FakeVersion {
        String runId;
        String stage = "None";
        String source;
        ModelVersion.Status status = ModelVersion.Status.READY;
        final Map<String, String> tags = new HashMap<>();
        Instant created;
    }

    /** A finished run whose metrics were all written an hour ago. */
    FakeRun finishedRun(String id, Object... metrics) {
        FakeRun run = new FakeRun();
        run.start = clock.instant().minus(Duration.ofHours(2));
        run.end = clock.instant().minus(Duration.ofHours(1));
        runs.put(id, run);
        for (int i = 0; i < metrics.length; i += 2) {
            log(id, (String) metrics[i], ((Number) metrics[i + 1]).doubleValue(), run.end);
        }
        return run;
    }

    void log(String runId, String metric, double value, Instant when) {
        runs.get(runId).metrics.put(metric, new Run.Metric(value, when.toEpochMilli(), 0));
    }

    FakeVersion version(int number, String runId) {
        FakeVersion version = new FakeVersion();
        version.runId = runId;
        version.source = runId == null ? null : "runs:/" + runId + "/model";
        version.created = clock.instant();
        versions.put(number, version);
        return version;
    }

    void failNext(String method, TrackingException fault) {
        disturb(method, new Disturbance(() -> {}, fault, null));
    }

    void failAfterEffect(String method, TrackingException fault) {
        disturb(method, new Disturbance(() -> {}, null, fault));
    }

    void beforeNext(String method, Runnable happens) {
        disturb(method, new Disturbance(happens, null, null));
    }

    /** Something happens, and then the call fails. */
    void disturbNext(String method, Runnable happens, TrackingException fault) {
        disturb(method, new Disturbance(happens, fault, null));
    }

    /** Lets one call of the method pass undisturbed. */
    void passNext(String method) {
        beforeNext(method, () -> {});
    }

    private void disturb(String method, Disturbance disturbance) {
        disturbances.computeIfAbsent(method, name -> new ArrayList<>()).add(disturbance);
    }

    private interface Answer<T> {
        T get() throws TrackingException;
    }

    private <T> T answer(String method, Answer<T> answer) throws TrackingException {
        calls.add(method);
        List<Disturbance> waiting = disturbances.getOrDefault(method, List.of());
        if (waiting.isEmpty()) {
            return answer.get();
        }
        Disturbance disturbance = waiting.remove(0);
        disturbance.happens.run();
        if (disturbance.before != null) {
            throw disturbance.before;
        }
        T result = answer.get();
        if (disturbance.after != null) {
            throw disturbance.after;
        }
        return result;
    }

    private static TrackingException notFound(String what) {
        return TrackingException.permanent(ErrorCategory.NOT_FOUND, what + " is not there");
    }

    @Override
    public TrackingServer within(Duration budget) {
        if (budget.isNegative() || budget.isZero()) {
            throw new IllegalArgumentException("no time left: " + budget);
        }
        return this;
    }

    @Override
    public int requests() {
        return calls.size();
    }

    @Override
    public Run run(String runId) throws TrackingException {
        return answer("run", () -> tell(runId));
    }

    private Run tell(String runId) throws TrackingException {
        FakeRun run = runs.get(runId);
        if (run == null) {
            throw notFound("run " + runId);
        }
        return new Run(
                runId,
                run.experimentId,
                run.status,
                run.deleted,
                run.start,
                run.end,
                run.metrics,
                run.digests,
                models.keySet().stream()
                        .filter(id -> runId.equals(models.get(id).runId))
                        .collect(Collectors.toSet()),
                run.evaluated,
                run.parent,
                run.user,
                clock.instant());
    }

    @Override
    public LoggedModel loggedModel(String id) throws TrackingException {
        return answer("loggedModel", () -> {
            requireLoggedModels();
            if (!models.containsKey(id)) {
                throw notFound("logged model " + id);
            }
            return tellModel(id);
        });
    }

    @Override
    public List<LoggedModel> loggedModels(String experimentId, String runId) throws TrackingException {
        return answer("loggedModels", () -> {
            requireLoggedModels();
            return models.keySet().stream()
                    .filter(id -> runId.equals(models.get(id).runId))
                    .map(this::tellModel)
                    .toList();
        });
    }

    @Override
    public List<LoggedModel> loggedModelsWith(List<String> experimentIds, String metric, double value)
            throws TrackingException {
        return answer("loggedModelsWith", () -> {
            requireLoggedModels();
            return models.keySet().stream()
                    .map(this::tellModel)
                    .filter(model -> model.metrics().stream()
                            .anyMatch(entry -> entry.metric().equals(metric)
                                    && entry.value().value() == value))
                    .toList();
        });
    }

    private LoggedModel tellModel(String id) {
        FakeModel model = models.get(id);
        return new LoggedModel(id, model.name, "3", model.runId, model.status, model.external, model.entries);
    }

    private void requireLoggedModels() throws TrackingException {
        if (!hasLoggedModels) {
            throw TrackingException.permanent(
                    ErrorCategory.CONFIGURATION, "there are no logged models before MLflow 3");
        }
    }

    @Override
    public void history(String runId, String metric, Consumer<Run.Metric> values) throws TrackingException {
        answer(
                        "history",
                        () -> runs.get(runId)
                                .histories
                                .getOrDefault(
                                        metric, List.of(runs.get(runId).metrics.get(metric))))
                .forEach(values);
    }

    @Override
    public Optional<Run> firstRun(RunSearch search) throws TrackingException {
        return answer("firstRun", () -> {
            List<Run> found = new ArrayList<>();
            for (String id : runs.keySet()) {
                Run run = tell(id);
                if (run.experimentId().equals(search.experimentId())
                        && !run.deleted()
                        && hasTags(id, search.tags())
                        && (search.nested() || !run.isChild())
                        && (search.startedAfter() == null || !run.startTime().isBefore(search.startedAfter()))) {
                    found.add(run);
                }
            }
            Comparator<Run> order = search.metric() == null
                    ? Comparator.comparing(Run::startTime).reversed()
                    : Comparator.comparing(
                            run -> run.metrics().get(search.metric()).value() * (search.descending() ? -1 : 1));
            return found.stream().min(order);
        });
    }

    private boolean hasTags(String runId, Map<String, String> tags) {
        Map<String, String> own = runs.get(runId).tags;
        return tags.entrySet().stream()
                .allMatch(tag -> tag.getValue().equals(own.get(tag.getKey())) || ANY.equals(own.get(tag.getKey())));
    }

    /** A filter is true for runs whose name it is. */
    @Override
    public List<TaggedRun> taggedRuns(TagSearch search) throws TrackingException {
        return answer("taggedRuns", () -> {
            List<TaggedRun> found = new ArrayList<>();
            for (String id : runs.keySet()) {
                Run run = tell(id);
                String name = runs.get(id).name;
                if (hasTags(id, search.tags())
                        && !run.deleted()
                        && (search.experimentId() == null
                                || search.experimentId().equals(run.experimentId()))
                        && (search.filter() == null || search.filter().equals(name))
                        && (search.children() || !run.isChild())) {
                    found.add(new TaggedRun(run, name, nameOfExperiment(run.experimentId())));
                }
            }
            found.sort(Comparator.comparing((TaggedRun run) -> run.run().startTime())
                    .reversed());
            return found.subList(0, Math.min(search.most(), found.size()));
        });
    }

    @Override
    public Experiment experimentByName(String name) throws TrackingException {
        return answer("experimentByName", () -> {
            if (!experiments.containsKey(name)) {
                throw notFound("experiment " + name);
            }
            return new Experiment(experiments.get(name), name, false, clock.instant());
        });
    }

    @Override
    public Experiment experiment(String id) throws TrackingException {
        return answer("experiment", () -> new Experiment(id, nameOfExperiment(id), false, clock.instant()));
    }

    private String nameOfExperiment(String id) {
        return experiments.entrySet().stream()
                .filter(entry -> entry.getValue().equals(id))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("experiment " + id);
    }

    @Override
    public List<Artifact> artifacts(String runId, String path) throws TrackingException {
        return answer("artifacts", () -> {
            String below = path == null ? "" : path + "/";
            return runs.get(runId).artifacts.stream()
                    .filter(file -> file.startsWith(below))
                    .map(file -> file.substring(below.length()))
                    .map(rest -> new Artifact(below + rest.replaceAll("/.*", ""), rest.contains("/")))
                    .distinct()
                    .toList();
        });
    }

    private ModelVersion tell(String model, int number) {
        FakeVersion version = versions.get(number);
        return new ModelVersion(
                model,
                String.valueOf(number),
                version.runId,
                version.stage,
                version.status,
                version.source,
                version.tags,
                version.created);
    }

    @Override
    public ModelVersion version(String model, String version) throws TrackingException {
        return answer("version", () -> {
            if (!versions.containsKey(Integer.valueOf(version))) {
                throw notFound("version " + version);
            }
            return tell(model, Integer.parseInt(version));
        });
    }

    /** Copies are of versions of the same model here. */
    @Override
    public ModelSource files(String model, String version) throws TrackingException {
        return answer("files", () -> {
            ModelSource source = ModelSource.parse(versions.get(Integer.valueOf(version)).source);
            return source.kind() == ModelSource.Kind.VERSION
                    ? ModelSource.parse(versions.get(Integer.valueOf(source.version())).source)
                    : source;
        });
    }

    @Override
    public Optional<ModelVersion> versionByAlias(String model, String alias) throws TrackingException {
        return answer(
                "versionByAlias",
                () -> Optional.ofNullable(aliases.get(alias)).map(number -> tell(model, Integer.parseInt(number))));
    }

    @Override
    public Optional<ModelVersion> versionInStage(String model, String stage) throws TrackingException {
        return answer(
                "versionInStage",
                () -> versions.descendingKeySet().stream()
                        .filter(number -> versions.get(number).stage.equals(stage))
                        .findFirst()
                        .map(number -> tell(model, number)));
    }

    @Override
    public List<ModelVersion> versionsInStage(String model, String stage) throws TrackingException {
        return answer(
                "versionsInStage",
                () -> highestFirst(model)
                        .filter(version -> version.stage().equals(stage))
                        .toList());
    }

    private Stream<ModelVersion> highestFirst(String model) {
        return versions.descendingKeySet().stream().map(number -> tell(model, number));
    }

    @Override
    public Optional<ModelVersion> highestVersion(String model) throws TrackingException {
        return answer("highestVersion", () -> highestFirst(model).findFirst());
    }

    @Override
    public Optional<ModelVersion> highestVersionOfRun(String model, String runId, Predicate<ModelVersion> wanted)
            throws TrackingException {
        return answer(
                "highestVersionOfRun",
                () -> highestFirst(model)
                        .filter(version -> runId.equals(version.runId()))
                        .filter(wanted)
                        .findFirst());
    }

    @Override
    public Optional<ModelVersion> highestVersionOf(String model, String loggedModel, Predicate<ModelVersion> wanted)
            throws TrackingException {
        return answer(
                "highestVersionOf",
                () -> highestFirst(model)
                        .filter(version -> LoggedModel.source(loggedModel).equals(version.source()))
                        .filter(wanted)
                        .findFirst());
    }

    @Override
    public int versionsWithTag(String model, String tag, int enough) throws TrackingException {
        return answer("versionsWithTag", () -> (int) versions.values().stream()
                .filter(version -> version.tags.containsKey(tag))
                .limit(enough)
                .count());
    }

    @Override
    public List<ModelVersion> versionsWithTagValue(String model, String tag, String value) throws TrackingException {
        return answer(
                "versionsWithTagValue",
                () -> versions.entrySet().stream()
                        .filter(version -> value.equals(version.getValue().tags.get(tag)))
                        .map(version -> tell(model, version.getKey()))
                        .toList());
    }

    @Override
    public Optional<RegisteredModel> registeredModel(String model) throws TrackingException {
        return answer(
                "registeredModel",
                () -> modelExists
                        ? Optional.of(new RegisteredModel(
                                model, prompt, created, aliases, versions.isEmpty() ? null : (long) versions.lastKey()))
                        : Optional.empty());
    }

    @Override
    public ModelVersion createVersion(String model, String source, String runId) throws TrackingException {
        return answer("createVersion", () -> {
            int number = versions.isEmpty() ? 1 : versions.lastKey() + 1;
            FakeVersion version = version(number, runId);
            version.source = source;
            version.status = statusOfCreated;
            writes.add("create " + number);
            return tell(model, number);
        });
    }

    @Override
    public ModelVersion createVersionFrom(String model, String loggedModel, String runId) throws TrackingException {
        return answer("createVersionFrom", () -> {
            int number = versions.isEmpty() ? 1 : versions.lastKey() + 1;
            FakeVersion version = version(number, runId);
            version.source = LoggedModel.source(loggedModel);
            version.status = statusOfCreated;
            writes.add("create " + number + " from " + loggedModel);
            return tell(model, number);
        });
    }

    @Override
    public void setAlias(String model, String alias, String version) throws TrackingException {
        answer("setAlias", () -> {
            writes.add("alias " + alias + "=" + version);
            return aliases.put(alias, version);
        });
    }

    @Override
    public void transitionStage(String model, String version, String stage, boolean archiveExisting)
            throws TrackingException {
        answer("transitionStage", () -> {
            writes.add("stage " + stage + "=" + version + (archiveExisting ? " archiving" : ""));
            if (archiveExisting) {
                versions.values().stream().filter(v -> v.stage.equals(stage)).forEach(v -> v.stage = "Archived");
            }
            versions.get(Integer.valueOf(version)).stage = stage;
            return null;
        });
    }

    @Override
    public void setVersionTags(String model, String version, Map<String, String> tags) throws TrackingException {
        answer("setVersionTags", () -> {
            versions.get(Integer.valueOf(version)).tags.putAll(tags);
            return null;
        });
    }
}
