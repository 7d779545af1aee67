package io.jenkins.plugins.mlflow.tracking;

import java.util.List;
import org.mlflow_project.google.protobuf.Struct;
import org.mlflow_project.google.protobuf.Value;

/**
 * JSON for which the client library has no message. What is absent, or of another kind, is null, false or empty, also within a
 * parent that is null.
 */
final class StructReader {
    private StructReader() {}

    static Value value(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    static boolean has(Struct parent, String key) {
        return field(parent, key).hasStructValue();
    }

    static Struct object(Struct parent, String key) {
        return field(parent, key).getStructValue();
    }

    static List<Struct> objects(Struct parent, String key) {
        return field(parent, key).getListValue().getValuesList().stream()
                .map(Value::getStructValue)
                .toList();
    }

    /** Null for an empty string, too. */
    static String text(Struct parent, String key) {
        String text = field(parent, key).getStringValue();
        return text.isEmpty() ? null : text;
    }

    static boolean isTrue(Struct parent, String key) {
        return field(parent, key).getBoolValue();
    }

    /** Numbers may be strings: NaN and the infinities always are, whole numbers in some servers' JSON. */
    static Double number(Struct parent, String key) {
        Value value = field(parent, key);
        if (value.hasNumberValue()) {
            return value.getNumberValue();
        }
        try {
            return value.hasStringValue() ? Double.valueOf(value.getStringValue()) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static Value field(Struct parent, String key) {
        return parent == null ? Value.getDefaultInstance() : parent.getFieldsOrDefault(key, Value.getDefaultInstance());
    }
}
