package io.jenkins.plugins.mlflow.policy;

import java.math.BigDecimal;
import java.util.List;

/** Reads which values of a metric count, how its slices are taken, and where its uncertainty comes from. */
final class TargetParser {
    static final String VALUE = "value";
    static final String AT_LEAST = "at_least";
    static final String ALLOW_LOST_SLICES = "allow_lost_slices";
    static final String EVIDENCE = "evidence";
    static final String DATASET = "dataset";

    private static final List<String> HISTORIES = List.of("mean_last", "step");
    private static final List<String> SOURCES = List.of("samples", "std_error", "lower", "upper");
    static final List<String> EVIDENCE_KEYS = List.of("samples", "std_error", "lower", "upper", "confidence");
    private static final String VALUE_FORMS = "last, min, max, {mean_last: 5} or {step: 100}";
    private static final int MOST_SLICES = 100_000;
    private static final int LONGEST_DATASET = 500;
    private static final int MOST_VALUES = 1_000_000;

    private final PolicyProblems problems;

    TargetParser(PolicyProblems problems) {
        this.problems = problems;
    }

    MetricTarget parse(String name, MappingReader fields) {
        boolean sliced = name.indexOf('*') >= 0;
        ValueChoice value = fields.has(VALUE) ? value(fields.get(VALUE)) : ValueChoice.LAST;
        Long atLeast = fields.wholeNumber(AT_LEAST, 1, MOST_SLICES);
        boolean allowLost = fields.flag(ALLOW_LOST_SLICES).orElse(false);
        for (String key : List.of(AT_LEAST, ALLOW_LOST_SLICES)) {
            if (fields.has(key) && !sliced) {
                problems.add(
                        fields.place(key),
                        "`" + key + "` is about slices; put `*` in the place of the slice in the"
                                + " metric's name, or remove it");
            }
        }
        EvidenceSource evidence = fields.has(EVIDENCE) ? evidence(fields.get(EVIDENCE), sliced) : null;
        if (evidence != null && value.needsHistory()) {
            problems.add(
                    fields.place(EVIDENCE),
                    "evidence is about the last value; remove `value` or `evidence`"
                            + fields.ofDefaults(VALUE, EVIDENCE));
        }
        return new MetricTarget(
                name, value, atLeast == null ? 1 : atLeast.intValue(), allowLost, evidence, dataset(fields));
    }

    private String dataset(MappingReader fields) {
        String dataset = fields.text(DATASET);
        if (dataset != null && dataset.length() > LONGEST_DATASET) {
            problems.add(
                    fields.place(DATASET),
                    "the name of the dataset has " + dataset.length() + " characters; MLflow allows at most "
                            + LONGEST_DATASET);
        } else if (dataset != null && dataset.chars().anyMatch(Character::isISOControl)) {
            problems.add(
                    fields.place(DATASET),
                    "the name of the dataset holds a control character; write its name in MLflow");
        }
        return dataset;
    }

    private ValueChoice value(PolicyNode node) {
        if (node instanceof PolicyNode.Scalar scalar) {
            switch (scalar.text()) {
                case "last":
                    return ValueChoice.LAST;
                case "min":
                    return new ValueChoice(ValueChoice.Kind.MIN, 0);
                case "max":
                    return new ValueChoice(ValueChoice.Kind.MAX, 0);
                default:
                    break;
            }
        } else if (node instanceof PolicyNode.Mapping mapping
                && mapping.entries().size() == 1) {
            MappingReader fields = MappingReader.of(mapping, problems, HISTORIES);
            Long last = fields.wholeNumber("mean_last", 1, MOST_VALUES);
            if (last != null) {
                return new ValueChoice(ValueChoice.Kind.MEAN_LAST, last);
            }
            Long step = fields.wholeNumber("step", Long.MIN_VALUE, Long.MAX_VALUE);
            return step == null ? ValueChoice.LAST : new ValueChoice(ValueChoice.Kind.STEP, step);
        }
        problems.add(node.place(), "found " + node.found() + "; write " + VALUE_FORMS);
        return ValueChoice.LAST;
    }

    private EvidenceSource evidence(PolicyNode node, boolean sliced) {
        MappingReader fields = MappingReader.of(node, problems, EVIDENCE_KEYS);
        if (fields == null) {
            return null;
        }
        for (String key : SOURCES) {
            String metric = fields.text(key);
            if (metric != null && metric.indexOf('*') >= 0 != sliced) {
                problems.add(
                        fields.place(key),
                        sliced
                                ? "this is the same for all slices; put `*` in the place of the slice"
                                : "`*` stands for a slice, and the metric has none");
            }
        }
        double confidence = confidence(fields);
        boolean samples = fields.has("samples");
        boolean error = fields.has("std_error");
        boolean interval = fields.has("lower") && fields.has("upper");
        boolean half = fields.has("lower") != fields.has("upper");
        if (fields.hasUnknownKeys()) {
            return null;
        }
        if (half || (samples ? 1 : 0) + (error ? 1 : 0) + (interval ? 1 : 0) != 1) {
            problems.add(
                    fields.place(),
                    "evidence is one of {samples: METRIC}, {std_error: METRIC} and"
                            + " {lower: METRIC, upper: METRIC}");
            return null;
        }
        if (samples) {
            return new EvidenceSource(EvidenceSource.Kind.SAMPLES, fields.text("samples"), null, confidence);
        }
        return error
                ? new EvidenceSource(EvidenceSource.Kind.STD_ERROR, fields.text("std_error"), null, confidence)
                : new EvidenceSource(
                        EvidenceSource.Kind.INTERVAL, fields.text("lower"), fields.text("upper"), confidence);
    }

    private double confidence(MappingReader fields) {
        BigDecimal confidence = fields.number("confidence");
        if (confidence == null) {
            return EvidenceSource.DEFAULT_CONFIDENCE;
        }
        if (confidence.compareTo(new BigDecimal("0.5")) < 0 || confidence.compareTo(new BigDecimal("0.9999")) > 0) {
            problems.add(
                    fields.place("confidence"),
                    "found " + fields.get("confidence").found()
                            + "; write a fraction from 0.5 to 0.9999, such as 0.95 for 95 %");
        }
        return confidence.doubleValue();
    }
}
