package io.jenkins.plugins.mlflow.live;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.ListView;
import hudson.model.View;
import io.jenkins.plugins.mlflow.WithSharedJenkins;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.util.List;
import java.util.logging.Level;
import jenkins.model.Jenkins;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlRadioButtonInput;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** The models of many jobs: the column of a list, the part of a job's page, and the view of a folder. */
@WithSharedJenkins
class ModelsViewTest {
    private static JenkinsRule jenkins;

    private Folder folder;

    @BeforeAll
    static void oneJenkinsForAll(JenkinsRule rule) {
        jenkins = rule;
    }

    @BeforeEach
    void start() throws Exception {
        MlflowGlobalConfiguration.get()
                .setServers(List.of(new MlflowServerConfiguration("production", "https://mlflow.example.com")));
        folder = jenkins.createProject(Folder.class, "ml");
    }

    private FreeStyleProject job(String name, String... models) throws Exception {
        FreeStyleProject job = folder.createProject(FreeStyleProject.class, name);
        jenkins.buildAndAssertSuccess(job);
        for (String model : models) {
            gate(job, model, 7, 0.95);
        }
        return job;
    }

    private static void gate(FreeStyleProject job, String model, int version, double value) throws Exception {
        Gates.end(job.getLastBuild(), model + version, Gates.report(model, version, value, List.of("accuracy")));
    }

    private ListView list() throws Exception {
        ListView list = new ListView("list", folder);
        list.setIncludeRegex(".*");
        list.getColumns().add(new ModelColumn());
        folder.addView(list);
        return list;
    }

    private View models(boolean inFolder) throws Exception {
        ModelsView view = new ModelsView("models");
        if (inFolder) {
            folder.addView(view);
        } else {
            jenkins.jenkins.addView(view);
        }
        return view;
    }

    private static JenkinsRule.WebClient client() {
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        // HtmlUnit knows no classes, so scripts are for real browsers.
        client.getOptions().setJavaScriptEnabled(false);
        return client;
    }

    private static HtmlPage page(JenkinsRule.WebClient client, View view) throws Exception {
        return (HtmlPage) client.getPage(jenkins.getURL() + view.getUrl());
    }

    private static String text(JenkinsRule.WebClient client, View view) throws Exception {
        return page(client, view).getBody().asNormalizedText();
    }

    @Test
    void aColumnShowsLastVerdictAndLiveVersionsWithALinkToAllOfIt() throws Exception {
        FreeStyleProject job = job("train", "churn");
        gate(job, "churn", 8, 0.8);
        job("plain");

        HtmlPage page = page(client(), list());

        String cell = page.querySelector("#job_train .mlflow-live-list").asNormalizedText();
        assertThat(cell, allOf(containsString("churn"), containsString("FAILED"), containsString("champion: 7")));
        HtmlPage all = ((HtmlAnchor) page.querySelector("#job_train .mlflow-live-list a")).click();
        assertThat(all.getUrl().toString(), endsWith("/job/train/mlflow-eval-gate/"));
        assertThat(all.getWebResponse().getStatusCode(), is(200));
        assertThat(page.querySelector("#job_plain .mlflow-live-list"), is(nullValue()));
    }

    @Test
    void aColumnHasRoomForThreeModelsAndNamesAreText() throws Exception {
        job("train", "a", "b", "c", "<b>&'");

        HtmlPage page = page(client(), list());

        assertThat(page.querySelectorAll("#job_train .mlflow-live-list bdi b"), is(empty()));
        assertThat(
                page.querySelector("#job_train .mlflow-live-list").asNormalizedText(),
                allOf(containsString("<b>&'"), containsString("1 more")));
    }

    @Test
    void theColumnIsKeptWithItsList() throws Exception {
        ListView list = list();
        ListView kept = (ListView) Jenkins.XSTREAM2.fromXML(Jenkins.XSTREAM2.toXML(list));

        assertThat(kept.getColumns().get(ModelColumn.class) != null, is(true));
        assertThat(new ModelColumn.DescriptorImpl().shownByDefault(), is(false));
        assertThat(ModelColumn.class.getResource("ModelColumn/help.html") != null, is(true));
    }

