package io.jenkins.plugins.mlflow.tracking;

import java.util.List;
import org.mlflow_project.google.protobuf.Struct;
import org.mlflow_project.google.protobuf.Value;

/** Reads JSON for which the client library has no message. What is absent, or of another kind, is null or empty. */
final class StructReader {
    private StructReader() {}

    static Value value(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    static Struct object(Struct parent, String key) {
        return parent.getFieldsOrDefault(key, Value.getDefaultInstance()).getStructValue();
    }

    static List<Struct> objects(Struct parent, String key) {
        return parent.getFieldsOrDefault(key, Value.getDefaultInstance()).getListValue().getValuesList().stream()
                .map(Value::getStructValue)
                .toList();
    }

    /** Null for an empty text, too. */
    static String text(Struct parent, String key) {
        String text = parent.getFieldsOrDefault(key, Value.getDefaultInstance()).getStringValue();
        return text.isEmpty() ? null : text;
    }

    /** Numbers may be strings: NaN and the infinities always are, whole numbers in some servers' JSON. */
    static Double number(Struct parent, String key) {
        Value value = parent.getFieldsOrDefault(key, Value.getDefaultInstance());
        if (value.hasNumberValue()) {
            return value.getNumberValue();
        }
        try {
            return value.hasStringValue() ? Double.valueOf(value.getStringValue()) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
