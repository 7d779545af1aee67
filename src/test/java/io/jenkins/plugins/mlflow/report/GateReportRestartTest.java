package io.jenkins.plugins.mlflow.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

class GateReportRestartTest {
    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @Test
    void reportsSurviveARestartAndMoreCanBeAdded() throws Throwable {
        sessions.then(jenkins -> {
            FreeStyleBuild build = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject("train"));
            Reports.attach(build, Reports.passed(), Reports.UI);
            Reports.attach(build, Reports.failed(Reports.checks(6)), Reports.UI);
        });
        sessions.then(jenkins -> {
            FreeStyleBuild build = jenkins.jenkins
                    .getItemByFullName("train", FreeStyleProject.class)
                    .getBuildByNumber(1);
            GateReportAction action = build.getAction(GateReportAction.class);
            assertThat(action.getObject(), sameInstance(build));
            assertThat(action.getSummaries().get(1).getCheckCount(), is(6));
            assertThat(action.getSummaries().get(1).getPassedCount(), is(1));
            assertThat(action.getSummaries().get(0).getPreviousVersion(), is("6"));
            assertThat(Reports.attach(build, Reports.passed(), null), is(3));

            JenkinsClient client = new JenkinsClient(jenkins, build);
            assertThat(client.text(""), containsString("FAILED churn-classifier 1 check did not pass: recall"));
            assertThat(
                    client.text("mlflow-eval-gate/2/"),
                    allOf(containsString("metric_5"), containsString("INCONCLUSIVE"), containsString("run7")));
        });
    }

    private record JenkinsClient(org.jvnet.hudson.test.JenkinsRule jenkins, FreeStyleBuild build) {
        String text(String path) throws Exception {
            return jenkins.createWebClient()
                    .withJavaScriptEnabled(false)
                    .getPage(build, path)
                    .getElementById("main-panel")
                    .asNormalizedText()
                    .replaceAll("[\\s\u00A0]+", " ");
        }
    }
}
