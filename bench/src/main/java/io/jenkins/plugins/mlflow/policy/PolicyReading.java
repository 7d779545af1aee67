package io.jenkins.plugins.mlflow.policy;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reading a policy file to the policy of one model, its fingerprint included. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PolicyReading {
    @Param({"5", "100", "1000"})
    private int rules;

    private String yaml;

    @Setup
    public void write() {
        StringBuilder text =
                new StringBuilder("version: 1\nmodels:\n  churn:\n    baseline: {alias: champion}\n    metrics:\n");
        for (int i = 0; i < rules; i++) {
            text.append("      metric_")
                    .append(i)
                    .append(i % 2 == 0 ? ": {min: 0.9, max_drop: 0.01}\n" : ": \"<= 0.35\"\n");
        }
        yaml = text.toString();
    }

    @Benchmark
    public String read() throws PolicyException {
        PolicyDocument document = PolicyDocument.read("eval_gate.yaml", yaml);
        return CanonicalPolicy.sha256(PolicyReader.resolve(document, "churn", PolicyOverrides.NONE));
    }
}
