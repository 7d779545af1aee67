package io.jenkins.plugins.mlflow.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bounds in one line each. */
class ThresholdsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "accuracy=0.92; accuracy; >= 0.92",
                "accuracy>=0.92; accuracy; >= 0.92",
                "accuracy=>=0.92; accuracy; >= 0.92",
                "log_loss<=0.35; log_loss; <= 0.35",
                "log_loss=<=0.35; log_loss; <= 0.35",
                "'  eval accuracy  >=  0.92 '; eval accuracy; >= 0.92",
                "'log_loss = <= 0.35'; log_loss; <= 0.35",
                "delta<=-1e-3; delta; <= -1e-3",
            })
    void everySpellingIsOneBound(String line, String metric, String bound) {
        assertEquals(Map.of(metric, bound), Thresholds.parse(List.of(line)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accuracy",
                "accuracy=",
                "=0.9",
                ">=0.9",
                "accuracy>0.9",
                "accuracy=>0.9",
                "log_loss<0.35",
                "log_loss=<0.35",
                "accuracy>=>=0.9",
                "accuracy==0.9",
                "accuracy><0.9",
                "a<b>=0.9",
                "a>b=0.9",
                " "
            })
    void anythingElseIsRefusedWithWhatToWrite(String line) {
        String message = assertThrows(IllegalArgumentException.class, () -> Thresholds.parse(List.of(line)))
                .getMessage();
        assertTrue(message.contains("NAME=NUMBER, NAME>=NUMBER or NAME<=NUMBER"), message);
    }

    @Test
    void aMetricHasOneThreshold() {
        assertThrows(IllegalArgumentException.class, () -> Thresholds.parse(List.of("a>=0.9", "a <= 1")));
    }

    @Test
    void whatAFormShowsIsReadBack() {
        Map<String, Object> rules = new LinkedHashMap<>();
        rules.put("accuracy", ">= 0.92");
        rules.put("log_loss", "<= 0.35");
        assertEquals(rules, Thresholds.parse(Thresholds.format(rules).lines().toList()));
    }
}
