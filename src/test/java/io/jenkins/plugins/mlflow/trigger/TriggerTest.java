package io.jenkins.plugins.mlflow.trigger;

import static io.jenkins.plugins.mlflow.gate.HttpMlflow.MODEL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.ExtensionList;
import hudson.model.Action;
import hudson.model.FreeStyleProject;
import hudson.model.Queue;
import hudson.model.Result;
import hudson.model.TaskListener;
import hudson.tasks.Shell;
import io.jenkins.plugins.mlflow.config.Folders;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.step.Pipelines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.tokenmacro.TokenMacro;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.LogRecorder;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What starts a build, by polls, by events that were offered, and by both. */
@WithJenkins
class TriggerTest {
    private static final String GATE = "mlflowEvalGate model: '" + MODEL + "', thresholds: [accuracy: 0.9]";

    private JenkinsRule jenkins;
    private HttpMlflow mlflow;
    private MlflowServerConfiguration server;
    private Triggered triggered;

    @BeforeEach
    void start(JenkinsRule rule) throws Exception {
        jenkins = rule;
        mlflow = new HttpMlflow().championAndCandidate();
        server = Triggered.configure(mlflow);
        triggered = new Triggered(jenkins);
    }

    @AfterEach
    void stop() {
        TriggerEngine.automatic = true;
        mlflow.close();
    }

    private WorkflowJob job(String... on) throws Exception {
        return triggered.job("gate", Triggered.SHOW, Triggered.trigger(on));
    }

    @Test
    void theFirstPollStartsNothingAndEachNewVersionGetsOneBuild() throws Exception {
        WorkflowJob job = job("created");
        triggered.run();
        triggered.poll();
        assertEquals(List.of(), triggered.events(job));

        mlflow.version(8, "r8", "accuracy", 0.95).version(9, "r9", "accuracy", 0.96);
        triggered.poll();
        triggered.poll();

        assertEquals(
                List.of("8 created", "9 created"),
                triggered.events(job).stream().sorted().toList());
        for (WorkflowRun run : job.getBuilds()) {
            String version = run.getCause(ModelVersionCause.class).getVersion();
            jenkins.assertLogContains("SEEN: churn-classifier " + version + " r" + version, run);
            jenkins.assertLogContains(
                    "Version " + version + " of model churn-classifier on MLflow server 'stub': created", run);
        }
    }

    @Test
    void theGateEvaluatesTheVersionThatStartedTheBuildUnlessItIsToldAnother() throws Exception {
        WorkflowJob job = triggered.job(
                "gate",
                GATE + "\n" + GATE + ", version: 6\n" + GATE + ", runId: 'r6'\n" + GATE
                        + ", experiment: 'customer-churn'",
                Triggered.trigger("created"));
        mlflow.version(8, "r8", "accuracy", 0.95).version(9, "r9", "accuracy", 0.96);
        triggered.offer(server, VersionEvent.created(MODEL, "8"));
        triggered.run();
        triggered.events(job);

        WorkflowRun run = job.getBuildByNumber(1);
        jenkins.assertLogContains("The candidate is version 8, for which this build was started.", run);
        List<String> log = run.getLog(1000).stream()
                .filter(line -> line.contains("Candidate: "))
                .toList();
        assertTrue(log.get(0).contains("run r8, version 8 of"), log::toString);
        assertTrue(log.get(1).contains("version 6 of"), log::toString);
        assertTrue(log.get(2).contains("run r6"), log::toString);
        assertFalse(log.size() > 3 && log.get(3).contains("version 8 of"), log::toString);
        Map<?, ?> candidate = (Map<?, ?>) Pipelines.report(jenkins, run).get("candidate");
        assertEquals("8", candidate.get("version"));
    }

