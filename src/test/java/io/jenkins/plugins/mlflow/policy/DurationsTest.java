package io.jenkins.plugins.mlflow.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"250ms, 250", "90s, 90000", "5m, 300000", "2h, 7200000", "24h, 86400000", "365d, 31536000000", "0s, 0"})
    void aNumberAndAUnitAreADuration(String text, long millis) {
        assertEquals(Duration.ofMillis(millis), Durations.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "5", "-5s", "5 m", "5M", "1.5h", "5min", "m", "5m ", "1h30m", "٥m", "99999999999999999999s"})
    void anythingElseIsRefusedWithWhatIsRight(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Durations.parse(text))
                .getMessage();

        assertTrue(message.contains("for example 90s or 5m"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"366d", "31536000001ms", "999999999999999d"})
    void moreThanAYearIsRefused(String text) {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Durations.parse(text))
                .getMessage()
                .contains("the longest duration is 365d"));
    }

    @ParameterizedTest
    @CsvSource({"0, 0s", "1, 1ms", "1000, 1s", "1500, 1500ms", "90000, 90s", "3600000, 1h", "86400000, 1d"})
    void aDurationIsWrittenInItsLargestExactUnit(long millis, String text) {
        assertEquals(text, Durations.format(Duration.ofMillis(millis)));
    }
}
