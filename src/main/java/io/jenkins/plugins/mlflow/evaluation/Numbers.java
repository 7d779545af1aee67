package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Decimals;
import java.math.BigDecimal;

/** Decimals as people read them. */
public final class Numbers {
    private static final int LONGEST_PLAIN = 15;
    private static final int SMALLEST_PLAIN = 6;

    private Numbers() {}

    /** Plain digits, or an exponent for the very large and very small. */
    public static String text(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        int exponent = stripped.precision() - stripped.scale() - 1;
        return stripped.signum() == 0 || exponent >= -SMALLEST_PLAIN && exponent < LONGEST_PLAIN
                ? stripped.toPlainString()
                : stripped.toString();
    }

    /** The same for a double: nothing for null, and the name of what is not finite. */
    public static String text(Double number) {
        if (number == null) {
            return "";
        }
        return Double.isFinite(number) ? text(Decimals.shortest(number)) : number.toString();
    }

    /** A fraction as a percentage: 0.05 is "5 %". */
    public static String percent(BigDecimal fraction) {
        return text(fraction.movePointRight(2)) + " %";
    }
}
