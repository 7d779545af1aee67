package io.jenkins.plugins.mlflow.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import io.jenkins.plugins.mlflow.Figures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What the page of a job's models costs after few and after many builds. */
@WithJenkins
class TrendBench {
    private static final int METRICS = 10;

    @Test
    void theTrendOfManyBuilds(JenkinsRule jenkins) throws Exception {
        Map<Integer, FreeStyleProject> jobs = new LinkedHashMap<>();
        for (int builds : new int[] {10, 100, 1_000}) {
            jobs.put(builds, withBuilds(jenkins, builds));
        }
        Map<Integer, List<Double>> answers = new LinkedHashMap<>();
        Map<Integer, List<Double>> pages = new LinkedHashMap<>();
        JenkinsRule.WebClient client = jenkins.createWebClient().withJavaScriptEnabled(false);
        for (int turn = -Figures.TURNS; turn < Figures.TURNS; turn++) {
            for (Map.Entry<Integer, FreeStyleProject> job : jobs.entrySet()) {
                double answer = millis(client, job.getValue(), "trend.json?limit=100");
                double page = millis(client, job.getValue(), "");
                if (turn >= 0) {
                    answers.computeIfAbsent(job.getKey(), key -> new ArrayList<>()).add(answer);
                    pages.computeIfAbsent(job.getKey(), key -> new ArrayList<>()).add(page);
                }
            }
        }
        StringBuilder table = new StringBuilder("### Trend\n\nThe page of a job's models, whose builds each had a gate of " + METRICS
                + " metrics, and the answer its graph asks for (at most the last 100 gates); by turns, " + Figures.TURNS
                + " of each, median (quartiles).\n\n| builds | index, KB | answer, ms | page, ms |\n| --- | --- | --- | --- |\n");
        jobs.forEach((builds, job) -> table.append(String.format(
                Locale.ROOT, "| %,d | %d | %s | %s |%n", builds, index(job).toFile().length() / 1024,
                Figures.quartiles(answers.get(builds)), Figures.quartiles(pages.get(builds)))));
        Figures.write("7-trend.md", table.toString());
    }

    /** One real build, whose record the others copy. */
    private static FreeStyleProject withBuilds(JenkinsRule jenkins, int count) throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        FreeStyleBuild first = jenkins.buildAndAssertSuccess(job);
        List<String> metrics = IntStream.rangeClosed(1, METRICS).mapToObj(i -> "metric_" + i).toList();
        Gates.end(first, "a", Gates.report("churn", 1, 0.95, metrics));
        Gates.copyFirstBuild(job, count);
        Files.delete(index(job));
        job.doReload();
        return jenkins.jenkins.getItemByFullName(job.getFullName(), FreeStyleProject.class);
    }

    private static Path index(FreeStyleProject job) {
        return job.getRootDir().toPath().resolve("mlflow-eval-gate").resolve("trend.jsonl");
    }

    private static double millis(JenkinsRule.WebClient client, FreeStyleProject job, String path) throws Exception {
        long begin = System.nanoTime();
        int status = client.goTo(job.getUrl() + "mlflow-eval-gate/" + path, null).getWebResponse().getStatusCode();
        double took = (System.nanoTime() - begin) / 1e6;
        assertEquals(200, status);
        return took;
    }
}
