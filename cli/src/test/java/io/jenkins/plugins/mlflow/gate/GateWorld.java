package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.policy.PolicyDocument;
import io.jenkins.plugins.mlflow.policy.PolicyException;
import io.jenkins.plugins.mlflow.policy.PolicyOverrides;
import io.jenkins.plugins.mlflow.policy.PolicyReader;
import io.jenkins.plugins.mlflow.tracking.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * A policy of one model and what there is to be evaluated by it.
 *
 * @param metrics the rules of each metric, as in a policy file
 * @param baselinePart likewise
 * @param promote likewise; null for nothing
 * @param candidate the history of each metric of the candidate's run
 * @param baseline of the baseline's run, or null if no version holds the alias
 * @param digests of the candidate's and the baseline's datasets
 * @param crashed whether the candidate's run ended as FAILED, so that nothing that is missing is waited for
 */
public record GateWorld(
        Map<String, Map<String, Object>> metrics,
        Map<String, Object> baselinePart,
        Object promote,
        Map<String, List<Double>> candidate,
        Map<String, List<Double>> baseline,
        List<Set<String>> digests,
        boolean crashed) {

    /** The model's name. */
    public static final String MODEL = "churn";

    /** A good candidate, and a policy that promotes it to the alias champion, which no version holds yet. */
    public static final GateWorld GOOD = new GateWorld(
            Map.of("accuracy", Map.of("min", 0.9)),
            Map.of("alias", "champion"),
            "champion",
            Map.of("accuracy", List.of(0.95)),
            null,
            List.of(Set.of(), Set.of()),
            false);

    private static final List<String> BOUNDS = List.of("min", "max");
    private static final List<String> CHANGES =
            List.of("max_drop", "max_relative_drop", "min_absolute_change", "min_relative_change");
    private static final String GAP = "worst_gap";
    private static final List<Double> LIMITS = List.of(0.0, 0.05, 0.1, 0.5, 0.9, 0.95, 1.0);
    private static final List<Double> VALUES = List.of(0.0, 0.5, 0.89, 0.9, 0.95, 0.96, 1.0, 2.0, -0.3);

    GateWorld with(Map<String, Map<String, Object>> others) {
        return new GateWorld(others, baselinePart, promote, candidate, baseline, digests, crashed);
    }

    /** The policy as a file; JSON is YAML. */
    public String file() {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("wait", Map.of("timeout", "30s", "settle", "0s"));
        model.put("baseline", baselinePart);
        model.put("metrics", metrics);
        if (promote != null) {
            model.put("promote", promote);
        }
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("version", 1);
        file.put("models", Map.of(MODEL, model));
        return Json.write(file);
    }

    private void fill(FakeMlflow mlflow) {
        FakeMlflow.FakeRun run = run(mlflow, "candidate", candidate);
        run.digests.addAll(digests.get(0));
        run.status = crashed ? Run.Status.FAILED : Run.Status.FINISHED;
        mlflow.version(2, "candidate");
        if (baseline != null) {
            run(mlflow, "baseline", baseline).digests.addAll(digests.get(1));
            mlflow.version(1, "baseline");
            mlflow.aliases.put("champion", "1");
        }
    }

    private static FakeMlflow.FakeRun run(FakeMlflow mlflow, String id, Map<String, List<Double>> histories) {
        FakeMlflow.FakeRun run = mlflow.finishedRun(id);
        histories.forEach((metric, values) -> {
            List<Run.Metric> history = new ArrayList<>();
            for (double value : values) {
                history.add(new Run.Metric(value, run.end.toEpochMilli(), history.size()));
            }
            run.histories.put(metric, history);
            run.metrics.put(metric, history.get(history.size() - 1));
        });
        return run;
    }

    /** Driven as the step drives it: saved, and now and then read again, between two advances. */
    public GateReport evaluatedAsByTheStep() throws Exception {
        Drive drive = new Drive();
        fill(drive.mlflow);
        drive.policy = PolicyReader.resolve(PolicyDocument.read("eval_gate.yaml", file()), MODEL, PolicyOverrides.NONE);
        return drive.runWithRestarts();
    }

    /** The same world behind MLflow's REST API. */
    public Served serve() {
        FakeClock clock = new FakeClock();
        FakeMlflow mlflow = new FakeMlflow(clock);
        fill(mlflow);
        return new Served(new FaultProxy(new MlflowApi(mlflow, clock)::answer, null, null, false), mlflow.writes);
    }

    /**
     * A server; it is over when closed.
     *
     * @param writes every change that was made to it
     */
    public record Served(FaultProxy proxy, List<String> writes) implements AutoCloseable {
        public String url() {
            return proxy.url();
        }

        /** The names of all headers that came, in lower case. */
        public Set<String> headers() {
            return proxy.headers();
        }

        /** The same behind TLS, on {@code localhost}. */
        public String url(SSLContext tls) {
            return proxy.secured(tls);
        }

        @Override
        public void close() throws Exception {
            proxy.close();
        }
    }

    boolean isValid() {
        try {
            PolicyDocument.read("eval_gate.yaml", file());
            return true;
        } catch (PolicyException e) {
            return false;
        }
    }

    /** Worlds with plain and sliced metrics, histories, uncertain values, and values that are missing or not finite. */
    public static Arbitrary<GateWorld> any() {
        Arbitrary<Map<String, Object>> baseline = Combinators.combine(
                        Arbitraries.of("rubber_stamp", "fail"), Arbitraries.of("warn", "required", "ignore"))
                .as((missing, same) -> Map.of("alias", "champion", "when_missing", missing, "same_dataset", same));
        Arbitrary<Object> promote = Arbitraries.<Object>of("champion", Map.of("stage", "Production"))
                .injectNull(0.5);
        Arbitrary<List<Set<String>>> digests = Arbitraries.of(Set.<String>of(), Set.of("a"), Set.of("b"))
                .list()
                .ofSize(2);
        return Combinators.combine(
                        policies(),
                        baseline,
                        promote,
                        values(),
                        values().injectNull(0.2),
                        digests,
                        Arbitraries.of(true, false, false, false))
                .as(GateWorld::new)
                .filter(GateWorld::isValid);
    }

    private static Arbitrary<Map<String, Map<String, Object>>> policies() {
        return Arbitraries.of("accuracy", "log_loss", "auc/*")
                .flatMap(name -> rules(name).map(rules -> Tuple.of(name, rules)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(entries -> {
                    Map<String, Map<String, Object>> metrics = new LinkedHashMap<>();
                    entries.forEach(entry -> metrics.put(entry.get1(), entry.get2()));
                    return metrics;
                });
    }

    static Arbitrary<Map<String, Object>> rules(String name) {
        boolean sliced = name.endsWith("*");
        List<String> kinds = new ArrayList<>(BOUNDS);
        kinds.addAll(CHANGES);
        if (sliced) {
            kinds.add(GAP);
        }
        String slice = sliced ? "/*" : "";
        Arbitrary<Map<String, Object>> uncertain = Arbitraries.of(
                Map.of("samples", "n" + slice),
                Map.of("std_error", "se" + slice),
                Map.of("lower", "lo" + slice, "upper", "hi" + slice));
        Arbitrary<Map<String, Object>> extras = Arbitraries.frequencyOf(
                Tuple.of(5, Arbitraries.just(Map.of())),
                Tuple.of(
                        2,
                        Arbitraries.<Object>of("min", "max", Map.of("mean_last", 2), Map.of("step", 1))
                                .map(value -> Map.of("value", value))),
                Tuple.of(2, uncertain.map(source -> Map.of("evidence", source))));
        Arbitrary<Map<String, Object>> slices = !sliced
                ? Arbitraries.just(Map.of())
                : Combinators.combine(Arbitraries.integers().between(1, 3), Arbitraries.of(true, false))
                        .as((least, lost) -> Map.of("at_least", least, "allow_lost_slices", lost));
        return Combinators.combine(
                        Arbitraries.maps(Arbitraries.of(kinds), Arbitraries.of(LIMITS))
                                .ofMinSize(1)
                                .ofMaxSize(3),
                        Arbitraries.of(true, false),
                        Arbitraries.of("failure", "failure", "unstable", "note"),
                        extras,
                        slices)
                .as((limits, greater, criticality, extra, sliceKeys) -> {
                    Map<String, Object> rules = new LinkedHashMap<>(limits);
                    rules.put("greater_is_better", greater);
                    rules.put("criticality", criticality);
                    rules.putAll(extra);
                    rules.putAll(sliceKeys);
                    return rules;
                });
    }

    private static Arbitrary<Map<String, List<Double>>> values() {
        Arbitrary<Double> value = Arbitraries.frequencyOf(
                Tuple.of(30, Arbitraries.of(VALUES)),
                Tuple.of(1, Arbitraries.of(Double.NaN, Double.MAX_VALUE, -Double.MAX_VALUE)));
        return Combinators.combine(
                        histories(value, "accuracy", "log_loss"),
                        histories(value, "auc/eu", "auc/us", "auc/asia"),
                        histories(Arbitraries.of(100.0, 10_000.0, -1.0), "n", "n/eu", "n/us", "n/asia"),
                        histories(Arbitraries.of(0.0, 0.01, 0.2), "se", "se/eu", "se/us", "se/asia"),
                        histories(Arbitraries.of(-1.0, 0.0, 0.4), "lo", "lo/eu", "lo/us", "lo/asia"),
                        histories(Arbitraries.of(0.95, 2.0), "hi", "hi/eu", "hi/us", "hi/asia"))
                .as((plain, sliced, n, se, lo, hi) -> {
                    Map<String, List<Double>> all = new LinkedHashMap<>(plain);
                    List.of(sliced, n, se, lo, hi).forEach(all::putAll);
                    return all;
                });
    }

    /** Most of them have every metric. */
    private static Arbitrary<Map<String, List<Double>>> histories(Arbitrary<Double> value, String... names) {
        Arbitrary<List<Double>> history = Arbitraries.frequencyOf(
                Tuple.of(12, value.list().ofMinSize(1).ofMaxSize(3)), Tuple.of(1, Arbitraries.just(List.of())));
        return history.list().ofSize(names.length).map(all -> {
            Map<String, List<Double>> histories = new LinkedHashMap<>();
            for (int i = 0; i < names.length; i++) {
                if (!all.get(i).isEmpty()) {
                    histories.put(names[i], all.get(i));
                }
            }
            return histories;
        });
    }
}
