package io.jenkins.plugins.mlflow.policy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what is required of one metric: a number, a comparison, or a mapping of rules. */
final class MetricParser {
    static final String GREATER_IS_BETTER = "greater_is_better";
    static final String CRITICALITY = "criticality";
    static final List<String> RULE_KEYS =
            Arrays.stream(RuleKind.values()).map(RuleKind::key).toList();
    static final List<String> KEYS = Stream.concat(
                    RULE_KEYS.stream(),
                    Stream.of(
                            GREATER_IS_BETTER,
                            CRITICALITY,
                            TargetParser.VALUE,
                            TargetParser.AT_LEAST,
                            TargetParser.ALLOW_LOST_SLICES,
                            TargetParser.EVIDENCE,
                            TargetParser.DATASET))
            .toList();
    static final Map<String, Criticality> CRITICALITIES = Keywords.of(Criticality.values(), Criticality::key);

    private static final int LONGEST_NAME = 250;
    private static final Pattern COMPARISON = Pattern.compile("\\s*([<>=≤≥!]+)\\s*(\\S*)\\s*");
    private static final String FORMS =
            "a number (the least value), a string such as \">= 0.92\" or \"<= 0.35\", or a mapping with the keys ";

    private final PolicyProblems problems;
    private final boolean complete;
    private final boolean hasBaseline;

    MetricParser(PolicyProblems problems, boolean complete, boolean hasBaseline) {
        this.problems = problems;
        this.complete = complete;
        this.hasBaseline = hasBaseline;
    }

    /** The rules of a metric, in the order of their kinds; none if something is wrong. */
    List<MetricRule> parse(PolicyNode.Scalar name, PolicyNode node) {
        String wrong = whatIsWrongWith(name.text());
        if (wrong != null) {
            problems.add(name.place(), wrong);
        }
        if (node instanceof PolicyNode.Scalar scalar && !scalar.isNothing()) {
            return shorthand(name.text(), scalar);
        }
        if (node instanceof PolicyNode.Mapping mapping) {
            return mapping(name, mapping);
        }
        problems.add(node.place(), "found " + node.found() + "; write " + FORMS + Suggestions.list(KEYS));
        return List.of();
    }

    private static String whatIsWrongWith(String metric) {
        if (metric.isBlank()) {
            return "the name of the metric is blank; write its key in MLflow";
        }
        if (metric.length() > LONGEST_NAME) {
            return "the name of the metric has " + metric.length() + " characters; MLflow allows at most "
                    + LONGEST_NAME;
        }
        if (metric.indexOf('*') != metric.lastIndexOf('*')) {
            return "`" + DisplayText.abbreviated(metric) + "` holds several `*`; one of them can stand for the slice";
        }
        return metric.chars().anyMatch(Character::isISOControl)
                ? "the name of the metric holds a control character; write its key in MLflow"
                : null;
    }

    private List<MetricRule> shorthand(String metric, PolicyNode.Scalar scalar) {
        try {
            RuleKind kind = RuleKind.MIN;
            String number = scalar.text();
            Matcher comparison = COMPARISON.matcher(number);
            if (comparison.matches()) {
                kind = comparison(comparison.group(1));
                number = comparison.group(2);
            } else if (scalar.quoted()) {
                throw new IllegalArgumentException("found " + scalar.found() + "; " + rightFormOf(number.strip()));
            } else if (!ScalarParser.isNumberLike(number) && !ScalarParser.isNotFinite(number)) {
                throw new IllegalArgumentException(
                        "found " + scalar.found() + "; write " + FORMS + Suggestions.list(KEYS));
            }
            return List.of(new MetricRule(metric, kind, ScalarParser.number(number), null, Criticality.FAILURE));
        } catch (IllegalArgumentException e) {
            problems.add(scalar.place(), e.getMessage());
            return List.of();
        }
    }

    private static String rightFormOf(String quoted) {
        return ScalarParser.isNumberLike(quoted)
                ? "write the number without quotes, or with the comparison: \">= " + DisplayText.abbreviated(quoted)
                        + "\""
                : "write " + FORMS + Suggestions.list(KEYS);
    }

