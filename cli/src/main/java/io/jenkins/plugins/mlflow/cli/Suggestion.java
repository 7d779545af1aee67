package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.policy.YamlText;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A policy that the past runs of a model suggest, as YAML with the reasoning as comments. The same runs give the same text. */
final class Suggestion {
    private final String model;
    private final String experiment;
    private final String filter;
    private final RunHistory runs;
    private final List<HistoricalRun> usable;
    private final List<MetricSuggestion> metrics = new ArrayList<>();
    private final List<String> rare = new ArrayList<>();
    private final List<String> ofSystem = new ArrayList<>();

    /** {@code experiment} and {@code filter} may be null. */
    Suggestion(String model, String experiment, String filter, RunHistory runs) {
        this.model = model;
        this.experiment = experiment;
        this.filter = filter;
        this.runs = runs;
        List<HistoricalRun> oldestFirst = new ArrayList<>(runs.newestFirst().stream()
                .filter(one -> one.problem() == null && one.run().status() == Run.Status.FINISHED)
                .toList());
        Collections.reverse(oldestFirst);
        usable = oldestFirst;
        Map<String, List<Double>> values = new TreeMap<>();
        for (HistoricalRun one : usable) {
            one.values()
                    .forEach((metric, value) -> values.computeIfAbsent(metric, name -> new ArrayList<>())
                            .add(value));
        }
        values.forEach(this::add);
    }

    private void add(String metric, List<Double> values) {
        List<Double> finite = values.stream().filter(Evidence::isFinite).toList();
        if (finite.isEmpty()) {
            return;
        }
        if (MetricNames.isOfSystem(metric)) {
            ofSystem.add(metric);
        } else if (finite.size() * 2 > usable.size()) {
            metrics.add(new MetricSuggestion(metric, finite, values.size() - finite.size(), usable.size()));
        } else {
            rare.add(metric);
        }
    }

    int finishedRuns() {
        return usable.size();
    }

    boolean hasMetrics() {
        return !metrics.isEmpty();
    }

    /** Whether the text is a policy as it stands, with at least one rule. */
    boolean isReady() {
        return metrics.stream().anyMatch(MetricSuggestion::blocks);
    }

    String yaml() {
        List<String> lines = head();
        lines.addAll(policy());
        return String.join("\n", lines) + "\n";
    }

    private List<String> head() {
        List<String> lines = new ArrayList<>();
        lines.add("# Suggested from the last " + runs.counted()
                + (runs.ofExperiment()
                        ? " of experiment " + YamlText.comment(experiment) + ", "
                        : " of " + YamlText.comment(model) + ", ")
                + usable.size() + " of them finished. Read every line before you use it.");
        lines.add(
                "# Each bound alone lets pass what 19 of 20 past runs reached; the past may have been too good or too bad.");
        if (isReady()) {
            lines.add("# " + together());
        }
        if (usable.size() < MetricSuggestion.ENOUGH) {
            lines.add("# Too little data: with fewer than " + MetricSuggestion.ENOUGH
                    + " finished runs, these numbers are no more than a form to fill in.");
        }
        return lines;
    }

    /** How many of the runs that the suggestion was made from it lets pass. */
    private String together() {
        try {
            PolicyDocument suggested = PolicyDocument.read("suggestion", String.join("\n", policy()));
            GatePolicy policy = PolicyReader.resolve(suggested, model, PolicyOverrides.NONE);
            long passed = Backtest.of(policy, runs).stream()
                    .filter(Backtest.Decision::passed)
                    .count();
            String kind = runs.ofExperiment() ? "past run" : "past version";
            return "All rules together: " + passed + " of " + CommandMessages.count(usable.size(), kind)
                    + " would pass, each compared as `backtest` does.";
        } catch (PolicyException e) {
            return "This is no policy as it stands: " + YamlText.comment(e.getMessage());
        }
    }

    private List<String> policy() {
        List<String> lines = new ArrayList<>();
        lines.add("version: 1");
        lines.add("models:");
        lines.add("  " + YamlText.quoted(model) + ":");
        if (experiment != null) {
            lines.add("    candidate:");
            lines.add("      experiment: " + YamlText.quoted(experiment));
            if (filter != null) {
                lines.add("      filter: " + YamlText.quoted(filter));
            }
        }
        if (metrics.stream().anyMatch(MetricSuggestion::hasDrop)) {
            lines.add("    baseline: {alias: champion, when_missing: rubber_stamp}");
        }
        lines.add("    metrics:");
        metrics.forEach(metric -> metric.lines().forEach(line -> lines.add("      " + line)));
        if (!rare.isEmpty()) {
            lines.add("      # in half of the runs or fewer, and so left out: "
                    + String.join(", ", rare.stream().map(YamlText::comment).toList()));
        }
        if (!ofSystem.isEmpty()) {
            lines.add("      # system metrics, left out: "
                    + String.join(", ", ofSystem.stream().map(YamlText::comment).toList()));
        }
        lines.add("    # promote: champion");
        return lines;
    }
}
