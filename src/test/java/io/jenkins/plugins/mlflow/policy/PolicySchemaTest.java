package io.jenkins.plugins.mlflow.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The JSON Schema that ships with the product must know the same words as the reader. */
class PolicySchemaTest {
    private final Object schema = schema();

    @Test
    void theSchemaHasTheReadersKeys() {
        assertKeys(PolicyDocument.KEYS, "$defs", "policies", "properties");
        assertKeys(
                Stream.concat(ModelParser.KEYS.stream(), Stream.of(PolicyDocument.LOCKED))
                        .toList(),
                "$defs",
                "model",
                "properties");
        assertKeys(CandidateParser.KEYS, "$defs", "candidate", "properties");
        assertKeys(ModelParser.WAIT_KEYS, "$defs", "wait", "properties");
        assertKeys(ModelParser.BASELINE_KEYS, "$defs", "baseline", "oneOf", "1", "properties");
        assertKeys(MetricParser.KEYS, "$defs", "metric", "oneOf", "2", "properties");
        assertKeys(TargetParser.EVIDENCE_KEYS, "$defs", "metric", "oneOf", "2", "properties", "evidence", "properties");
        assertKeys(PromotionParser.KEYS, "$defs", "promote", "oneOf", "2", "properties");
    }

    @Test
    void theSchemaHasTheReadersWords() {
        assertWords(CandidateParser.SELECTIONS, "$defs", "candidate", "properties", "select", "enum");
        assertWords(ModelParser.WHEN_MISSING, "$defs", "baseline", "oneOf", "1", "properties", "when_missing", "enum");
        assertWords(ModelParser.SAME_DATASET, "$defs", "baseline", "oneOf", "1", "properties", "same_dataset", "enum");
        assertWords(CandidateParser.NESTINGS, "$defs", "candidate", "properties", "nested", "enum");
        assertWords(CandidateParser.STAGES, "$defs", "candidate", "properties", "stage", "enum");
        assertWords(CandidateParser.STAGES, "$defs", "baseline", "oneOf", "1", "properties", "stage", "enum");
        assertWords(MetricParser.CRITICALITIES, "$defs", "metric", "oneOf", "2", "properties", "criticality", "enum");
        assertWords(PromotionParser.STAGES, "$defs", "promote", "oneOf", "2", "properties", "stage", "enum");
    }

    private void assertKeys(Collection<String> keys, String... path) {
        assertEquals(Set.copyOf(keys), ((Map<?, ?>) at(path)).keySet());
    }

    private void assertWords(Map<String, ?> words, String... path) {
        assertEquals(List.copyOf(words.keySet()), at(path));
    }

    private Object at(String... path) {
        Object here = schema;
        for (String step : path) {
            here = here instanceof List<?> list ? list.get(Integer.parseInt(step)) : ((Map<?, ?>) here).get(step);
        }
        return here;
    }

    private static Object schema() {
        try (InputStream stream = PolicySchemaTest.class.getResourceAsStream("eval_gate.schema.json")) {
            return Json.read(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
