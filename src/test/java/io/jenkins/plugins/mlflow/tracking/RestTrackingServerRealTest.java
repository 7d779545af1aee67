package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The same questions asked of real servers, so that the stub's answers are known to be MLflow's. */
@Tag("mlflow")
@ParameterizedClass
@MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
class RestTrackingServerRealTest {
    private static final Instant START = Instant.ofEpochMilli(1_700_000_000_000L);

    @Parameter
    private MlflowServer mlflow;

    private MlflowData data;
    private RestTrackingServer server;
    private String experiment;
    private String model;

    @BeforeEach
    void prepare() {
        data = mlflow.data();
        server = mlflow.client();
        experiment = data.experiment(MlflowData.unique("experiment"));
        model = MlflowData.unique("model");
        data.model(model);
    }

    private static TrackingException refused(ErrorCategory category, Executable asking) {
        TrackingException e = assertThrows(TrackingException.class, asking);
        assertEquals(category, e.category(), e.getMessage());
        return e;
    }

    @Test
    void aFinishedRunIsReadWithItsValues() throws Exception {
        String id = data.run(experiment, START);
        data.metric(id, "accuracy", 0.9, 5, 1);
        data.metric(id, "accuracy", 0.8, 6, 2);
        data.metric(id, "slice: a b/c", 0.5);
        data.metric(id, "nan", Double.NaN);
        data.metric(id, "inf", Double.POSITIVE_INFINITY);
        data.metric(id, "-inf", Double.NEGATIVE_INFINITY);
        data.end(id, "FINISHED", START.plusSeconds(9));
        Run run = server.run(id);
        assertEquals(Run.Status.FINISHED, run.status());
        assertEquals(experiment, run.experimentId());
        assertEquals(START, run.startTime());
        assertEquals(START.plusSeconds(9), run.endTime());
        assertEquals(new Run.Metric(0.8, 6, 2), run.metrics().get("accuracy"));
        assertEquals(0.5, run.metrics().get("slice: a b/c").value());
        assertTrue(Double.isNaN(run.metrics().get("nan").value()));
        assertEquals(Double.MAX_VALUE, run.metrics().get("inf").value());
        assertEquals(-Double.MAX_VALUE, run.metrics().get("-inf").value());
        assertFalse(run.deleted());
        long skew = Duration.between(run.serverTime(), Instant.now()).abs().toSeconds();
        assertTrue(skew < 10, "the server's clock is this machine's");
    }

    @Test
    void everyStatusIsUnderstood() throws Exception {
        String id = data.run(experiment, START);
        assertEquals(Run.Status.RUNNING, server.run(id).status());
        for (Run.Status status : new Run.Status[] {Run.Status.SCHEDULED, Run.Status.FAILED, Run.Status.KILLED}) {
            data.end(id, status.name(), START);
            assertEquals(status, server.run(id).status());
        }
    }

    @Test
    void aDeletedRunIsFoundAsDeletedAndAnUnknownOneIsNot() throws Exception {
        String id = data.run(experiment, START);
        data.deleteRun(id);
        assertTrue(server.run(id).deleted());
        refused(ErrorCategory.NOT_FOUND, () -> server.run("0123456789abcdef0123456789abcdef"));
        refused(ErrorCategory.NOT_FOUND, () -> server.run("no such / run?"));
    }

    @Test
    void anExperimentIsFoundByName() throws Exception {
        String name = MlflowData.unique("ex per/iment & ü");
        String id = data.experiment(name);
        assertEquals(id, server.experimentByName(name).id());
        assertFalse(server.experimentByName(name).deleted());
        data.deleteExperiment(id);
        assertTrue(server.experimentByName(name).deleted());
        refused(ErrorCategory.NOT_FOUND, () -> server.experimentByName(MlflowData.unique("nothing")));
    }