    @Test
    void theGateOfAnotherModelOrAnotherRegistryEvaluatesItsOwn() throws Exception {
        try (HttpMlflow other = new HttpMlflow().version(3, "r3", "accuracy", 0.99)) {
            MlflowGlobalConfiguration.get()
                    .setServers(List.of(server, new MlflowServerConfiguration("other", other.uri())));
            MlflowModelVersionTrigger trigger = Triggered.trigger("created");
            trigger.setServer("stub");
            WorkflowJob job = triggered.job("gate", GATE + ", server: 'other'", trigger);
            triggered.offer(server, VersionEvent.created(MODEL, "7"));
            triggered.run();

            assertEquals(List.of("7 created"), triggered.events(job));
            jenkins.assertLogContains("run r3, version 3 of", job.getBuildByNumber(1));
        }
    }

    @Test
    void aReplayedBuildHasTheVersionOfTheOneThatItRepeats() throws Exception {
        WorkflowJob job = job("created");
        triggered.offer(server, VersionEvent.created(MODEL, "7"));
        triggered.run();
        triggered.events(job);

        job.getBuildByNumber(1).getAction(ReplayAction.class).run2(Triggered.SHOW + " // again", Map.of());

        assertEquals(List.of("7 created", "other"), triggered.events(job));
        jenkins.assertLogContains("SEEN: churn-classifier 7 r7", job.getBuildByNumber(2));
        WorkflowRun byHand = jenkins.buildAndAssertStatus(Result.SUCCESS, job);
        jenkins.assertLogContains("SEEN: null null null", byHand);
    }

    @Test
    void anEventAndAPollOfTheSameVersionStartOneBuild() throws Exception {
        WorkflowJob job = job("created", "alias:challenger", "tag:validation=requested");
        triggered.run();

        mlflow.version(8, "r8").alias("challenger", 8).tag(8, "validation", "requested");
        for (int i = 0; i < 3; i++) {
            triggered.offer(server, VersionEvent.created(MODEL, "8"));
            triggered.offer(server, VersionEvent.alias(MODEL, "8", "challenger"));
            triggered.offer(server, VersionEvent.tag(MODEL, "8", "validation", "requested"));
            triggered.run();
            triggered.poll();
        }
        mlflow.version(9, "r9");
        triggered.poll();
        triggered.offer(server, VersionEvent.created(MODEL, "9"));
        triggered.run();

        List<String> events = triggered.events(job);
        assertEquals(
                List.of("8 alias:challenger", "8 created", "8 tag:validation=requested", "9 created"),
                events.stream().sorted().toList());
    }

    @Test
    void anAliasThatIsSetAgainAfterItWasElsewhereIsANewEvent() throws Exception {
        WorkflowJob polled = triggered.job("polled", Triggered.SHOW, Triggered.trigger("alias:champion"));
        triggered.run();
        mlflow.alias("champion", 7);
        triggered.poll();
        triggered.poll();
        assertEquals(List.of("7 alias:champion"), triggered.events(polled));
        mlflow.alias("champion", 6);
        triggered.poll();
        assertEquals(List.of("7 alias:champion", "6 alias:champion"), triggered.events(polled));
        mlflow.alias("champion", 7);
        triggered.poll();
        assertEquals(List.of("7 alias:champion", "6 alias:champion", "7 alias:champion"), triggered.events(polled));
    }

    @Test
    void anAliasThatMovedOnStartsOneBuildForWhoHoldsItInWhateverOrderTheEventsCome() throws Exception {
        MlflowModelVersionTrigger trigger = Triggered.trigger("alias:challenger");
        server.setWebhookSecretId("secret");
        WorkflowJob job = triggered.job("gate", Triggered.SHOW, trigger);
        mlflow.alias("challenger", 7);
        triggered.offer(server, VersionEvent.alias(MODEL, "6", "challenger"));
        triggered.run();
        assertEquals(List.of(), triggered.events(job));
        triggered.offer(server, VersionEvent.alias(MODEL, "7", "challenger"));
        triggered.offer(server, VersionEvent.alias(MODEL, "6", "challenger"));
        triggered.run();
        assertEquals(List.of("7 alias:challenger"), triggered.events(job));

        mlflow.alias("challenger", 6);
        triggered.offer(server, VersionEvent.alias(MODEL, "6", "challenger"));
        triggered.run();
        assertEquals(List.of("7 alias:challenger", "6 alias:challenger"), triggered.events(job));
        mlflow.alias("challenger", 7);
        triggered.offer(server, VersionEvent.alias(MODEL, "7", "challenger"));
        triggered.run();
        assertEquals(List.of("7 alias:challenger", "6 alias:challenger", "7 alias:challenger"), triggered.events(job));
    }

