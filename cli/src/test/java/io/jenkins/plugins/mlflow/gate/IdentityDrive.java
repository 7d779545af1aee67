package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.cli.InProcess;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;

/**
 * Gates every shape of one server in every way, through the command line as a user would, and asks MLflow's own client what came of it.
 * Nothing but the two request methods knows how a gate is asked for.
 */
final class IdentityDrive {
    private static final Pattern HOW_TO_CHOOSE =
            Pattern.compile("artifact_path|model.?id|version", Pattern.CASE_INSENSITIVE);
    private static final int AT_ONCE = 4;

    private final MlflowServer server;
    private final ModelShapes shapes;
    private final Path folder;

    IdentityDrive(MlflowServer server, ModelShapes shapes, Path folder) {
        this.server = server;
        this.shapes = shapes;
        this.folder = folder;
    }

    /** What the gates of all shapes promoted, one after the other in a shape and some shapes at a time. */
    List<IdentityCell> candidates() throws Exception {
        return ofAllShapes("gates", this::promotes);
    }

    /** What the versions of all shapes are as a baseline. */
    List<IdentityCell> baselines() throws Exception {
        return ofAllShapes("baselines", this::compares);
    }

    private interface Evaluating {
        IdentityCell evaluate(String shape, Map<?, ?> thresholds, Map<?, ?> gate) throws Exception;
    }

