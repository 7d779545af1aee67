package io.jenkins.plugins.mlflow.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
    @CsvSource(delimiter = '|', nullValues = "null", value = {
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
        "'other, ml/*/main' | ml/churn/main | true",
        "'other, ml/*/main' | other | true",
        "'My Job' | My Job | true",
        "'ml/*/main,' | ml/x/PR-1 | false",
    })
    void patterns_match_full_names(String patterns, String job, boolean allowed) {
        assertEquals(allowed, new PromotionRights(patterns).isFor(job));
    }

    @Test
    void line_breaks_separate_as_commas_do() {
        PromotionRights rights = new PromotionRights("a\r\nb,\n c ");

        assertTrue(List.of("a", "b", "c").stream().allMatch(rights::isFor));
        assertEquals("a\nb,\n c", rights.getAllowed_jobs());
    }

    @Test
    void nothing_said_means_all_jobs() {
        MlflowServerConfiguration server = Servers.server("production");
        assertNull(server.whyNotPromote("any"));

        server.setPromotion(new PromotionRights("  "));
        assertNull(server.getPromotion());
        server.setPromotion(new PromotionRights("ml/*/main"));
        assertEquals("job 'ml/x/PR-1' may not promote on server 'production'", server.whyNotPromote("ml/x/PR-1"));
        server.setPromotion(null);
        assertNull(server.whyNotPromote("ml/x/PR-1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {",", "/ml", "ml/", "ml//main", "ml/**x/main", "ml/***", "ml/?", "ml/[ab]", "^ml$", "ml\\main", "../ml"})
    void what_could_not_match_as_it_seems_to_be_meant_is_refused(String patterns) {
        String message = assertThrows(IllegalArgumentException.class, () -> new PromotionRights(patterns)).getMessage();

        assertTrue(message.contains("allowed jobs"), message);
    }
}
