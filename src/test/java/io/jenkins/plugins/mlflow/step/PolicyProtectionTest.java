package io.jenkins.plugins.mlflow.step;

import static io.jenkins.plugins.mlflow.step.Pipelines.build;
import static io.jenkins.plugins.mlflow.step.Pipelines.report;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.config.PromotionRights;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.live.PromotionQueue;
import io.jenkins.plugins.mlflow.policy.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jenkins.model.ModifiableTopLevelItemGroup;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.BuildWatcherExtension;

/** What keeps a pipeline from making a gate weaker than it should be. */
class PolicyProtectionTest extends PipelineTest {
    @RegisterExtension
    private static final BuildWatcherExtension BUILDS = new BuildWatcherExtension();

    private static final String LOCKED = """
            version: 1
            models:
              churn-classifier:
                locked: true
                baseline: champion
                metrics:
                  accuracy: {min: 0.9, max_drop: 0.01}
                promote: champion
            """;
    private static final String GATE = "mlflowEvalGate model: 'churn-classifier'";

    /** A pipeline with its own policy file of the model. */
    private static String withFile(String policy, String parameters) {
        return "node { writeFile file: 'eval_gate.yaml', text: '''version: 1\nmodels:\n  churn-classifier:\n"
                + policy.strip().indent(4) + "'''\n " + GATE + parameters + " }";
    }

    private String configurationError(String script) throws Exception {
        mlflow.requests.clear();
        Map<?, ?> error = (Map<?, ?>)
                report(jenkins, build(jenkins, Result.FAILURE, script)).get("error");
        assertEquals("CONFIGURATION", error.get("category"));
        assertEquals(List.of(), mlflow.requests);
        return (String) error.get("message");
    }

    @Test
    void aLockedPolicyIsUsedAsItIs() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(LOCKED);

        build(jenkins, Result.SUCCESS, GATE);

        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void aWorkspaceFileMayTightenALockedPolicy() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(LOCKED);

        WorkflowRun run = build(
                jenkins,
                Result.SUCCESS,
                withFile(
                        "baseline: champion\nmetrics:\n  accuracy: {min: 0.91, max_drop: 0.010}\npromote: champion",
                        ""));

        assertEquals("eval_gate.yaml", ((Map<?, ?>) report(jenkins, run).get("policy")).get("origin"));
        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void aWorkspaceFileThatLoosensALockedPolicyIsAnErrorThatNamesEachRule() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(LOCKED);

        String message = configurationError(withFile("metrics:\n  accuracy: {min: 0.8, criticality: note}", ""));

