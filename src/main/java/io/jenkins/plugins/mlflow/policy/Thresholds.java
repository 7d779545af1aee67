package io.jenkins.plugins.mlflow.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Bounds in one line each, as the command line and the step's form take them: {@code NAME=NUMBER}, {@code NAME>=NUMBER} or
 * {@code NAME<=NUMBER}, also {@code NAME=>=NUMBER} and {@code NAME=<=NUMBER}, with blanks allowed. MLflow allows none of the
 * three signs in the name of a metric, so that the first of them ends the name.
 */
public final class Thresholds {
    private static final Pattern SIGN = Pattern.compile("[<>=]");
    private static final Pattern BOUND = Pattern.compile("(?:=\\s*([<>]=)?|([<>]=))\\s*([^<>=\\s][^<>=]*)");

    private Thresholds() {}

    /**
     * The rules in the words of a policy's {@code metrics}.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static Map<String, Object> parse(List<String> lines) {
        Map<String, Object> rules = new LinkedHashMap<>();
        for (String line : lines) {
            Matcher sign = SIGN.matcher(line);
            int split = sign.find() ? sign.start() : line.length();
            String name = line.substring(0, split).strip();
            Matcher bound = BOUND.matcher(line.substring(split).strip());
            if (name.isEmpty() || !bound.matches()) {
                throw new IllegalArgumentException(
                        "'" + line + "' is not a threshold; write NAME=NUMBER, NAME>=NUMBER or"
                                + " NAME<=NUMBER. Bounds are inclusive, and no metric has <, > or = in its name");
            }
            String comparison = bound.group(1) != null ? bound.group(1) : bound.group(2);
            if (rules.put(name, (comparison == null ? ">=" : comparison) + " " + bound.group(3)) != null) {
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
