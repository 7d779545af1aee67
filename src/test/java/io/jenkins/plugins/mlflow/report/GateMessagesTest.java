package io.jenkins.plugins.mlflow.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The sentences of the build page and of Pipeline's views. */
class GateMessagesTest {
    private static GateSummary summary(
            String status, boolean promoted, String alias, String stage, String previous, String reason) {
        Map<String, Object> promotion = new LinkedHashMap<>();
        promotion.put("promoted", promoted);
        promotion.put("version", "7");
        promotion.put("alias", alias);
        promotion.put("stage", stage);
        promotion.put("previous_version", previous);
        promotion.put("reason", reason);
        return new GateSummary(
                1, "gate", Reports.with(Map.of("status", status, "promotion", promotion)), MlflowLinks.NONE);
    }

    @Test
    void aPromotionSaysWhatIsLiveAndWhatItReplaced() {
        assertEquals(
                "Version 7 is champion now, in place of version 6",
                summary("PASSED", true, "champion", null, "6", null).getPromotionInWords());
        assertEquals(
                "Version 7 is champion and in stage Production now",
                summary("PASSED", true, "champion", "Production", null, null).getPromotionInWords());
        assertEquals(
                "Version 7 is in stage Staging now",
                summary("PASSED", true, null, "Staging", null, null).getPromotionInWords());
    }

    @Test
    void aPassThatPromotedNothingSaysWhyAndAMissDoesNotRepeatItself() {
        assertEquals(
                "Not promoted: version 7 already holds alias 'champion'",
                summary("PASSED", false, "champion", null, "7", "version 7 already holds alias 'champion'")
                        .getPromotionInWords());
        assertNull(summary("FAILED", false, "champion", null, "6", "the verdict is FAILED")
                .getPromotionInWords());
    }

    @Test
    void checksAreCounted() {
        assertEquals("1 of 1 check passed", GateMessages.checks(1, 1));
        assertEquals("4,998 of 5,000 checks passed", GateMessages.checks(4_998, 5_000));
        assertNull(GateMessages.checks(0, 0));
    }

    @Test
    void theStepsMessageIsTheReasonAndCannotBreakTheBuildsRecord() {
        assertEquals(
                "recall 0.83 is 0.02 under its bound of 0.85",
                GateMessages.ofStep(Reports.with(Map.of("reason", "recall 0.83 is 0.02 under its bound of 0.85"))));
        String hostile = GateMessages.ofStep(Reports.with(Map.of("reason", "a\nb\u0000\uD800" + "x".repeat(9_000))));
        assertTrue(hostile.startsWith("a\nb\uFFFD\uFFFDx"), hostile);
        assertEquals(2_000, hostile.length());
        assertEquals(List.of("a"), hostile.lines().limit(1).toList());
    }
}
