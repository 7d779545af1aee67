package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.util.List;
import java.util.Map;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution;
import org.jvnet.hudson.test.JenkinsRule;

/** Pipelines of a Jenkins under test, and what their gates report. */
public final class Pipelines {
    private Pipelines() {}

    /**
     * Makes it Jenkins' only server, which was not there before: one that only has a new address under the same name would keep the
     * records of the last one.
     */
    static HttpMlflow configure(HttpMlflow mlflow) {
        MlflowGlobalConfiguration.get().setServers(List.of());
        MlflowGlobalConfiguration.get().setServers(List.of(new MlflowServerConfiguration("stub", mlflow.uri())));
        return mlflow;
    }

    /** A job whose script runs in the sandbox. */
    public static WorkflowJob job(JenkinsRule jenkins, String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    /** Runs the script to its end, which must be as expected. */
    public static WorkflowRun build(JenkinsRule jenkins, Result expected, String script) throws Exception {
        return jenkins.buildAndAssertStatus(expected, job(jenkins, script));
    }

    /** A job whose builds differ in {@code params.n}. */
    static WorkflowJob numbered(JenkinsRule jenkins, String script) throws Exception {
        WorkflowJob job = job(jenkins, script);
        job.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("n", "0")));
        return job;
    }

    /** Starts a build of a numbered job. */
    static WorkflowRun begin(WorkflowJob job, int n) throws Exception {
        return job.scheduleBuild2(0, new ParametersAction(new StringParameterValue("n", String.valueOf(n))))
                .waitForStart();
    }

    /** The JSON report of the build's first gate. */
    public static Map<?, ?> report(JenkinsRule jenkins, WorkflowRun run) throws Exception {
        return report(jenkins.createWebClient(), run, 1);
    }

    /** The same of the gate with this number, as one user gets it. */
    static Map<?, ?> report(JenkinsRule.WebClient client, WorkflowRun run, int number) throws Exception {
        return (Map<?, ?>)
                Json.read(client.goTo(run.getUrl() + "mlflow-eval-gate/" + number + "/report.json", "application/json")
                        .getWebResponse()
                        .getContentAsString());
    }

    /** The JSON documents of a build's gates, as its API serves them. */
    static List<Map<String, Object>> reports(GateReportAction action) {
        return ((GateReportAction.Documents) action.getApi().bean).getReports();
    }

    /** The only approval that the build waits for, as soon as it does. */
    static InputStepExecution pendingInput(WorkflowRun run) throws Exception {
        for (int tries = 0; run.getAction(InputAction.class).getExecutions().isEmpty(); tries++) {
            assertTrue(tries < 600, "the build asks for no approval");
            Thread.sleep(50);
        }
        assertEquals(1, run.getAction(InputAction.class).getExecutions().size());
        return run.getAction(InputAction.class).getExecutions().get(0);
    }
}
