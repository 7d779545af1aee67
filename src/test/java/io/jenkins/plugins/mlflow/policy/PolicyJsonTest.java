package io.jenkins.plugins.mlflow.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyJsonTest {
    @Test
    void treesAreWrittenInTheirOwnOrder() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("z", 1);
        tree.put("a", Arrays.asList(null, true, "é\"\n", 12345678901L));

        assertEquals("{\"z\":1,\"a\":[null,true,\"é\\\"\\n\",12345678901]}", Json.write(tree));
        assertEquals(
                "{\n  \"z\": 1,\n  \"a\": [\n    null,\n    true,\n    \"é\\\"\\n\",\n    12345678901\n  ]\n}",
                Json.writePretty(tree));
    }

    @Test
    void numbersAreWrittenAsTheirShortestDecimals() {
        assertEquals(
                "[0.934,0.002,1,0,0.30000000000000004,0.92,1000]",
                Json.write(
                        List.of(0.934, 2.0E-3, 1.0, -0.0, 0.1 + 0.2, new BigDecimal("0.92"), new BigDecimal("1E+3"))));
        assertEquals("1E-999999", Json.write(new BigDecimal("1E-999999")));
    }

    @Test
    void whatIsNotFiniteIsWrittenAsText() {
        assertEquals(
                "[\"NaN\",\"Infinity\",\"-Infinity\"]",
                Json.write(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)));
    }

    @Test
    void integersAreReadAsLongsAndOtherNumbersExactly() {
        assertEquals(
                List.of(
                        1L,
                        -7L,
                        new BigDecimal("12345678901234567890"),
                        new BigDecimal("0.10"),
                        new BigDecimal("1E+5")),
                Json.read("[1, -7, 12345678901234567890, 0.10, 1E+5]"));
    }

    @Test
    void treesComeBackAsTheyWereWritten() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("empty", Map.of());
        tree.put("none", null);
        tree.put("list", List.of(List.of(), "x", false));

        assertEquals(tree, Json.read(Json.write(tree)));
        assertEquals(tree, Json.read(Json.writePretty(tree)));
        assertEquals(
                List.of("empty", "none", "list"), new ArrayList<>(((Map<?, ?>) Json.read(Json.write(tree))).keySet()));
        assertNull(Json.read("null"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,\"a\":2}",
                "1 2",
                "{} x",
                "NaN",
                "'a'",
                "{a:1}",
                "[1] // x",
                "01",
                "tru"
            })
    void whatIsNotExactlyOneJsonValueIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Json.read(text));
    }

    @Test
    void deepNestingIsRefusedBothWays() {
        Object tree = 1;
        for (int i = 0; i < 102; i++) {
            tree = List.of(tree);
        }
        Object deep = tree;

        assertThrows(IllegalArgumentException.class, () -> Json.read("[".repeat(100_000)));
        assertThrows(IllegalArgumentException.class, () -> Json.write(deep));
    }

    @Test
    void typesWithoutAFormAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Json.write(new Object()));
        assertThrows(IllegalArgumentException.class, () -> Json.write(Map.of(1, 2)));
    }
}
