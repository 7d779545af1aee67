package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.Decimals;
import java.math.BigDecimal;
import java.math.MathContext;

/** Decimals as they are shown. */
public final class Numbers {
    private static final int LONGEST_PLAIN = 15;

    private static final MathContext BRIEF = new MathContext(6);

    private Numbers() {}

    /** Six significant digits: for what was computed from other numbers. */
    public static String brief(BigDecimal number) {
        return text(number.round(BRIEF));
    }

    /** The same, or all digits where a rounded number would seem to stand otherwise to the one that it is compared with. */
    public static String brief(BigDecimal number, BigDecimal compared) {
        BigDecimal rounded = number.round(BRIEF);
        return text(rounded.compareTo(compared) == number.compareTo(compared) ? rounded : number);
    }

    /** The same for doubles: nothing for null, and the name of what is not finite. */
    public static String brief(Double number, Double compared) {
        if (number == null || compared == null || !Double.isFinite(number) || !Double.isFinite(compared)) {
            return text(number);
        }
        return brief(Decimals.shortest(number), Decimals.shortest(compared));
    }

    /** Plain digits, or an exponent for the very large and very small. */
    public static String text(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        int exponent = stripped.precision() - stripped.scale() - 1;
        // Without a positive exponent both are the same, and toString is the quicker.
        return stripped.scale() < 0 && exponent < LONGEST_PLAIN ? stripped.toPlainString() : stripped.toString();
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
        return brief(fraction.movePointRight(2)) + " %";
    }
}
