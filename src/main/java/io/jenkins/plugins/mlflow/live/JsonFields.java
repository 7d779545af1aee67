package io.jenkins.plugins.mlflow.live;

import java.util.Map;

/** Values of a JSON object that may have been edited by hand: null where they are not what they should be. */
final class JsonFields {
    private JsonFields() {}

    static String text(Map<?, ?> map, String key) {
        return map.get(key) instanceof String text ? text : null;
    }

    static Double number(Map<?, ?> map, String key) {
        return map.get(key) instanceof Number number && Double.isFinite(number.doubleValue())
                ? number.doubleValue()
                : null;
    }

    static int integer(Map<?, ?> map, String key) {
        return map.get(key) instanceof Number number ? number.intValue() : 0;
    }
}
