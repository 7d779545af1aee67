package io.jenkins.plugins.mlflow.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.report.GateReportAction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/**
 * What an earlier version stored is read by this one: the configuration, the report of a build, a gate that waits for its run and
 * one that waits for its approval. The folder {@value #STORED} is never written again for a change of the code: it is what
 * users have on their disks. It was made by {@code mvn test -Dtest=StoredGatesTest -Dstored.gates=<new folder>}.
 */
class StoredGatesTest {
    private static final String STORED = "StoredGatesTest/1.0";
    /** What the stored files call the port of their MLflow server and the time when they were written. */
    private static final String PORT = "port.txt";

    private static final String TIME = "time.txt";

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    private final HttpMlflow mlflow = stub();

    private static HttpMlflow stub() {
        try {
            return new HttpMlflow()
                    .championAndCandidate()
                    .alias("reviewed", 6)
                    .version(8, "r8", "accuracy", 0.95)
                    .status("r8", "RUNNING");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void stop() {
        mlflow.close();
    }

    @Test
    void whatWasStoredIsShownAndGoesOn() throws Throwable {
        restore(
                Path.of(getClass().getResource(STORED).toURI()),
                sessions.getHome().toPath());
        mlflow.alias("champion", 7).status("r8", "FINISHED");

        sessions.then(jenkins -> {
            assertEquals(
                    mlflow.uri(),
                    MlflowGlobalConfiguration.get().getServer("stub").getTrackingUri());
            assertReport(jenkins);

            WorkflowRun waiting = jenkins.waitForCompletion(build(jenkins, "gate", 2));
            jenkins.assertBuildStatus(Result.SUCCESS, waiting);
            jenkins.assertLogContains("after: PASSED 8 true 7", waiting);

            WorkflowRun pending = build(jenkins, "approval", 1);
            Pipelines.pendingInput(pending).proceed(Map.of());
            jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(pending));
            jenkins.assertLogContains("after: PASSED 7 true 6", pending);
            assertEquals(
                    1, pending.getAction(GateReportAction.class).getSummaries().size());
        });
        assertEquals(List.of("champion=8", "reviewed=7"), mlflow.writes);
    }

    private static void assertReport(JenkinsRule jenkins) throws Exception {
        WorkflowRun run = build(jenkins, "gate", 1);
        Map<?, ?> report = (Map<?, ?>)
                Pipelines.reports(run.getAction(GateReportAction.class)).get(0);
        assertEquals("PASSED", report.get("status"));
        assertEquals("6", ((Map<?, ?>) report.get("promotion")).get("previous_version"));
        try (JenkinsRule.WebClient client = jenkins.createWebClient().withJavaScriptEnabled(false)) {
            String page = client.getPage(run, "mlflow-eval-gate/1/").getBody().getTextContent();
            assertTrue(page.contains("0.93") && page.contains("Promoted"), page);
            String models = client.getPage(run.getParent(), "mlflow-eval-gate/")
                    .getBody()
                    .getTextContent();
            assertTrue(models.contains("churn-classifier"), models);
        }
    }

    private static WorkflowRun build(JenkinsRule jenkins, String job, int number) {
        return jenkins.jenkins.getItemByFullName(job, WorkflowJob.class).getBuildByNumber(number);
    }

    @Test
    @EnabledIfSystemProperty(
            named = "stored.gates",
            matches = ".+",
            disabledReason = "it writes what the other test reads")
    void store() throws Throwable {
        Path to = Path.of(System.getProperty("stored.gates"));
        sessions.then(jenkins -> {
            Pipelines.configure(mlflow);
            WorkflowJob gate = job(
                    jenkins,
                    "gate",
                    "version: currentBuild.number + 6, timeout: '1h', baseline: 'champion', promote: 'champion',"
                            + " thresholds: [accuracy: [min: 0.9, max_drop: 0.01]]");
            jenkins.buildAndAssertSuccess(gate);
            jenkins.waitForMessage(
                    "Waiting for run r8 to finish", gate.scheduleBuild2(0).waitForStart());
            WorkflowJob approval = job(
                    jenkins,
                    "approval",
                    "version: 7, thresholds: [accuracy: 0.9], promote: [alias: 'reviewed', approval: 'always', approval_timeout: '1h']");
            jenkins.waitForMessage("Input requested", approval.scheduleBuild2(0).waitForStart());
        });
        for (String kept : List.of(
                "jobs",
                "mlflow-eval-gate",
                MlflowGlobalConfiguration.class.getName() + ".xml",
                "org.jenkinsci.plugins.workflow.flow.FlowExecutionList.xml")) {
            copy(sessions.getHome().toPath(), kept, to);
        }
        Files.writeString(to.resolve(PORT), mlflow.uri().replaceAll(".*:", ""));
        Files.writeString(to.resolve(TIME), String.valueOf(Instant.now().getEpochSecond()));
    }

    private static WorkflowJob job(JenkinsRule jenkins, String name, String parameters) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(
                "def gate = mlflowEvalGate model: 'churn-classifier', " + parameters
                        + "\necho \"after: ${gate.status} ${gate.version} ${gate.promoted} ${gate.previousVersion}\"",
                true));
        return job;
    }

    private static void copy(Path home, String kept, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve(kept))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(home.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    /** The stored gates talk to this test's server, and began just now, so that they have as much time left as they had. */
    private void restore(Path stored, Path home) throws IOException {
        String port = Files.readString(stored.resolve(PORT)).strip();
        long time = Long.parseLong(Files.readString(stored.resolve(TIME)).strip());
        String here = mlflow.uri().replaceAll(".*:", "");
        assertEquals(port.length(), here.length(), "a name of another length breaks program.dat");
        try (Stream<Path> files = Files.walk(stored)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = home.resolve(stored.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                        .replace("127.0.0.1:" + port, "127.0.0.1:" + here);
                byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
                if (file.endsWith("program.dat")) {
                    move(bytes, time, Instant.now().getEpochSecond() - time);
                }
                Files.write(copy, bytes);
            }
        }
    }

    /** Serialized instants hold their seconds as eight bytes; these are of the hour before the files were written, and after it. */
    private static void move(byte[] bytes, long time, long seconds) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        for (int at = 0; at + Long.BYTES <= bytes.length; at++) {
            if (Math.abs(buffer.getLong(at) - time) <= 3600) {
                buffer.putLong(at, buffer.getLong(at) + seconds);
                at += Long.BYTES - 1;
            }
        }
    }
}
