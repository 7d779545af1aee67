package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Past runs and policies for tests. */
final class Pasts {
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

    private Pasts() {}

    static Run run(String id, String experiment, Run.Status status, boolean deleted, Object... metrics) {
        Map<String, Run.Metric> values = new HashMap<>();
        for (int i = 0; i < metrics.length; i += 2) {
            values.put((String) metrics[i], new Run.Metric(((Number) metrics[i + 1]).doubleValue(), 0, 0));
        }
        return new Run(
                id,
                experiment,
                status,
                deleted,
                START,
                START,
                values,
                java.util.Set.of(),
                java.util.Set.of(),
                java.util.Set.of(),
                null,
                null,
                START);
    }

    static ModelVersion version(int number, String run, String replaced) {
        return new ModelVersion(
                "churn",
                String.valueOf(number),
                run,
                "None",
                ModelVersion.Status.READY,
                null,
                replaced == null ? Map.of() : Map.of("mlflow_eval_gate.previous_version", replaced),
                null);
    }

    /** A version whose run is finished. */
    static HistoricalRun finished(int number, Object... metrics) {
        return ended(number, Run.Status.FINISHED, null, metrics);
    }

    static HistoricalRun replacing(int number, String replaced, Object... metrics) {
        return ended(number, Run.Status.FINISHED, replaced, metrics);
    }

    static HistoricalRun ended(int number, Run.Status status, String replaced, Object... metrics) {
        return HistoricalRun.of(
                version(number, "r" + number, replaced), run("r" + number, "3", status, false, metrics));
    }

    static RunHistory oldestFirst(HistoricalRun... runs) {
        List<HistoricalRun> newestFirst = new ArrayList<>(Arrays.asList(runs));
        Collections.reverse(newestFirst);
        Map<String, HistoricalRun> versions = new HashMap<>();
        newestFirst.forEach(one -> versions.put(one.versionNumber(), one));
        return new RunHistory(newestFirst, versions, false);
    }

    /** @param parts of the model {@code churn}, in flow style */
    static GatePolicy policy(String... parts) throws PolicyException {
        String yaml = "version: 1\nmodels:\n  churn:\n    " + String.join("\n    ", parts) + "\n";
        return PolicyReader.resolve(PolicyDocument.read("test.yaml", yaml), "churn", PolicyOverrides.NONE);
    }
}
