package io.jenkins.plugins.mlflow.policy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the keys of one mapping of a policy as the types that they must have. Every reading method returns null where the
 * key is absent or where what it holds is wrong; the latter is a problem.
 */
final class MappingReader {
    private final PolicyNode.Mapping mapping;
    private final PolicyProblems problems;

    private final boolean hasUnknownKeys;

    private MappingReader(PolicyNode.Mapping mapping, PolicyProblems problems, boolean hasUnknownKeys) {
        this.mapping = mapping;
        this.problems = problems;
        this.hasUnknownKeys = hasUnknownKeys;
    }

    /** The fields of a mapping with these keys and no others, or null if the node is no mapping. */
    static MappingReader of(PolicyNode node, PolicyProblems problems, List<String> known) {
        PolicyNode.Mapping mapping = mapping(node, problems, "a mapping with the keys " + Suggestions.list(known));
        if (mapping == null) {
            return null;
        }
        for (PolicyNode.Entry entry : mapping.entries().values()) {
            String key = entry.key().text();
            if (!known.contains(key)) {
                problems.add(
                        entry.key().place(),
                        "unknown key `" + DisplayText.abbreviated(key) + "`; "
                                + Suggestions.hint(
                                        key, known, known.size() == 1 ? "the only key here is" : "the keys here are"));
            }
        }
        return new MappingReader(
                mapping, problems, !known.containsAll(mapping.entries().keySet()));
    }

    static PolicyNode.Mapping mapping(PolicyNode node, PolicyProblems problems, String right) {
        if (node instanceof PolicyNode.Mapping mapping) {
            return mapping;
        }
        problems.add(node.place(), "found " + node.found() + "; write " + right);
        return null;
    }

    /** One of them may be meant as a key that seems to be absent. */
    boolean hasUnknownKeys() {
        return hasUnknownKeys;
    }

    boolean has(String key) {
        return mapping.entries().containsKey(key);
    }

    PolicyNode get(String key) {
        return mapping.get(key);
    }

    PolicyNode.Place place() {
        return mapping.place();
    }

    /** Where the key's value is, or the mapping itself if the key is absent. */
    PolicyNode.Place place(String key) {
        return has(key) ? get(key).place() : place();
    }

    /** For the end of a message about these keys: which of them are from the defaults, if this mapping is not all theirs. */
    String ofDefaults(String... keys) {
        List<String> theirs = Arrays.stream(keys)
                .filter(key -> has(key) && get(key).place().isOfDefaults() && !place().isOfDefaults())
                .toList();
        return theirs.isEmpty()
                ? ""
                : " (" + Suggestions.list(theirs) + (theirs.size() == 1 ? " is" : " are") + " from `defaults`)";
    }

    String text(String key) {
        return has(key) ? text(get(key), problems) : null;
    }

    /** A list of distinct texts, at least one; what is wrong leaves its item out, and an absent list is empty. */
    List<String> texts(String key, String right) {
        if (!has(key)) {
            return List.of();
        }
        if (!(get(key) instanceof PolicyNode.Sequence list) || list.items().isEmpty()) {
            problems.add(place(key), "found " + get(key).found() + "; write " + right);
            return List.of();
        }
        Set<String> texts = new LinkedHashSet<>();
        for (PolicyNode item : list.items()) {
            String text = text(item, problems);
            if (text != null && !texts.add(text)) {
                problems.add(
                        item.place(),
                        "`" + DisplayText.abbreviated(text) + "` is in this list twice; remove one of the two");
            }
        }
        return List.copyOf(texts);
    }