    @Test
    void anAliasThatIsSetAgainAfterItWasDeletedIsANewEvent() throws Exception {
        MlflowModelVersionTrigger trigger = Triggered.trigger("alias:challenger");
        server.setWebhookSecretId("secret");
        WorkflowJob job = triggered.job("gate", Triggered.SHOW, trigger);
        mlflow.alias("challenger", 7);
        triggered.offer(server, VersionEvent.alias(MODEL, "7", "challenger"));
        triggered.run();
        mlflow.deleteAlias("challenger");
        triggered.offer(server, VersionEvent.aliasDeleted(MODEL, "challenger"));
        triggered.run();
        assertEquals(List.of("7 alias:challenger"), triggered.events(job));

        mlflow.alias("challenger", 7);
        triggered.offer(server, VersionEvent.alias(MODEL, "7", "challenger"));
        triggered.run();

        assertEquals(List.of("7 alias:challenger", "7 alias:challenger"), triggered.events(job));
    }

    @Test
    void aTagStartsABuildWhenItGetsTheValueAndNotForAnotherOne() throws Exception {
        WorkflowJob job = job("tag:validation=requested");
        mlflow.tag(6, "validation", "requested");
        triggered.run();
        mlflow.tag(7, "validation", "requested");
        triggered.poll();
        mlflow.tag(7, "validation", "done");
        triggered.offer(server, VersionEvent.tag(MODEL, "7", "validation", "done"));
        triggered.run();
        mlflow.tag(7, "validation", "requested");
        triggered.offer(server, VersionEvent.tag(MODEL, "7", "validation", "requested"));
        triggered.run();

        assertEquals(List.of("7 tag:validation=requested", "7 tag:validation=requested"), triggered.events(job));
    }

    @Test
    void aVersionThatWasThereAtTheFirstPollIsNotNewWhateverAWebhookSays() throws Exception {
        WorkflowJob job = job("created");
        triggered.run();

        triggered.offer(server, VersionEvent.created(MODEL, "7"));
        triggered.run();

        assertEquals(List.of(), triggered.events(job));
    }

    @Test
    void aVersionThatWasThereLongBeforeTheEventIsNotNewAlsoWhereNothingIsPolled() throws Exception {
        server.setWebhookSecretId("secret");
        WorkflowJob job = job("created");
        Instant now = Instant.now();
        mlflow.version(8, "r8")
                .version(9, "r9")
                .created(6, now.minus(Duration.ofDays(30)))
                .created(7, now.minus(EventProcessor.LONGEST_DELIVERY).minusSeconds(1))
                .created(8, now.minus(EventProcessor.LONGEST_DELIVERY).plusSeconds(600));
        for (String version : List.of("6", "7", "8", "9")) {
            triggered.offer(server, VersionEvent.created(MODEL, version));
        }
        triggered.run();

        assertEquals(
                List.of("8 created", "9 created"),
                triggered.events(job).stream().sorted().toList());
        assertEquals(List.of(), EventInbox.get().waiting());
    }

    @Test
    void anEventThatTheServerOfAFolderSentIsForTheJobsOfTheFolder() throws Exception {
        Folder team = Folders.in(jenkins.jenkins, "team");
        MlflowServerConfiguration own = new MlflowServerConfiguration("own", mlflow.uri());
        Folders.configure(team, "", "", own);
        server.setWebhookSecretId("secret");
        WorkflowJob outside = job("alias:challenger");
        mlflow.alias("challenger", 7);

        triggered.offer(own, VersionEvent.alias(MODEL, "7", "challenger"));
        triggered.run();
        assertEquals(List.of(), triggered.events(outside));

        triggered.offer(server, VersionEvent.alias(MODEL, "7", "challenger"));
        triggered.run();
        assertEquals(List.of("7 alias:challenger"), triggered.events(outside));
    }

