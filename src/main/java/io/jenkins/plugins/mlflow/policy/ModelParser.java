package io.jenkins.plugins.mlflow.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns the tree of one model's policy into a {@link GatePolicy}: the only place that decides what a policy may say,
 * wherever it was written. A part of a policy, such as the defaults, is checked for what it says but not for what it lacks.
 */
final class ModelParser {
    static final String CANDIDATE = "candidate";
    static final String WAIT = "wait";
    static final String BASELINE = "baseline";
    static final String METRICS = "metrics";
    static final String PROMOTE = "promote";
    static final List<String> KEYS = List.of(CANDIDATE, WAIT, BASELINE, METRICS, PROMOTE);
    static final List<String> WAIT_KEYS = List.of("timeout", "settle");
    static final List<String> BASELINE_KEYS = List.of("alias", "stage", "when_missing", "same_dataset");
    static final Map<String, Boolean> WHEN_MISSING = Keywords.of("fail", false, "rubber_stamp", true);
    static final Map<String, BaselinePolicy.SameDataset> SAME_DATASET =
            Keywords.of(BaselinePolicy.SameDataset.values(), BaselinePolicy.SameDataset::key);

    private final PolicyProblems problems;
    private final boolean complete;
    private final boolean ofBuild;
    private final String howToGiveRules;

    private ModelParser(PolicyProblems problems, boolean complete, boolean ofBuild, String howToGiveRules) {
        this.problems = problems;
        this.complete = complete;
        this.ofBuild = ofBuild;
        this.howToGiveRules = howToGiveRules;
    }

    /**
     * The policy of a model, or null if it has a problem.
     *
     * @param ofBuild whether only the runs of one build count, so that a filter needs no experiment
     * @param thresholds how the user can give rules elsewhere than in the policy, for the message if there are none
     */
    static GatePolicy parse(PolicyNode.Mapping model, boolean ofBuild, String thresholds, PolicyProblems problems) {
        PolicyProblems mine = new PolicyProblems();
        GatePolicy policy = new ModelParser(mine, true, ofBuild, thresholds).model(model);
        problems.addAll(mine.found());
        return mine.found().isEmpty() ? policy : null;
    }

    /** Checks a part of a policy, which others complete. */
    static void check(PolicyNode part, PolicyProblems problems) {
        new ModelParser(problems, false, false, "").model(part);
    }

    private GatePolicy model(PolicyNode node) {
        MappingReader fields = MappingReader.of(node, problems, KEYS);
        if (fields == null) {
            return null;
        }
        CandidateSelection candidate = fields.has(CANDIDATE)
                ? new CandidateParser(problems, complete, ofBuild).parse(fields.get(CANDIDATE))
                : CandidateSelection.HIGHEST_VERSION;
        WaitPolicy waiting = fields.has(WAIT) ? waiting(fields.get(WAIT)) : WaitPolicy.DEFAULT;
        BaselinePolicy baseline = fields.has(BASELINE) ? baseline(fields.get(BASELINE)) : null;
        checkCapitals(fields);
        List<MetricRule> rules = rules(fields);
        PromotionPolicy promotion =
                fields.has(PROMOTE) ? new PromotionParser(problems, complete).parse(fields.get(PROMOTE)) : null;
        return rules.isEmpty() ? null : new GatePolicy(candidate, waiting, baseline, rules, promotion);
    }

    /** Aliases that differ in capitals only: one of them is misspelt, and would never be held by any version. */
    private void checkCapitals(MappingReader fields) {
        Map<String, PolicyNode.Scalar> aliases = new LinkedHashMap<>();
        for (String part : List.of(CANDIDATE, BASELINE, PROMOTE)) {
            PolicyNode node = fields.get(part);
            if ((node instanceof PolicyNode.Mapping mapping ? mapping.get("alias") : node)
                    instanceof PolicyNode.Scalar alias) {
                aliases.forEach((otherPart, other) -> {
                    if (alias.text().equalsIgnoreCase(other.text())
                            && !alias.text().equals(other.text())) {
                        differInCapitals(part, alias, otherPart, other);
                    }
                });
                aliases.put(part, alias);
            }
        }
    }

    private void differInCapitals(String part, PolicyNode.Scalar alias, String otherPart, PolicyNode.Scalar other) {
        if (other.place().line() == 0 && alias.place().line() > 0) {
            // Only one of the two comes from a parameter, and that is what the user has just written.
            differInCapitals(otherPart, other, part, alias);
            return;
        }
        problems.add(
                alias.place(),
                "`" + DisplayText.abbreviated(alias.text()) + "` and `"
                        + DisplayText.abbreviated(other.text()) + "`, the alias of `" + otherPart
                        + "`, differ in capitals only; write both alike, as MLflow has it");
    }

    private WaitPolicy waiting(PolicyNode node) {
        MappingReader fields = MappingReader.of(node, problems, WAIT_KEYS);
        if (fields == null) {
            return null;
        }
        Duration timeout = fields.duration("timeout", false);
        Duration settle = fields.duration("settle", true);
        return new WaitPolicy(
                timeout == null ? WaitPolicy.DEFAULT.timeout() : timeout,
                settle == null ? WaitPolicy.DEFAULT.settle() : settle);
    }

    private BaselinePolicy baseline(PolicyNode node) {
        if (node instanceof PolicyNode.Scalar) {
            return new BaselinePolicy(MappingReader.alias(node, problems), false);
        }
        MappingReader fields = MappingReader.of(node, problems, BASELINE_KEYS);
        if (fields == null) {
            return null;
        }
        if (complete && !fields.has("alias") && !fields.has("stage")) {
            problems.add(
                    fields.place(),
                    "there is neither `alias` nor `stage`; write which version to compare with, "
                            + "for example `alias: champion`");
        }
        if (fields.has("alias") && fields.has("stage")) {
            problems.add(fields.place("stage"), "`alias` and `stage` each name a version; remove one of the two");
        }
        Boolean rubberStamp = fields.choice("when_missing", WHEN_MISSING);
        BaselinePolicy.SameDataset same = fields.choice("same_dataset", SAME_DATASET);
        return new BaselinePolicy(
                fields.alias("alias"),
                fields.choice("stage", CandidateParser.STAGES),
                Boolean.TRUE.equals(rubberStamp),
                same == null ? BaselinePolicy.SameDataset.WARN : same);
    }

    private List<MetricRule> rules(MappingReader fields) {
        List<MetricRule> rules = new ArrayList<>();
        if (!fields.has(METRICS)) {
            if (complete && !fields.hasUnknownKeys()) {
                problems.add(
                        fields.place(),
                        "there are no rules, so nothing would be checked; give `metrics` in a policy, "
                                + "for example `metrics: {accuracy: 0.92}`, or " + howToGiveRules);
            }
            return rules;
        }
        PolicyNode.Mapping metrics = MappingReader.mapping(
                fields.get(METRICS), problems, "a mapping of metrics, for example {accuracy: 0.92}");
        if (metrics == null) {
            return rules;
        }
        if (complete && metrics.entries().isEmpty()) {
            problems.add(
                    metrics.place(),
                    "the rule set is empty, so nothing would be checked; write at least one metric, "
                            + "for example {accuracy: 0.92}");
        }
        MetricParser parser = new MetricParser(problems, complete, fields.has(BASELINE));
        for (PolicyNode.Entry entry : metrics.entries().values()) {
            rules.addAll(parser.parse(entry.key(), entry.value()));
        }
        return rules;
    }
}
