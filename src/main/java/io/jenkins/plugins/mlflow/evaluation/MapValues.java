package io.jenkins.plugins.mlflow.evaluation;

import java.util.Map;

/** Values to and from the plain trees that JSON is made of; numbers that are not finite travel as strings. */
final class MapValues {
    private MapValues() {}

    static Object number(Double value) {
        return value == null || Double.isFinite(value) ? value : value.toString();
    }

    static Double number(Map<?, ?> map, String key) {
        Object value = map.get(key);
        if (value == null) {
            return null;
        }
        return value instanceof Number n ? n.doubleValue() : Double.valueOf(value.toString());
    }

    static long integer(Map<?, ?> map, String key) {
        return map.get(key) instanceof Number n ? n.longValue() : 0;
    }

    static String text(Map<?, ?> map, String key) {
        Object value = map.get(key);
        return value == null ? null : value.toString();
    }

    static boolean isTrue(Map<?, ?> map, String key) {
        return Boolean.TRUE.equals(map.get(key));
    }

    static Map<?, ?> part(Map<?, ?> map, String key) {
        return map.get(key) instanceof Map<?, ?> part ? part : null;
    }
}
