package io.jenkins.plugins.mlflow.step;

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

    private int values;
    private int characters;

    private ParameterValues() {}

    /** @throws IllegalArgumentException if the value is too large or contains itself */
    static Object of(Object value) {
        return new ParameterValues().plain(value, 0);
    }

    private Object plain(Object value, int depth) {
        if (++values > MOST || depth > DEEPEST) {
            throw tooLarge();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                copy.put(text(entry.getKey()), plain(entry.getValue(), depth + 1));
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
            return number.precision() > LONGEST ? (Object) number.doubleValue() : number;
        }
        if (value instanceof BigInteger integer) {
            return new BigDecimal(integer);
        }
        if (value instanceof Number number) {
            double real = number.doubleValue();
            return Double.isFinite(real) ? (Object) real : text(real);
        }
        return text(value);
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