    @Test
    void aListIsMadeOfWhatIsInMemory() throws Exception {
        for (int i = 0; i < 5; i++) {
            job("train-" + i, "churn");
        }
        ListView list = list();
        page(client(), list);
        try (LogRecorder log = new LogRecorder()
                .record(TrendIndex.class, Level.FINE)
                .record(LiveStore.class, Level.FINE)
                .capture(100)) {
            page(client(), list);

            assertThat(log.getMessages(), is(List.of("Reading all of what is live")));

            gate(folder.getItem("train-3") instanceof FreeStyleProject job ? job : null, "churn", 9, 0.8);
            assertThat(text(client(), list), containsString("FAILED"));
        }
    }

    @Test
    void thePageOfAJobShowsItsModelsAndCountsThoseThatDidNotPass() throws Exception {
        FreeStyleProject job = job("train", "churn", "fraud");
        assertThat(job.getAction(ModelsAction.class).getBadge(), is(nullValue()));
        gate(job, "churn", 8, 0.8);

        HtmlPage page = (HtmlPage) client().getPage(jenkins.getURL() + job.getUrl());

        assertThat(
                page.querySelector("#main-panel .mlflow-live-list").asNormalizedText(),
                allOf(
                        containsString("churn"),
                        containsString("FAILED"),
                        containsString("fraud"),
                        containsString("PASSED")));
        assertThat(job.getAction(ModelsAction.class).getBadge().getText(), is("1"));
    }

    @Test
    void anErrorBeforeTheServerWasKnownEndsWithTheNextGateOfTheModel() throws Exception {
        FreeStyleProject job = job("train");
        Gates.end(job.getLastBuild(), "first", Gates.misconfigured("churn"));
        View view = models(true);
        assertThat(text(client(), view), containsString("ERROR"));
        assertThat(job.getAction(ModelsAction.class).getBadge().getText(), is("1"));

        gate(job, "churn", 7, 0.95);

        assertThat(text(client(), view), allOf(containsString("PASSED"), not(containsString("ERROR"))));
        assertThat(job.getAction(ModelsAction.class).getBadge(), is(nullValue()));

        Gates.end(job.getLastBuild(), "last", Gates.misconfigured("churn"));

        assertThat(text(client(), view), allOf(containsString("PASSED"), containsString("ERROR")));
    }

    @Test
    void aModelOfWhichNothingIsLiveHasADash() throws Exception {
        FreeStyleProject job = job("train");
        Gates.end(job.getLastBuild(), "first", Gates.misconfigured("churn"));

        HtmlPage page = page(client(), models(true));

        assertThat(page.querySelector("td[data-label=Live]").asNormalizedText(), is("–"));
    }

    @Test
    void aViewOfAFolderShowsTheModelsOfItsJobsAndOfTheFoldersBelow() throws Exception {
        FreeStyleProject train = job("train", "churn");
        gate(train, "churn", 8, 0.8);
        Folder below = folder.createProject(Folder.class, "below");
        FreeStyleProject deep = below.createProject(FreeStyleProject.class, "deep");
        jenkins.buildAndAssertSuccess(deep);
        gate(deep, "fraud", 3, 0.95);
        FreeStyleProject outside = jenkins.createFreeStyleProject("outside");
        jenkins.buildAndAssertSuccess(outside);
        gate(outside, "pricing", 2, 0.95);

        String inFolder = text(client(), models(true));
        String atRoot = text(client(), models(false));

        assertThat(
                inFolder,
                allOf(
                        containsString("train"),
                        containsString("churn"),
                        containsString("FAILED"),
                        containsString("champion: 7"),
                        containsString("deep"),
                        containsString("fraud"),
                        not(containsString("pricing"))));
        assertThat(atRoot, allOf(containsString("churn"), containsString("fraud"), containsString("pricing")));
    }

