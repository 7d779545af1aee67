package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Experiment;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Page;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingHistory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/** Reads the last runs of an experiment, or the last versions of a model with their runs, in few requests. */
final class RunHistoryReader {
    /** How much shorter than asked for pages may be on the whole before it ends. */
    private static final int SHORT_PAGES = 4;

    /** One version alone does not show an order. */
    private static final int SMALLEST_PAGE = 2;

    private static final Comparator<ModelVersion> HIGHEST_FIRST =
            Comparator.comparingLong(RunHistoryReader::number).reversed();

    private final TrackingHistory server;
    private final String model;
    private final int last;
    private final RetryPolicy retry;
    private final Consumer<String> progress;

    RunHistoryReader(TrackingHistory server, String model, int last, RetryPolicy retry, Consumer<String> progress) {
        this.server = server;
        this.model = model;
        this.last = last;
        this.retry = retry;
        this.progress = progress;
    }

    /** {@code experiment} and {@code filter} may be null; without the first, it is the model's versions that are read. */
    RunHistory read(String experiment, String filter) throws TrackingException, InterruptedException {
        RunsById byId = new RunsById(server, retry, progress);
        List<Run> runs = experiment == null ? List.of() : runs(experiment, filter);
        Map<String, ModelVersion> versions = new LinkedHashMap<>();
        for (ModelVersion version : newestVersions()) {
            versions.put(version.version(), version);
        }
        List<ModelVersion> listed = List.copyOf(versions.values());
        if (experiment == null && listed.isEmpty()) {
            throw TrackingException.permanent(
                    ErrorCategory.NOT_FOUND,
                    "There is no version of model '" + model + "'. Check the name, or give --experiment.");
        }
        addReplaced(versions);
        Map<String, Run> known = new HashMap<>();
        runs.forEach(run -> known.put(run.id(), run));
        known.putAll(byId.read(neededRuns(experiment == null, versions, known)));
        Map<String, HistoricalRun> byNumber = new LinkedHashMap<>();
        versions.forEach((number, version) -> byNumber.put(number, pastRun(version, known)));
        if (experiment == null) {
            return new RunHistory(
                    listed.stream()
                            .map(version -> byNumber.get(version.version()))
                            .toList(),
                    byNumber,
                    false);
        }
        Map<String, HistoricalRun> highestOfRun = new HashMap<>();
        byNumber.values().stream()
                .filter(one -> one.run() != null)
                .forEach(one -> highestOfRun.putIfAbsent(one.runId(), one));
        List<HistoricalRun> newestFirst = runs.stream()
                .map(run ->
                        highestOfRun.containsKey(run.id()) ? highestOfRun.get(run.id()) : HistoricalRun.of(null, run))
                .toList();
        return new RunHistory(newestFirst, byNumber, true);
    }

    private List<Run> runs(String name, String filter) throws TrackingException, InterruptedException {
        Experiment experiment = retry.call(() -> server.experimentByName(name));
        if (experiment.deleted()) {
            throw TrackingException.permanent(
                    ErrorCategory.NOT_FOUND, "Experiment '" + name + "' is deleted. Restore it, or name another.");
        }
        List<Run> runs = pages(
                "runs of experiment '" + name + "'",
                (size, token) -> server.runs(experiment.id(), filter, size, token),
                Run::id,
                items -> false);
        if (runs.isEmpty()) {
            throw TrackingException.permanent(
                    ErrorCategory.NOT_FOUND,
                    "There is no active run in experiment '" + name + "'"
                            + (filter == null ? "" : " that matches the filter " + filter) + ".");
        }
        return runs.subList(0, Math.min(last, runs.size()));
    }

