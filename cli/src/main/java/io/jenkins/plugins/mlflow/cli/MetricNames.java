package io.jenkins.plugins.mlflow.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The direction and range of metrics with well-known names. A name is taken apart at everything but letters and
 * digits and where a capital begins a word; words of both directions, or a word that is about no quality at all, such
 * as a count, leave the direction unknown.
 */
final class MetricNames {
    private static final Set<String> UP = Set.of(
            "accuracy",
            "acc",
            "f1",
            "fbeta",
            "auc",
            "auroc",
            "auprc",
            "rocauc",
            "prauc",
            "gini",
            "precision",
            "recall",
            "r2",
            "r2score",
            "score",
            "map",
            "ndcg",
            "mrr",
            "bleu",
            "rouge",
            "meteor",
            "jaccard",
            "iou",
            "miou",
            "dice",
            "sensitivity",
            "specificity",
            "tpr",
            "tnr",
            "kappa",
            "mcc",
            "correctness",
            "faithfulness",
            "relevance");
    private static final Set<String> DOWN = Set.of(
            "loss",
            "logloss",
            "nll",
            "error",
            "err",
            "rmse",
            "mae",
            "mse",
            "mape",
            "smape",
            "wape",
            "rmsle",
            "msle",
            "medae",
            "latency",
            "time",
            "duration",
            "seconds",
            "millis",
            "ms",
            "perplexity",
            "ppl",
            "brier",
            "ece",
            "wer",
            "cer",
            "fpr",
            "fnr",
            "fdr",
            "toxicity",
            "deviance",
            "memory");
    private static final Set<String> NEITHER = Set.of(
            "count",
            "sum",
            "n",
            "num",
            "number",
            "size",
            "samples",
            "support",
            "std",
            "stdev",
            "stderr",
            "se",
            "var",
            "variance",
            "ci",
            "lo",
            "hi",
            "lower",
            "upper",
            "system",
            "epoch",
            "step",
            "steps",
            "lr",
            "threshold",
            "target",
            // How much something changed, or how long something lasted that is better longer.
            "improvement",
            "reduction",
            "gain",
            "uplift",
            "lift",
            "increase",
            "decrease",
            "drop",
            "delta",
            "diff",
            "difference",
            "change",
            "failure",
            "failures");
    /** A score that is an error with its sign turned, as in scikit-learn. */
    private static final Set<String> NEGATED = Set.of("neg", "negative");
    /** Beside these, "negative" is a class of samples or a logarithm's name. */
    private static final Set<String> NOT_NEGATED =
            Set.of("false", "true", "positive", "rate", "predictive", "likelihood");

    private static final Set<String> TRAINING = Set.of("train", "training");
    private static final Set<String> TIMES = Set.of(
            "time", "times", "duration", "runtime", "elapsed", "seconds", "secs", "minutes", "hours", "millis", "ms");
    /** Between 0 and 1, if they are no percentages. */
    private static final Set<String> FRACTIONS = Set.of(
            "accuracy",
            "acc",
            "f1",
            "auc",
            "auroc",
            "auprc",
            "precision",
            "recall",
            "sensitivity",
            "specificity",
            "tpr",
            "tnr",
            "fpr",
            "fnr",
            "jaccard",
            "iou",
            "dice",
            "ndcg",
            "mrr");

    private static final Set<String> PERCENTAGES = Set.of("percent", "percentage", "pct");
    private static final Set<String> NEVER_NEGATIVE =
            Set.of("rmse", "mae", "mse", "mape", "smape", "rmsle", "latency", "duration", "brier", "ece", "wer", "cer");

    private MetricNames() {}

    /** Null if the name does not show it. */
    static Boolean greaterIsBetter(String metric) {
        Set<String> words = words(metric);
        boolean up = any(words, UP);
        boolean down = any(words, DOWN);
        // A score of an error, as libraries name some, is an error.
        boolean scored = up && down && words.stream().filter(UP::contains).allMatch("score"::equals);
        boolean negated = any(words, NEGATED);
        if (any(words, NEITHER) || up == down && !scored || negated && any(words, NOT_NEGATED)) {
            return null;
        }
        return (up && !scored) != negated;
    }

    /** Whether the metric is about the training and its cost, and not about how good the model is. */
    static boolean isOfTraining(String metric) {
        Set<String> words = words(metric);
        return any(words, TRAINING) || any(words, TIMES) && !words.contains("latency");
    }

    /** What MLflow itself measures of the machine. */
    static boolean isOfSystem(String metric) {
        return metric.startsWith("system/");
    }

    static boolean isFraction(String metric) {
        return isOneOf(metric, FRACTIONS) && !any(words(metric), PERCENTAGES);
    }

    static boolean isNeverNegative(String metric) {
        return isOneOf(metric, FRACTIONS) || isOneOf(metric, NEVER_NEGATIVE);
    }

    private static boolean isOneOf(String metric, Set<String> kinds) {
        Set<String> words = words(metric);
        return any(words, kinds) && !any(words, NEITHER) && !any(words, NEGATED) && !words.contains("log");
    }

    private static boolean any(Set<String> words, Set<String> known) {
        return words.stream().anyMatch(known::contains);
    }

    private static Set<String> words(String metric) {
        return Arrays.stream(metric.split("[^\\p{L}\\p{N}]+|(?<=[\\p{Ll}\\p{N}])(?=\\p{Lu})"))
                .map(word -> word.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }
}
