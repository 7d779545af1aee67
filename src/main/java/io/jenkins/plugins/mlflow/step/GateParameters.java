package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.gate.ExactCandidate;
import io.jenkins.plugins.mlflow.gate.RunMode;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.Suggestions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The parameters of the step as the pipeline gave them, in plain types. A parameter that is unknown, or whose value is of the
 * wrong kind, is remembered as a problem, so that the step can end with a report that names it.
 */
final class GateParameters {
    static final List<String> EXACT = List.of("runId", "version", "alias", "modelId");
    private static final List<String> TEXTS = List.of(
            "model",
            "server",
            "runId",
            "alias",
            "modelId",
            "experiment",
            "filter",
            "maxAge",
            "nested",
            "buildRuns",
            "policy",
            "timeout",
            "settle",
            "onFailure",
            "runMode");
    private static final List<String> FLAGS = List.of("archive", "buildDescription");
    static final List<String> ON_FAILURE = List.of("failure", "unstable", "continue");
    private static final String PROBLEMS = "problems";
    private static final String UPSTREAM = "upstream";

    private final TreeMap<String, Object> values = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private GateParameters() {}

    /** The named arguments of a pipeline, each by itself: whether they fit together is not checked yet. */
    static GateParameters of(Map<String, ?> arguments) {
        GateParameters parameters = new GateParameters();
        arguments.forEach(parameters::take);
        return parameters;
    }

    /** @param problems what is known to be wrong already */
    static GateParameters checked(Map<String, ?> arguments, List<String> problems) {
        GateParameters parameters = new GateParameters();
        parameters.problems.addAll(problems);
        arguments.forEach(parameters::take);
        parameters.check();
        return parameters;
    }

    private void take(String name, Object given) {
        Object value;
        try {
            value = ParameterValues.of(name, given);
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
            return;
        }
        if (TEXTS.contains(name)) {
            takeText(name, value);
        } else if (name.equals("version")) {
            takeText(name, ParameterValues.version(value));
        } else if (FLAGS.contains(name)) {
            takeIf(value instanceof Boolean, name, value, "true or false");
        } else if (name.equals("thresholds")) {
            takeIf(value instanceof Map<?, ?> map && !map.isEmpty(), name, value, "a map such as [accuracy: 0.92]");
        } else if (name.equals("baseline")) {
            takeIf(
                    value instanceof String text && !text.isBlank() || value instanceof Map,
                    name,
                    value,
                    "an alias such as 'champion', or a map");
        } else if (name.equals("promote")) {
            takeIf(
                    value instanceof String text && !text.isBlank()
                            || value instanceof Map
                            || Boolean.FALSE.equals(value),
                    name,
                    value,
                    "an alias such as 'champion', a map, or false");
        } else {
            problems.add("unknown parameter `" + name + "`" + hint(name));
        }
    }

    private static String hint(String name) {
        List<String> known = new ArrayList<>(TEXTS);
        known.addAll(List.of("version", "thresholds", "baseline", "promote"));
        known.addAll(FLAGS);
        return ": " + Suggestions.hint(name, known, "the parameters are");
    }

    private void takeText(String name, Object value) {
        takeIf(value instanceof String text && !text.isBlank(), name, value, "a string that is not blank");
    }

    private void takeIf(boolean fits, String name, Object value, String wanted) {
        if (fits) {
            values.put(name, value);
        } else {
            problems.add(ParameterValues.problem(name, value, wanted)
                    + (value == null || "".equals(value) ? ", or be left out" : ""));
        }
    }

