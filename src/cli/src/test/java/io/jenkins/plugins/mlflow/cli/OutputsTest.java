package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.evaluation.CandidateInfo;
import io.jenkins.plugins.mlflow.evaluation.Check;
import io.jenkins.plugins.mlflow.evaluation.Evaluator;
import io.jenkins.plugins.mlflow.evaluation.Evidence;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.evaluation.GateStatus;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the command line writes, with names as hostile as a server may hold. */
class OutputsTest {
    private static final String HOSTILE = "a|b <script>alert(1)</script> \"q\" & \u001b[31m\u0000";

    private static GateReport report() throws Exception {
        var policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(Map.of(
                                "accuracy", ">= 0.9",
                                "recall", Map.of("min", 0.8, "criticality", "note"),
                                "latency", Map.of("max", 40, "criticality", "unstable")))
                        .build());
        List<Check> checks =
                Evaluator.evaluate(policy, new Evidence(Map.of("accuracy", 0.95, "recall", 0.5, "latency", 50.0), null));
        return new GateReport(GateStatus.UNSTABLE, HOSTILE, "enabled", "churn", "http://mlflow")
                .judged(new CandidateInfo(HOSTILE, "3", null, "7", null, "FINISHED"), null, checks);
    }

    @Test
    void theTableHoldsNoControlCharacters() throws Exception {
        String table = TextTable.of(report());

        assertTrue(table.lines().anyMatch(line -> line.matches(" +FAILED +latency +50 +max 40 .*")), table);
        assertTrue(table.chars().noneMatch(c -> c < ' ' && c != '\n'), table);
    }
}
