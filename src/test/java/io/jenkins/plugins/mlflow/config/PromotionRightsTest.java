package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromotionRightsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "ml/*/main | ml/churn/main | true",
                "ml/*/main | ml/churn/PR-7 | false",
                "ml/*/main | ml/churn/main2 | false",
                "ml/*/main | ml/a/b/main | false",
                "ml/*/main | ml/main | false",
                "ml/*/main | x/ml/churn/main | false",
                "ml/*/main | ml/churn/main/x | false",
                "ml/*/main | ML/churn/main | false",
                "ml/**/main | ml/main | true",
                "ml/**/main | ml/a/b/c/main | true",
                "ml/**/main | ml/a/b/c/PR-1 | false",
                "ml/** | ml/a/b | true",
                "ml/** | mlx/a | false",
                "** | anything/at/all | true",
                "* | top | true",
                "* | folder/job | false",
                "train-*-nightly | train-churn-nightly | true",
                "train-*-nightly | train-churn | false",
                "ml/a.b/main | ml/axb/main | false",
                "ml/a.b/main | ml/a.b/main | true",
                "ml/churn/release%2F* | ml/churn/release%2F1.0 | true",
                "ml/churn/release/1.0 | ml/churn/release%2F1.0 | true",
                "ml/churn/release/* | ml/churn/release%2F1.0 | true",
                "ml/*/release/* | ml/churn/release%2F1.0 | true",
                "ml/**/release/* | ml/a/b/release%2F1.0 | true",
                "ml/churn/release/** | ml/churn/release%2F1.0%2Fhotfix | true",
                "ml/churn/release/* | ml/churn/release%2F1.0%2Fhotfix | false",
                "ml/churn/release/1.0 | ml/churn/release%2F1.1 | false",
                "ml/churn/release/1.0 | ml/churn/release/1.0 | true",
                "ml/churn/release/* | ml/churn/release | false",
                "ml/churn/a+b | ml/churn/a+b | true",
                "ml/churn/100%2F* | ml/churn/100%2F1 | true",
                "ml/churn/broken%2 | ml/churn/broken%2 | true",
                "'other, ml/*/main' | ml/churn/main | true",
                "'other, ml/*/main' | other | true",
                "'My Job' | My Job | true",
                "'ml/*/main,' | ml/x/PR-1 | false",
            })
    void patternsMatchFullNames(String patterns, String job, boolean allowed) {
        assertEquals(allowed, new PromotionRights(patterns).isFor(job, false));
    }

    @Test
    void noPatternTakesLongForANameThatItNearlyMatches() {
        assertFalse(new PromotionRights("*a".repeat(1_000) + "*b").isFor("a".repeat(5_000), false));
        assertFalse(new PromotionRights("**/*/**/*/**/x").isFor("a/".repeat(60) + "y", false));
        assertThrows(IllegalArgumentException.class, () -> new PromotionRights("**/".repeat(4) + "x"));
        assertThrows(IllegalArgumentException.class, () -> new PromotionRights("a/".repeat(64) + "x"));
    }

    /** Who may push may make branches, and those must not match what was meant of folders or of the main branch. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ml/**/main | ml/churn/feature%2Fmain",
                "ml/*/main | ml/feature%2Fmain",
                "ml/*/*/main | ml/churn/feature%2Fmain",
                "**/main | ml/churn/feature%2Fmain",
                "ml/churn/*/main | ml/churn/feature%2Fmain",
                "ml/churn/release%2F1.0 | ml/churn/release%252F1.0",
                "ml/churn/main | ml/churn/m%61in%2F",
            })
    void aBranchWithASlashMatchesNoPatternThatWasMeantOfOthers(String pattern, String job) {
        assertFalse(new PromotionRights(pattern).isFor(job, false));
    }

    @ParameterizedTest
    @CsvSource({"'', false, false", "'', true, false", "ml/**, false, false", "ml/**, true, true", "other, true, false"
    })
    void changeRequestsNeedBothAListAndTheSwitch(String patterns, boolean changeRequests, boolean allowed) {
        PromotionRights rights = new PromotionRights(patterns);
        rights.setChangeRequests(changeRequests);

        assertEquals(allowed, rights.isFor("ml/churn/PR-7", true));
    }

    @Test
    void aListIsGivenOnce() {
        PromotionRights rights = new PromotionRights(null);
        rights.setAllowed_jobs("ml/*/main");
        assertEquals("ml/*/main", rights.getAllowedJobs());
        assertNull(rights.getAllowed_jobs());

        assertThrows(IllegalArgumentException.class, () -> rights.setAllowed_jobs("other"));
    }

    @Test
    void lineBreaksSeparateAsCommasDo() {
        PromotionRights rights = new PromotionRights("a\r\nb,\n c ");

        assertTrue(List.of("a", "b", "c").stream().allMatch(job -> rights.isFor(job, false)));
        assertEquals("a\nb,\n c", rights.getAllowedJobs());
    }

    @Test
    void nothingSaidMeansAllJobsButChangeRequests() {
        MlflowServerConfiguration server = Servers.server("production");
        assertTrue(server.allows("any", false));
        assertFalse(server.allows("any", true));

        server.setPromotion(new PromotionRights("  "));
        assertNull(server.getPromotion());
        server.setPromotion(new PromotionRights("ml/*/main"));
        assertFalse(server.allows("ml/x/PR-1", false));
        server.setPromotion(null);
        assertTrue(server.allows("ml/x/PR-1", false));
    }

    @Test
    void whatDiffersFromNothingSaidIsKept() {
        MlflowServerConfiguration server = Servers.server("production");
        PromotionRights fourEyes = new PromotionRights("");
        fourEyes.setFourEyes(true);

        server.setPromotion(fourEyes);

        assertTrue(server.getPromotion().isFourEyes());
        assertTrue(server.allows("any", false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",",
                "/ml",
                "ml/",
                "ml//main",
                "ml/**x/main",
                "ml/***",
                "ml/?",
                "ml/[ab]",
                "^ml$",
                "ml\\main",
                "../ml"
            })
    void whatCouldNotMatchAsItSeemsToBeMeantIsRefused(String patterns) {
        String message = assertThrows(IllegalArgumentException.class, () -> new PromotionRights(patterns))
                .getMessage();

        assertTrue(message.contains("allowed jobs"), message);
    }
}
