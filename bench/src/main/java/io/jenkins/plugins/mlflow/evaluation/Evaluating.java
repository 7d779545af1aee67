package io.jenkins.plugins.mlflow.evaluation;

import io.jenkins.plugins.mlflow.policy.GatePolicy;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Evaluating: half of the checks are bounds, half compare with a baseline, and one of ten fails. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Evaluating {
    private static final int MOST_IN_A_FILE = 10_000;

    @Param({"10", "1000", "100000"})
    private int checks;

    private GatePolicy policy;
    private Evidence evidence;

    @Setup
    public void prepare() throws PolicyException {
        Random random = new Random(20261120);
        Map<String, Double> candidate = new HashMap<>();
        Map<String, Double> baseline = new HashMap<>();
        // A policy file holds at most 1 MiB: more checks are made of slices.
        int metrics = Math.min(checks, MOST_IN_A_FILE) / 2;
        int slices = checks / 2 / metrics;
        StringBuilder text = new StringBuilder("version: 1\nmodels:\n  m:\n    baseline: champion\n    metrics:\n");
        for (int i = 0; i < metrics; i++) {
            String name = "metric_" + i + (slices > 1 ? "_*" : "");
            text.append("      \"").append(name).append("\": {min: 0.5, max_drop: 0.05}\n");
            for (int slice = 0; slice < slices; slice++) {
                double value = 0.45 + random.nextInt(500) / 1000.0;
                candidate.put(name.replace("*", "s" + slice), value);
                baseline.put(name.replace("*", "s" + slice), value + random.nextInt(100) / 2000.0);
            }
        }
        policy = PolicyReader.resolve(PolicyDocument.read("p", text.toString()), "m", PolicyOverrides.NONE);
        evidence = Evidence.ofCurrent(candidate, baseline);
        int made = evaluate().size();
        if (made != checks) {
            throw new IllegalStateException(made + " checks, not " + checks);
        }
    }

    @Benchmark
    public List<Check> evaluate() {
        return Evaluator.evaluate(policy, evidence);
    }
}
