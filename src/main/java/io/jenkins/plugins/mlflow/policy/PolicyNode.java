package io.jenkins.plugins.mlflow.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A policy as a neutral tree, whether it was written as YAML or given as parameters of a step. Every node knows where the
 * user wrote it, so that one parser serves both and can still point at what is wrong.
 */
sealed interface PolicyNode {
    Place place();

    /** What the user wrote here, in words for a message. */
    String found();

    /**
     * Where a node was written.
     *
     * @param where the file as the user gave it, or the parameter
     * @param line from 1, or 0 if there is no line
     * @param column from 1, or 0 if there is no column
     * @param parent the place of the mapping or sequence around it, or null
     * @param name the key or index within the parent; empty at the root
     */
    record Place(String where, int line, int column, Place parent, String name) {
        static Place root(String where, int line, int column) {
            return new Place(where, line, column, null, "");
        }

        Place child(String name, int line, int column) {
            return new Place(where, line, column, this, name);
        }

        /** The keys that lead here from the root of the file or parameter; empty at the root. */
        String path() {
            if (parent == null) {
                return "";
            }
            String before = parent.path();
            return before.isEmpty() ? DisplayText.abbreviated(name) : before + "." + DisplayText.abbreviated(name);
        }

        /** Whether it is in the defaults of a policy file. */
        boolean isOfDefaults() {
            return top().equals("defaults");
        }

        /** The key under the root that this place belongs to; empty at the root. */
        String top() {
            return parent == null ? "" : parent.parent == null ? name : parent.top();
        }
    }

    /** One value; {@code quoted} if it can only be meant as text. */
    record Scalar(Place place, String text, boolean quoted) implements PolicyNode {
        boolean isNothing() {
            return !quoted && ScalarParser.isNull(text);
        }

        @Override
        public String found() {
            if (isNothing()) {
                return "nothing";
            }
            return quoted
                    ? "the string \"" + DisplayText.abbreviated(text) + "\""
                    : "`" + DisplayText.abbreviated(text) + "`";
        }
    }

    record Sequence(Place place, List<PolicyNode> items) implements PolicyNode {
        @Override
        public String found() {
            return items.isEmpty() ? "an empty list" : "a list";
        }
    }

    /** A key with its own place, and its value. */
    record Entry(Scalar key, PolicyNode value) {}

    /** Keys with values, in the order in which they were written. */
    record Mapping(Place place, Map<String, Entry> entries) implements PolicyNode {
        static Mapping empty(Place place) {
            return new Mapping(place, Map.of());
        }

        PolicyNode get(String key) {
            Entry entry = entries.get(key);
            return entry == null ? null : entry.value();
        }

        List<String> keys() {
            return new ArrayList<>(entries.keySet());
        }

        /** The same with one key set to a value that was written elsewhere. */
        Mapping with(String key, PolicyNode value) {
            Map<String, Entry> changed = new LinkedHashMap<>(entries);
            changed.put(key, new Entry(new Scalar(value.place(), key, true), value));
            return new Mapping(place, changed);
        }

        Mapping without(String key) {
            Map<String, Entry> changed = new LinkedHashMap<>(entries);
            changed.remove(key);
            return new Mapping(place, changed);
        }

        /**
         * This mapping over the given defaults: mappings are merged key by key, of anything else this one's wins. What says the
         * same thing by other keys is replaced, too.
         */
        Mapping over(Mapping defaults) {
            Map<String, Entry> merged = new LinkedHashMap<>(defaults.entries);
            merged.keySet().removeAll(Alternatives.replaced(place.name(), entries.keySet()));
            entries.forEach((key, mine) -> {
                Entry theirs = defaults.entries.get(key);
                boolean both = theirs != null && mine.value() instanceof Mapping && theirs.value() instanceof Mapping;
                merged.put(
                        key,
                        both ? new Entry(mine.key(), ((Mapping) mine.value()).over((Mapping) theirs.value())) : mine);
            });
            return new Mapping(place, merged);
        }

        @Override
        public String found() {
            return entries.isEmpty() ? "an empty mapping" : "a mapping";
        }
    }
}
