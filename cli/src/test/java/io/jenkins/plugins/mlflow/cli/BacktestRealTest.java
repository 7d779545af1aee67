package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.tracking.MlflowData;
import io.jenkins.plugins.mlflow.tracking.MlflowServer;
import io.jenkins.plugins.mlflow.tracking.MlflowServers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands that look back, against real MLflow servers. */
@Tag("mlflow")
class BacktestRealTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MANY = 1000;

    @TempDir
    private Path directory;

    private String out;
    private String err;

    private int run(String... args) {
        StringWriter standardOutput = new StringWriter();
        StringWriter standardError = new StringWriter();
        int status = Main.run(
                new Main(Map.of(), directory, Clock.systemUTC()),
                new PrintWriter(standardOutput, true),
                new PrintWriter(standardError, true),
                args);
        out = standardOutput.toString();
        err = standardError.toString();
        return status;
    }

    private static String finishedRun(MlflowData data, String experiment, int minute, double accuracy) {
        Instant start = START.plusSeconds(60L * minute);
        String run = data.run(experiment, start);
        data.metric(run, "accuracy", accuracy, start.toEpochMilli(), 0);
        data.end(run, "FINISHED", start.plusSeconds(30));
        return run;
    }

    private String policy(String name, String model, String... parts) throws Exception {
        Files.writeString(
                directory.resolve(name),
                "version: 1\nmodels:\n  " + model + ":\n    " + String.join("\n    ", parts) + "\n");
        return name;
    }

    /** The number of requests that the last line tells. */
    private static int requests(String text, String counted) {
        String last = text.lines().reduce((first, second) -> second).orElseThrow();
        assertTrue(last.matches(counted + ", \\d+ requests"), text);
        return Integer.parseInt(last.replaceAll(".*, (\\d+) requests", "$1"));
    }

    @Test
    @Timeout(600)
    void thousandRunsAndThenThousandVersionsAreBacktestedInOneGo() throws Exception {
        List<Path> environments = MlflowServers.environments();
        MlflowServer mlflow = MlflowServers.plain(environments.get(environments.size() - 1));
        MlflowData data = mlflow.data();
        String name = MlflowData.unique("backtest");
        String model = MlflowData.unique("model");
        String experiment = data.experiment(name);
        List<String> runs = parallel(i -> finishedRun(data, experiment, i, (900 + i % 100) / 1000.0));
        String policy = policy("new.yaml", model, "metrics: {accuracy: 0.95}");

        int status = run(
                "backtest",
                "--model",
                model,
                "--policy",
                policy,
                "--last",
                "1000",
                "--experiment",
                name,
                "--tracking-uri",
                mlflow.url(),
                "--json",
                "result.json");

        assertEquals(0, status, err);
        assertTrue(out.contains("new.yaml: 500 passed, 0 unstable, 500 failed, 0 could not be evaluated"), out);
        assertEquals(6, requests(out, "1,000 runs"));
        assertTrue(err.contains("Read 250 runs of experiment"), err);
        Map<?, ?> result = (Map<?, ?>) Json.read(Files.readString(directory.resolve("result.json")));
        List<?> rows = (List<?>) result.get("rows");
        assertEquals(MANY, rows.size());
        assertEquals(runs.get(MANY - 1), ((Map<?, ?>) rows.get(0)).get("run_id"));
        assertEquals(runs.get(0), ((Map<?, ?>) rows.get(MANY - 1)).get("run_id"));

        data.model(model);
        for (String run : runs) {
            data.version(model, run);
        }
        assertEquals(
                0,
                run("backtest", "--model", model, "--policy", policy, "--last", "1000", "--tracking-uri", mlflow.url()),
                err);
        assertTrue(out.contains("new.yaml: 500 passed, 0 unstable, 500 failed, 0 could not be evaluated"), out);
        assertEquals(9, requests(out, "1,000 versions"));
    }

    private interface Making {
        String make(int number);
    }

    private static List<String> parallel(Making making) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<String>> made = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                int number = i;
                made.add(threads.submit(() -> making.make(number)));
            }
            List<String> results = new ArrayList<>();
            for (Future<String> one : made) {
                results.add(one.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void versionsOfTwoExperimentsAreComparedUnderTwoPolicies(MlflowServer mlflow) throws Exception {
        MlflowData data = mlflow.data();
        String model = MlflowData.unique("model");
        data.model(model);
        String[] experiments = {data.experiment(MlflowData.unique("one")), data.experiment(MlflowData.unique("two"))};
        double[] accuracies = {0.95, 0.94, 0.91, 0.89, 0.92, 0.93, 0.94, 0.95};
        List<String> runs = new ArrayList<>();
        for (int i = 0; i < accuracies.length; i++) {
            runs.add(finishedRun(data, experiments[i % 2], i, accuracies[i]));
            data.version(model, runs.get(i));
        }
        data.deleteRun(runs.get(6));
        policy("old.yaml", model, "metrics: {accuracy: 0.9}");
        policy(
                "new.yaml",
                model,
                "baseline: {alias: champion, when_missing: rubber_stamp}",
                "metrics: {accuracy: {min: 0.9, max_drop: 0.02}}");

        int status = run(
                "backtest",
                "--model",
                model,
                "--policy",
                "new.yaml",
                "--compare",
                "old.yaml",
                "--tracking-uri",
                mlflow.url(),
                "--json",
                "-");

        assertEquals(0, status, err);
        List<String> told = new ArrayList<>();
        for (Object entry : (List<?>) ((Map<?, ?>) Json.read(out)).get("rows")) {
            Map<?, ?> row = (Map<?, ?>) entry;
            Map<?, ?> decision = (Map<?, ?>) row.get("decision");
            told.add(row.get("version") + " " + decision.get("status") + " "
                    + ((Map<?, ?>) row.get("compared")).get("status") + " " + decision.get("blocked_by"));
        }
        assertEquals(
                List.of(
                        "8 PASSED PASSED null",
                        "7 ERROR ERROR null",
                        "6 PASSED PASSED null",
                        "5 PASSED PASSED null",
                        "4 FAILED FAILED accuracy min 0.9",
                        "3 FAILED PASSED accuracy max_drop 0.02",
                        "2 PASSED PASSED null",
                        "1 PASSED PASSED null"),
                told);
        assertTrue(
                err.contains("8 versions, 5 requests"), err); // versions, and one run and one page of each experiment
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void aSuggestionFromRealVersionsPassesStrictLintAndItsOwnBacktest(MlflowServer mlflow) throws Exception {
        MlflowData data = mlflow.data();
        String model = MlflowData.unique("model");
        data.model(model);
        String experiment = data.experiment(MlflowData.unique("experiment"));
        for (int i = 0; i < 8; i++) {
            data.version(model, finishedRun(data, experiment, i, 0.9 + i * 3 % 8 / 100.0));
        }

        assertEquals(0, run("suggest", "--model", model, "--tracking-uri", mlflow.url()), err);
        Files.writeString(directory.resolve("suggested.yaml"), out);
        assertTrue(err.contains("8 versions, 3 requests"), err);

        assertEquals(0, run("lint", "--strict", "suggested.yaml"), out + err);
        assertEquals(
                0, run("backtest", "--model", model, "--policy", "suggested.yaml", "--tracking-uri", mlflow.url()));
        assertTrue(out.contains("accuracy min"), out);
    }
}
