package io.jenkins.plugins.mlflow.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.step.Pipelines;
import io.jenkins.plugins.mlflow.tracking.Run;
import io.jenkins.plugins.mlflow.tracking.TaggedRun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The runs of a build, on its page and as the page's script loads them again. */
@WithJenkins
class BuildRunsPageTest {
    private static final String HOSTILE = "<b>&\"'";

    private static List<RecordedRun> runs(int count) {
        List<RecordedRun> runs = new ArrayList<>();
        Run.Status[] statuses = Run.Status.values();
        for (int i = 0; i < count; i++) {
            Run run = new Run(
                    "run" + i,
                    "3",
                    statuses[i % statuses.length],
                    false,
                    Instant.parse("2026-11-20T10:00:00Z"),
                    Instant.parse("2026-11-20T10:05:00Z"),
                    Map.of("accuracy", new Run.Metric(0.9, 0, 0)),
                    Set.of(),
                    Set.of(),
                    Set.of(),
                    null,
                    HOSTILE,
                    null);
            runs.add(new RecordedRun(new TaggedRun(run, HOSTILE + i, HOSTILE), Set.of()));
        }
        return runs;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100})
    void everyRunIsARowOnThePageAndInWhatTheScriptLoads(int count, JenkinsRule jenkins) throws Exception {
        MlflowServerConfiguration server = new MlflowServerConfiguration("production", "http://127.0.0.1:9");
        MlflowGlobalConfiguration.get().setServers(List.of(server));
        WorkflowRun build = Pipelines.build(jenkins, Result.SUCCESS, "echo 'trained'");
        BuildRunsAction.begin(build, server).record(server, runs(count));

        for (String path : List.of("", "mlflow-runs/", "mlflow-runs/rows")) {
            HtmlPage page = jenkins.createWebClient().goTo(build.getUrl() + path);

            assertEquals(
                    count,
                    page.getByXPath("//td[contains(@class, 'mlflow-runs-name')]/a")
                            .size(),
                    path);
            assertEquals(
                    count,
                    page.getByXPath("//*[@class='mlflow-runs-status']/*[local-name()='svg']")
                            .size(),
                    path);
            assertEquals(
                    0,
                    page.getByXPath("//*[@class='mlflow-runs']//img | //body/table//img | //td//b")
                            .size(),
                    path);
            String text = page.asNormalizedText();
            assertTrue(
                    count == 0 ? text.contains("No run was found yet.") : text.contains(HOSTILE + (count - 1)), text);
            assertEquals(count > 0, text.contains("accuracy 0.9"), text);
        }
        HtmlPage ofJob = jenkins.createWebClient().goTo(build.getParent().getUrl() + "mlflow-runs/");
        assertEquals(
                count,
                ofJob.getByXPath("//td[contains(@class, 'mlflow-runs-name')]/a").size());
        assertEquals(
                count > 0 ? 1 : 0,
                ofJob.getByXPath("//div[@id='main-panel']//h2/a").size());
    }
}
