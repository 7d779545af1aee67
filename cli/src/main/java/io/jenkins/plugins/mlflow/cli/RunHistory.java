package io.jenkins.plugins.mlflow.cli;

import java.util.List;
import java.util.Map;

/**
 * What was read of past runs and versions.
 *
 * @param newestFirst the runs or versions that were asked for
 * @param versions every version that was read, by number; among them those that tags name as replaced
 * @param ofExperiment whether runs of an experiment were asked for, not versions of the model
 */
record RunHistory(List<HistoricalRun> newestFirst, Map<String, HistoricalRun> versions, boolean ofExperiment) {
    RunHistory {
        newestFirst = List.copyOf(newestFirst);
        versions = Map.copyOf(versions);
    }

    /** Such as "1,000 runs" or "1 version". */
    String counted() {
        return CommandMessages.count(newestFirst.size(), ofExperiment ? "run" : "version");
    }
}
