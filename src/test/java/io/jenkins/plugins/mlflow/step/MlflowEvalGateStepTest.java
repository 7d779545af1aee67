package io.jenkins.plugins.mlflow.step;

import static io.jenkins.plugins.mlflow.step.Pipelines.build;
import static io.jenkins.plugins.mlflow.step.Pipelines.job;
import static io.jenkins.plugins.mlflow.step.Pipelines.report;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.FilePath;
import hudson.model.Result;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.policy.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import jenkins.model.JenkinsLocationConfiguration;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvnet.hudson.test.junit.jupiter.BuildWatcherExtension;

/** The step in pipelines, as their authors meet it. */
class MlflowEvalGateStepTest extends PipelineTest {
    @RegisterExtension
    private static final BuildWatcherExtension BUILDS = new BuildWatcherExtension();

    private static final String POLICY = """
            version: 1
            models:
              churn-classifier:
                baseline: {alias: champion, when_missing: rubber_stamp}
                metrics:
                  accuracy: {min: 0.9, max_drop: 0.01}
                promote: champion
            """;

    @Test
    void aPassPromotesAndTheSandboxedPipelineReadsWhatHappened() throws Exception {
        WorkflowRun run = build(jenkins, Result.SUCCESS, """
                def gate = mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.92], promote: 'champion'
                echo "read: ${gate.status} ${gate.passed} ${gate.runId} ${gate.version} ${gate.previousVersion} ${gate.promoted}"
                echo "check: ${gate.checks[0].metric} ${gate.checks[0].rule} ${gate.checks[0].value} ${gate.checks[0].verdict}"
                echo "first: ${gate.checks.collect { it.criticality + '/' + it.reason }[0]}"
                echo "map: ${gate.toMap().timing.requests > 0} ${gate.reportUrl}"
                """);

        jenkins.assertLogContains("read: PASSED true r7 7 6 true", run);
        jenkins.assertLogContains("check: accuracy min 0.93 PASSED", run);
        jenkins.assertLogContains("first: failure/0.93 is at least 0.92", run);
        jenkins.assertLogContains("map: true " + jenkins.getURL() + run.getUrl() + "mlflow-eval-gate/1/", run);
        assertEquals("7", mlflow.holder("champion"));
        assertEquals(List.of("champion=7"), mlflow.writes);
        assertEquals(jenkins.getURL() + run.getUrl(), mlflow.tags.get("mlflow_eval_gate.build_url"));
        assertEquals("thresholds", ((Map<?, ?>) report(jenkins, run).get("policy")).get("origin"));
    }

    @Test
    void aLoggedModelIsEvaluatedOnADataset() throws Exception {
        mlflow.loggedModel("m-7", "r7", "accuracy", "holdout", 0.97);

        WorkflowRun run = build(jenkins, Result.SUCCESS, """
                def gate = mlflowEvalGate model: 'churn-classifier', modelId: 'm-7',
                        thresholds: [accuracy: [min: 0.95, dataset: 'holdout']]
                echo "read: ${gate.runId} ${gate.checks[0].dataset} ${gate.checks[0].value} ${gate.toMap().candidate.model_id}"
                """);

        jenkins.assertLogContains("read: r7 holdout 0.97 m-7", run);
        String page = jenkins.createWebClient()
                .goTo(run.getUrl() + "mlflow-eval-gate/1/")
                .asNormalizedText();
        assertTrue(page.contains("dataset holdout") && page.contains("m-7"), page);
    }

    @Test
    void aMissFailsADeclarativeBuildAndItsReportIsOnThePage() throws Exception {
        WorkflowRun run = build(jenkins, Result.FAILURE, """
                pipeline {
                  agent any
                  stages {
                    stage('Gate') { steps { mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.99], promote: 'champion' } }
                    stage('Deploy') { steps { echo 'deployed' } }
                  }
                }
                """);

        jenkins.assertLogNotContains("deployed\n", run);
        jenkins.assertLogContains("accuracy 0.93 is 0.06 under its bound of 0.99", run);
        assertEquals("6", mlflow.holder("champion"));
        assertEquals("FAILED", mlflow.tags.get("mlflow_eval_gate.last_refusal_status"));
        assertNull(mlflow.tags.get("mlflow_eval_gate.status"));
        HtmlPage page = jenkins.createWebClient().goTo(run.getUrl() + "mlflow-eval-gate/1/");
        assertTrue(page.asNormalizedText().contains("0.93 is 0.06 under its bound of 0.99"), page.asNormalizedText());
        assertTrue(jenkins.createWebClient().getPage(run).asNormalizedText().contains("accuracy 0.93 is 0.06 under"));
    }

