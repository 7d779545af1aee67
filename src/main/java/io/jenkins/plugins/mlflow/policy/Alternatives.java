package io.jenkins.plugins.mlflow.policy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keys of a mapping that say the same thing in different ways, so that a model that says it in one way replaces the way of the
 * defaults: {@code value: {step: 7}} over {@code value: {mean_last: 5}}.
 */
final class Alternatives {
    private static final Map<String, List<Set<String>>> OF_PARTS = Map.of(
            TargetParser.VALUE, List.of(Set.of("mean_last"), Set.of("step")),
            TargetParser.EVIDENCE, List.of(Set.of("samples"), Set.of("std_error"), Set.of("lower", "upper")),
            ModelParser.BASELINE, List.of(Set.of("alias"), Set.of("stage")),
            ModelParser.CANDIDATE,
                    List.of(
                            Set.of(CandidateParser.ALIAS),
                            Set.of(CandidateParser.STAGE),
                            Set.copyOf(CandidateParser.OF_RUNS)));

    private Alternatives() {}

    /**
     * Which keys of the defaults do not count.
     *
     * @param part the key that holds the mapping; a metric or model of the same name has none of these keys
     * @param mine the keys of the model's mapping
     */
    static Set<String> replaced(String part, Set<String> mine) {
        List<Set<String>> ways = OF_PARTS.getOrDefault(part, List.of());
        List<Set<String>> others =
                ways.stream().filter(way -> Collections.disjoint(way, mine)).toList();
        return others.size() == ways.size()
                ? Set.of()
                : others.stream().flatMap(Set::stream).collect(Collectors.toSet());
    }
}