    @Test
    void theNewestMatchingRunIsTheFirst() throws Exception {
        assertTrue(server.firstRun(new RunSearch(experiment, null, null, true, null))
                .isEmpty());
        for (int i = 0; i < 7; i++) {
            data.runTag(data.run(experiment, START.plusSeconds(i)), "purpose", i % 2 == 0 ? "eval" : "train");
        }
        String newest = data.run(experiment, START.plusSeconds(60));
        String deleted = data.run(experiment, START.plusSeconds(90));
        data.deleteRun(deleted);
        assertEquals(newest, first(null, null).id());
        assertEquals(START.plusSeconds(6), first("tags.purpose = 'eval'", null).startTime());
        assertEquals(
                START.plusSeconds(6),
                first("tags.purpose = 'eval'", START.plusSeconds(6)).startTime());
        assertTrue(server.firstRun(new RunSearch(experiment, "tags.purpose = 'eval'", null, true, START.plusSeconds(7)))
                .isEmpty());
        refused(
                ErrorCategory.PROTOCOL,
                () -> server.firstRun(new RunSearch(experiment, "purpose is eval", null, true, null)));
    }

    private Run first(String filter, Instant startedAfter) throws Exception {
        return server.firstRun(new RunSearch(experiment, filter, null, true, startedAfter))
                .orElseThrow();
    }

    @Test
    void theBestRunHasTheGreatestOrLeastFiniteValue() throws Exception {
        RunSearch greatest = new RunSearch(experiment, null, "my acc/uracy", true, null);
        RunSearch least = new RunSearch(experiment, null, "my acc/uracy", false, null);
        data.run(experiment, START);
        refused(ErrorCategory.NOT_FOUND, () -> server.firstRun(greatest));
        double[] values = {0.5, Double.NaN, -0.5, 0.5, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int i = 0; i < values.length; i++) {
            data.metric(data.run(experiment, START.plusSeconds(i)), "my acc/uracy", values[i]);
        }
        assertEquals(
                START.plusSeconds(3), server.firstRun(greatest).orElseThrow().startTime());
        assertEquals(START.plusSeconds(2), server.firstRun(least).orElseThrow().startTime());
    }

    @Test
    void versionsAreFoundByNumberAliasStageAndRun() throws Exception {
        String run = data.run(experiment, START);
        assertTrue(server.highestVersion(model).isEmpty());
        assertTrue(server.versionInStage(model, "Production").isEmpty());
        assertTrue(server.versionByAlias(model, "champion").isEmpty());
        for (int i = 0; i < 11; i++) {
            data.version(model, i < 10 ? run : data.run(experiment, START));
        }
        data.alias(model, "champion", "3");
        data.stage(model, "4", "Production");
        ModelVersion version = server.version(model, "2");
        assertEquals(
                new ModelVersion(
                        model,
                        "2",
                        run,
                        "None",
                        ModelVersion.Status.READY,
                        "runs:/" + run + "/model",
                        Map.of(),
                        version.created()),
                version);
        assertTrue(Duration.between(version.created(), Instant.now()).abs().compareTo(Duration.ofMinutes(5)) < 0);
        assertEquals("3", server.versionByAlias(model, "champion").orElseThrow().version());
        assertEquals(
                "4", server.versionInStage(model, "Production").orElseThrow().version());
        assertEquals("11", server.highestVersion(model).orElseThrow().version());
        assertEquals(
                "10",
                server.highestVersionOfRun(model, run, any -> true)
                        .orElseThrow()
                        .version());
        assertTrue(server.highestVersionOfRun(model, "no such run", any -> true).isEmpty());
        refused(ErrorCategory.NOT_FOUND, () -> server.version(model, "99"));
        refused(ErrorCategory.PROTOCOL, () -> server.version(model, "newest"));
    }

    @Test
    void aModelThatIsNotThereIsToldApart() throws Exception {
        String nothing = MlflowData.unique("nothing");
        assertTrue(server.registeredModel(model).isPresent());
        assertFalse(server.registeredModel(nothing).isPresent());
        assertTrue(server.versionByAlias(nothing, "champion").isEmpty());
        assertTrue(server.highestVersion(nothing).isEmpty());
        refused(ErrorCategory.NOT_FOUND, () -> server.version(nothing, "1"));
        refused(ErrorCategory.NOT_FOUND, () -> server.versionInStage(nothing, "Production"));
        refused(ErrorCategory.NOT_FOUND, () -> server.createVersion(nothing, "runs:/abc/model", "abc"));
        refused(ErrorCategory.NOT_FOUND, () -> server.setAlias(nothing, "champion", "1"));
        refused(ErrorCategory.PROTOCOL, () -> server.versionByAlias(model, "no alias"));
    }

