package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.Json;
import org.junit.jupiter.api.Test;

/** A secret of the build that came into a parameter of the step. */
class SecretsInParametersTest {
    private final Secrets secrets = Secrets.of("s3cr3t/+'\"x", "s3cr3t", " ");

    @Test
    void noFormOfASecretStaysInAText() {
        assertEquals("filter tags.k = '****'", secrets.mask("filter tags.k = 's3cr3t/+'\"x'"));
        assertEquals("a=****&b", secrets.mask("a=s3cr3t%2F%2B%27%22x&b"));
        assertEquals("\"****\"", secrets.mask("\"s3cr3t/+'\\\"x\""));
        assertEquals("'****'", secrets.mask("'s3cr3t/+''\"x'"));
        assertEquals("nothing of it", secrets.mask("nothing of it"));
        assertNull(secrets.mask((String) null));
    }

    @Test
    void aReportKeepsItsMeaningWithoutTheSecret() {
        GateReport report = GateReport.notStarted(
                "CONFIGURATION", "parameter `timeout` is 's3cr3t'", "enabled", "churn-classifier", "production");

        GateReport masked = secrets.mask(report);

        assertEquals(GateStatus.ERROR, masked.getStatus());
        assertEquals("parameter `timeout` is '****'", masked.getErrorMessage());
        assertFalse(Json.write(masked.toMap()).contains("s3cr3t"));
        assertTrue(report.getReason().contains("s3cr3t"), "the given report is left as it is");
    }

    @Test
    void wordsOfOursAreNotMasked() {
        GateReport report = new GateReport(GateStatus.PASSED, "all PASSED", "enabled", "PASSED", null);

        GateReport masked = Secrets.of("PASSED").mask(report);

        assertEquals(GateStatus.PASSED, masked.getStatus());
        assertEquals("all ****", masked.getReason());
    }
}
