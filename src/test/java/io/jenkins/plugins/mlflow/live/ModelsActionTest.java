package io.jenkins.plugins.mlflow.live;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.security.AuthorizationStrategy;
import hudson.security.SecurityRealm;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.evaluation.GateReport;
import io.jenkins.plugins.mlflow.policy.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import jenkins.model.Jenkins;
import org.htmlunit.Page;
import org.htmlunit.WebResponse;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** The trend of a job's gates: its page, its table, its JSON, and the index that they are read from. */
@WithSharedJenkins
class ModelsActionTest {
    private static final List<String> METRICS = List.of("accuracy", "recall");

    private static JenkinsRule jenkins;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    private static FreeStyleProject job(int builds) throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        for (int i = 1; i <= builds; i++) {
            Gates.end(jenkins.buildAndAssertSuccess(job), "a", Gates.report("churn", i, i == 2 ? 0.8 : 0.93, METRICS));
        }
        return job;
    }

    private static Map<?, ?> json(FreeStyleProject job, String path) throws Exception {
        Page page = client().goTo(job.getUrl() + "mlflow-eval-gate/" + path, "application/json");
        return (Map<?, ?>) Json.read(page.getWebResponse().getContentAsString());
    }

    private static JenkinsRule.WebClient client() {
        return patient(jenkins.createWebClient());
    }

    /** HtmlUnit knows no classes, so the script of the charts is for real browsers. */
    private static JenkinsRule.WebClient patient(JenkinsRule.WebClient client) {
        client.getOptions().setThrowExceptionOnScriptError(false);
        return client.withThrowExceptionOnFailingStatusCode(false);
    }

    private static List<?> builds(Map<?, ?> answer) {
        return ((List<?>) answer.get("points"))
                .stream().map(point -> ((Map<?, ?>) point).get("build")).toList();
    }

    private static Path index(FreeStyleProject job) {
        return job.getRootDir().toPath().resolve("mlflow-eval-gate").resolve("trend.jsonl");
    }

    private static int status(JenkinsRule.WebClient client, String path) throws Exception {
        return patient(client).getPage(jenkins.getURL() + path).getWebResponse().getStatusCode();
    }

    @Test
    void aJobWithoutGatesHasNoPage() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        jenkins.buildAndAssertSuccess(job);

        assertThat(job.getAction(ModelsAction.class), is(nullValue()));
        assertThat(status(client(), job.getUrl() + "mlflow-eval-gate/"), is(404));
    }

    @Test
    void theFirstGateOfAJobGivesItThePageAtOnce() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);
        ModelsView view = new ModelsView("models");
        assertThat(job.getAction(ModelsAction.class), is(nullValue()));
        assertThat(view.contains(job), is(false));

        Gates.end(build, "a", Gates.report("churn", 1, 0.95, METRICS));

        assertThat(job.getAction(ModelsAction.class), is(not(nullValue())));
        assertThat(view.contains(job), is(true));
    }

    @Test
    void aListingOfJobsLooksAtTheDiskOnceForEach() throws Exception {
        FreeStyleProject with = job(1);
        FreeStyleProject without = jenkins.createFreeStyleProject();
        assertThat(with.getAction(ModelsAction.class), is(not(nullValue())));
        assertThat(without.getAction(ModelsAction.class), is(nullValue()));

        Path moved = without.getRootDir().toPath().resolve("mlflow-eval-gate");
        Files.move(index(with).getParent(), moved);

        assertThat("as it was seen first", with.getAction(ModelsAction.class), is(not(nullValue())));
        assertThat("as it was seen first", without.getAction(ModelsAction.class), is(nullValue()));
    }

    @Test
    void aJobThatTakesTheNameOfADeletedOneHasNoPage() throws Exception {
        FreeStyleProject deleted = job(1);
        assertThat(deleted.getAction(ModelsAction.class), is(not(nullValue())));
        deleted.delete();

        FreeStyleProject job = jenkins.createFreeStyleProject(deleted.getName());

        assertThat(job.getAction(ModelsAction.class), is(nullValue()));
    }

    @Test
    void aGateWritesItsLineWhenTheFolderWasDeletedByHand() throws Exception {
        FreeStyleProject job = job(1);
        Files.delete(index(job));
        Files.delete(index(job).getParent());

        Gates.end(jenkins.buildAndAssertSuccess(job), "a", Gates.report("churn", 2, 0.95, METRICS));

        assertThat(new TrendIndex(job).read().points(), hasSize(2));
        assertThat(Files.exists(index(job)), is(true));
    }

    @Test
    void theTrendTellsEachMetricWithItsBoundsBaselineVerdictAndPromotion() throws Exception {
        FreeStyleProject job = job(3);

        Map<?, ?> answer = json(job, "trend.json?model=churn&server=production");

        assertThat(builds(answer), is(List.of(1L, 2L, 3L)));
        assertThat(answer.get("older"), is(nullValue()));
        Map<?, ?> failed = (Map<?, ?>) ((List<?>) answer.get("points")).get(1);
        assertThat(failed.get("status"), is("FAILED"));
        assertThat(failed.get("promoted"), is(nullValue()));
        Map<?, ?> metric = (Map<?, ?>) ((List<?>) failed.get("metrics")).get(0);
        assertThat(
                List.of(metric.get("metric"), metric.get("verdict"), metric.get("rules"))
                        .toString(),
                is("[accuracy, FAILED, min 0.9, max_drop 0.01]"));
        assertThat(metric.get("value").toString(), is("0.8"));
        assertThat(metric.get("min").toString(), is("0.9"));
        assertThat(metric.get("baseline").toString(), is("0.92"));
        assertThat(((Map<?, ?>) ((List<?>) answer.get("points")).get(2)).get("promoted"), is("3"));
    }

    @Test
    void thePageHasTheModelsAPlaceForTheChartsAndTheSameAsATable() throws Exception {
        FreeStyleProject job = job(3);
        Gates.end(job.getLastBuild(), "b", Gates.report("fraud", 1, 0.95, List.of("auc")));

        HtmlPage page = client().getPage(job, "mlflow-eval-gate/");
        assertThat(page.querySelectorAll(".mlflow-trend__model option").size(), is(2));
        assertThat(page.querySelectorAll(".mlflow-trend").size(), is(1));
        assertThat(
                page.querySelectorAll("script:not([src])").stream()
                        .anyMatch(script -> script.getTextContent().contains("mlflow")),
                is(false));
        String table = client().getPage(job, "mlflow-eval-gate/table?model=churn&server=production&metric=recall")
                .getBody()
                .asNormalizedText();
        assertThat(table, containsString("FAILED\t0.8\tmin 0.9, max_drop 0.01\t0.92\t–\tNov 20, 2026"));
        assertThat(client().getPage(job).getBody().asNormalizedText(), containsString("MLflow models"));
    }

    @Test
    void theSameDataAreUnderJenkinsOwnInterfaceWithTreeAndDepth() throws Exception {
        FreeStyleProject job = job(2);

        assertThat(((List<?>) json(job, "api/json").get("gates")), hasSize(2));
        Map<?, ?> answer = json(job, "api/json?tree=gates[build,status,metrics[metric,value]]{1,2}");
        Map<?, ?> gate = (Map<?, ?>) ((List<?>) answer.get("gates")).get(0);
        assertThat(gate.get("build"), is(2L));
        assertThat(gate.containsKey("model"), is(false));
        assertThat(((Map<?, ?>) ((List<?>) gate.get("metrics")).get(0)).get("metric"), is("accuracy"));
    }

    @Test
    void whoMayNotReadTheJobSeesNothingOfIt() throws Exception {
        FreeStyleProject job = job(1);
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ)
                .everywhere()
                .to("reader", "stranger")
                .grant(Item.READ)
                .onItems(job)
                .to("reader"));
        try {
            for (String path : List.of("", "trend.json", "api/json", "table")) {
                String url = job.getUrl() + "mlflow-eval-gate/" + path;
                assertThat(path, status(jenkins.createWebClient().login("stranger"), url), is(404));
                assertThat(path, status(jenkins.createWebClient().login("reader"), url), is(200));
            }
            assertThat(status(jenkins.createWebClient().login("reader"), "manage/mlflow-models/"), is(403));
            assertThat(status(jenkins.createWebClient().login("reader"), "manage/mlflow-models/api/json"), is(403));
        } finally {
            jenkins.jenkins.setAuthorizationStrategy(AuthorizationStrategy.UNSECURED);
            jenkins.jenkins.setSecurityRealm(SecurityRealm.NO_AUTHENTICATION);
        }
    }

    @Test
    void deletedBuildsStayInTheTrendWithoutALink() throws Exception {
        FreeStyleProject job = job(3);
        job.getBuildByNumber(2).delete();

        Map<?, ?> answer = json(job, "trend.json");
        assertThat(builds(answer), is(List.of(1L, 2L, 3L)));
        assertThat(
                ((List<?>) answer.get("points"))
                        .stream()
                                .map(point -> ((Map<?, ?>) point).get("deleted"))
                                .toList(),
                is(List.of(false, true, false)));
        HtmlPage table = client().getPage(job, "mlflow-eval-gate/table");
        assertThat(table.querySelectorAll("a[href$='/2/mlflow-eval-gate/1/']"), hasSize(0));
        assertThat(table.querySelectorAll("a[href$='/3/mlflow-eval-gate/1/']"), hasSize(1));
        assertThat(table.getBody().asNormalizedText(), containsString("#2\ndeleted\n"));
    }

    @Test
    void linesThatCannotBeReadArePassedOverAndTheNextOneIsWhole() throws Exception {
        FreeStyleProject job = job(2);
        Files.writeString(index(job), "\n{\"build\": 7, \"ga", StandardOpenOption.APPEND);
        Files.writeString(
                index(job), "\n[1]\nnull\n{\"build\":\"x\"}\n{\"build\":1,\"gate\":9,\"sta", StandardOpenOption.APPEND);

        Gates.end(jenkins.buildAndAssertSuccess(job), "a", Gates.report("churn", 3, 0.95, METRICS));

        assertThat(builds(json(job, "trend.json")), is(List.of(1L, 2L, 3L)));
    }

    @Test
    void anIndexThatIsGoneIsMadeAgainFromTheReportsOfTheBuilds() throws Exception {
        FreeStyleProject job = job(3);
        Map<?, ?> before = json(job, "trend.json");

        Files.delete(index(job));
        Files.writeString(
                job.getBuildDir()
                        .toPath()
                        .resolve("1")
                        .resolve("mlflow-eval-gate")
                        .resolve("2.json.gz"),
                "{");
        assertThat(json(job, "trend.json"), is(before));
        assertThat("whoever reads a page writes nothing", Files.exists(index(job)), is(false));
        Gates.end(jenkins.buildAndAssertSuccess(job), "a", Gates.report("churn", 4, 0.95, METRICS));
        assertThat(builds(json(job, "trend.json")), is(List.of(1L, 2L, 3L, 4L)));
    }

    @Test
    void aGateThatReportsTwiceCountsOnceAndTheLastTime() throws Exception {
        FreeStyleProject job = job(1);
        Gates.end(job.getLastBuild(), "a", Gates.report("churn", 1, 0.8, METRICS));

        Map<?, ?> answer = json(job, "trend.json");

        assertThat(builds(answer), is(List.of(1L)));
        assertThat(((Map<?, ?>) ((List<?>) answer.get("points")).get(0)).get("status"), is("FAILED"));
    }

    @Test
    void aRollBackToNoVersionIsRefusedBeforeAnythingIsAsked() throws Exception {
        LiveKey key = new LiveKey("mlflow.example.com\ndefault", "churn", LiveKey.Kind.ALIAS, "champion");
        LiveStore.update(key, "production", record -> record.seen("6", Instant.now(), new BuildRef("train", 1)));
        MlflowServerConfiguration server = new MlflowServerConfiguration("production", "https://mlflow.example.com");

        RollbackService.Problem problem = assertThrows(
                RollbackService.Problem.class, () -> RollbackService.rollBack(key.id(), server, "6", null, null, null));

        assertThat(problem.getMessage(), containsString("Nothing was changed"));
        assertThat(LiveStore.find(key.id()).getChanges(), hasSize(0));
    }

    @Test
    void hostileNamesAreShownAsText() throws Exception {
        String evil = "<script>alert(1)</script>\"'\n\u202e" + "x".repeat(10_000);
        FreeStyleProject job = jenkins.createFreeStyleProject();
        Gates.end(jenkins.buildAndAssertSuccess(job), "a", Gates.report(evil, 1, 0.95, List.of(evil)));

        for (String path : List.of("", "table", "trend.json")) {
            WebResponse response = client().goTo(job.getUrl() + "mlflow-eval-gate/" + path, null)
                    .getWebResponse();
            assertThat(path, response.getStatusCode(), is(200));
            if (!path.endsWith(".json")) {
                assertThat(path, response.getContentAsString(), not(containsString("<script>alert")));
            }
            assertThat(path, response.getContentAsString().length(), lessThan(120_000));
        }
        assertThat(Files.size(index(job)), lessThan(2_000L));
    }

    /** The build records are never loaded, and an answer never holds more than it may. */
    @Test
    void aThousandBuildsAreReadAPageAtATimeFromOneFile() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        FreeStyleBuild first = jenkins.buildAndAssertSuccess(job);
        List<String> metrics =
                IntStream.rangeClosed(1, 10).mapToObj(i -> "metric_" + i).toList();
        Gates.end(first, "a", Gates.report("churn", 1, 0.95, metrics));
        Gates.copyFirstBuild(job, 1_000);
        Files.delete(index(job));
        job.doReload();
        FreeStyleProject reloaded = jenkins.jenkins.getItemByFullName(job.getFullName(), FreeStyleProject.class);
        int loaded = loaded(reloaded);

        long begin = System.nanoTime();
        json(reloaded, "trend.json");
        long rebuilt = System.nanoTime();
        reloaded.updateNextBuildNumber(2_000);
        Gates.end(jenkins.buildAndAssertSuccess(reloaded), "a", Gates.report("fraud", 1, 0.95, metrics));
        assertThat(
                "the new build and the few before it that Jenkins itself looks at",
                loaded(reloaded),
                lessThan(loaded + 5));
        loaded = loaded(reloaded);
        List<Object> seen = new ArrayList<>();
        Object before = "";
        int answers = 0;
        long longest = 0;
        while (before != null) {
            long asked = System.nanoTime();
            Map<?, ?> answer = json(reloaded, "trend.json?model=churn&server=production&before=" + before);
            longest = Math.max(longest, System.nanoTime() - asked);
            // A lost index is made again of the newest 1,000 builds, of which the last one is another model's.
            assertThat(builds(answer).size(), is(answers == 9 ? 99 : 100));
            seen.addAll(0, builds(answer));
            before = answer.get("older");
            answers++;
        }

        assertThat(answers, is(10));
        assertThat(
                seen,
                is(IntStream.rangeClosed(2, 1_000)
                        .mapToObj(i -> (Object) (long) i)
                        .toList()));
        assertThat(
                builds(json(reloaded, "trend.json?model=churn&server=production&limit=100000")),
                hasSize(JobModels.MOST_POINTS));
        assertThat("at most the newest build, which Jenkins itself looks at", loaded(reloaded), lessThan(loaded + 2));
        long page = System.nanoTime();
        client().getPage(reloaded, "mlflow-eval-gate/");
        long pageTook = System.nanoTime() - page;
        assertThat("those that Jenkins lists beside the page", loaded(reloaded), lessThan(loaded + 50));
        System.out.printf(
                "1,000 builds of 10 metrics: index %d KB, made again in %d ms, an answer of 100 in at most %d ms, page in %d ms,"
                        + " build records loaded %d%n",
                Files.size(index(reloaded)) / 1024,
                (rebuilt - begin) / 1_000_000,
                longest / 1_000_000,
                pageTook / 1_000_000,
                loaded(reloaded));
    }

    private static int loaded(FreeStyleProject job) {
        return job.getLazyBuildMixIn().getRunMap().getLoadedBuilds().size();
    }

    @Test
    void theIndexStaysWithinItsRoomAndKeepsTheNewest() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);
        List<String> metrics =
                IntStream.rangeClosed(1, 90).mapToObj(i -> "m".repeat(200) + i).toList();
        GateReport report = Gates.report("churn", 1, 0.95, metrics);
        TrendIndex index = new TrendIndex(job);
        int gates = 0;
        long largest = 0;
        // Until it has been made smaller once.
        do {
            largest = Math.max(largest, gates == 0 ? 0 : Files.size(index(job)));
            index.add(
                    TrendPoint.of(build.getNumber(), ++gates, report, GateRecorder.registry(job, report.getServer())));
        } while (Files.size(index(job)) >= largest);

        assertThat(largest, lessThan(TrendIndex.LARGEST_FILE + 1));
        List<TrendPoint> kept = index.read().points();
        assertThat(kept.get(kept.size() - 1).getGate(), is(gates));
        assertThat(kept.get(0).getMetrics(), hasSize(TrendPoint.MOST_METRICS));
        assertThat(kept.get(0).getGate() > 1, is(true));
    }

    @Test
    void aModelIsKeptWhenItsGatesLeaveTheIndex() throws Exception {
        FreeStyleProject job = job(1);
        FreeStyleBuild build = job.getLastBuild();
        List<String> metrics =
                IntStream.rangeClosed(1, 90).mapToObj(i -> "m".repeat(200) + i).toList();
        TrendIndex index = new TrendIndex(job);
        int gates = 1;
        while (index.read().points().stream().anyMatch(point -> point.getModel().equals("churn"))) {
            for (int i = 0; i < 100; i++) {
                GateReport fraud = Gates.report("fraud", 1, 0.95, metrics);
                index.add(TrendPoint.of(
                        build.getNumber(), ++gates, fraud, GateRecorder.registry(job, fraud.getServer())));
            }
        }

        assertThat(index.read().live().stream().map(TrendPoint.Key::model).toList(), is(List.of("churn", "fraud")));
    }
}
