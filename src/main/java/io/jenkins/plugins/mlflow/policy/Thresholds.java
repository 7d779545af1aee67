package io.jenkins.plugins.mlflow.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Bounds in one line each, as the command line and the step's form take them: {@code NAME=NUMBER}, {@code NAME=>=NUMBER} or
 * {@code NAME=<=NUMBER}, split at the first {@code =}, with blanks allowed.
 */
public final class Thresholds {
    private Thresholds() {}

    /**
     * The rules in the words of a policy's {@code metrics}. Throws IllegalArgumentException with a message for people.
     */
    public static Map<String, Object> parse(List<String> lines) {
        Map<String, Object> rules = new LinkedHashMap<>();
        for (String line : lines) {
            int split = line.indexOf('=');
            String name = split < 0 ? "" : line.substring(0, split).strip();
            String bound = split < 0 ? "" : line.substring(split + 1).strip();
            if (name.isEmpty() || bound.isEmpty()) {
                throw new IllegalArgumentException(
                        "'" + line + "' is not a threshold; write NAME=NUMBER, NAME=>=NUMBER or NAME=<=NUMBER");
            }
            boolean compared = bound.startsWith(">=") || bound.startsWith("<=");
            if (rules.put(name, compared ? bound : ">= " + bound) != null) {
                throw new IllegalArgumentException("the metric '" + name + "' has two thresholds; give one");
            }
        }
        return rules;
    }

    /** The lines that {@link #parse} reads; a rule that takes more than a bound shows as it is. */
    public static String format(Map<String, Object> rules) {
        return rules.entrySet().stream()
                .map(rule -> rule.getKey() + "=" + rule.getValue())
                .collect(Collectors.joining("\n"));
    }
}
