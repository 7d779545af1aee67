package io.jenkins.plugins.mlflow.step;

import io.jenkins.plugins.mlflow.policy.DisplayText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns what a pipeline gives as an argument into plain types: strings, booleans, numbers, and maps and lists of them; anything
 * else becomes its text. Groovy has lists that never end and maps that contain themselves, so that the size has a limit.
 */
final class ParameterValues {
    private static final int MOST = 20_000;
    private static final int DEEPEST = 50;
    private static final int LONGEST = 1_000_000;
    /** Values are kept as JSON, and read with at most 50,000 characters in a key and 1,000 digits in a number. */
    private static final int LONGEST_KEY = 50_000;
    /** A number with more digits is rounded to a double. */
    private static final int MOST_DIGITS = 500;

    private int values;
    private int characters;

    private ParameterValues() {}

    /** @throws IllegalArgumentException if the value is too large or contains itself */
    static Object of(Object value) {
        return new ParameterValues().plain(value, 0);
    }

    /** @throws IllegalArgumentException if the value is too large or contains itself; the message names the parameter */
    static Object of(String parameter, Object value) {
        try {
            return of(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("parameter `" + parameter + "` " + e.getMessage(), e);
        }
    }

    /** The value of a parameter that is a version, which may be a number. */
    static Object version(Object value) {
        return value instanceof Integer || value instanceof Long || value instanceof BigDecimal
                ? value.toString()
                : value;
    }

    /** That the value of a parameter is not as it must be. */
    static String problem(String parameter, Object value, String wanted) {
        return "parameter `" + parameter + "` is " + shown(value) + "; it must be " + wanted;
    }

    /** The value as a message shows it. */
    private static String shown(Object value) {
        if (value == null) {
            return "null";
        }
        String shown = DisplayText.cut(String.valueOf(value), 80);
        return value instanceof String ? "'" + shown + "'" : shown;
    }

    private Object plain(Object value, int depth) {
        if (++values > MOST || depth > DEEPEST) {
            throw tooLarge();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                copy.put(key(entry.getKey()), plain(entry.getValue(), depth + 1));
            }
            return copy;
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            for (Object item : list) {
                copy.add(plain(item, depth + 1));
            }
            return copy;
        }
        if (value == null || value instanceof Boolean || value instanceof Integer || value instanceof Long) {
            return value;
        }
        if (value instanceof BigDecimal number) {
            return number.precision() > MOST_DIGITS ? real(number) : number;
        }
        if (value instanceof BigInteger integer) {
            return plain(new BigDecimal(integer), depth);
        }
        if (value instanceof Number number) {
            return real(number);
        }
        return text(value);
    }

    private Object real(Number number) {
        double real = number.doubleValue();
        return Double.isFinite(real) ? (Object) real : text(real);
    }

    private String key(Object value) {
        String key = text(value);
        if (key.length() > LONGEST_KEY) {
            throw tooLarge();
        }
        return key;
    }

    private String text(Object value) {
        String text = String.valueOf(value);
        characters += text.length();
        if (characters > LONGEST) {
            throw tooLarge();
        }
        return text;
    }

    private static IllegalArgumentException tooLarge() {
        return new IllegalArgumentException(
                "is too large or contains itself; at most " + MOST + " values are allowed, " + DEEPEST + " deep");
    }
}
