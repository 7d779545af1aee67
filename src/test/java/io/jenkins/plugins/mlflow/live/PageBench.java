package io.jenkins.plugins.mlflow.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import io.jenkins.plugins.mlflow.Figures;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What Jenkins needs for its pages about few and about many gates and checks: from the request to the last byte. */
@WithJenkins
class PageBench {
    private static final int METRICS = 10;
    private static final int WARM_UP = 2 * Figures.TURNS;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void theTrendOfManyBuilds(JenkinsRule jenkins) throws Exception {
        Map<Integer, FreeStyleProject> jobs = new LinkedHashMap<>();
        for (int builds : new int[] {10, 100, 1_000, 10_000}) {
            jobs.put(builds, withBuilds(jenkins, builds));
        }
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int turn = -WARM_UP; turn < Figures.TURNS; turn++) {
            for (Map.Entry<Integer, FreeStyleProject> job : jobs.entrySet()) {
                for (String path : List.of("trend.json?limit=100", "")) {
                    double took = millis(jenkins, job.getValue().getUrl() + "mlflow-eval-gate/" + path);
                    if (turn >= 0) {
                        times.computeIfAbsent(job.getKey() + path, key -> new ArrayList<>())
                                .add(took);
                    }
                }
            }
        }
        StringBuilder table =
                new StringBuilder("### Trend\n\nThe page of a job's models, whose builds each had a gate of " + METRICS
                        + " metrics, and the response that its graph asks for (at most the last 100 gates); by turns, "
                        + Figures.TURNS
                        + " of each, median (quartiles). The index keeps at most 8 MB.\n\n"
                        + "| builds | index, KB | response, ms | page, ms |\n| --- | --- | --- | --- |\n");
        jobs.forEach((builds, job) -> table.append(String.format(
                Locale.ROOT,
                "| %,d | %d | %s | %s |%n",
                builds,
                index(job).toFile().length() / 1024,
                Figures.quartiles(times.get(builds + "trend.json?limit=100")),
                Figures.quartiles(times.get(String.valueOf(builds))))));
        Figures.write("7-trend.md", table.toString());
    }

    @Test
    void theReportOfManyChecks(JenkinsRule jenkins) throws Exception {
        List<String> paths = List.of("", "?q=metric_1", "report.json");
        Map<Integer, FreeStyleBuild> builds = new LinkedHashMap<>();
        for (int checks : new int[] {10, 100, 1_000, 5_000}) {
            FreeStyleBuild build = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
            Gates.end(build, "a", Gates.report("churn", 1, 0.95, metrics(checks / 2)));
            builds.put(checks, build);
        }
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int turn = -WARM_UP; turn < Figures.TURNS; turn++) {
            for (Map.Entry<Integer, FreeStyleBuild> build : builds.entrySet()) {
                for (String path : paths) {
                    double took = millis(jenkins, build.getValue().getUrl() + "mlflow-eval-gate/1/" + path);
                    if (turn >= 0) {
                        times.computeIfAbsent(build.getKey() + path, key -> new ArrayList<>())
                                .add(took);
                    }
                }
            }
        }
        StringBuilder table =
                new StringBuilder("### Report\n\nThe page of a gate, the same after a search, and its JSON; by turns, "
                        + Figures.TURNS + " of each, median (quartiles).\n\n"
                        + "| checks | page, ms | search, ms | JSON, ms |\n| --- | --- | --- | --- |\n");
        builds.keySet()
                .forEach(checks -> table.append(String.format(Locale.ROOT, "| %,d | ", checks))
                        .append(paths.stream()
                                .map(path -> Figures.quartiles(times.get(checks + path)))
                                .collect(Collectors.joining(" | ")))
                        .append(" |\n"));
        Figures.write("8-report.md", table.toString());
    }

    private static List<String> metrics(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> "metric_" + i).toList();
    }

    /** One real build, whose record the others copy, and an index that was written as by their gates. */
    private static FreeStyleProject withBuilds(JenkinsRule jenkins, int count) throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        FreeStyleBuild first = jenkins.buildAndAssertSuccess(job);
        GateReport report = Gates.report("churn", 1, 0.95, metrics(METRICS));
        Gates.end(first, "a", report);
        Gates.copyFirstBuild(job, count);
        String registry = GateRecorder.registry(job, report.getServer());
        Files.write(
                index(job),
                IntStream.range(1, count)
                        .mapToObj(number -> TrendIndex.line(
                                TrendPoint.of(number, 1, report, registry).toMap()))
                        .toList());
        new TrendIndex(job).add(TrendPoint.of(count, 1, report, registry));
        job.doReload();
        return jenkins.jenkins.getItemByFullName(job.getFullName(), FreeStyleProject.class);
    }

    private static Path index(FreeStyleProject job) {
        return job.getRootDir().toPath().resolve("mlflow-eval-gate").resolve("trend.jsonl");
    }

    private double millis(JenkinsRule jenkins, String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(jenkins.getURL() + path)).build();
        long begin = System.nanoTime();
        int status =
                client.send(request, HttpResponse.BodyHandlers.ofByteArray()).statusCode();
        double took = (System.nanoTime() - begin) / 1e6;
        assertEquals(200, status);
        return took;
    }
}
