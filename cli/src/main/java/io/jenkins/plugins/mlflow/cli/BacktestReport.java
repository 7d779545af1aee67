package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.evaluation.Numbers;
import io.jenkins.plugins.mlflow.evaluation.Verdict;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The decisions of a backtest, of one policy or of two side by side, as a table and as JSON. */
final class BacktestReport {
    static final String HOW_BASELINES_ARE_FOUND =
            "MLflow keeps no history of aliases. A baseline is the version that the "
                    + "gate's tag says was replaced (tag), else the last older one that the same policy passed here (passed).";

    private final RunHistory runs;
    private final Tried tried;
    private final Tried compared;

    /**
     * One policy and what it decided.
     *
     * @param leftOut the rules that were not applied, in words
     */
    record Tried(
            String origin,
            String sha256,
            boolean hasBaseline,
            List<String> leftOut,
            List<Backtest.Decision> decisions) {
        long count(GateStatus status) {
            return decisions.stream()
                    .filter(decision -> decision.status() == status)
                    .count();
        }
    }

    /** {@code compared} may be null. */
    BacktestReport(RunHistory runs, Tried tried, Tried compared) {
        this.runs = runs;
        this.tried = tried;
        this.compared = compared;
    }

    String text(int requests) {
        StringBuilder text = new StringBuilder(TextTable.aligned(rows()));
        text.append('\n').append(totals(tried));
        blockers(tried)
                .forEach((rule, count) -> text.append("  blocked by ")
                        .append(DisplayText.line(rule))
                        .append(": ")
                        .append(CommandMessages.number(count))
                        .append('\n'));
        if (compared != null) {
            text.append(totals(compared)).append(differences());
        }
        if (tried.hasBaseline || compared != null && compared.hasBaseline) {
            text.append(HOW_BASELINES_ARE_FOUND).append('\n').append(uncompared());
        }
        return text.append(runs.counted())
                .append(", ")
                .append(CommandMessages.count(requests, "request"))
                .append('\n')
                .toString();
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        List<String> headings = new ArrayList<>(List.of("version", "run", "started", "verdict"));
        if (compared != null) {
            headings.addAll(List.of("compared", "differs"));
        }
        headings.addAll(List.of("baseline", "blocked by"));
        if (compared != null) {
            headings.add("blocked by, compared");
        }
        rows.add(headings);
        for (int i = 0; i < tried.decisions.size(); i++) {
            Backtest.Decision decision = tried.decisions.get(i);
            HistoricalRun run = decision.candidate();
            List<String> cells = new ArrayList<>();
            cells.add(run.version() == null ? "-" : run.versionNumber());
            cells.add(run.runId() == null ? "-" : run.runId());
            cells.add(run.startedAt() == null ? "-" : run.startedAt());
            cells.add(decision.status().name());
            if (compared != null) {
                cells.add(compared.decisions.get(i).status().name());
                cells.add(differs(i) ? "yes" : "");
            }
            cells.add(baseline(decision));
            cells.add(blocked(decision));
            if (compared != null) {
                cells.add(blocked(compared.decisions.get(i)));
            }
            rows.add(cells);
        }
        return rows;
    }

    private static String baseline(Backtest.Decision decision) {
        return decision.baseline() == null
                ? "-"
                : decision.baseline().run().name() + " (" + source(decision.baseline()) + ")";
    }

    private static String source(Backtest.Baseline baseline) {
        return baseline.source() == Backtest.Source.TAG ? "tag" : "passed";
    }

    private static String blocked(Backtest.Decision decision) {
        if (decision.blocking() == null) {
            return decision.reason() == null ? "" : decision.reason();
        }
        long others = decision.checks().stream()
                        .filter(check -> !check.isPassed()
                                && check.getCriticality() == decision.blocking().getCriticality())
                        .count()
                - 1;
        return rule(decision.blocking()) + ": " + decision.reason() + (others == 0 ? "" : " (and " + others + " more)");
    }

    private static String rule(Check check) {
        return check.getMetric() + " " + check.getRule() + " " + Numbers.text(check.getLimit());
    }

    private boolean differs(int row) {
        return tried.decisions.get(row).status() != compared.decisions.get(row).status();
    }

