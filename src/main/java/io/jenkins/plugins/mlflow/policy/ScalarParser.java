package io.jenkins.plugins.mlflow.policy;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an unquoted YAML scalar means. Numbers are read here and not by the YAML library, because YAML 1.1 reads 010 as 8,
 * 1:30 as 90 and 1_000 as 1000, and a gate must not guess.
 */
final class ScalarParser {
    private static final int LONGEST_NUMBER = 1000;
    private static final int LONGEST_DATE = 100;
    private static final Pattern DECIMAL =
            Pattern.compile("[-+]?((0|[1-9][0-9]*+)(\\.[0-9]*+)?|\\.[0-9]++)([eE][-+]?[0-9]++)?");
    private static final Pattern NUMBER_LIKE =
            Pattern.compile("[-+]?(\\.?[0-9][0-9_]*+(\\.[0-9_]*+)?([eE][-+]?[0-9]++)?|0[xob][0-9a-fA-F_]++|"
                    + "[0-9_]++(:[0-9]++)++(\\.[0-9]*+)?)");
    private static final Pattern NOT_FINITE = Pattern.compile("[-+]?\\.?(inf|infinity|nan)", Pattern.CASE_INSENSITIVE);
    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
            + "(([Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\\.[0-9]*+)?([ \\t]*+(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?)?");
    private static final Pattern LEADING_ZERO = Pattern.compile("[-+]?0[0-9].*", Pattern.DOTALL);
    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> BOOLEANS = Set.of("true", "false", "yes", "no", "on", "off");

    private ScalarParser() {}

    static boolean isNull(String text) {
        return NULLS.contains(text);
    }

    /** Whether some YAML reader takes the text for something else than a string: it must be quoted to be one. */
    static boolean needsQuotes(String text) {
        return isNull(text) || isNumberLike(text) || isBooleanLike(text) || isDateLike(text);
    }

    private static boolean isDateLike(String text) {
        return text.length() <= LONGEST_DATE && DATE.matcher(text).matches();
    }

    static boolean isBooleanLike(String text) {
        return text.length() <= 5 && BOOLEANS.contains(text.toLowerCase(Locale.ROOT));
    }

    static boolean isNumberLike(String text) {
        return text.length() <= LONGEST_NUMBER
                && (NUMBER_LIKE.matcher(text).matches() || text.contains(".") && isNotFinite(text));
    }

    static boolean isNotFinite(String text) {
        return NOT_FINITE.matcher(text).matches();
    }

    /**
     * The number that the text gives, as the shortest decimal of the nearest double.
     *
     * @throws IllegalArgumentException with a message that says what is wrong with the text and what would be right
     */
    static BigDecimal number(String text) {
        String shown = "`" + DisplayText.abbreviated(text) + "`";
        if (isNotFinite(text)) {
            throw new IllegalArgumentException(shown + " is not finite; write a finite number");
        }
        if (text.length() > LONGEST_NUMBER || !DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException(shown + " " + whyNoNumber(text));
        }
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            throw new IllegalArgumentException(shown + " is not finite: it is too large for a double");
        }
        if (value == 0 && hasDigitOtherThanZero(text)) {
            throw new IllegalArgumentException(shown + " is too small for a double, which would make it 0");
        }
        return Decimals.shortest(value);
    }

    /**
     * The whole number that the text gives, exactly, also where a double could not hold it.
     *
     * @throws IllegalArgumentException as {@link #number} does
     * @throws ArithmeticException if it is no whole number, or does not fit into a long
     */
    static long wholeNumber(String text) {
        number(text);
        return new BigDecimal(text).longValueExact();
    }

    private static boolean hasDigitOtherThanZero(String text) {
        return text.split("[eE]", 2)[0].chars().anyMatch(digit -> digit >= '1' && digit <= '9');
    }

    private static String whyNoNumber(String text) {
        if (!isNumberLike(text)) {
            return "is not a number; write a decimal number such as 0.92";
        }
        if (text.matches("[-+]?0[xob].*")) {
            return "is not a decimal number; write it with the digits 0 to 9";
        }
        if (text.contains("_")) {
            return "has an underscore; write the number as digits only, such as 1000";
        }
        if (text.contains(":")) {
            return "has a colon, which some YAML readers take for base 60; write a decimal number such as 90";
        }
        if (LEADING_ZERO.matcher(text).matches()) {
            return "has a leading zero, which some YAML readers take for octal; write the number without it";
        }
        return "is not a number; write a decimal number such as 0.92";
    }
}