    @Test
    void aTriggerThatWasWrittenByHandStopsNoOther() throws Exception {
        MlflowModelVersionTrigger without =
                (MlflowModelVersionTrigger) Jenkins.XSTREAM2.fromXML("<" + MlflowModelVersionTrigger.class.getName()
                        + "><spec></spec><model>m</model></" + MlflowModelVersionTrigger.class.getName() + ">");
        assertEquals(List.of("created"), without.getOn());
        triggered.job("empty", Triggered.SHOW, (MlflowModelVersionTrigger)
                Jenkins.XSTREAM2.fromXML("<" + MlflowModelVersionTrigger.class.getName() + "><spec></spec></"
                        + MlflowModelVersionTrigger.class.getName() + ">"));
        WorkflowJob job = job("created");
        triggered.run();
        mlflow.version(8, "r8");

        triggered.poll();

        assertEquals(List.of("8 created"), triggered.events(job));
    }

    @Test
    void anEventThatIsNotTrueStartsNothing() throws Exception {
        WorkflowJob job = job("created", "alias:champion", "tag:validation=requested");
        triggered.run();
        triggered.offer(server, VersionEvent.alias(MODEL, "7", "champion"));
        triggered.offer(server, VersionEvent.tag(MODEL, "7", "validation", "requested"));
        triggered.offer(server, VersionEvent.created(MODEL, "no number"));
        triggered.run();
        triggered.clock.pass(Duration.ofMinutes(2));
        triggered.run();

        assertEquals(List.of(), triggered.events(job));
        assertEquals(List.of(), EventInbox.get().waiting());
    }

    @Test
    void aModelThatWasDeletedAndMadeAnewBeginsAnew() throws Exception {
        WorkflowJob job = job("created");
        triggered.run();
        mlflow.recreateModel().version(1, "r1");
        triggered.poll();

        assertEquals(List.of("1 created"), triggered.events(job));
    }

    @Test
    void anEventThatNobodyListensToCostsNoRequest() throws Exception {
        job("created");
        triggered.run();
        int requests = mlflow.requests.size();
        triggered.offer(server, VersionEvent.created("another-model", "7"));
        triggered.offer(server, VersionEvent.alias(MODEL, "7", "champion"));
        triggered.run();

        assertEquals(requests, mlflow.requests.size());
        assertEquals(List.of(), EventInbox.get().waiting());
    }

    @Test
    void aVersionThatTheServerDoesNotKnowIsAskedForAgainForAMinute() throws Exception {
        WorkflowJob job = job("created");
        LogRecorder log =
                new LogRecorder().record(EventQueues.class, Level.WARNING).capture(10);
        triggered.offer(server, VersionEvent.created(MODEL, "8"));
        triggered.offer(server, VersionEvent.created(MODEL, "9"));
        triggered.run();
        mlflow.version(8, "r8");
        triggered.clock.pass(Duration.ofSeconds(30));
        triggered.run();
        assertEquals(List.of("8 created"), triggered.events(job));

        triggered.clock.pass(Duration.ofSeconds(31));
        triggered.run();

        assertEquals(List.of(), EventInbox.get().waiting());
        assertTrue(log.getMessages().toString().contains("does not know that version"), log.getMessages()::toString);
        log.close();
    }