    private void check() {
        if (!values.containsKey("model") && problems.stream().noneMatch(problem -> problem.contains("`model`"))) {
            problems.add("parameter `model` is missing; it must be the name of a registered model");
        }
        List<String> exact = EXACT.stream().filter(values::containsKey).toList();
        if (exact.size() > 1 && !isEvaluated(exact)) {
            problems.add("parameters `" + String.join("`, `", exact)
                    + "` are given; give at most one. Exception: `runId` may accompany"
                    + " `version` or `alias`; then its metrics count, and the version is promoted");
        }
        ExactCandidate exactOne = exact();
        if (exactOne != null && exactOne.problem() != null) {
            problems.add("parameter `" + exact.get(exact.size() - 1) + "` " + exactOne.problem());
        }
        if (has("buildRuns") && exactOne != null) {
            problems.add(
                    "parameter `buildRuns` chooses among runs, but exactly one candidate was given; give only one of the two");
        }
        oneOf("buildRuns", List.of(UPSTREAM));
        oneOf("onFailure", ON_FAILURE);
        oneOf("runMode", List.of("enabled", "dry_run", "disabled"));
    }

    private static boolean isEvaluated(List<String> exact) {
        return exact.equals(List.of("runId", "version")) || exact.equals(List.of("runId", "alias"));
    }

    private void oneOf(String name, List<String> words) {
        if (values.containsKey(name) && !words.contains(text(name))) {
            problems.add(ParameterValues.problem(name, text(name), "one of '" + String.join("', '", words) + "'"));
        }
    }

    /** What is wrong with the parameters, or null. */
    String problem() {
        return problems.isEmpty() ? null : String.join("\n", problems);
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    /** In plain types; null if it was not given. */
    Object value(String name) {
        return values.get(name);
    }

    String text(String name) {
        return (String) values.get(name);
    }

    /** Whether the pipeline asked for it, of {@code archive} and {@code buildDescription}. */
    boolean flag(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    String model() {
        return text("model");
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    String onFailure() {
        return values.get("onFailure") instanceof String word && ON_FAILURE.contains(word) ? word : "failure";
    }

    RunMode runMode() {
        for (RunMode mode : RunMode.values()) {
            if (mode.key().equals(values.get("runMode"))) {
                return mode;
            }
        }
        return RunMode.ENABLED;
    }

    /** The candidate that is named, or null. A run beside a version or alias is not the candidate but evaluated it. */
    ExactCandidate exact() {
        if (has("version")) {
            return new ExactCandidate(ExactCandidate.Kind.VERSION, text("version"));
        }
        if (has("alias")) {
            return new ExactCandidate(ExactCandidate.Kind.ALIAS, text("alias"));
        }
        if (has("modelId")) {
            return new ExactCandidate(ExactCandidate.Kind.MODEL, text("modelId"));
        }
        return has("runId") ? new ExactCandidate(ExactCandidate.Kind.RUN, text("runId")) : null;
    }

    /** The run whose metrics count for the version or alias, or null. */
    String evaluationRun() {
        return has("version") || has("alias") ? text("runId") : null;
    }

    /** Whether the candidate is a run of the build that triggered this one. */
    boolean ofUpstream() {
        return has("buildRuns");
    }

    /** @param ofBuild whether only the runs of one build count */
    @SuppressWarnings("unchecked")
    PolicyOverrides overrides(boolean ofBuild) {
        return PolicyOverrides.builder()
                .thresholds((Map<String, Object>) values.get("thresholds"))
                .baseline(values.get("baseline"))
                .promote(values.get("promote"))
                .experiment(text("experiment"))
                .filter(text("filter"))
                .maxAge(text("maxAge"))
                .nested(text("nested"))
                .timeout(text("timeout"))
                .settle(text("settle"))
                .exactCandidate(exact() != null)
                .ofBuild(ofBuild)
                .build();
    }

    /** As text, which is how they are kept over a restart. */
    String toJson() {
        Map<String, Object> map = new LinkedHashMap<>(values);
        map.put(PROBLEMS, problems);
        return Json.write(map);
    }

    @SuppressWarnings("unchecked")
    static GateParameters fromJson(String json) {
        GateParameters parameters = new GateParameters();
        Map<String, Object> map = new LinkedHashMap<>((Map<String, Object>) Json.read(json));
        ((List<Object>) map.remove(PROBLEMS)).forEach(problem -> parameters.problems.add((String) problem));
        parameters.values.putAll(map);
        return parameters;
    }
}