    private static RuleKind comparison(String sign) {
        return switch (sign) {
            case ">=" -> RuleKind.MIN;
            case "<=" -> RuleKind.MAX;
            default ->
                throw new IllegalArgumentException("found the comparison `" + DisplayText.abbreviated(sign)
                        + "`; bounds are inclusive: write \">= 0.92\" (at least) or \"<= 0.35\" (at most)");
        };
    }

    private List<MetricRule> mapping(PolicyNode.Scalar name, PolicyNode.Mapping mapping) {
        MappingReader fields = MappingReader.of(mapping, problems, KEYS);
        Map<RuleKind, BigDecimal> limits = new EnumMap<>(RuleKind.class);
        for (RuleKind kind : RuleKind.values()) {
            BigDecimal limit = fields.number(kind.key());
            if (limit != null && !kind.isBound() && limit.signum() < 0) {
                problems.add(
                        fields.place(kind.key()),
                        "found " + fields.get(kind.key()).found() + "; a limit of a change is zero or more");
            } else if (limit != null) {
                limits.put(kind, limit);
            }
        }
        MetricTarget target = new TargetParser(problems).parse(name.text(), fields);
        Optional<Boolean> given = fields.flag(GREATER_IS_BETTER);
        Criticality criticality = fields.choice(CRITICALITY, CRITICALITIES);
        if (complete) {
            checkTogether(name, fields, limits);
        }
        Boolean direction = comparing(fields).isEmpty() ? null : given.orElse(inferred(fields));
        List<MetricRule> rules = new ArrayList<>();
        limits.forEach((kind, limit) -> rules.add(new MetricRule(
                target, kind, limit, direction, criticality == null ? Criticality.FAILURE : criticality)));
        return rules;
    }

    private static List<String> comparing(MappingReader fields) {
        return Arrays.stream(RuleKind.values())
                .filter(RuleKind::comparesWithBaseline)
                .map(RuleKind::key)
                .filter(fields::has)
                .toList();
    }

    private static Boolean inferred(MappingReader fields) {
        boolean min = fields.has(RuleKind.MIN.key());
        return min == fields.has(RuleKind.MAX.key()) ? null : Boolean.valueOf(min);
    }

    private void checkTogether(PolicyNode.Scalar name, MappingReader fields, Map<RuleKind, BigDecimal> limits) {
        if (!fields.hasUnknownKeys() && RULE_KEYS.stream().noneMatch(fields::has)) {
            problems.add(name.place(), "the metric has no rule; give at least one of " + Suggestions.list(RULE_KEYS));
        }
        if (fields.has(RuleKind.WORST_GAP.key()) && name.text().indexOf('*') < 0) {
            problems.add(
                    fields.place(RuleKind.WORST_GAP.key()),
                    "`worst_gap` compares slices; put `*` in the place of the slice in the metric's name");
        }
        BigDecimal min = limits.get(RuleKind.MIN);
        BigDecimal max = limits.get(RuleKind.MAX);
        if (min != null && max != null && min.compareTo(max) > 0) {
            problems.add(
                    fields.place(RuleKind.MAX.key()),
                    "`max` " + max.toPlainString() + " is less than `min` "
                            + min.toPlainString() + ", so no value can pass; correct one of them"
                            + fields.ofDefaults(RuleKind.MIN.key(), RuleKind.MAX.key()));
        }
        List<String> comparing = comparing(fields);
        if (comparing.isEmpty()) {
            return;
        }
        PolicyNode.Place place = fields.place(comparing.get(0));
        if (!fields.has(GREATER_IS_BETTER) && inferred(fields) == null) {
            problems.add(
                    place,
                    "a change needs to know which direction is better, which only one of `min` and `max` "
                            + "tells; write `greater_is_better: true` or `greater_is_better: false`");
        }
        if (!hasBaseline) {
            problems.add(
                    place,
                    "a change needs something to compare with, and no baseline is configured; "
                            + "write for example `baseline: champion`, or remove this rule");
        }
    }
}