    @Test
    void aServerThatIsDownLosesNothingAndKeepsNoOtherWaiting() throws Exception {
        try (HttpMlflow other = new HttpMlflow().version(3, "r3")) {
            MlflowServerConfiguration second = new MlflowServerConfiguration("other", other.uri());
            MlflowGlobalConfiguration.get().setServers(List.of(server, second));
            MlflowModelVersionTrigger here = Triggered.trigger("created");
            here.setServer("stub");
            MlflowModelVersionTrigger there = Triggered.trigger("created");
            there.setServer("other");
            WorkflowJob job = triggered.job("here", Triggered.SHOW, here);
            WorkflowJob elsewhere = triggered.job("elsewhere", Triggered.SHOW, there);
            triggered.run();
            mlflow.version(8, "r8").version(9, "r9").refuseWith(503);
            other.version(4, "r4");
            triggered.offer(server, VersionEvent.created(MODEL, "9"));
            triggered.offer(second, VersionEvent.created(MODEL, "4"));
            triggered.poll();
            triggered.poll();
            assertEquals(List.of("4 created"), triggered.events(elsewhere));
            assertEquals(List.of(), triggered.events(job));

            mlflow.refuseWith(0);
            triggered.poll();
            assertEquals(
                    List.of("8 created", "9 created"),
                    triggered.events(job).stream().sorted().toList());
            assertEquals(List.of(), EventInbox.get().waiting());
        }
    }

    @Test
    void aServerThatSendsWebhooksIsPolledOnlyIfTheTriggerSaysSo() throws Exception {
        server.setWebhookSecretId("secret");
        job("created");
        triggered.poll();
        assertEquals(0, mlflow.requests.size());

        MlflowModelVersionTrigger both = Triggered.trigger("created");
        both.setPoll("10s");
        triggered.job("both", Triggered.SHOW, both);
        triggered.poll();
        assertEquals(1, mlflow.requests.size());
    }

    @Test
    void theJobsOfAServerShareTheRequestsOfAPoll() throws Exception {
        for (int i = 0; i < 5; i++) {
            triggered.job("job" + i, Triggered.SHOW, Triggered.trigger("created", "alias:champion"));
        }
        triggered.poll();
        mlflow.requests.clear();
        triggered.poll();

        assertEquals(List.of("GET registered-models/get"), mlflow.requests);
    }

    @Test
    void twoEventsAreTwoBuildsEvenInTheQuietPeriod() throws Exception {
        WorkflowJob job = job("created");
        job.setQuietPeriod(2);
        triggered.offer(server, VersionEvent.created(MODEL, "6"));
        triggered.offer(server, VersionEvent.created(MODEL, "7"));
        triggered.run();

        assertEquals(
                List.of("6 created", "7 created"),
                triggered.events(job).stream().sorted().toList());
    }

    @Test
    void aDisabledJobIsNotBuiltNorMadeUpForLater() throws Exception {
        WorkflowJob job = job("created");
        triggered.run();
        job.setDisabled(true);
        mlflow.version(8, "r8");
        triggered.poll();
        job.setDisabled(false);
        triggered.poll();

        assertEquals(List.of(), triggered.events(job));
    }

    @Test
    void theStateGoesWithTheJob() throws Exception {
        WorkflowJob job = job("created");
        triggered.run();
        job.renameTo("renamed");
        mlflow.version(8, "r8");
        triggered.poll();
        assertEquals(List.of("8 created"), triggered.events(job));

        Path state = job.getRootDir().toPath().resolve(TriggerStates.FILE);
        assertTrue(Files.exists(state));
        job.delete();
        triggered.poll();
        assertFalse(Files.exists(state));
    }

    @Test
    void aTriggerWhoseServerIsNotConfiguredWaitsForIt() throws Exception {
        MlflowModelVersionTrigger trigger = Triggered.trigger("created");
        trigger.setServer("later");
        LogRecorder log =
                new LogRecorder().record(TriggerRegistry.class, Level.WARNING).capture(10);
        WorkflowJob job = triggered.job("gate", Triggered.SHOW, trigger);
        triggered.poll();
        triggered.poll();
        assertEquals(1, log.getMessages().size(), log.getMessages()::toString);

        MlflowGlobalConfiguration.get().setServers(List.of(new MlflowServerConfiguration("later", mlflow.uri())));
        triggered.poll();
        mlflow.version(8, "r8");
        triggered.poll();
        assertEquals(List.of("8 created"), triggered.events(job));
        log.close();
    }