    @Test
    void aNameWithQuotesIsSearchedFor() throws Exception {
        for (String name :
                new String[] {MlflowData.unique("it's"), MlflowData.unique("a \"b\""), MlflowData.unique("ü %")}) {
            data.model(name);
            String run = data.run(experiment, START);
            data.version(name, run);
            assertEquals(
                    "1",
                    server.highestVersionOfRun(name, run, version -> true)
                            .orElseThrow()
                            .version());
        }
    }

    @Test
    void aVersionIsCreatedPromotedAndTagged() throws Exception {
        String run = data.run(experiment, START);
        ModelVersion first = server.createVersion(model, "runs:/" + run + "/model", run);
        ModelVersion second = server.createVersion(model, "runs:/" + run + "/model", run);
        assertEquals("1", first.version());
        assertEquals(run, second.runId());
        server.setAlias(model, "champion", "1");
        server.setAlias(model, "champion", "2");
        assertEquals("2", server.versionByAlias(model, "champion").orElseThrow().version());
        server.transitionStage(model, "1", "Production", true);
        server.transitionStage(model, "2", "Production", true);
        assertEquals("Archived", server.version(model, "1").stage());
        assertEquals("Production", server.version(model, "2").stage());
        server.transitionStage(model, "1", "Production", false);
        assertEquals("Production", server.version(model, "2").stage(), "not archived without the flag");
        server.transitionStage(model, "1", "None", false);
        refused(ErrorCategory.UNREACHABLE, () -> server.transitionStage(model, "1", "Archived", true));
        Map<String, String> tags = Map.of("mlflow_eval_gate.status", "PASSED", "a", "ü", "b", "");
        server.setVersionTags(model, "2", tags);
        assertEquals(tags, server.version(model, "2").tags());
        refused(ErrorCategory.NOT_FOUND, () -> server.setVersionTags(model, "99", tags));
        refused(ErrorCategory.PROTOCOL, () -> server.setAlias(model, "v1", "1"));
        refused(ErrorCategory.NOT_FOUND, () -> server.setAlias(model, "champion", "99"));
    }

    @Test
    void aWrongPathPrefixIsProtocol() {
        TrackingServer wrong =
                StubServer.server(mlflow.url() + "/elsewhere", Credentials.none(), null, Duration.ofSeconds(10));
        TrackingException e = refused(ErrorCategory.PROTOCOL, () -> wrong.registeredModel(model));
        assertTrue(e.getMessage().contains("path prefix"), e.getMessage());
    }

    @Test
    void aWorkspaceOnAServerWithoutWorkspacesIsConfigurationWhereTheServerKnowsTheHeader() throws Exception {
        TrackingServer inWorkspace =
                StubServer.server(mlflow.url(), Credentials.none(), "churn", Duration.ofSeconds(10));
        if (mlflow.majorVersion() < 3) {
            assertTrue(inWorkspace.registeredModel(model).isPresent(), "older servers ignore the header");
        } else {
            refused(ErrorCategory.CONFIGURATION, () -> inWorkspace.versionByAlias(model, "champion"));
        }
    }

    @Test
    void aHostNameThatTheServerDoesNotAllowGetsItsHint() {
        assumeTrue(mlflow.majorVersion() >= 3, "there is no such check before 3.5");
        // The server as its own proxy: it is called with the host name of the address.
        InetSocketAddress proxy =
                new InetSocketAddress("127.0.0.1", URI.create(mlflow.url()).getPort());
        HttpClient client = RestTrackingServer.configure(HttpClient.newBuilder(), Duration.ofSeconds(5), null)
                .proxy(ProxySelector.of(proxy))
                .build();
        TrackingServer elsewhere = new RestTrackingServer(
                client,
                ServerAddress.parse("http://mlflow.example.com"),
                Credentials.none(),
                null,
                Duration.ofSeconds(10));
        TrackingException e = refused(ErrorCategory.FORBIDDEN, () -> elsewhere.registeredModel(model));
        assertTrue(e.getMessage().contains("--allowed-hosts mlflow.example.com"), e.getMessage());
    }
}