    @Test
    void anUnstableCheckMarksTheBuildAndGoesOn() throws Exception {
        WorkflowRun run = build(jenkins, Result.UNSTABLE, """
                def gate = mlflowEvalGate model: 'churn-classifier', promote: 'champion',
                    thresholds: [accuracy: [min: 0.99, criticality: 'unstable']]
                echo "after: ${gate.status} ${gate.passed}"
                """);

        jenkins.assertLogContains("after: UNSTABLE false", run);
        assertEquals(List.of(), mlflow.writes);
        FlowNode node = new DepthFirstScanner()
                .findFirstMatch(run.getExecution(), n -> n.getAction(WarningAction.class) != null);
        assertEquals(
                "accuracy 0.93 is 0.06 under its bound of 0.99",
                node.getAction(WarningAction.class).getMessage());
    }

    @Test
    void whatAFailedGateDoesToTheBuildCanBeChosen() throws Exception {
        Map<String, Result> results =
                Map.of("unstable", Result.UNSTABLE, "continue", Result.SUCCESS, "failure", Result.FAILURE);
        for (String onFailure : results.keySet()) {
            WorkflowRun run = build(
                    jenkins,
                    results.get(onFailure),
                    "def gate = mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.99], onFailure: '"
                            + onFailure + "'\necho \"after: ${gate.status}\"");

            assertEquals(!onFailure.equals("failure"), run.getLog(1000).contains("after: FAILED"), onFailure);
            assertEquals("FAILED", report(jenkins, run).get("status"));
        }
    }

    @Test
    void anErrorAlwaysFailsTheStep() throws Exception {
        mlflow.refuseWith(401);
        for (String onFailure : List.of("failure", "unstable", "continue")) {
            WorkflowRun run = build(
                    jenkins,
                    Result.FAILURE,
                    "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], onFailure: '" + onFailure
                            + "'\necho 'after'");

            assertEquals("UNAUTHORIZED", ((Map<?, ?>) report(jenkins, run).get("error")).get("category"), onFailure);
            jenkins.assertLogContains("UNAUTHORIZED: ", run);
            assertFalse(run.getLog(1000).contains("after"), onFailure);
        }
    }

    @Test
    void aParameterThatIsUnknownOrBadIsAConfigurationErrorWithAReportAndNoRequest() throws Exception {
        List<String> bad = List.of(
                "tresholds: [accuracy: 0.9]",
                "thresholds: [accuracy: 'high']",
                "thresholds: [:]",
                "thresholds: [accuracy: 0.9], onFailure: 'ignore'",
                "thresholds: [accuracy: 0.9], runMode: 'off'",
                "thresholds: [accuracy: 0.9], runId: null",
                "thresholds: [accuracy: 0.9], runId: ''",
                "thresholds: [accuracy: 0.9], runId: 'r7', modelId: 'm-7'",
                "thresholds: [accuracy: 0.9], version: 'seven'",
                "thresholds: [accuracy: 0.9], version: 7.5",
                "thresholds: [accuracy: 0.9], alias: 'v7'",
                "thresholds: [accuracy: 0.9], modelId: '7'",
                "thresholds: [accuracy: 0.9], promote: true",
                "thresholds: [accuracy: 0.9], promote: [alias: 'latest']",
                "thresholds: [accuracy: 0.9], timeout: 5",
                "thresholds: [accuracy: 0.9], timeout: '5'",
                "thresholds: [accuracy: 0.9], server: 'http://elsewhere'",
                "thresholds: [accuracy: 0.9], policy: 'eval_gate.yaml'",
                "thresholds: [accuracy: [max_drop: 0.1]]");
        for (String parameters : bad) {
            WorkflowRun run = build(jenkins, Result.FAILURE, "mlflowEvalGate model: 'churn-classifier', " + parameters);

            Map<?, ?> error = (Map<?, ?>) report(jenkins, run).get("error");
            assertEquals("CONFIGURATION", error.get("category"), () -> parameters + ": " + error);
            assertEquals(List.of(), mlflow.requests, parameters);
            if (parameters.startsWith("tresholds")) {
                assertEquals("unknown parameter `tresholds`: did you mean `thresholds`?", error.get("message"));
            }
        }
    }

