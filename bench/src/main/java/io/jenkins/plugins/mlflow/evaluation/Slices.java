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

/** One rule about the slices of a run whose metrics are all slices, each of them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Slices {
    @Param("100000")
    private int metrics;

    private GatePolicy policy;
    private Evidence evidence;

    @Setup
    public void prepare() throws PolicyException {
        Random random = new Random(20261129);
        Map<String, Double> candidate = new HashMap<>();
        for (int i = 0; i < metrics; i++) {
            candidate.put("accuracy/country_" + i, 0.5 + random.nextDouble() / 2);
        }
        String text = "version: 1\nmodels:\n  m:\n    metrics:\n      \"accuracy/*\": {min: 0.55}\n";
        policy = PolicyReader.resolve(PolicyDocument.read("p", text), "m", PolicyOverrides.NONE);
        evidence = Evidence.ofCurrent(candidate, null);
    }

    @Benchmark
    public List<Check> evaluate() {
        return Evaluator.evaluate(policy, evidence);
    }
}