    static String text(PolicyNode node, PolicyProblems problems) {
        if (!(node instanceof PolicyNode.Scalar scalar) || scalar.isNothing()) {
            problems.add(node.place(), "found " + node.found() + "; write a string");
            return null;
        }
        if (!scalar.quoted() && ScalarParser.needsQuotes(scalar.text())) {
            String shown = DisplayText.abbreviated(scalar.text());
            problems.add(
                    node.place(),
                    "`" + shown + "` may be parsed as a non-string by other YAML parsers; if it is meant as one, "
                            + "put it in quotes: \"" + shown + "\"");
            return null;
        }
        if (scalar.text().isBlank()) {
            problems.add(node.place(), "the string is blank; write one or leave the key out");
            return null;
        }
        return scalar.text();
    }

    String alias(String key) {
        return has(key) ? alias(get(key), problems) : null;
    }

    static String alias(PolicyNode node, PolicyProblems problems) {
        if (node instanceof PolicyNode.Scalar scalar && !scalar.isNothing() && AliasNames.isSwitch(scalar.text())) {
            // Quotes would not help.
            problems.add(node.place(), AliasNames.problemWith(scalar.text()));
            return null;
        }
        String alias = text(node, problems);
        String wrong = alias == null ? null : AliasNames.problemWith(alias);
        if (wrong != null) {
            problems.add(node.place(), wrong);
            return null;
        }
        return alias;
    }

    <T> T choice(String key, Map<String, T> choices) {
        String word = text(key);
        if (word != null && !choices.containsKey(word)) {
            List<String> words = List.copyOf(choices.keySet());
            String nearest = Suggestions.nearest(word, words);
            problems.add(
                    place(key),
                    "found `" + DisplayText.abbreviated(word) + "`; "
                            + (nearest == null ? "" : "did you mean `" + nearest + "`? ")
                            + "It must be one of " + Suggestions.list(words));
            return null;
        }
        return word == null ? null : choices.get(word);
    }

    /** Empty if it is not there, or is no boolean. */
    Optional<Boolean> flag(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (get(key) instanceof PolicyNode.Scalar scalar && !scalar.quoted()) {
            if (scalar.text().equals("true") || scalar.text().equals("false")) {
                return Optional.of(Boolean.valueOf(scalar.text()));
            }
        }
        problems.add(place(key), "found " + get(key).found() + "; write true or false, without quotes");
        return Optional.empty();
    }

    BigDecimal number(String key) {
        if (!has(key)) {
            return null;
        }
        PolicyNode node = get(key);
        if (!(node instanceof PolicyNode.Scalar scalar) || scalar.isNothing()) {
            problems.add(node.place(), "found " + node.found() + "; write a number");
            return null;
        }
        if (scalar.quoted()) {
            problems.add(node.place(), "found " + node.found() + "; write a number, without quotes");
            return null;
        }
        try {
            return ScalarParser.number(scalar.text());
        } catch (IllegalArgumentException e) {
            problems.add(node.place(), e.getMessage());
            return null;
        }
    }

    /** A whole number within the bounds, read exactly. */
    Long wholeNumber(String key, long least, long most) {
        if (number(key) == null) {
            return null;
        }
        try {
            long whole = ScalarParser.wholeNumber(((PolicyNode.Scalar) get(key)).text());
            if (whole >= least && whole <= most) {
                return whole;
            }
        } catch (ArithmeticException e) {
            // Reported below.
        }
        problems.add(place(key), "found " + get(key).found() + "; write a whole number from " + least + " to " + most);
        return null;
    }

    /** A duration; zero is a problem unless it is allowed. */
    Duration duration(String key, boolean zeroAllowed) {
        if (!has(key)) {
            return null;
        }
        PolicyNode node = get(key);
        if (!(node instanceof PolicyNode.Scalar scalar) || scalar.isNothing()) {
            problems.add(node.place(), "found " + node.found() + "; write a duration, for example 90s or 5m");
            return null;
        }
        try {
            Duration duration = Durations.parse(scalar.text());
            if (zeroAllowed || !duration.isZero()) {
                return duration;
            }
            problems.add(node.place(), "found " + node.found() + "; write a duration that is longer than zero");
        } catch (IllegalArgumentException e) {
            problems.add(node.place(), e.getMessage());
        }
        return null;
    }
}