    @Test
    void thresholdsOfAnyShapeEndInTimeAsAConfigurationErrorWithAReport() throws Exception {
        for (String odd : List.of(
                "[1, 2]",
                "[accuracy: [1, 2]]",
                "[accuracy: [[[0.9]]]]",
                "[accuracy: [min: [0.9]]]",
                "[accuracy: { 0.9 }]",
                "{ [accuracy: 0.9] }",
                "[accuracy: 0.0d / 0.0d]",
                "[accuracy: 1.0d / 0.0d]",
                "[accuracy: [min: 0.0d / 0.0d]]",
                "[accuracy: \"${'high'}\"]",
                "[accuracy: null]",
                "[accuracy: new Date()]",
                "(1..1000000)",
                "[accuracy: (1..1000000)]",
                "many()",
                "[('x' * 60000): 0.9]",
                "[accuracy: 'x' * 2000000]")) {
            Instant before = Instant.now();
            WorkflowJob job = jenkins.createProject(WorkflowJob.class);
            job.setDefinition(new CpsFlowDefinition(
                    "@NonCPS def many() { (1..1000000).collectEntries { [it, 1] } }\n"
                            + "mlflowEvalGate model: 'churn-classifier', thresholds: " + odd,
                    false));

            WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job);

            assertEquals("CONFIGURATION", ((Map<?, ?>) report(jenkins, run).get("error")).get("category"), odd);
            assertEquals(List.of(), mlflow.requests, odd);
            assertTrue(Duration.between(before, Instant.now()).toSeconds() < 60, odd);
        }
    }

    @Test
    void aThresholdMayHaveMoreDigitsThanANumberInJson() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: new BigDecimal('0.9' + '0' * 1200 + '1')]",
                false));

        jenkins.buildAndAssertSuccess(job);
    }

    @Test
    void aThresholdMayBeATextThatGroovyPutTogether() throws Exception {
        build(
                jenkins,
                Result.SUCCESS,
                "def n = 0.9\nmlflowEvalGate model: 'churn-classifier', thresholds: [\"accu${'racy'}\": \">= ${n}\"]");
    }

    @Test
    void anUnknownServersErrorNamesTheKnownOnes() throws Exception {
        WorkflowRun run = build(
                jenkins,
                Result.FAILURE,
                "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], server: 'stab'");

        jenkins.assertLogContains("There is no MLflow server named 'stab' for this job.", run);
        jenkins.assertLogContains("This job may use: 'stub'.", run);
    }

    @Test
    void withoutAnAddressOfJenkinsTheBuildIsNamedByItsPathAndTheLogSaysSoOnce() throws Exception {
        JenkinsLocationConfiguration.get().setUrl(null);

        WorkflowRun run = build(
                jenkins,
                Result.SUCCESS,
                "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], promote: 'champion'");

        assertEquals(run.getUrl(), mlflow.tags.get("mlflow_eval_gate.build_url"));
        assertEquals(
                1,
                run.getLog(1000).stream()
                        .filter(line -> line.contains("Warning: the address of this Jenkins is not configured"))
                        .count());
    }

    @Test
    void aVersionMayBeANumberOrText() throws Exception {
        mlflow.version(8, "r8", "accuracy", 0.5);
        build(
                jenkins,
                Result.SUCCESS,
                "mlflowEvalGate model: 'churn-classifier', version: 7, thresholds: [accuracy: 0.9]");
        build(
                jenkins,
                Result.SUCCESS,
                "mlflowEvalGate model: 'churn-classifier', version: '7', thresholds: [accuracy: 0.9]");
        build(
                jenkins,
                Result.SUCCESS,
                "def n = 7\nmlflowEvalGate model: 'churn-classifier', version: \"${n}\", thresholds: [accuracy: 0.9]");
    }

    @Test
    void theModelAloneIsEnoughWithAPolicyInTheWorkspaceOfAnAgent() throws Exception {
        DumbSlave agent = jenkins.createOnlineSlave();
        WorkflowRun run = build(
                jenkins,
                Result.SUCCESS,
                "node('" + agent.getSelfLabel().getName() + "') { writeFile file: 'eval_gate.yaml', text: '''" + POLICY
                        + "'''\n mlflowEvalGate model: 'churn-classifier' }");

        assertEquals("eval_gate.yaml", ((Map<?, ?>) report(jenkins, run).get("policy")).get("origin"));
        assertEquals("7", mlflow.holder("champion"));
        jenkins.assertLogContains("min: 0.9", run);
    }

    @Test
    void theModelAloneIsEnoughWithAStoredPolicy() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(POLICY);

        WorkflowRun run = build(jenkins, Result.SUCCESS, "mlflowEvalGate 'churn-classifier'");

        assertEquals("stored policy", ((Map<?, ?>) report(jenkins, run).get("policy")).get("origin"));
    }

    @Test
    void theModelAloneWithoutAnyPolicyIsAClearError() throws Exception {
        WorkflowRun run = build(jenkins, Result.FAILURE, "node { mlflowEvalGate model: 'churn-classifier' }");

        Map<?, ?> error = (Map<?, ?>) report(jenkins, run).get("error");
        assertEquals("CONFIGURATION", error.get("category"));
        assertTrue(error.get("message").toString().contains("there are no rules for model 'churn-classifier'"));
    }

    @Test
    void theWorkspacesPolicyIsPassedOverOnlyIfItDoesNotHaveTheModel() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(POLICY);
        WorkflowRun other = build(
                jenkins,
                Result.SUCCESS,
                "node { writeFile file: 'eval_gate.yaml', text: 'version: 1\\nmodels: {other: {metrics: {a: 1}}}'\n"
                        + "mlflowEvalGate model: 'churn-classifier', promote: false }");
        assertEquals("stored policy", ((Map<?, ?>) report(jenkins, other).get("policy")).get("origin"));

        WorkflowRun broken = build(
                jenkins,
                Result.FAILURE,
                "node { writeFile file: 'eval_gate.yaml', text: 'version: 2'\nmlflowEvalGate model: 'churn-classifier' }");
        assertTrue(
                report(jenkins, broken).get("reason").toString().contains("eval_gate.yaml:1:10"),
                report(jenkins, broken).toString());
    }

    @Test
    void aNamedPolicyThatIsAbsentOutsideOrWithoutTheModelNeverFallsThrough() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(POLICY);
        for (String path :
                List.of("gone.yaml", "../outside.yaml", "/etc/passwd", "link.yaml", "directory", "other.yaml")) {
            WorkflowJob job = job(jenkins, """
                    node {
                      writeFile file: 'directory/file', text: ''
                      writeFile file: 'other.yaml', text: 'version: 1\\nmodels: {other: {metrics: {a: 1}}}'
                      mlflowEvalGate model: 'churn-classifier', policy: '%s'
                    }
                    """.formatted(path));
            FilePath workspace = jenkins.jenkins.getWorkspaceFor(job);
            workspace.mkdirs();
            workspace.sibling("outside.yaml").write(POLICY, "UTF-8");
            workspace.child("link.yaml").symlinkTo("../outside.yaml", jenkins.createTaskListener());

            WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job);

            assertEquals("CONFIGURATION", ((Map<?, ?>) report(jenkins, run).get("error")).get("category"), path);
            assertEquals(List.of(), mlflow.requests, path);
            assertFalse(run.getLog(1000).stream().anyMatch(line -> line.contains("root:")), path);
        }
    }

    @Test
    void aWorkspacePolicyThatCannotBeReadNeverFallsThrough() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(POLICY);
        WorkflowJob job =
                job(jenkins, "node { mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.5] }");
        FilePath workspace = jenkins.jenkins.getWorkspaceFor(job);
        workspace.mkdirs();
        workspace.child("eval_gate.yaml").symlinkTo("gone.yaml", jenkins.createTaskListener());

        WorkflowRun run = jenkins.buildAndAssertStatus(Result.FAILURE, job);

        assertTrue(
                report(jenkins, run).get("reason").toString().contains("cannot be read"),
                report(jenkins, run).toString());
        assertEquals(List.of(), mlflow.requests);
    }

    @Test
    void aDryRunChangesNothingAndADisabledGateAsksNothing() throws Exception {
        WorkflowRun dry = build(jenkins, Result.SUCCESS, """
                def gate = mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], promote: 'champion', runMode: 'dry_run'
                echo "after: ${gate.passed} ${gate.promoted}"
                """);
        jenkins.assertLogContains("after: true false", dry);
        assertEquals(List.of(), mlflow.writes);
        assertEquals(Map.of(), mlflow.tags);
        mlflow.requests.clear();

        WorkflowRun disabled = build(jenkins, Result.SUCCESS, """
                def gate = mlflowEvalGate model: 'churn-classifier', runMode: 'disabled'
                echo "after: ${gate.status} ${gate.passed} ${gate.promoted}"
                """);
        jenkins.assertLogContains("after: DISABLED false false", disabled);
        assertEquals(List.of(), mlflow.requests);
        assertEquals("DISABLED", report(jenkins, disabled).get("status"));
        assertEquals("disabled", report(jenkins, disabled).get("run_mode"));
        assertEquals(
                1,
                disabled.getLog(1000).stream()
                        .filter(line -> line.contains("[mlflowEvalGate]"))
                        .count());
    }

    @Test
    void severalGatesInOneBuildEachKeepTheirReport() throws Exception {
        WorkflowRun run = build(jenkins, Result.SUCCESS, """
                mlflowEvalGate model: 'churn-classifier', version: 7, thresholds: [accuracy: 0.9]
                mlflowEvalGate model: 'churn-classifier', version: 6, thresholds: [accuracy: 0.99], onFailure: 'continue'
                """);

        assertEquals("PASSED", report(jenkins.createWebClient(), run, 1).get("status"));
        assertEquals("FAILED", report(jenkins.createWebClient(), run, 2).get("status"));
        Map<?, ?> all = (Map<?, ?>) Json.read(jenkins.createWebClient()
                .goTo(run.getUrl() + "mlflow-eval-gate/api/json", "application/json")
                .getWebResponse()
                .getContentAsString());
        assertEquals(2, ((List<?>) all.get("reports")).size());
    }

    @Test
    void whileItWaitsItHoldsNoExecutorAndSaysWhatItWaitsFor() throws Exception {
        mlflow.status("r7", "RUNNING");
        WorkflowJob job =
                job(jenkins, "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], timeout: '5m'");
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7 to finish (it is RUNNING)", run);

        assertEquals(0, jenkins.jenkins.toComputer().countBusy());

        mlflow.status("r7", "FINISHED");
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        assertTrue(((Number) ((Map<?, ?>) report(jenkins, run).get("timing")).get("waited_ms")).longValue() > 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAbortEndsTheGateWithinASecondWhetherItWaitsOrAsks(boolean asking) throws Exception {
        if (asking) {
            mlflow.hold();
        } else {
            mlflow.status("r7", "RUNNING");
        }
        WorkflowJob job = job(
                jenkins, "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], promote: 'champion'");
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        if (asking) {
            while (mlflow.requests.isEmpty()) {
                Thread.onSpinWait();
            }
        } else {
            jenkins.waitForMessage("Waiting for run r7", run);
        }

        Instant stopped = Instant.now();
        run.getExecutor().interrupt();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));

        assertTrue(Duration.between(stopped, Instant.now()).toMillis() < 2000);
        assertEquals(List.of(), mlflow.writes);
        assertEquals("ERROR", report(jenkins, run).get("status"));
        assertTrue(report(jenkins, run).get("reason").toString().startsWith("stopped before it finished"));
    }

    @Test
    void aTimeoutStepAroundTheGateEndsIt() throws Exception {
        mlflow.status("r7", "RUNNING");

        WorkflowRun run = build(
                jenkins,
                Result.ABORTED,
                "timeout(time: 3, unit: 'SECONDS') { mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9] }");

        assertEquals("ERROR", report(jenkins, run).get("status"));
    }

    @Test
    void itsOwnTimeoutFailsTheGate() throws Exception {
        mlflow.status("r7", "RUNNING");

        WorkflowRun run = build(
                jenkins,
                Result.FAILURE,
                "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], timeout: '2s'");

        assertEquals("FAILED", report(jenkins, run).get("status"));
        assertTrue(
                report(jenkins, run).get("reason").toString().contains("within 2s"),
                report(jenkins, run).toString());
    }

    @Test
    void withoutAServerTheErrorSaysWhereToAddOne() throws Exception {
        MlflowGlobalConfiguration.get().setServers(List.of());

        WorkflowRun run =
                build(jenkins, Result.FAILURE, "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9]");

        assertTrue(
                report(jenkins, run).get("reason").toString().contains("Manage Jenkins"),
                report(jenkins, run).toString());
    }

    @Test
    void promotionsOfOneModelTakeTurns() throws Exception {
        WorkflowJob job = job(
                jenkins, "mlflowEvalGate model: 'churn-classifier', thresholds: [accuracy: 0.9], promote: 'champion'");
        var latch = mlflow.hold();
        job.setConcurrentBuild(true);
        List<WorkflowRun> runs = new java.util.ArrayList<>();
        for (int i = 0; i < 5; i++) {
            runs.add(job.scheduleBuild2(
                            0, new hudson.model.CauseAction(new hudson.model.Cause.RemoteCause("test", "" + i)))
                    .waitForStart());
        }
        latch.countDown();
        int promoted = 0;
        for (WorkflowRun run : runs) {
            jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
            promoted +=
                    Boolean.TRUE.equals(((Map<?, ?>) report(jenkins, run).get("promotion")).get("promoted")) ? 1 : 0;
        }
        assertEquals(List.of("champion=7"), mlflow.writes);
        assertEquals(1, promoted);
        assertNotNull(mlflow.holder("champion"));
        assertNull(mlflow.holder("challenger"));
    }
}
