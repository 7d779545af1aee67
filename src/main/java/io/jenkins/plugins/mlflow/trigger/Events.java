package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.policy.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** Events as the parts of a JSON object. */
final class Events {
    private Events() {}

    static Map<String, Object> toMap(VersionEvent event) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", event.getKind().name());
        map.put("model", event.getModel());
        map.put("version", event.getVersion());
        map.put("name", event.getName());
        map.put("value", event.getValue());
        return map;
    }

    /** @throws IllegalArgumentException if the object does not hold an event */
    static VersionEvent fromMap(Map<?, ?> map) {
        String kind = Json.text(map, "kind");
        String model = Json.text(map, "model");
        String version = Json.text(map, "version");
        String name = Json.text(map, "name");
        if (kind == null || model == null || version == null || name == null && !kind.equals("CREATED")) {
            throw new IllegalArgumentException("It is no event.");
        }
        return switch (VersionEvent.Kind.valueOf(kind)) {
            case CREATED -> VersionEvent.created(model, version);
            case ALIAS -> VersionEvent.alias(model, version, name);
            case TAG -> {
                String value = Json.text(map, "value");
                yield VersionEvent.tag(model, version, name, value == null ? "" : value);
            }
        };
    }
}
