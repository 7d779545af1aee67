package io.jenkins.plugins.mlflow.policy;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * The shortest decimal form of a double: what a person would have typed. Limits and values are compared in this form, so
 * that a metric of 0.1 + 0.2 is what MLflow shows for it. {@link Double#toString(double)} of Java 17 is not enough: it is
 * sometimes one digit too long (2.0E-3 is fine, 2<sup>-44</sup> is not).
 */
public final class Decimals {
    private static final int ALWAYS_ENOUGH = 17;
    /** Up to this, no two decimals read back as the same double. */
    private static final double FIFTEEN_DIGITS = 1e15;

    private static final double EXACT_INTEGERS = 1L << 53;

    private Decimals() {}

    /**
     * The shortest decimal that reads back as the same double and, of several, the one nearest to it.
     *
     * @param value a finite number
     * @return without trailing zeros, so that equal numbers are {@code equals}; 0 for either zero
     * @throws IllegalArgumentException if the value is NaN or infinite
     */
    public static BigDecimal shortest(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(value + " is not finite and has no decimal form");
        }
        if (Math.abs(value) < EXACT_INTEGERS && value == Math.rint(value)) {
            return BigDecimal.valueOf((long) value).stripTrailingZeros();
        }
        BigDecimal typed = ofFewDigits(value, 4, 1e4);
        if (typed == null) {
            typed = ofFewDigits(value, 9, 1e9);
        }
        if (typed != null) {
            return typed;
        }
        if (Math.abs(value) >= Double.MIN_NORMAL) {
            // Double.toString of Java 17 is not always the shortest.
            return new BigDecimal(NumberOutput.toString(value, true)).stripTrailingZeros();
        }
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < ALWAYS_ENOUGH; digits++) {
            BigDecimal rounded = nearestThatReadsBack(exact, value, digits);
            if (rounded != null) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(ALWAYS_ENOUGH, RoundingMode.HALF_EVEN))
                .stripTrailingZeros();
    }

    /**
     * The decimal of at most so many places, if it has at most fifteen digits: the quotient of two whole numbers that doubles hold
     * exactly is rounded as the decimal is when it is read. Most metrics are such; null for others, and for 0.
     */
    private static BigDecimal ofFewDigits(double value, int places, double power) {
        double digits = Math.rint(value * power);
        if (Math.abs(digits) >= FIFTEEN_DIGITS || Double.compare(digits / power, value) != 0) {
            return null;
        }
        long stripped = (long) digits;
        int scale = places;
        while (stripped % 10 == 0) {
            stripped /= 10;
            scale--;
        }
        return BigDecimal.valueOf(stripped, scale);
    }

    /** Both neighbours are tried: at powers of two the nearer one can read back as another double, and the farther not. */
    private static BigDecimal nearestThatReadsBack(BigDecimal exact, double value, int digits) {
        BigDecimal below = exact.round(new MathContext(digits, RoundingMode.FLOOR));
        BigDecimal above = exact.round(new MathContext(digits, RoundingMode.CEILING));
        boolean belowFirst = exact.subtract(below).compareTo(above.subtract(exact)) <= 0;
        BigDecimal nearer = belowFirst ? below : above;
        BigDecimal farther = belowFirst ? above : below;
        if (nearer.doubleValue() == value) {
            return nearer;
        }
        return farther.doubleValue() == value ? farther : null;
    }
}
