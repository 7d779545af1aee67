package io.jenkins.plugins.mlflow.trigger;

import static io.jenkins.plugins.mlflow.gate.HttpMlflow.MODEL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Whatever happens to Jenkins, every event gets exactly one build. */
class TriggerRestartTest {
    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    private HttpMlflow mlflow;

    @BeforeEach
    void start() throws Exception {
        TriggerEngine.automatic = false;
        mlflow = new HttpMlflow().championAndCandidate();
    }

    @AfterEach
    void stop() {
        TriggerEngine.automatic = true;
        mlflow.close();
    }

    private static WorkflowJob job(JenkinsRule jenkins) {
        return jenkins.jenkins.getItemByFullName("gate", WorkflowJob.class);
    }

    private static MlflowServerConfiguration server() {
        return MlflowGlobalConfiguration.get().getServers().get(0);
    }

    private Triggered begin(JenkinsRule jenkins) throws Exception {
        Triggered.configure(mlflow);
        Triggered triggered = new Triggered(jenkins);
        triggered.job("gate", Triggered.SHOW, Triggered.trigger("created", "alias:champion"));
        triggered.run();
        return triggered;
    }

    private static Triggered resume(JenkinsRule jenkins) {
        Triggered triggered = new Triggered(jenkins);
        triggered.run();
        triggered.run();
        triggered.clock.pass(BuildPlanner.LONGEST_START);
        triggered.run();
        return triggered;
    }

    @Test
    void anEventThatWasTakenBeforeARestartGetsOneBuild() throws Throwable {
        sessions.then(jenkins -> {
            Triggered triggered = begin(jenkins);
            mlflow.version(8, "r8");
            assertTrue(triggered.offer(server(), VersionEvent.created(MODEL, "8")));
            assertTrue(triggered.offer(server(), VersionEvent.created(MODEL, "8")));
        });
        sessions.then(
                jenkins -> assertEquals(List.of("8 created"), resume(jenkins).events(job(jenkins))));
        sessions.then(jenkins -> {
            Triggered triggered = resume(jenkins);
            triggered.offer(server(), VersionEvent.created(MODEL, "8"));
            triggered.run();
            triggered.poll();
            assertEquals(List.of("8 created"), triggered.events(job(jenkins)));
        });
    }

    @Test
    void theEventsFileMayEndInTheMiddleOfALine() throws Throwable {
        sessions.then(jenkins -> {
            Triggered triggered = begin(jenkins);
            mlflow.version(8, "r8").version(9, "r9");
            triggered.offer(server(), VersionEvent.created(MODEL, "8"));
            Path file = jenkins.jenkins.getRootDir().toPath().resolve("mlflow-eval-gate/trigger/events.jsonl");
            Files.writeString(file, "{\"id\":2,\"regis", StandardOpenOption.APPEND);
        });
        sessions.then(jenkins -> {
            Triggered triggered = resume(jenkins);
            triggered.offer(server(), VersionEvent.created(MODEL, "9"));
            triggered.run();
            assertEquals(
                    List.of("8 created", "9 created"),
                    triggered.events(job(jenkins)).stream().sorted().toList());
        });
    }

    @Test
    void allVersionsOfATimeWhenJenkinsWasDownGetABuild() throws Throwable {
        sessions.then(jenkins -> begin(jenkins));
        List<String> expected = new ArrayList<>();
        for (int i = 8; i < 28; i++) {
            mlflow.version(i, "r" + i);
            expected.add(i + " created");
        }
        mlflow.alias("champion", 27);
        expected.add("27 alias:champion");
        sessions.then(jenkins -> assertEquals(
                expected.stream().sorted().toList(),
                resume(jenkins).events(job(jenkins)).stream().sorted().toList()));
    }

    @Test
    void aVersionThatAppearsWhileNobodyIsThereAndAnEventOfItStartOneBuild() throws Throwable {
        sessions.then(jenkins -> {
            Triggered triggered = begin(jenkins);
            mlflow.version(8, "r8");
            triggered.offer(server(), VersionEvent.created(MODEL, "8"));
        });
        mlflow.version(9, "r9");
        sessions.then(jenkins -> {
            Triggered triggered = resume(jenkins);
            triggered.poll();
            assertEquals(
                    List.of("8 created", "9 created"),
                    triggered.events(job(jenkins)).stream().sorted().toList());
        });
    }

    @Test
    void aBuildThatWasPlannedWhenJenkinsWasKilledIsStartedOnce() throws Throwable {
        sessions.then(jenkins -> {
            begin(jenkins);
            plan(jenkins, "lost", "7");
        });
        sessions.then(jenkins -> {
            assertEquals(List.of("7 created"), resume(jenkins).events(job(jenkins)));
            assertEquals(List.of(), TriggerStates.planned(job(jenkins)));
        });
    }

    @Test
    void aBuildThatHasStartedOrWaitsIsNotStartedAgain() throws Throwable {
        sessions.then(jenkins -> {
            Triggered triggered = begin(jenkins);
            PlannedBuild started = plan(jenkins, "started", "6");
            BuildPlanner.schedule(job(jenkins), List.of(started));
            assertEquals(List.of("6 created"), triggered.events(job(jenkins)));
            assertEquals(List.of(), TriggerStates.planned(job(jenkins)));
            // As if Jenkins had been killed before the plan was deleted.
            TriggerStates.update(job(jenkins), state -> state.planned().add(started));
            jenkins.jenkins.doQuietDown();
            BuildPlanner.schedule(job(jenkins), List.of(plan(jenkins, "queued", "7")));
            assertEquals(1, jenkins.jenkins.getQueue().getItems().length);
        });
        sessions.then(jenkins -> {
            assertEquals(List.of("6 created", "7 created"), resume(jenkins).events(job(jenkins)));
            assertEquals(List.of(), TriggerStates.planned(job(jenkins)));
        });
    }

    @Test
    void aBuildThatWasCancelledInTheQueueDoesNotComeBack() throws Throwable {
        sessions.then(jenkins -> {
            begin(jenkins);
            jenkins.jenkins.doQuietDown();
            BuildPlanner.schedule(job(jenkins), List.of(plan(jenkins, "queued", "7")));
            jenkins.jenkins.getQueue().cancel(jenkins.jenkins.getQueue().getItems()[0]);
            while (!TriggerStates.planned(job(jenkins)).isEmpty()) {
                Thread.onSpinWait();
            }
        });
        sessions.then(jenkins -> assertEquals(List.of(), resume(jenkins).events(job(jenkins))));
    }

    private static PlannedBuild plan(JenkinsRule jenkins, String id, String version) throws IOException {
        PlannedBuild planned = new PlannedBuild(
                id,
                "stub",
                server().registry(),
                VersionEvent.created(MODEL, version),
                "r" + version,
                null,
                job(jenkins).getNextBuildNumber());
        TriggerStates.update(job(jenkins), state -> state.planned().add(planned));
        return planned;
    }
}