    /** A server that does not keep to the order asked for is read to its end. */
    private List<ModelVersion> newestVersions() throws TrackingException, InterruptedException {
        List<ModelVersion> versions = new ArrayList<>(pages(
                "versions of model '" + model + "'",
                (size, token) -> server.versions(model, size, token),
                ModelVersion::version,
                RunHistoryReader::isOutOfOrder));
        versions.sort(HIGHEST_FIRST);
        return versions.subList(0, Math.min(last, versions.size()));
    }

    private static boolean isOutOfOrder(List<ModelVersion> versions) {
        for (int i = 1; i < versions.size(); i++) {
            if (number(versions.get(i - 1)) < number(versions.get(i))) {
                return true;
            }
        }
        return versions.size() < 2;
    }

    private static long number(ModelVersion version) {
        return Long.parseLong(version.version());
    }

    private interface PageRequest<T> {
        Page<T> call(int size, String token) throws TrackingException, InterruptedException;
    }

    /** Reads more than the requested number while {@code incomplete} says that better ones may follow. */
    private <T> List<T> pages(
            String what, PageRequest<T> request, Function<T, String> id, Predicate<List<T>> incomplete)
            throws TrackingException, InterruptedException {
        Map<String, T> items = new LinkedHashMap<>();
        Set<String> tokens = new HashSet<>();
        int size = Math.max(SMALLEST_PAGE, Math.min(last, TrackingHistory.LARGEST_PAGE));
        int most = SHORT_PAGES * (last / size + 1) + 100;
        String token = null;
        for (int page = 0; page < most; page++) {
            String from = token;
            Page<T> given = retry.call(() -> request.call(size, from));
            given.items().forEach(item -> items.putIfAbsent(id.apply(item), item));
            token = given.nextToken();
            progress.accept("Read " + CommandMessages.number(items.size()) + " " + what);
            List<T> read = List.copyOf(items.values());
            if (token == null || read.size() >= last && !incomplete.test(read)) {
                return read;
            }
            if (!tokens.add(token)) {
                throw TrackingException.permanent(
                        ErrorCategory.PROTOCOL, "The search for " + what + " returned the same page token again.");
            }
        }
        throw TrackingException.permanent(
                ErrorCategory.PROTOCOL, "The search for " + what + " did not end after " + most + " pages.");
    }

    /** The versions that tags name as replaced may be older than all that were listed. */
    private void addReplaced(Map<String, ModelVersion> versions) throws TrackingException, InterruptedException {
        Set<String> replaced = new LinkedHashSet<>();
        versions.values().stream()
                .map(version -> new HistoricalRun(version, null, null).replaced())
                .filter(Objects::nonNull)
                .filter(number -> number.matches("[0-9]{1,18}") && !versions.containsKey(number))
                .forEach(replaced::add);
        for (String number : replaced) {
            try {
                versions.put(number, retry.call(() -> server.version(model, number)));
            } catch (TrackingException e) {
                if (e.category() != ErrorCategory.NOT_FOUND) {
                    throw e;
                }
            }
        }
    }

    /** In an experiment's history only those versions count that were replaced by one of its runs' versions. */
    private static Set<String> neededRuns(boolean all, Map<String, ModelVersion> versions, Map<String, Run> known) {
        Set<String> ids = new LinkedHashSet<>();
        for (ModelVersion version : versions.values()) {
            if (all) {
                ids.add(version.runId());
            } else if (version.runId() != null && known.containsKey(version.runId())) {
                ModelVersion replaced = versions.get(new HistoricalRun(version, null, null).replaced());
                ids.add(replaced == null ? null : replaced.runId());
            }
        }
        ids.remove(null);
        ids.removeAll(known.keySet());
        return ids;
    }

    private static HistoricalRun pastRun(ModelVersion version, Map<String, Run> runs) {
        if (version.runId() == null) {
            return new HistoricalRun(version, null, "version " + version.version() + " has no run");
        }
        Run run = runs.get(version.runId());
        return run == null
                ? new HistoricalRun(version, null, "run " + version.runId() + " is missing")
                : HistoricalRun.of(version, run);
    }
}
