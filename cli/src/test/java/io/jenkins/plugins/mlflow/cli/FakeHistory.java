package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Experiment;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Page;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A past in memory, in the order in which the server would answer. */
final class FakeHistory implements TrackingHistory {
    final Map<String, Run> runs = new LinkedHashMap<>();
    final List<ModelVersion> versions = new ArrayList<>();
    boolean searchesByIds = true;
    boolean repeatsToken;
    int faults;
    private final AtomicInteger requests = new AtomicInteger();

    void add(Run run) {
        runs.put(run.id(), run);
    }

    private synchronized void count() throws TrackingException {
        requests.incrementAndGet();
        if (faults-- > 0) {
            throw TrackingException.passing(ErrorCategory.UNREACHABLE, "busy", Duration.ZERO);
        }
    }

    @Override
    public int requests() {
        return requests.get();
    }

    @Override
    public Run run(String runId) throws TrackingException {
        count();
        if (!runs.containsKey(runId)) {
            throw TrackingException.permanent(ErrorCategory.NOT_FOUND, "no run " + runId);
        }
        return runs.get(runId);
    }

    @Override
    public Experiment experimentByName(String name) throws TrackingException {
        count();
        return new Experiment("3", name, false, Instant.EPOCH);
    }

    @Override
    public ModelVersion version(String model, String version) throws TrackingException {
        count();
        return versions.stream()
                .filter(one -> one.version().equals(version))
                .findFirst()
                .orElseThrow(() -> TrackingException.permanent(ErrorCategory.NOT_FOUND, "no version " + version));
    }

    @Override
    public Page<Run> runs(String experimentId, String filter, int size, String token) throws TrackingException {
        count();
        return page(
                runs.values().stream()
                        .filter(run -> !run.deleted() && run.experimentId().equals(experimentId))
                        .toList(),
                size,
                token);
    }

    @Override
    public List<Run> runsById(String experimentId, List<String> ids) throws TrackingException {
        count();
        if (!searchesByIds) {
            throw TrackingException.permanent(ErrorCategory.PROTOCOL, "400");
        }
        return ids.stream()
                .filter(id ->
                        runs.containsKey(id) && runs.get(id).experimentId().equals(experimentId))
                .map(runs::get)
                .toList();
    }

    @Override
    public Page<ModelVersion> versions(String model, int size, String token) throws TrackingException {
        count();
        return page(versions, size, token);
    }

    private <T> Page<T> page(List<T> all, int size, String token) {
        int from = token == null || repeatsToken ? 0 : Integer.parseInt(token);
        int to = Math.min(all.size(), from + size);
        return new Page<>(all.subList(from, to), repeatsToken || to < all.size() ? String.valueOf(to) : null);
    }
}
