package io.jenkins.plugins.mlflow.export;

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

/** A report with names as hostile as a server may hold. */
public final class HostileReport {
    private static final String HOSTILE = "a|b <script>alert(1)</script> \"q\" & \u001b[31m\u0000"
            + " https://evil.example/x www.evil.example mailto:a@evil.example @team !12 \u202Efdp.exe\u2066";

    /** Reads as "accuracy" where a terminal or page obeys it. */
    private static final String METRIC = "\u202Eycarucca\u202C";

    private HostileReport() {}

    public static GateReport report() throws Exception {
        var policy = PolicyReader.resolve(
                null,
                "churn",
                PolicyOverrides.builder()
                        .thresholds(Map.of(
                                METRIC,
                                ">= 0.9",
                                "recall",
                                Map.of("min", 0.8, "criticality", "note"),
                                "latency",
                                Map.of("max", 40, "criticality", "unstable")))
                        .build());
        List<Check> checks = Evaluator.evaluate(
                policy, Evidence.ofCurrent(Map.of(METRIC, 0.95, "recall", 0.5, "latency", 50.0), null));
        return new GateReport(GateStatus.UNSTABLE, HOSTILE, "enabled", "churn", "http://mlflow")
                .evaluated(new CandidateInfo(HOSTILE, "3", null, "7", null, "FINISHED"), null, checks);
    }
}
