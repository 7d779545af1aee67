package io.jenkins.plugins.mlflow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** A policy as an editor sees it: YAML 1.2, checked against the JSON Schema that ships with the product. */
final class EditorsView {
    private static final int DEEPEST = 50;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode SCHEMA = schema();
    private static final JsonSchema OF_FILES = compiled(SCHEMA);
    private static final JsonSchema OF_STORED =
            compiled(JSON.createObjectNode().put("$ref", "#/$defs/policies").set("$defs", SCHEMA.get("$defs")));

    private EditorsView() {}

    /** What an editor would mark in a policy file. Empty if nothing. */
    static List<String> problemsOfFile(String yaml) {
        return problems(yaml, OF_FILES);
    }

    /** What an editor would mark in the policy that an administrator stores, by the part of the schema that is for it. */
    static List<String> problemsOfStored(String yaml) {
        return problems(yaml, OF_STORED);
    }

    private static List<String> problems(String yaml, JsonSchema schema) {
        try {
            Object document =
                    new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(yaml);
            return schema.validate(JSON.valueToTree(named(document, 0))).stream()
                    .map(ValidationMessage::getMessage)
                    .toList();
        } catch (YamlEngineException e) {
            return List.of(e.getMessage());
        }
    }

    /** All keys of a file, wherever they are. */
    static Set<String> keysOf(String yaml) {
        Set<String> keys = new TreeSet<>();
        JsonNode tree = JSON.valueToTree(named(new Load(LoadSettings.builder().build()).loadFromString(yaml), 0));
        collect(tree, keys);
        return keys;
    }

    /** All keys that the schema knows in a policy, wherever they may be. */
    static Set<String> keysOfSchema() {
        Set<String> keys = new TreeSet<>();
        collectProperties(SCHEMA, keys);
        return keys;
    }

    private static JsonSchema compiled(JsonNode schema) {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
    }

    private static void collect(JsonNode node, Set<String> keys) {
        node.fieldNames().forEachRemaining(keys::add);
        node.forEach(child -> collect(child, keys));
    }

    private static void collectProperties(JsonNode schema, Set<String> keys) {
        schema.path("properties").fieldNames().forEachRemaining(keys::add);
        schema.forEach(child -> collectProperties(child, keys));
    }

    /** JSON has only texts as keys, and no node within itself. */
    private static Object named(Object node, int depth) {
        if (depth > DEEPEST) {
            throw new YamlEngineException("this is nested too deep for a policy");
        }
        if (node instanceof Map<?, ?> map) {
            Map<String, Object> named = new LinkedHashMap<>();
            map.forEach((key, value) -> named.put(String.valueOf(key), named(value, depth + 1)));
            return named;
        }
        if (node instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        return node instanceof List<?> list
                ? list.stream().map(item -> named(item, depth + 1)).toList()
                : node;
    }

    private static JsonNode schema() {
        try (InputStream stream =
                Main.class.getResourceAsStream("/io/jenkins/plugins/mlflow/policy/eval_gate.schema.json")) {
            return JSON.readTree(stream);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
