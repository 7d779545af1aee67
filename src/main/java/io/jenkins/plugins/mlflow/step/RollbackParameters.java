package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.gate.ExactCandidate;
import io.jenkins.plugins.mlflow.policy.AliasNames;
import io.jenkins.plugins.mlflow.policy.DisplayText;
import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.policy.Suggestions;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The parameters of {@code mlflowRollback} as a pipeline gave them. One that is unknown, or whose value is invalid, is remembered as
 * a problem. A reason may be anything: a comment must not keep a bad model live.
 */
final class RollbackParameters implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final String REASON = "reason";
    private static final List<String> NAMES = List.of("model", "alias", "server", "from", REASON, "timeout");
    private static final int LONGEST_REASON = 500;
    /** As that of a gate, so that a rollback outlives a restart of Jenkins. */
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final TreeMap<String, String> values = new TreeMap<>();
    private final ArrayList<String> problems = new ArrayList<>();

    private RollbackParameters() {}

    static RollbackParameters of(Map<String, ?> arguments) {
        RollbackParameters parameters = new RollbackParameters();
        arguments.forEach(parameters::take);
        if (!arguments.containsKey("model")) {
            parameters.problems.add("parameter `model` is missing; it must be the name of a registered model");
        }
        return parameters;
    }

    private void take(String name, Object given) {
        if (!NAMES.contains(name)) {
            problems.add("unknown parameter `" + name + "`: " + Suggestions.hint(name, NAMES, "the parameters are"));
            return;
        }
        Object value;
        try {
            value = ParameterValues.of(name, given);
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
            return;
        }
        if (name.equals(REASON)) {
            String reason = value == null ? "" : value.toString().strip();
            if (!reason.isEmpty()) {
                values.put(name, DisplayText.plain(reason, LONGEST_REASON));
            }
            return;
        }
        Object text = name.equals("from") ? ParameterValues.version(value) : value;
        if (text instanceof String word && !word.isBlank()) {
            values.put(name, word);
            check(name, word);
        } else {
            problems.add(ParameterValues.problem(name, value, "text that is not blank")
                    + (name.equals("model") || value != null && !"".equals(value) ? "" : ", or be left out"));
        }
    }

    private void check(String name, String text) {
        String problem =
                switch (name) {
                    case "alias" -> AliasNames.problemWith(text);
                    case "from" -> new ExactCandidate(ExactCandidate.Kind.VERSION, text).problem();
                    case "timeout" -> problemWithDuration(text);
                    default -> null;
                };
        if (problem != null) {
            problems.add("parameter `" + name + "`: " + problem);
        }
    }

    private static String problemWithDuration(String text) {
        try {
            Durations.parse(text);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    /** What is wrong with the parameters, or null. */
    String problem() {
        return problems.isEmpty() ? null : String.join("\n", problems);
    }

    String model() {
        return values.get("model");
    }

    /** Null for the alias that the build promoted. */
    String alias() {
        return values.get("alias");
    }

    /** Null for the default server. */
    String server() {
        return values.get("server");
    }

    /** Null for the version that the build promoted. */
    String from() {
        return values.get("from");
    }

    /** In one line of at most 500 characters, with what secrets it may hold; null for none. */
    String reason() {
        return values.get(REASON);
    }

    /** Null for the default. */
    String timeoutAsGiven() {
        return values.get("timeout");
    }

    /** For all of it. */
    Duration timeout() {
        String given = values.get("timeout");
        return given == null || problemWithDuration(given) != null ? TIMEOUT : Durations.parse(given);
    }
}
