package io.jenkins.plugins.mlflow.policy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What parameters of a step or options of the command line give in place of the same part of a policy. Values are taken as
 * they come; what is wrong with them is found by {@link PolicyReader#resolve} and reported under the parameter's name.
 */
public final class PolicyOverrides {
    /** No parameter was given. */
    public static final PolicyOverrides NONE = builder().build();

    private final UnaryOperator<String> naming;
    private final Map<String, Object> values;
    private final boolean exactCandidate;
    private final boolean ofBuild;

    private PolicyOverrides(Builder builder) {
        naming = builder.naming;
        values = new LinkedHashMap<>(builder.values);
        exactCandidate = builder.exactCandidate;
        ofBuild = builder.ofBuild;
    }

    /** Starts with no parameters, which messages call by the step's names. */
    public static Builder builder() {
        return builder(UnaryOperator.identity());
    }

    /**
     * Starts with no parameters.
     *
     * @param naming from the step's name of a parameter, such as {@code maxAge}, to the name that the user knows, such as
     *     {@code --max-age}
     */
    public static Builder builder(UnaryOperator<String> naming) {
        return new Builder(naming);
    }

    boolean isOfBuild() {
        return ofBuild;
    }

    /** The parameter in words that the user knows, for messages. */
    String where(String parameter) {
        String name = naming.apply(parameter);
        return (name.startsWith("-") ? "option `" : "parameter `") + name + "`";
    }

    /** The model's policy with these parameters in their places. */
    PolicyNode.Mapping over(PolicyNode.Mapping model, PolicyProblems problems) {
        PolicyNode.Mapping result = exactCandidate ? model.without(ModelParser.CANDIDATE) : model;
        if (exactCandidate && values.containsKey("filter")) {
            problems.add(
                    PolicyNode.Place.root(where("filter"), 0, 0),
                    "a filter chooses among runs, but exactly one candidate was given; give only one of the two");
        }
        if (exactCandidate && values.containsKey("nested")) {
            problems.add(
                    PolicyNode.Place.root(where("nested"), 0, 0),
                    "this is about choosing among runs, but exactly one candidate was given; give only one of the two");
        }
        result = replaced(result, null, ModelParser.METRICS, "thresholds", problems);
        result = replaced(result, null, ModelParser.BASELINE, "baseline", problems);
        result = replaced(result, null, ModelParser.PROMOTE, "promote", problems);
        result = replaced(result, ModelParser.CANDIDATE, CandidateParser.EXPERIMENT, "experiment", problems);
        if (!exactCandidate) {
            result = replaced(result, ModelParser.CANDIDATE, CandidateParser.FILTER, "filter", problems);
            result = replaced(result, ModelParser.CANDIDATE, CandidateParser.NESTED, "nested", problems);
        }
        result = replaced(result, ModelParser.CANDIDATE, CandidateParser.MAX_AGE, "maxAge", problems);
        result = replaced(result, ModelParser.WAIT, "timeout", "timeout", problems);
        return replaced(result, ModelParser.WAIT, "settle", "settle", problems);
    }

    private PolicyNode.Mapping replaced(
            PolicyNode.Mapping model, String part, String key, String parameter, PolicyProblems problems) {
        if (!values.containsKey(parameter)) {
            return model;
        }
        PolicyNode value = ParameterTree.of(where(parameter), values.get(parameter), problems);
        if (value == null) {
            return model;
        }
        if (part == null) {
            return model.with(key, value);
        }
        PolicyNode.Mapping around = model.get(part) instanceof PolicyNode.Mapping mapping
                ? mapping
                : PolicyNode.Mapping.empty(value.place());
        return model.with(part, around.with(key, value));
    }

    /** Collects the parameters that were given; null means that one was not. */
    public static final class Builder {
        private final UnaryOperator<String> naming;
        private final Map<String, Object> values = new LinkedHashMap<>();
        private boolean exactCandidate;
        private boolean ofBuild;

        private Builder(UnaryOperator<String> naming) {
            this.naming = naming;
        }

        /** Rules in place of {@code metrics}, in the same words: from metric names to numbers, comparisons or maps. */
        public Builder thresholds(Map<String, ?> thresholds) {
            return set("thresholds", thresholds);
        }

        /** An alias or a map in place of {@code baseline}. */
        public Builder baseline(Object baseline) {
            return set("baseline", baseline);
        }

        /** An alias, a map or {@code false} in place of {@code promote}. */
        public Builder promote(Object promote) {
            return set("promote", promote);
        }

        /** The name of an experiment in place of {@code candidate.experiment}. */
        public Builder experiment(String experiment) {
            return set("experiment", experiment);
        }

        /** A search filter in place of {@code candidate.filter}. */
        public Builder filter(String filter) {
            return set("filter", filter);
        }

        /** A duration in place of {@code candidate.max_age}. */
        public Builder maxAge(String maxAge) {
            return set("maxAge", maxAge);
        }

        /** {@code include} or {@code ignore} in place of {@code candidate.nested}. */
        public Builder nested(String nested) {
            return set("nested", nested);
        }

        /** Whether the run or version is given, so that the policy's {@code candidate} does not count. */
        public Builder exactCandidate(boolean given) {
            exactCandidate = given;
            return this;
        }

        /** Whether only the runs of one build count, so that a filter needs no experiment. */
        public Builder ofBuild(boolean given) {
            ofBuild = given;
            return this;
        }

        /** A duration in place of {@code wait.timeout}. */
        public Builder timeout(String timeout) {
            return set("timeout", timeout);
        }

        /** A duration in place of {@code wait.settle}. */
        public Builder settle(String settle) {
            return set("settle", settle);
        }

        public PolicyOverrides build() {
            return new PolicyOverrides(this);
        }

        private Builder set(String parameter, Object value) {
            if (value == null) {
                values.remove(parameter);
            } else {
                values.put(parameter, value);
            }
            return this;
        }
    }
}
