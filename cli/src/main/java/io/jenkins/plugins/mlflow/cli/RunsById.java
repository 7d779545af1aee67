package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.tracking.ErrorCategory;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TrackingException;
import io.jenkins.plugins.mlflow.tracking.TrackingHistory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Reads many runs whose experiments are not known: the first run alone, which names its experiment, then all others of
 * that experiment by the page, and so on with the first that is still missing. A server that cannot search by a list of
 * ids, and one whose runs are in more than ten experiments, is asked for each run, a few at a time. A run that is not there is
 * left out.
 */
final class RunsById {
    private static final int AT_ONCE = 8;
    private static final int MOST_EXPERIMENTS = 10;

    private final TrackingHistory server;
    private final RetryPolicy retry;
    private final Consumer<String> progress;
    private final Map<String, Run> found = new HashMap<>();

    RunsById(TrackingHistory server, RetryPolicy retry, Consumer<String> progress) {
        this.server = server;
        this.retry = retry;
        this.progress = progress;
    }

    Map<String, Run> read(Collection<String> ids) throws TrackingException, InterruptedException {
        Set<String> missing = new LinkedHashSet<>(ids);
        missing.removeAll(found.keySet());
        for (int experiments = 0; !missing.isEmpty(); ) {
            String first = missing.iterator().next();
            missing.remove(first);
            Run run = run(first);
            if (run == null) {
                continue;
            }
            found.put(first, run);
            List<String> others =
                    missing.stream().filter(id -> id.matches("[\\w-]+")).toList();
            boolean few = run.experimentId() != null && ++experiments <= MOST_EXPERIMENTS;
            if (!others.isEmpty() && !(few && readPages(run.experimentId(), others))) {
                readEach(missing);
                break;
            }
            missing.removeAll(found.keySet());
        }
        return found;
    }

    /** @return whether the server can do this at all */
    private boolean readPages(String experimentId, List<String> ids) throws TrackingException, InterruptedException {
        for (int from = 0; from < ids.size(); from += TrackingHistory.LARGEST_PAGE) {
            List<String> page = ids.subList(from, Math.min(ids.size(), from + TrackingHistory.LARGEST_PAGE));
            try {
                for (Run run : retry.call(() -> server.runsById(experimentId, page))) {
                    found.put(run.id(), run);
                }
            } catch (TrackingException e) {
                if (e.category() == ErrorCategory.PROTOCOL) {
                    return false;
                }
                throw e;
            }
            progress.accept("Read " + CommandMessages.count(found.size(), "run"));
        }
        return true;
    }

    private void readEach(Set<String> ids) throws TrackingException, InterruptedException {
        progress.accept("The rest of the runs cannot be searched for by their ids; each is asked for");
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<Run>> pending = new ArrayList<>();
            for (String id : ids) {
                if (!found.containsKey(id)) {
                    pending.add(threads.submit(() -> run(id)));
                }
            }
            for (Future<Run> one : pending) {
                Run run = one.get();
                if (run != null) {
                    found.put(run.id(), run);
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TrackingException fault) {
                throw fault;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
        progress.accept("Read " + CommandMessages.count(found.size(), "run"));
    }

    private Run run(String id) throws TrackingException, InterruptedException {
        try {
            return retry.call(() -> server.run(id));
        } catch (TrackingException e) {
            if (e.category() == ErrorCategory.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }
}
