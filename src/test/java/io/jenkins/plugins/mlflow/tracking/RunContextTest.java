package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunContextTest {
    private static final Map<String, String> TAGS = Map.of("b", "2", "a", "1");

    @Test
    void withoutAContextTheTagsAreAll() {
        assertEquals("{\"a\":\"1\",\"b\":\"2\"}", RunContext.with(null, TAGS));
        assertEquals("{\"a\":\"1\",\"b\":\"2\"}", RunContext.with(" ", TAGS));
    }

    @Test
    void theTagsWinOverThoseOfTheContextAndTheOthersStayAsTheyAre() {
        assertEquals(
                "{\"n\":42,\"list\":[1,{\"x\":null}],\"a\":\"1\",\"b\":\"2\"}",
                RunContext.with("{\"a\": {\"deep\": 0}, \"n\": 42, \"list\": [1, {\"x\": null}]}", TAGS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3cret", "[1]", "{\"s3cret\": 1", "{} s3cret", "{}{}", "\"s3cret\"", "{\"a\" 1}"})
    void whatIsNoObjectIsRefusedWithoutSayingIt(String context) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> RunContext.with(context, TAGS));
        assertFalse(refused.getMessage().contains("s3cret"), refused.getMessage());
    }

    @Test
    void everyCharacterComesThrough() {
        String value = "a\"b\\c\n\u0001ü'$`{}";
        assertEquals("{\"t\":\"a\\\"b\\\\c\\n\\u0001ü'$`{}\"}", RunContext.with("{}", Map.of("t", value)));
    }
}