        assertEquals("""
                the administrator locked the stored policy of model 'churn-classifier'. A pipeline may add rules or tighten \
                them, but what this step asks for (eval_gate.yaml, with the step's parameters) asks less:
                - accuracy min 0.9 was lowered to 0.8
                - criticality of accuracy was lowered from failure to note
                - accuracy max_drop 0.01 was removed
                - baseline was removed
                Correct that, or ask the administrator to change the stored policy.""", message);
        String named = configurationError(
                "node { writeFile file: 'x.yaml', text: 'version: 1\\nmodels: {churn-classifier: {metrics: {accuracy: 0.9}}}'\n"
                        + GATE + ", policy: 'x.yaml' }");
        assertTrue(named.contains("(x.yaml, ") && named.contains("- accuracy max_drop 0.01 was removed"), named);
    }

    @Test
    void parametersThatLoosenALockedPolicyAreErrors() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(LOCKED);

        for (List<String> bad : List.of(
                List.of("thresholds: [accuracy: 0.9]", "accuracy max_drop 0.01 was removed"),
                List.of("thresholds: [f1: 0.9]", "accuracy min 0.9 was removed"),
                List.of(
                        "thresholds: [accuracy: [min: 0.9, max_drop: 0.02]]",
                        "accuracy max_drop 0.01 was raised to 0.02"),
                List.of("baseline: 'challenger'", "baseline alias was changed from champion to challenger"),
                List.of(
                        "baseline: [alias: 'champion', when_missing: 'rubber_stamp']",
                        "baseline when_missing was loosened from fail to rubber_stamp"),
                List.of("promote: 'challenger'", "promote alias was changed from champion to challenger"),
                List.of("promote: [alias: 'champion', stage: 'Production']", "promote stage Production was added"),
                List.of("settle: '0s'", "wait settle 5s was shortened to 0s"))) {
            String message = configurationError(GATE + ", " + bad.get(0));
            assertTrue(message.contains("\n- " + bad.get(1) + "\n"), message);
        }
        assertEquals(List.of(), mlflow.writes);
    }

    @Test
    void whatPromotesLessOrAsksMoreIsFree() throws Exception {
        MlflowGlobalConfiguration.get().setPolicy(LOCKED);

        build(jenkins, Result.SUCCESS, GATE + ", promote: false");
        build(jenkins, Result.SUCCESS, GATE + ", runMode: 'dry_run'");
        build(jenkins, Result.SUCCESS, GATE + ", runMode: 'disabled'");
        build(
                jenkins,
                Result.SUCCESS,
                GATE + ", thresholds: [accuracy: [min: 0.99, max_drop: 0.01]], onFailure: 'continue'");
        assertEquals(List.of(), mlflow.writes);

        build(
                jenkins,
                Result.SUCCESS,
                GATE + ", runId: 'r7', timeout: '1h', thresholds: [accuracy: [min: 0.93, max_drop: 0]]");
        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void anExactCandidateMustBeInTheLockedExperiment() throws Exception {
        MlflowGlobalConfiguration.get()
                .setPolicy(LOCKED + "    candidate: {experiment: customer-churn, max_age: 1d}\n");

        WorkflowRun run = build(jenkins, Result.FAILURE, GATE + ", runId: 'r7'");
        // The run is older than that.
        assertEquals("NOT_FOUND", ((Map<?, ?>) report(jenkins, run).get("error")).get("category"));
        assertTrue(mlflow.requests.contains("GET experiments/get-by-name"), mlflow.requests.toString());
        jenkins.assertLogContains("max_age: 1d", run);

        String message = configurationError(GATE + ", version: 7, experiment: 'other'");
        assertTrue(message.contains("- candidate experiment was changed from customer-churn to other"), message);
        message = configurationError(withFile("baseline: champion\nmetrics: {accuracy: {min: 0.9, max_drop: 0}}", ""));
        assertTrue(message.contains("- candidate experiment customer-churn was removed"), message);
    }

    @Test
    void aWorkspaceFileCannotLock() throws Exception {
        String message = configurationError(withFile("locked: true\nmetrics: {accuracy: 0.9}", ""));

        assertTrue(message.contains("`models.churn-classifier.locked`: only the stored policy can be locked"), message);
    }

    private void allow(String jobs) {
        MlflowServerConfiguration server = new MlflowServerConfiguration("stub", mlflow.uri());
        server.setPromotion(jobs == null ? null : new PromotionRights(jobs));
        MlflowGlobalConfiguration.get().setServers(List.of(server));
    }

    private WorkflowJob job(ModifiableTopLevelItemGroup folder, String name, String script) throws Exception {
        WorkflowJob job = (WorkflowJob)
                folder.createProject(jenkins.jenkins.getDescriptorByType(WorkflowJob.DescriptorImpl.class), name, true);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    @Test
    void onlyJobsThatTheAdministratorAllowedPromote() throws Exception {
        allow("ml/*/main");
        Folder churn = jenkins.createProject(Folder.class, "ml").createProject(Folder.class, "churn");
        String script = "def gate = " + GATE + ", thresholds: [accuracy: 0.9], promote: 'champion'\n"
                + "echo \"after: ${gate.status} ${gate.promoted}\"";

        WorkflowRun pull = jenkins.buildAndAssertSuccess(job(churn, "PR-7", script));
        jenkins.assertLogContains("after: PASSED false", pull);
        jenkins.assertLogContains("Not promoted: job 'ml/churn/PR-7' is not allowed to promote on server 'stub'", pull);
        Map<?, ?> promotion = (Map<?, ?>) report(jenkins, pull).get("promotion");
        assertEquals(false, promotion.get("promoted"));
        assertEquals("job 'ml/churn/PR-7' is not allowed to promote on server 'stub'", promotion.get("reason"));
        assertEquals("enabled", report(jenkins, pull).get("run_mode"));
        assertEquals(List.of(), mlflow.writes);
        assertEquals(Map.of(), mlflow.tags);
        String page = jenkins.createWebClient()
                .goTo(pull.getUrl() + "mlflow-eval-gate/1/")
                .asNormalizedText();
        assertTrue(page.contains("job 'ml/churn/PR-7' is not allowed to promote on server 'stub'"), page);

        WorkflowRun refused = jenkins.buildAndAssertStatus(
                Result.FAILURE, job(churn, "PR-8", GATE + ", thresholds: [accuracy: 0.99], promote: 'champion'"));
        assertEquals("FAILED", report(jenkins, refused).get("status"));
        assertEquals("6", mlflow.holder("champion"));
        assertEquals(List.of(), mlflow.changes);
        assertEquals(
                List.of(),
                mlflow.requests.stream()
                        .filter(request -> request.endsWith("set-tag"))
                        .toList());

        WorkflowRun main = jenkins.buildAndAssertSuccess(job(churn, "main", script));
        jenkins.assertLogContains("after: PASSED true", main);
        assertEquals("7", mlflow.holder("champion"));
    }

    /** Whatever it names, and whatever its verdict: the tags of a version are a record that such a job must not touch. */
    @Test
    void aJobThatMayNotPromoteWritesNothingToTheServer() throws Exception {
        allow("other");

        for (String parameters : List.of(
                "alias: 'champion', thresholds: [accuracy: 2]",
                "thresholds: [accuracy: 2]",
                "version: 7, thresholds: [accuracy: 2], promote: 'champion'",
                "runId: 'r7', thresholds: [accuracy: 2], promote: 'champion'",
                "thresholds: [missing: 2], promote: 'champion', timeout: '1s'",
                "thresholds: [accuracy: 0.1], promote: 'champion'",
                "thresholds: [accuracy: 0.1], promote: [alias: 'champion', approval: 'always']")) {
            build(jenkins, Result.SUCCESS, GATE + ", onFailure: 'continue', " + parameters);
            assertEquals(List.of(), mlflow.changes, parameters);
        }
        assertEquals(
                List.of(),
                mlflow.requests.stream()
                        .filter(request -> request.endsWith("set-tag"))
                        .toList());
    }

    /** A second entry for the same address, made for other timeouts, is no side door. */
    @Test
    void anotherEntryOfTheSameAddressIsNoWayAroundTheList() throws Exception {
        MlflowServerConfiguration listed = new MlflowServerConfiguration("stub", mlflow.uri());
        listed.setPromotion(new PromotionRights("other"));
        MlflowGlobalConfiguration.get()
                .setServers(List.of(listed, new MlflowServerConfiguration("door", mlflow.uri() + "/")));

        WorkflowRun run = build(
                jenkins, Result.SUCCESS, GATE + ", server: 'door', thresholds: [accuracy: 0.9], promote: 'champion'");

        assertTrue(((Map<?, ?>) report(jenkins, run).get("promotion"))
                .get("reason")
                .toString()
                .contains("is not allowed to promote on server 'door'"));
        assertEquals(List.of(), mlflow.changes);
    }

    @Test
    void aRightThatIsWithdrawnWhileTheGateWaitsEndsItAndNothingIsPromoted() throws Exception {
        mlflow.status("r7", "RUNNING");
        WorkflowJob job = job(jenkins.jenkins, "main", GATE + ", thresholds: [accuracy: 0.9], promote: 'champion'");
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7", run);

        allow("other");
        mlflow.status("r7", "FINISHED");

        assertEndedSince(
                run,
                "the list of jobs that may promote was changed: job 'main' is not allowed to promote on server 'stub'.");
    }

    /** By a change of the administrator's, with nothing promoted. */
    private void assertEndedSince(WorkflowRun run, String change) throws Exception {
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(run));
        Map<?, ?> error = (Map<?, ?>) report(jenkins, run).get("error");
        assertEquals("CONFIGURATION", error.get("category"));
        assertTrue(error.get("message").toString().startsWith("While the gate waited, " + change), error::toString);
        assertEquals(List.of(), mlflow.writes);
        assertEquals("6", mlflow.holder("champion"));
    }

    @Test
    void aPolicyThatIsLockedOrTightenedWhileTheGateWaitsEndsItAndNamesTheRule() throws Exception {
        for (boolean locked : new boolean[] {false, true}) {
            mlflow.status("r7", "RUNNING");
            MlflowGlobalConfiguration.get().setPolicy(locked ? LOCKED : "");
            WorkflowRun run = job(
                            jenkins.jenkins,
                            "main" + locked,
                            locked ? GATE : GATE + ", thresholds: [accuracy: 0.8], promote: 'champion'")
                    .scheduleBuild2(0)
                    .waitForStart();
            jenkins.waitForMessage("Waiting for run r7", run);

            MlflowGlobalConfiguration.get().setPolicy(LOCKED.replace("min: 0.9,", "min: 0.91,"));
            mlflow.status("r7", "FINISHED");

            assertEndedSince(run, "the administrator changed the locked policy of model 'churn-classifier'");
            String message = ((Map<?, ?>) report(jenkins, run).get("error"))
                    .get("message")
                    .toString();
            assertTrue(message.contains("- accuracy min 0.91 was lowered to " + (locked ? "0.9" : "0.8")), message);
        }
    }

    @Test
    void aLockThatIsLoosenedWhileTheGateWaitsCountsFromTheNextBuildOn() throws Exception {
        mlflow.status("r7", "RUNNING");
        MlflowGlobalConfiguration.get().setPolicy(LOCKED);
        WorkflowRun run = job(jenkins.jenkins, "main", GATE).scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7", run);

        MlflowGlobalConfiguration.get().setPolicy(LOCKED.replace("min: 0.9,", "min: 0.1,"));
        mlflow.status("r7", "FINISHED");

        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        assertTrue(report(jenkins, run).toString().contains("0.93 is at least 0.9"), report(jenkins, run)::toString);
    }

    @Test
    void aRightThatIsWithdrawnWhileOthersPromoteEndsTheGateWithAnError() throws Exception {
        String key = PromotionQueue.key(
                MlflowGlobalConfiguration.get().getServer("stub").destination(), HttpMlflow.MODEL);
        PromotionQueue.Place other = PromotionQueue.INSTANCE.enter(key, false, () -> {});
        WorkflowJob job = job(jenkins.jenkins, "main", GATE + ", thresholds: [accuracy: 0.9], promote: 'champion'");
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for the promotions of churn-classifier by other builds", run);

        allow("other");
        PromotionQueue.INSTANCE.leave(other);

        assertEndedSince(
                run,
                "the list of jobs that may promote was changed: job 'main' is not allowed to promote on server 'stub'.");
    }

    @Test
    void aRightThatIsGrantedWhileTheGateWaitsCountsFromTheNextBuildOn() throws Exception {
        allow("other");
        mlflow.status("r7", "RUNNING");
        WorkflowJob job = job(jenkins.jenkins, "main", GATE + ", thresholds: [accuracy: 0.9], promote: 'champion'");
        WorkflowRun run = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForMessage("Waiting for run r7", run);

        allow(null);
        mlflow.status("r7", "FINISHED");

        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(run));
        assertEquals(List.of(), mlflow.writes);
        jenkins.buildAndAssertSuccess(job);
        assertEquals("7", mlflow.holder("champion"));
    }

    @Test
    void aWeakenedPolicyIsSeenInTheReportTheLogAndTheDocument() throws Exception {
        WorkflowJob job = job(
                jenkins.jenkins,
                "train",
                GATE
                        + ", baseline: 'champion', thresholds: [accuracy: [min: 0.9, max_drop: 0.01]], promote: 'champion'");
        WorkflowRun first = jenkins.buildAndAssertSuccess(job);
        assertNull(report(jenkins, first).get("policy_changes"));
        assertTrue(report(jenkins, first).containsKey("policy_changes"));
        assertEquals("7", mlflow.holder("champion"));

        // The version that is there already is no promotion, and changes nothing in what is remembered.
        WorkflowRun same = jenkins.buildAndAssertSuccess(job);
        assertEquals(List.of(), report(jenkins, same).get("policy_changes"));
        assertEquals("train #1", report(jenkins, same).get("policy_compared_with"));
        String quiet = jenkins.createWebClient()
                .goTo(same.getUrl() + "mlflow-eval-gate/1/")
                .asNormalizedText();
        assertFalse(quiet.contains("Compared with"), quiet);

        mlflow.version(8, "r8", "accuracy", 0.89);
        WorkflowRun weak = build(
                jenkins,
                Result.SUCCESS,
                "def gate = " + GATE + ", thresholds: [accuracy: 0.8], promote: 'champion'\n"
                        + "echo \"seen: ${gate.toMap().policy_changes}\"");
        List<String> sentences = List.of(
                "accuracy min 0.9 was lowered to 0.8", "accuracy max_drop 0.01 was removed", "baseline was removed");
        assertEquals(sentences, report(jenkins, weak).get("policy_changes"));
        jenkins.assertLogContains(
                "Compared with the policy that let the last promotion through (build train #1), 3 rules were loosened or removed:",
                weak);
        jenkins.assertLogContains("  accuracy max_drop 0.01 was removed", weak);
        jenkins.assertLogContains("seen: [accuracy min 0.9", weak);
        HtmlPage page = jenkins.createWebClient().goTo(weak.getUrl() + "mlflow-eval-gate/1/");
        String text = page.querySelector(".mlflow-gate-changes").asNormalizedText();
        assertEquals(
                "Compared with the policy that let the last promotion through (build train #1), 3 rules were loosened or"
                        + " removed:\n" + String.join("\n", sentences),
                text);
        assertEquals("8", mlflow.holder("champion"));

        mlflow.version(9, "r9", "accuracy", 0.85);
        WorkflowRun later = build(jenkins, Result.SUCCESS, GATE + ", thresholds: [accuracy: 0.8]");
        assertEquals(List.of(), report(jenkins, later).get("policy_changes"));
    }

    @Test
    void whatIsRememberedOfAPromotionIsOneSmallFileThatMayBeLost() throws Exception {
        String gate = GATE + ", thresholds: [accuracy: 0.9], promote: 'champion'";
        build(jenkins, Result.SUCCESS, gate);
        Path folder = jenkins.jenkins.getRootDir().toPath().resolve("mlflow-eval-gate/promotions");
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertEquals(1, all.size());
            file = all.get(0);
        }
        Map<?, ?> record = (Map<?, ?>) Json.read(Files.readString(file));
        assertEquals("churn-classifier", record.get("model"));
        assertEquals("stub", record.get("server"));
        assertEquals("7", record.get("version"));
        assertTrue(record.get("policy").toString().contains("min: 0.9"), record.toString());

        for (String spoilt :
                List.of("", "{", "[]", "{\"policy\": null}", "{\"build\": 1, \"policy\": \"nonsense: true\"}")) {
            Files.writeString(file, spoilt);
            WorkflowRun run = build(jenkins, Result.SUCCESS, GATE + ", thresholds: [accuracy: 0.1]");
            assertNull(report(jenkins, run).get("policy_changes"), spoilt);
        }
        mlflow.version(8, "r8", "accuracy", 0.95);
        build(jenkins, Result.SUCCESS, gate);
        assertEquals("8", ((Map<?, ?>) Json.read(Files.readString(file))).get("version"));
    }
}
