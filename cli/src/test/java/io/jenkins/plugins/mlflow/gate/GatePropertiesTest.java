package io.jenkins.plugins.mlflow.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds whatever the policy and the metrics are. */
class GatePropertiesTest {
    private static final String SEED = "20261120";

    @Provide
    Arbitrary<GateWorld> worlds() {
        return GateWorld.any();
    }

    @Provide
    Arbitrary<Map<String, Object>> rules() {
        return GateWorld.rules("accuracy");
    }

    private static GateReport evaluated(GateWorld world) throws Exception {
        return world.evaluatedAsByTheStep();
    }

    private static void assertNotBetter(GateReport stricter, GateReport laxer) {
        assertTrue(
                severity(stricter) >= severity(laxer),
                () -> laxer.getStatus() + " (" + laxer.getReason() + ") became " + stricter.getStatus() + " ("
                        + stricter.getReason() + ")");
    }

    private static int severity(GateReport report) {
        return List.of(GateStatus.PASSED, GateStatus.UNSTABLE, GateStatus.FAILED)
                .indexOf(report.getStatus());
    }

    @Property(seed = SEED)
    void everyWorldIsEvaluatedAndOnlyAPassPromotes(@ForAll("worlds") GateWorld world) throws Exception {
        GateReport report = evaluated(world);

        assertTrue(severity(report) >= 0, report::getReason);
        assertTrue(report.getStatus() == GateStatus.PASSED || !report.isPromoted());
        boolean finite = report.getChecks().stream()
                .allMatch(check -> !check.isPassed() || check.getValue() != null && Double.isFinite(check.getValue()));
        assertTrue(finite, "a check passed without a finite value");
    }

    @Property(seed = SEED)
    void aStricterRuleNeverTurnsAFailIntoAPass(
            @ForAll("worlds") GateWorld world, @ForAll int which, @ForAll("worlds") GateWorld limits) throws Exception {
        String metric = new ArrayList<>(world.metrics().keySet())
                .get(Math.floorMod(which, world.metrics().size()));
        Map<String, Object> stricter = new LinkedHashMap<>(world.metrics().get(metric));
        limits.metrics()
                .getOrDefault(metric, Map.of())
                .forEach((key, limit) -> stricter.computeIfPresent(key, (name, old) -> stricter(key, old, limit)));
        Map<String, Map<String, Object>> metrics = new LinkedHashMap<>(world.metrics());
        metrics.put(metric, stricter);
        GateWorld changed = world.with(metrics);
        Assume.that(!metrics.equals(world.metrics()) && changed.isValid());

        assertNotBetter(evaluated(changed), evaluated(world));
    }

    private static Object stricter(String key, Object old, Object other) {
        return switch (key) {
            case "min", "min_absolute_change", "min_relative_change", "at_least" -> greater(old, other, 1);
            case "max", "max_drop", "max_relative_drop", "worst_gap" -> greater(old, other, -1);
            case "allow_lost_slices" -> Boolean.TRUE.equals(old) && Boolean.TRUE.equals(other);
            case "criticality" -> {
                List<Object> order = List.of("note", "unstable", "failure");
                yield order.indexOf(old) > order.indexOf(other) ? old : other;
            }
            default -> old;
        };
    }

    private static Object greater(Object one, Object other, int sign) {
        return sign * Double.compare(((Number) one).doubleValue(), ((Number) other).doubleValue()) >= 0 ? one : other;
    }

    @Property(seed = SEED)
    void anotherRuleNeverTurnsAFailIntoAPass(
            @ForAll("worlds") GateWorld world, @ForAll("rules") Map<String, Object> rules) throws Exception {
        Map<String, Map<String, Object>> metrics = new LinkedHashMap<>(world.metrics());
        Map<String, Object> all = new LinkedHashMap<>(metrics.getOrDefault("accuracy", rules));
        rules.forEach(all::putIfAbsent);
        if (metrics.containsKey("accuracy")) {
            // These are not rules of their own; they say what the rules are about.
            all.keySet()
                    .removeIf(key -> List.of("value", "evidence").contains(key)
                            && !metrics.get("accuracy").containsKey(key));
        }
        metrics.put("accuracy", all);
        GateWorld more = world.with(metrics);
        Assume.that(!metrics.equals(world.metrics()) && more.isValid());

        assertNotBetter(evaluated(more), evaluated(world));
    }

    @Property(seed = SEED)
    void theOrderOfMetricsAndRulesDoesNotMatter(@ForAll("worlds") GateWorld world, @ForAll long order)
            throws Exception {
        Random random = new Random(order);
        Map<String, Map<String, Object>> metrics = shuffled(world.metrics(), random);
        metrics.replaceAll((metric, rules) -> shuffled(rules, random));

        GateReport one = evaluated(world);
        GateReport other = evaluated(world.with(metrics));

        assertEquals(one.getStatus(), other.getStatus());
        assertEquals(sorted(one), sorted(other));
        assertEquals(one.isPromoted(), other.isPromoted());
    }

    private static <T> Map<String, T> shuffled(Map<String, T> map, Random random) {
        List<String> keys = new ArrayList<>(map.keySet());
        Collections.shuffle(keys, random);
        Map<String, T> shuffled = new LinkedHashMap<>();
        keys.forEach(key -> shuffled.put(key, map.get(key)));
        return shuffled;
    }

    private static List<String> sorted(GateReport report) {
        return report.getChecks().stream()
                .map(Check::toMap)
                .map(String::valueOf)
                .sorted(Comparator.naturalOrder())
                .toList();
    }
}
