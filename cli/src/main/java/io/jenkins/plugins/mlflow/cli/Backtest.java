package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.tracking.ModelVersion;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What a policy would have decided of each past run, from the oldest to the newest. MLflow keeps no history of
 * aliases. The baseline of a candidate is therefore the version that the gate's own tag says it replaced and, without such
 * a tag, the last of the older candidates that this policy passed; before the first of those there is none.
 */
final class Backtest {
    private final GatePolicy policy;
    private final RunHistory runs;
    private HistoricalRun champion;

    private Backtest(GatePolicy policy, RunHistory runs) {
        this.policy = policy;
        this.runs = runs;
    }

    /** Where a baseline comes from. */
    enum Source {
        TAG,
        PASSED
    }

    /** The run that a candidate was compared with. */
    record Baseline(HistoricalRun run, Source source) {}

    /**
     * The decision about one candidate.
     *
     * @param blocking the first check that kept it from passing, or null
     * @param baseline null if there is none
     */
    record Decision(
            HistoricalRun candidate,
            GateStatus status,
            String reason,
            Check blocking,
            List<Check> checks,
            Baseline baseline) {

        boolean passed() {
            return status == GateStatus.PASSED;
        }
    }

    /** In the order of the given history: newest first. */
    static List<Decision> of(GatePolicy policy, RunHistory runs) {
        Backtest backtest = new Backtest(policy, runs);
        List<Decision> decisions = new ArrayList<>();
        for (int i = runs.newestFirst().size() - 1; i >= 0; i--) {
            decisions.add(backtest.next(runs.newestFirst().get(i)));
        }
        Collections.reverse(decisions);
        return decisions;
    }

    private Decision next(HistoricalRun candidate) {
        Decision decision = decide(candidate);
        if (decision.passed()) {
            champion = candidate;
        }
        return decision;
    }

    private Decision decide(HistoricalRun candidate) {
        Baseline baseline = policy.baseline() == null ? null : baseline(candidate);
        if (candidate.problem() != null) {
            return error(candidate, candidate.problem(), baseline);
        }
        if (baseline != null && baseline.run.problem() != null) {
            return error(candidate, "the baseline: " + baseline.run.problem(), baseline);
        }
        Map<String, Double> reference = baseline == null ? null : baseline.run.values();
        List<Check> checks = Evaluator.evaluate(policy, Evidence.ofCurrent(candidate.values(), reference));
        String unfit = unfit(candidate);
        if (unfit != null) {
            return new Decision(candidate, GateStatus.FAILED, unfit, null, checks, baseline);
        }
        GateStatus status = GateStatus.of(checks);
        // The checks stand with those that did not pass first, by criticality, so that the first is the one that
        // counts.
        Check blocking = status == GateStatus.PASSED ? null : checks.get(0);
        return new Decision(
                candidate, status, blocking == null ? null : blocking.getReason(), blocking, checks, baseline);
    }

    private static Decision error(HistoricalRun candidate, String reason, Baseline baseline) {
        return new Decision(candidate, GateStatus.ERROR, reason, null, List.of(), baseline);
    }

    private Baseline baseline(HistoricalRun candidate) {
        HistoricalRun replaced =
                candidate.replaced() == null ? null : runs.versions().get(candidate.replaced());
        if (replaced != null) {
            return new Baseline(replaced, Source.TAG);
        }
        return champion == null ? null : new Baseline(champion, Source.PASSED);
    }

    /** Why the gate would not have come to evaluate, or null. */
    private static String unfit(HistoricalRun candidate) {
        Run.Status status = candidate.run().status();
        if (status == Run.Status.FAILED || status == Run.Status.KILLED) {
            return "the run ended as " + status;
        }
        if (status != Run.Status.FINISHED) {
            return "the run is " + status + ", not finished";
        }
        if (candidate.version() == null || candidate.version().status() == ModelVersion.Status.READY) {
            return null;
        }
        return candidate.version().status() == ModelVersion.Status.FAILED_REGISTRATION
                ? "the registration of the version failed"
                : "the version is not READY";
    }
}
