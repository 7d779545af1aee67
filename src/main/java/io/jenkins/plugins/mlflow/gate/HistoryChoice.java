package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.policy.Decimals;
import io.jenkins.plugins.mlflow.policy.ValueChoice;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/** Chooses a value among those of a history that is passed to it in any order, and keeps no more of it than the choice needs. */
final class HistoryChoice implements Consumer<Run.Metric> {
    /** A run's current value is the last in this order. */
    static final Comparator<Run.Metric> MLFLOWS_ORDER = Comparator.comparingLong(Run.Metric::step)
            .thenComparingLong(Run.Metric::timestamp)
            .thenComparingDouble(Run.Metric::value);

    private final ValueChoice choice;
    private long count;
    /** Of those that may be chosen. */
    private Run.Metric last;

    private Run.Metric lastNotFinite;
    private Double least;
    private Double greatest;
    /** The last ones, for a mean. */
    private final PriorityQueue<Run.Metric> newest = new PriorityQueue<>(MLFLOWS_ORDER);

    /**
     * What the choice came to.
     *
     * @param value not finite if a value that counts is not; null if there is none
     * @param tooShort why there is no value, or null
     */
    record Result(Double value, String tooShort) {
        static Result of(Double value) {
            return new Result(value, null);
        }
    }

    HistoryChoice(ValueChoice choice) {
        this.choice = choice;
    }

    @Override
    public void accept(Run.Metric value) {
        count++;
        switch (choice.kind()) {
            case LAST -> last = later(last, value);
            case STEP -> last = value.step() == choice.count() ? later(last, value) : last;
            case MEAN_LAST -> {
                newest.add(value);
                if (newest.size() > choice.count()) {
                    newest.remove();
                }
            }
            case MIN, MAX -> {
                if (!Evidence.isFinite(value.value())) {
                    lastNotFinite = later(lastNotFinite, value);
                }
                least = least == null || Double.compare(value.value(), least) < 0 ? (Double) value.value() : least;
                greatest = greatest == null || Double.compare(value.value(), greatest) > 0
                        ? (Double) value.value()
                        : greatest;
            }
        }
    }

    private static Run.Metric later(Run.Metric one, Run.Metric other) {
        return one == null || MLFLOWS_ORDER.compare(other, one) > 0 ? other : one;
    }

    Result result() {
        return switch (choice.kind()) {
            case LAST -> Result.of(last == null ? null : last.value());
            case MIN -> Result.of(lastNotFinite == null ? least : (Double) lastNotFinite.value());
            case MAX -> Result.of(lastNotFinite == null ? greatest : (Double) lastNotFinite.value());
            case MEAN_LAST ->
                count < choice.count()
                        ? new Result(
                                null,
                                "the metric has " + count + (count == 1 ? " value, " : " values, ") + choice.count()
                                        + " are needed")
                        : Result.of(mean());
            case STEP ->
                last == null
                        ? new Result(null, "the metric has no value at step " + choice.count())
                        : Result.of(last.value());
        };
    }

    /** In decimals, so that the mean of three times 0.7 is 0.7. Of values that are not finite, there is none: the last of them counts. */
    private Double mean() {
        BigDecimal sum = BigDecimal.ZERO;
        Run.Metric notFinite = null;
        for (Run.Metric value : newest) {
            if (!Evidence.isFinite(value.value())) {
                notFinite = later(notFinite, value);
            } else if (notFinite == null) {
                sum = sum.add(Decimals.shortest(value.value()));
            }
        }
        return notFinite == null
                ? (Double) sum.divide(BigDecimal.valueOf(newest.size()), MathContext.DECIMAL128)
                        .doubleValue()
                : (Double) notFinite.value();
    }
}
