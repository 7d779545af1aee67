package io.jenkins.plugins.mlflow.policy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns the value of a step's or command line's parameter into a tree of {@link PolicyNode}s: the same words as in the
 * policy file, without lines. Texts are quoted scalars, numbers and booleans plain ones.
 */
final class ParameterTree {
    private static final int MOST_NODES = 100_000;
    private static final int DEEPEST = 50;

    private final PolicyProblems problems;
    private int nodes;

    private ParameterTree(PolicyProblems problems) {
        this.problems = problems;
    }

    /** The tree of a parameter's value, or null after a problem that leaves nothing to read. */
    static PolicyNode of(String where, Object value, PolicyProblems problems) {
        return new ParameterTree(problems).node(PolicyNode.Place.root(where, 0, 0), value, 0);
    }

    private PolicyNode node(PolicyNode.Place place, Object value, int depth) {
        if (++nodes > MOST_NODES || depth > DEEPEST) {
            problems.add(PolicyNode.Place.root(place.where(), 0, 0), "the value is too large or contains itself");
            return null;
        }
        if (value instanceof Map<?, ?> map) {
            return mapping(place, map, depth);
        }
        if (value instanceof List<?> list) {
            List<PolicyNode> items = new ArrayList<>();
            for (Object item : list) {
                PolicyNode node = node(place.child(String.valueOf(items.size()), 0, 0), item, depth + 1);
                if (node == null) {
                    return null;
                }
                items.add(node);
            }
            return new PolicyNode.Sequence(place, items);
        }
        if (value == null) {
            return new PolicyNode.Scalar(place, "null", false);
        }
        if (value instanceof CharSequence) {
            return new PolicyNode.Scalar(place, value.toString(), true);
        }
        if (value instanceof Boolean || value instanceof Number) {
            return new PolicyNode.Scalar(place, plain(value), false);
        }
        problems.add(
                place,
                "found a value of the type " + value.getClass().getName()
                        + "; give a string, a number, true, false or a map");
        return null;
    }

    private static String plain(Object value) {
        if (value instanceof Double number && Double.isFinite(number)) {
            return Decimals.shortest(number).toString();
        }
        if (value instanceof BigDecimal number && number.precision() > 800) {
            return Double.toString(number.doubleValue());
        }
        return value.toString();
    }

    private PolicyNode mapping(PolicyNode.Place place, Map<?, ?> map, int depth) {
        Map<String, PolicyNode.Entry> entries = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof CharSequence)) {
                problems.add(
                        place,
                        "the key `" + DisplayText.abbreviated(String.valueOf(entry.getKey()))
                                + "` is not a string; put it in quotes");
                continue;
            }
            String key = entry.getKey().toString();
            PolicyNode.Place child = place.child(key, 0, 0);
            PolicyNode value = node(child, entry.getValue(), depth + 1);
            if (value == null) {
                return null;
            }
            entries.put(key, new PolicyNode.Entry(new PolicyNode.Scalar(child, key, true), value));
        }
        return new PolicyNode.Mapping(place, entries);
    }
}
