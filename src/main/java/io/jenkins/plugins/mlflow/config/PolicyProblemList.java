package io.jenkins.plugins.mlflow.config;

import hudson.Util;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import java.util.List;
import java.util.stream.Collectors;

/** The problems of the policy in the form, as markup: each with its place, its message and its line, all escaped. */
final class PolicyProblemList {
    private static final int LONGEST_LINE = 160;

    private PolicyProblemList() {}

    static String of(PolicyException problems, String policy) {
        List<String> lines = policy.lines().toList();
        return problems.problems().stream()
                .map(problem -> item(problem, lines))
                .collect(Collectors.joining("", "<ol>", "</ol>"));
    }

    private static String item(PolicyException.Problem problem, List<String> lines) {
        String message = Util.escape(problem.message());
        if (problem.line() < 1) {
            return "<li>" + message + "</li>";
        }
        String line = problem.line() <= lines.size() ? lines.get(problem.line() - 1) : "";
        return "<li><strong>"
                + Util.escape(Messages.MlflowGlobalConfiguration_place(
                        String.valueOf(problem.line()), String.valueOf(problem.column())))
                + "</strong>: " + message + excerpt(line) + "</li>";
    }

    private static String excerpt(String line) {
        String shown = DisplayText.cut(line, LONGEST_LINE);
        return shown.isBlank() ? "" : "<pre><code>" + Util.escape(shown.stripTrailing()) + "</code></pre>";
    }
}
