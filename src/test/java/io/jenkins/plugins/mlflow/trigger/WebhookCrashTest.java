package io.jenkins.plugins.mlflow.trigger;

import static io.jenkins.plugins.mlflow.gate.HttpMlflow.MODEL;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.SECRET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.Run;
import io.jenkins.plugins.mlflow.Await;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import io.jenkins.plugins.mlflow.gate.HttpMlflow;
import io.jenkins.plugins.mlflow.policy.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** A controller that is killed in the middle of deliveries, which are sent until they are taken: every version gets one build. */
class WebhookCrashTest {
    private static final int FIRST = 8;
    private static final int AT_ONCE = 4;
    private static final int VERSIONS_PER_KILL = 12;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @RegisterExtension
    private final RealJenkinsExtension controller =
            new RealJenkinsExtension().javaOptions("-Xmx768m").withTimeout(1800);

    private final ExecutorService senders = Executors.newFixedThreadPool(AT_ONCE);
    private final AtomicInteger taken = new AtomicInteger();
    private volatile URI address;
    private HttpMlflow mlflow;

    @AfterEach
    void stop() {
        senders.shutdownNow();
        mlflow.close();
    }

    @Test
    void everyVersionGetsOneBuildAlthoughJenkinsIsKilledTwice() throws Throwable {
        kill(2);
    }

    @Test
    @Tag("torture")
    void everyVersionGetsOneBuildHoweverOftenJenkinsIsKilled() throws Throwable {
        kill(Integer.getInteger("webhook.kills", 15));
    }

    private void kill(int times) throws Throwable {
        mlflow = new HttpMlflow().championAndCandidate();
        controller.startJenkins();
        controller.runRemotely(WebhookCrashTest::configure, mlflow.uri());
        address = controller.getUrl().toURI().resolve("mlflow-webhook/");
        int versions = (times + 1) * VERSIONS_PER_KILL;
        for (int i = 0; i < versions; i++) {
            int version = FIRST + i;
            senders.execute(() -> deliver(version));
        }
        for (int i = 1; i <= times; i++) {
            int enough = i * VERSIONS_PER_KILL;
            Await.until("deliveries", () -> taken.get() >= enough, PATIENCE);
            Process process = controller.getProcess();
            controller.stopJenkinsForcibly();
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), "a killed process lives on");
            controller.startJenkins();
            address = controller.getUrl().toURI().resolve("mlflow-webhook/");
        }
        senders.shutdown();
        assertTrue(senders.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS), "not all deliveries were taken");
        List<String> expected = IntStream.range(FIRST, FIRST + versions)
                .mapToObj(String::valueOf)
                .sorted()
                .toList();
        List<String> built = new ArrayList<>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (built.size() < versions && System.nanoTime() < end) {
            built = controller.runRemotely(WebhookCrashTest::builtOnceIdle);
        }

        assertEquals(expected, built.stream().sorted().toList());
        controller.stopJenkins();
    }

    /** As MLflow does, only that it never gives up: the same delivery, signed anew. */
    private void deliver(int version) {
        mlflow.version(version, "r" + version);
        byte[] body = Deliveries.created(MODEL, String.valueOf(version)).getBytes(StandardCharsets.UTF_8);
        String id = UUID.randomUUID().toString();
        try {
            while (!isTaken(body, id)) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            taken.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isTaken(byte[] body, String id) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(5));
        Deliveries.signed(body, SECRET, id, Instant.now()).forEach(request::header);
        try {
            return Deliveries.HTTP
                            .send(
                                    request.POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    // --- in the controller ---

    private static void configure(JenkinsRule jenkins, String uri) throws Throwable {
        MlflowGlobalConfiguration.get().setServers(List.of(Deliveries.server("stub", uri, "webhook", SECRET)));
        SystemCredentialsProvider.getInstance().save();
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "gate");
        job.setDefinition(new CpsFlowDefinition("echo 'built'", true));
        MlflowModelVersionTrigger trigger = new MlflowModelVersionTrigger(MODEL);
        job.addProperty(new PipelineTriggersJobProperty(List.of(trigger)));
        trigger.start(job, true);
    }

    /** The versions of all builds; none while a build is planned, waits or runs. */
    private static ArrayList<String> builtOnceIdle(JenkinsRule jenkins) throws Throwable {
        ArrayList<String> versions = new ArrayList<>();
        WorkflowJob job = jenkins.jenkins.getItemByFullName("gate", WorkflowJob.class);
        Path state = job.getRootDir().toPath().resolve("mlflow-trigger.json");
        TimeUnit.SECONDS.sleep(1);
        if (!Files.exists(state)
                || !((List<?>) ((Map<?, ?>) Json.read(Files.readString(state))).get("planned")).isEmpty()) {
            return versions;
        }
        jenkins.waitUntilNoActivity();
        List<Run<?, ?>> builds = new ArrayList<>(job.getBuilds());
        builds.sort(Comparator.comparingInt(Run::getNumber));
        for (Run<?, ?> build : builds) {
            ModelVersionCause cause = build.getCause(ModelVersionCause.class);
            versions.add(cause == null ? "other" : cause.getVersion());
        }
        return versions;
    }
}