    @Test
    void thousandsOfEventsAreTakenAndNoMoreThanFit() throws Exception {
        for (int i = 1; i <= EventInbox.MOST_EVENTS; i++) {
            assertTrue(triggered.offer(server, VersionEvent.created(MODEL, String.valueOf(i))));
        }
        assertFalse(triggered.offer(server, VersionEvent.created(MODEL, "0")));
        assertTrue(triggered.offer(server, VersionEvent.created(MODEL, "1")), "it waits already");

        triggered.run();
        assertEquals(List.of(), EventInbox.get().waiting());
        assertTrue(triggered.offer(server, VersionEvent.created(MODEL, "0")));
    }

    @Test
    void aFreestyleJobHasTheVersionInItsEnvironment() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject("free");
        job.getBuildersList().add(new Shell("echo SEEN: $MLFLOW_MODEL_NAME $MLFLOW_MODEL_VERSION $MLFLOW_RUN_ID"));
        MlflowModelVersionTrigger trigger = Triggered.trigger("created");
        job.addTrigger(trigger);
        trigger.start(job, true);
        triggered.offer(server, VersionEvent.created(MODEL, "7"));
        triggered.run();

        assertEquals(List.of("7 created"), triggered.events(job));
        jenkins.assertLogContains("SEEN: churn-classifier 7 r7", job.getBuildByNumber(1));
    }

    @Test
    void aRunIdThatIsNoIdIsNotGivenToABuild() throws Exception {
        WorkflowJob job = job("created");
        mlflow.version(8, "r8; reboot");
        triggered.offer(server, VersionEvent.created(MODEL, "8"));
        triggered.run();

        assertEquals(List.of("8 created"), triggered.events(job));
        jenkins.assertLogContains("SEEN: churn-classifier 8 null", job.getBuildByNumber(1));
    }

    @Test
    void currentBuildAndTheTokenMacroKnowTheTrigger() throws Exception {
        WorkflowJob job = triggered.job(
                "gate",
                "def cause = currentBuild.getBuildCauses('" + ModelVersionCause.class.getName() + "')[0]\n"
                        + "echo \"CAUSE: ${cause.server} ${cause.model} ${cause.version} ${cause.event} ${cause.runId}\"\n"
                        + "echo \"TEXT: ${cause.shortDescription}\"",
                Triggered.trigger("alias:challenger"));
        triggered.run();
        mlflow.alias("challenger", 7);
        triggered.poll();
        assertEquals(List.of("7 alias:challenger"), triggered.events(job));

        WorkflowRun run = job.getBuildByNumber(1);
        jenkins.assertLogContains("CAUSE: stub churn-classifier 7 alias:challenger r7", run);
        jenkins.assertLogContains(
                "TEXT: Version 7 of model churn-classifier on MLflow server 'stub': alias:challenger", run);
        assertEquals("version 7 of churn-classifier: alias:challenger", shown(run, "trigger"));
        assertEquals("churn-classifier", shown(run, "triggerModel"));
        assertEquals("7", shown(run, "triggerVersion"));
        assertEquals("r7", shown(run, "triggerRun"));
        assertEquals("alias:challenger", shown(run, "triggerEvent"));
        assertEquals("", shown(run, "trigger\", model=\"another"));
        assertEquals("", shown(run, "version"), "there was no gate");

        job.setDefinition(new CpsFlowDefinition("echo 'by hand'", true));
        assertEquals("", shown(jenkins.buildAndAssertSuccess(job), "trigger"));
    }

    private static String shown(WorkflowRun run, String what) throws Exception {
        return TokenMacro.expandAll(run, null, TaskListener.NULL, "${MLFLOW_GATE, show=\"" + what + "\"}");
    }

    @Test
    void aBuildThatIsLongOnItsWayIntoTheQueueIsNotPlannedAgain() throws Exception {
        SlowQueue queue = ExtensionList.lookupSingleton(SlowQueue.class);
        WorkflowJob job = job("created");
        triggered.run();
        mlflow.version(8, "r8");
        triggered.offer(server, VersionEvent.created(MODEL, "8"));
        queue.slow = true;
        List<Thread> threads = new ArrayList<>();
        TriggerEngine.get().run(task -> {
            threads.add(new Thread(task));
            threads.get(threads.size() - 1).start();
        });
        assertTrue(queue.reached.await(1, TimeUnit.MINUTES));

        for (int i = 0; i < 3; i++) {
            triggered.clock.pass(BuildPlanner.LONGEST_START);
            triggered.run();
        }
        queue.free.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertEquals(List.of("8 created"), triggered.events(job));
        triggered.clock.pass(BuildPlanner.LONGEST_START);
        triggered.run();
        assertEquals(List.of("8 created"), triggered.events(job));
        assertEquals(List.of(), TriggerStates.planned(job));
    }

    /** Takes its time with the first build. */
    @TestExtension("aBuildThatIsLongOnItsWayIntoTheQueueIsNotPlannedAgain")
    public static final class SlowQueue extends Queue.QueueDecisionHandler {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch free = new CountDownLatch(1);
        private volatile boolean slow;

        @Override
        public boolean shouldSchedule(Queue.Task task, List<Action> actions) {
            if (slow) {
                slow = false;
                reached.countDown();
                try {
                    free.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return true;
        }
    }

    @Test
    void aPollWritesTheStateOfATriggerOnceAndOnlyIfItIsAnother() throws Exception {
        WorkflowJob job = job("created", "alias:champion", "tag:validation=requested");
        // A build that starts writes the state, too.
        jenkins.jenkins.doQuietDown();
        try (LogRecorder writes =
                new LogRecorder().record(TriggerStates.class, Level.FINE).capture(10)) {
            triggered.run();
            assertEquals(1, writes.getMessages().size());

            mlflow.version(8, "r8").version(9, "r9").alias("champion", 9).tag(8, "validation", "requested");
            triggered.poll();
            assertEquals(2, writes.getMessages().size());
            triggered.poll();
            assertEquals(2, writes.getMessages().size());
        }

        jenkins.jenkins.doCancelQuietDown();
        assertEquals(
                List.of("8 created", "8 tag:validation=requested", "9 alias:champion", "9 created"),
                triggered.events(job).stream().sorted().toList());
    }

    @Test
    void whatAPollFoundBeforeTheServerFailedGetsItsBuildAndTheRestFollows() throws Exception {
        WorkflowJob job = job("created", "alias:champion");
        triggered.run();
        mlflow.version(8, "r8")
                .version(9, "r9")
                .version(10, "r10")
                .alias("champion", 8)
                .between((request, parameters, done) -> {
                    if (request.equals("GET model-versions/get") && "9".equals(parameters.get("version"))) {
                        throw new IOException("the connection is lost");
                    }
                });
        triggered.poll();
        assertEquals(List.of("8 created"), triggered.events(job));

        mlflow.between((request, parameters, done) -> {});
        triggered.poll();
        assertEquals(
                List.of("10 created", "8 alias:champion", "8 created", "9 created"),
                triggered.events(job).stream().sorted().toList());
    }

    @Test
    void theTriggerOnlyReads() throws Exception {
        WorkflowJob job = job("created", "alias:champion", "tag:validation=requested");
        triggered.run();
        mlflow.version(8, "r8").alias("champion", 8).tag(8, "validation", "requested");
        triggered.offer(server, VersionEvent.created(MODEL, "8"));
        triggered.run();
        triggered.poll();

        assertEquals(3, triggered.events(job).size());
        assertTrue(mlflow.requests.stream().allMatch(request -> request.startsWith("GET ")), mlflow.requests::toString);
        assertEquals(List.of(), mlflow.changes);
    }
}