    private List<IdentityCell> ofAllShapes(String gates, Evaluating evaluating) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<List<IdentityCell>>> started = new ArrayList<>();
            for (Object each : (List<?>) shapes.made().get("shapes")) {
                Map<?, ?> shape = (Map<?, ?>) each;
                started.add(threads.submit(() -> {
                    List<IdentityCell> cells = new ArrayList<>();
                    for (Object gate : (List<?>) shape.get(gates)) {
                        cells.add(evaluating.evaluate(
                                text(shape, "name"), (Map<?, ?>) shape.get("thresholds"), (Map<?, ?>) gate));
                    }
                    return cells;
                }));
            }
            List<IdentityCell> all = new ArrayList<>();
            for (Future<List<IdentityCell>> one : started) {
                all.addAll(one.get());
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    private Map<?, ?> requestPromotion(Path place, Map<?, ?> gate, Map<?, ?> thresholds) throws IOException {
        Map<String, Object> policy = new LinkedHashMap<>(Map.of("metrics", thresholds));
        Map<String, Object> promote = new LinkedHashMap<>(Map.of("alias", "champion"));
        if (gate.get("path") != null) {
            promote.put("artifact_path", gate.get("path"));
        }
        policy.put("promote", Boolean.TRUE.equals(gate.get("promote")) ? promote : false);
        List<String> options = new ArrayList<>();
        ((Map<?, ?>) gate.get("candidate"))
                .forEach((name, value) -> options.addAll(List.of("--" + name, value.toString())));
        return report(place, text(gate, "model"), policy, text(gate, "timeout"), options);
    }

    private Map<?, ?> requestComparison(Path place, Map<?, ?> gate) throws IOException {
        Map<String, Object> policy = Map.of(
                "metrics", Map.of("accuracy", Map.of("max_drop", 1, "greater_is_better", true)),
                "baseline", Map.of("alias", gate.get("alias")));
        return report(place, text(gate, "model"), policy, "60s", List.of("--run-id", text(shapes.made(), "plain")));
    }

    /** The gate's JSON document; without one, what the command printed as an error of its own category. */
    private Map<?, ?> report(Path place, String model, Map<String, Object> policy, String timeout, List<String> options)
            throws IOException {
        // JSON is YAML, too.
        Files.writeString(
                place.resolve("eval_gate.yaml"), Json.write(Map.of("version", 1, "models", Map.of(model, policy))));
        List<String> arguments = new ArrayList<>(List.of("check", "--model", model, "--tracking-uri", server.url()));
        arguments.addAll(List.of("--settle", "1s", "--timeout", timeout, "--json", "report.json"));
        arguments.addAll(options);
        InProcess printed = InProcess.run(place, arguments.toArray(String[]::new));
        Path json = place.resolve("report.json");
        return Files.exists(json) && Files.size(json) > 0
                ? (Map<?, ?>) Json.read(Files.readString(json))
                : Map.of("error", Map.of("category", "ARGUMENTS", "message", printed.err()));
    }

    private IdentityCell promotes(String shape, Map<?, ?> thresholds, Map<?, ?> gate) throws Exception {
        Map<?, ?> report = requestPromotion(Files.createTempDirectory(folder, "gate"), gate, thresholds);
        Map<?, ?> after = shapes.afterGate(text(gate, "model"));
        Map<?, ?> promotion = report.get("promotion") instanceof Map<?, ?> told ? told : Map.of();
        boolean promoted = Boolean.TRUE.equals(promotion.get("promoted"));
        String outcome = promoted ? label(shape, after) + "=" + accuracy(report) : refusal(report);
        List<String> faults = new ArrayList<>();
        if (promoted && !Objects.equals(promotion.get("version"), String.valueOf(after.get("version")))) {
            faults.add("the champion is version " + after.get("version"));
        } else if (promoted && after.get("error") != null) {
            faults.add("the champion cannot be loaded: " + after.get("error"));
        } else if (!promoted && after.get("version") != null) {
            faults.add("version " + after.get("version") + " is champion all the same");
        } else if (!promoted && !((List<?>) after.get("created")).isEmpty()) {
            faults.add("versions " + after.get("created") + " were made all the same");
        }
        if (outcome.equals("INCONCLUSIVE") || outcome.equals("CONFLICT")) {
            faults.addAll(wrongInWords(gate, report));
        }
        return cell(shape, gate, outcome, faults, report);
    }

    private IdentityCell compares(String shape, Map<?, ?> thresholds, Map<?, ?> gate) throws Exception {
        Map<?, ?> report = requestComparison(Files.createTempDirectory(folder, "baseline"), gate);
        Object used = checkOf(report).get("baseline");
        return cell(shape, gate, used == null ? refusal(report) : used.toString(), List.of(), report);
    }

    private IdentityCell cell(String shape, Map<?, ?> gate, String outcome, List<String> faults, Map<?, ?> report) {
        List<String> allowed =
                ((List<?>) gate.get("expected")).stream().map(Object::toString).toList();
        return new IdentityCell(
                server.version(), shape, text(gate, "way"), allowed, outcome, faults, Json.writePretty(report));
    }

    private static List<String> wrongInWords(Map<?, ?> gate, Map<?, ?> report) {
        List<String> wrong = new ArrayList<>();
        String words = words(report);
        List<?> models = (List<?>) gate.get("says");
        for (Object names : models) {
            if (((List<?>) names).stream().noneMatch(name -> words.contains(name.toString()))) {
                wrong.add("does not name " + names);
            }
        }
        if (!models.isEmpty() && !HOW_TO_CHOOSE.matcher(words).find()) {
            wrong.add("does not say how to choose");
        }
        Object hidden = gate.get("hides");
        if (hidden != null
                && (words.contains(hidden.toString()) || accuracy(report).equals(hidden.toString()))) {
            wrong.add("shows another model's value " + hidden);
        }
        return wrong;
    }

    private static String words(Map<?, ?> report) {
        String error = report.get("error") instanceof Map<?, ?> told ? String.valueOf(told.get("message")) : "";
        return report.get("reason") + " " + error + " " + checkOf(report).get("reason");
    }

    /** The error's category; else the verdict of the first check that did not pass, with the value that failed. */
    private static String refusal(Map<?, ?> report) {
        if (report.get("error") instanceof Map<?, ?> error) {
            return text(error, "category");
        }
        for (Object check : (List<?>) report.get("checks")) {
            String verdict = text((Map<?, ?>) check, "verdict");
            if (!verdict.equals("PASSED")) {
                return verdict.equals("FAILED") ? "FAILED=" + ((Map<?, ?>) check).get("value") : verdict;
            }
        }
        return report.get("status") + (report.get("status").equals("PASSED") ? "=" + accuracy(report) : "");
    }

    private static String label(String shape, Map<?, ?> after) {
        String loaded = after.get("loaded") == null ? "unloadable" : text(after, "loaded");
        return loaded.startsWith(shape + "/") ? loaded.substring(shape.length() + 1) : loaded;
    }

    private static String accuracy(Map<?, ?> report) {
        return String.valueOf(checkOf(report).get("value"));
    }

    private static Map<?, ?> checkOf(Map<?, ?> report) {
        List<?> checks = report.get("checks") instanceof List<?> told ? told : List.of();
        return checks.stream()
                .map(check -> (Map<?, ?>) check)
                .filter(check -> "accuracy".equals(check.get("metric")))
                .findFirst()
                .orElse(Map.of());
    }

    private static String text(Map<?, ?> map, String key) {
        return map.get(key).toString();
    }
}