    private static String totals(Tried policy) {
        return policy.origin + ": " + policy.count(GateStatus.PASSED) + " passed, " + policy.count(GateStatus.UNSTABLE)
                + " unstable, " + policy.count(GateStatus.FAILED) + " failed, " + policy.count(GateStatus.ERROR)
                + " could not be evaluated\n"
                + (policy.leftOut.isEmpty()
                        ? ""
                        : "  left out of " + policy.origin
                                + ", as only the current values of runs are read: "
                                + DisplayText.line(String.join(", ", policy.leftOut)) + "\n");
    }

    private static Map<String, Integer> blockers(Tried policy) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Backtest.Decision decision : policy.decisions) {
            if (!decision.passed()) {
                counts.merge(blocker(decision), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static String blocker(Backtest.Decision decision) {
        if (decision.blocking() != null) {
            return rule(decision.blocking());
        }
        return decision.status() == GateStatus.ERROR ? "an error" : decision.reason();
    }

    private Map<String, Object> differenceCounts() {
        long differing = 0;
        long only = 0;
        long onlyCompared = 0;
        for (int i = 0; i < tried.decisions.size(); i++) {
            boolean one = tried.decisions.get(i).passed();
            boolean other = compared.decisions.get(i).passed();
            differing += differs(i) ? 1 : 0;
            only += one && !other ? 1 : 0;
            onlyCompared += other && !one ? 1 : 0;
        }
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("different_status", differing);
        counts.put("passed_only_here", only);
        counts.put("passed_only_compared", onlyCompared);
        return counts;
    }

    private String differences() {
        Map<String, Object> counts = differenceCounts();
        return "They differ in " + counts.get("different_status") + " of "
                + runs.newestFirst().size() + ": "
                + counts.get("passed_only_here") + " passed only by " + tried.origin + ", "
                + counts.get("passed_only_compared") + " only by " + compared.origin + "\n";
    }

    /** With {@code when_missing: fail} and no tags, nothing ever becomes the first baseline. */
    private String uncompared() {
        long count = tried.decisions.stream()
                .filter(decision -> decision.baseline() == null
                        && decision.checks().stream().anyMatch(check -> check.getVerdict() == Verdict.NO_BASELINE))
                .count();
        return count == 0
                ? ""
                : CommandMessages.number(count)
                        + " had nothing to compare with, which the policy's when_missing does not pass; try a "
                        + "copy of it with when_missing: rubber_stamp to see what its other rules do.\n";
    }

    Map<String, Object> toMap(String model, String server, int requests) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("schema_version", 1);
        map.put("model", model);
        map.put("server", server);
        map.put("policy", policy(tried));
        map.put("compared", compared == null ? null : policy(compared));
        map.put("differences", compared == null ? null : differenceCounts());
        List<Object> rows = new ArrayList<>();
        for (int i = 0; i < tried.decisions.size(); i++) {
            HistoricalRun run = tried.decisions.get(i).candidate();
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("run_id", run.runId());
            row.put("version", run.versionNumber());
            row.put("started_at", run.startedAt());
            row.put("decision", decision(tried.decisions.get(i)));
            row.put("compared", compared == null ? null : decision(compared.decisions.get(i)));
            rows.add(row);
        }
        map.put("rows", rows);
        map.put("baselines", HOW_BASELINES_ARE_FOUND);
        map.put("requests", requests);
        map.put("error", null);
        return map;
    }

    private static Map<String, Object> policy(Tried policy) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("origin", policy.origin);
        map.put("sha256", policy.sha256);
        for (GateStatus status : List.of(GateStatus.PASSED, GateStatus.UNSTABLE, GateStatus.FAILED, GateStatus.ERROR)) {
            map.put(status.name().toLowerCase(Locale.ROOT), policy.count(status));
        }
        map.put("left_out", policy.leftOut);
        map.put("blocked_by", new LinkedHashMap<String, Object>(blockers(policy)));
        return map;
    }

    private static Map<String, Object> decision(Backtest.Decision decision) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("status", decision.status().name());
        map.put("blocked_by", decision.blocking() == null ? null : rule(decision.blocking()));
        map.put("reason", decision.reason());
        Backtest.Baseline baseline = decision.baseline();
        Map<String, Object> compared = new LinkedHashMap<>();
        if (baseline != null) {
            compared.put("version", baseline.run().versionNumber());
            compared.put("run_id", baseline.run().runId());
            compared.put("source", source(baseline));
        }
        map.put("baseline", baseline == null ? null : compared);
        map.put("checks", decision.checks().stream().map(Check::toMap).toList());
        return map;
    }
}
