package io.jenkins.plugins.mlflow.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/**
 * Numbers that were observed, in ascending order, and their statistics. Percentiles are interpolated linearly between
 * neighbours, as NumPy's and R's are by default (Hyndman and Fan 1996, definition 7).
 */
final class MetricSample {
    private static final int DIGITS_OF_VALUE = 3;
    private static final int DIGITS_OF_SPREAD = 2;
    private static final int FEWEST_FOR_OUTLIERS = 5;
    private static final int QUARTER = 25;
    private static final int HALF = 50;
    private static final int THREE_QUARTERS = 75;
    private static final int FENCE = 3;

    private final List<BigDecimal> sorted;

    /** At least one number. */
    MetricSample(List<BigDecimal> numbers) {
        sorted = numbers.stream().sorted().toList();
    }

    int count() {
        return sorted.size();
    }

    BigDecimal min() {
        return sorted.get(0);
    }

    BigDecimal max() {
        return sorted.get(count() - 1);
    }

    /**
     * Those that are far off the others: beyond the quartiles by more than three times the distance of these (Tukey's outer
     * fences), and by more than three tenths of the median, so that values that hardly differ have no outliers.
     */
    List<BigDecimal> outliers() {
        if (count() < FEWEST_FOR_OUTLIERS) {
            return List.of();
        }
        BigDecimal low = percentile(QUARTER);
        BigDecimal high = percentile(THREE_QUARTERS);
        BigDecimal tenth = percentile(HALF).abs().movePointLeft(1);
        BigDecimal fence = high.subtract(low).max(tenth).multiply(BigDecimal.valueOf(FENCE));
        return fence.signum() == 0
                ? List.of()
                : sorted.stream()
                        .filter(value ->
                                value.compareTo(low.subtract(fence)) < 0 || value.compareTo(high.add(fence)) > 0)
                        .toList();
    }

    BigDecimal percentile(int percent) {
        BigDecimal place = BigDecimal.valueOf((long) (count() - 1) * percent, 2);
        int below = place.intValue();
        BigDecimal value = sorted.get(below);
        if (below + 1 < count()) {
            BigDecimal part = place.subtract(BigDecimal.valueOf(below));
            value = value.add(sorted.get(below + 1).subtract(value).multiply(part));
        }
        return value.round(MathContext.DECIMAL64).stripTrailingZeros();
    }

    /** A bound to three digits, or to two digits of the spread where that is finer; never tighter than the value. */
    BigDecimal rounded(BigDecimal value, boolean up) {
        int scale = value.signum() == 0 ? 0 : scale(value, DIGITS_OF_VALUE);
        BigDecimal spread = max().subtract(min());
        if (spread.signum() > 0) {
            scale = Math.max(scale, scale(spread, DIGITS_OF_SPREAD));
        }
        BigDecimal rounded = value.setScale(scale, up ? RoundingMode.CEILING : RoundingMode.FLOOR);
        return finite(rounded, value);
    }

    /** A limit of a change, to two digits, upwards. */
    static BigDecimal roundedUp(BigDecimal value) {
        return finite(value.round(new MathContext(DIGITS_OF_SPREAD, RoundingMode.UP)), value);
    }

    private static BigDecimal finite(BigDecimal rounded, BigDecimal value) {
        return (Double.isInfinite(rounded.doubleValue()) ? value : rounded).stripTrailingZeros();
    }

    private static int scale(BigDecimal number, int digits) {
        return number.scale() - number.precision() + digits;
    }
}