    @Test
    void whatIsLiveIsShownOnceAndLeadsToThePageThatRollsBack() throws Exception {
        job("a", "churn");
        FreeStyleProject second = job("b", "churn");

        HtmlPage page = page(client(), models(true));

        List<?> links = page.querySelectorAll("a[href*='/rollback/']");
        assertThat(links, hasSize(1));
        HtmlPage question = page.getAnchorByHref(((HtmlAnchor) links.get(0)).getHrefAttribute())
                .click();
        assertThat(question.getWebResponse().getStatusCode(), is(200));
        assertThat(question.getFormByName("rollBack").getInputByName("to").getValue(), is("6"));
        assertThat(second.getUrl(), containsString("ml"));
    }

    @Test
    void modelsOfJobsThatTheReaderMayNotSeeAreNotThere() throws Exception {
        FreeStyleProject open = job("open", "churn");
        job("closed", "fraud");
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, View.READ)
                .everywhere()
                .toEveryone()
                .grant(Item.READ)
                .onItems(folder, open)
                .toEveryone());
        for (View view : List.of(list(), models(true), models(false))) {
            String text = text(client(), view);

            assertThat(
                    view.getUrl(),
                    text,
                    allOf(containsString("churn"), not(containsString("fraud")), not(containsString("closed"))));
            assertThat(view.getUrl(), page(client(), view).querySelectorAll("a[href*='/rollback/']"), is(empty()));
            assertThat(
                    view.getUrl(),
                    client().goTo(view.getUrl() + "api/json?depth=5", "application/json")
                            .getWebResponse()
                            .getContentAsString(),
                    not(containsString("fraud")));
        }
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, View.READ)
                .everywhere()
                .toEveryone()
                .grant(Item.DISCOVER)
                .everywhere()
                .toEveryone());
        assertThat(
                text(client(), jenkins.jenkins.getView("models")),
                allOf(not(containsString("churn")), containsString("has had a gate yet")));
    }

    @Test
    void noneOneAndAHundredModelsAreShown() throws Exception {
        View view = models(true);
        assertThat(
                text(client(), view),
                containsString("No job that you may see here, or in the folders below, has had a gate yet."));

        FreeStyleProject job = job("train", "model-0");
        assertThat(page(client(), view).querySelectorAll("td[data-label='Model'] a"), hasSize(1));

        for (int i = 1; i < 100; i++) {
            gate(job, "model-" + i, 7, 0.95);
        }
        HtmlPage page = page(client(), view);
        assertThat(page.querySelectorAll("td[data-label='Last verdict']"), hasSize(100));
        assertThat(page.getBody().asNormalizedText(), not(containsString("Only 500 models")));
    }

    @Test
    void aViewIsCreatedByItsFormAndKeepsItsDescription() throws Exception {
        job("train", "churn");
        try (JenkinsRule.WebClient browser = jenkins.createWebClient()) {
            browser.getOptions().setThrowExceptionOnScriptError(false);
            HtmlPage page = browser.goTo("newView");
            HtmlForm form = page.getFormByName("createItem");
            form.getInputByName("name").setValue("models");
            for (HtmlRadioButtonInput choice : page.<HtmlRadioButtonInput>getByXPath("//input[@name='mode']")) {
                choice.setChecked(choice.getValue().equals(ModelsView.class.getName()));
            }
            jenkins.submit(form);
            View view = jenkins.jenkins.getView("models");
            assertThat(view.getClass() == ModelsView.class, is(true));
            HtmlForm configuration = browser.getPage(view, "configure").getFormByName("viewConfig");
            configuration.getTextAreaByName("_.description").setText("of all teams");
            jenkins.submit(configuration);
            assertThat(jenkins.jenkins.getView("models").getDescription(), is("of all teams"));
        }
    }
}
