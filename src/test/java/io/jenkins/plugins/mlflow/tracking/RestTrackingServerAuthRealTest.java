package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real servers that ask who is there, or that live below a path. */
@Tag("mlflow")
class RestTrackingServerAuthRealTest {

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#basicAuth")
    void aLoginIsNeededAndSaysWhoWasNotAccepted(MlflowServer mlflow) {
        for (Credentials credentials : new Credentials[] {
            Credentials.none(),
            Credentials.basic("admin", "wr0ng-word", "mlflow-login"),
            Credentials.bearer("some-t0ken", "mlflow-token"),
        }) {
            TrackingException e = assertThrows(
                    TrackingException.class, () -> mlflow.client(credentials).registeredModel("m"));
            assertEquals(ErrorCategory.UNAUTHORIZED, e.category(), e.getMessage());
            assertTrue(e.getMessage().contains(credentials.description()), e.getMessage());
            assertFalse(e.getMessage().contains("proxy"), "MLflow's own sentence is no page: " + e.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#basicAuth")
    void aReaderMayReadButNotPromote(MlflowServer mlflow) throws Exception {
        MlflowData data = mlflow.data();
        String model = MlflowData.unique("model");
        String reader = MlflowData.unique("reader");
        data.model(model);
        data.version(model, data.run(data.experiment(MlflowData.unique("experiment")), Instant.now()));
        data.user(reader, "Pass-w0rd-of-reader");
        mlflow.client().setAlias(model, "champion", "1");
        TrackingServer server = mlflow.client(Credentials.basic(reader, "Pass-w0rd-of-reader", "reader-login"));
        assertEquals("1", server.versionByAlias(model, "champion").orElseThrow().version());
        assertEquals("1", server.highestVersion(model).orElseThrow().version());
        TrackingException alias = assertThrows(TrackingException.class, () -> server.setAlias(model, "champion", "1"));
        assertEquals(ErrorCategory.FORBIDDEN, alias.category());
        assertTrue(alias.getMessage().contains("reader-login"), alias.getMessage());
        assertEquals(
                ErrorCategory.FORBIDDEN,
                assertThrows(TrackingException.class, () -> server.setVersionTags(model, "1", Map.of("a", "b")))
                        .category());
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#basicAuth")
    void theServerTellsWhoWeAreAndWhatWeMayPromote(MlflowServer mlflow) throws Exception {
        MlflowData data = mlflow.data();
        String mine = MlflowData.unique("mine");
        String read = MlflowData.unique("read");
        data.model(mine);
        data.model(read);
        String user = MlflowData.unique("editor");
        data.user(user, "Pass-w0rd-of-editor");
        RestTrackingServer server = mlflow.client(Credentials.basic(user, "Pass-w0rd-of-editor", "editor-login"));

        assertEquals(new ServerInfo(mlflow.version(), user, false, List.of(), null), server.serverInfo());

        data.grant(user, mine, "EDIT");
        data.grant(user, read, "READ");
        assertEquals(new ServerInfo(mlflow.version(), user, false, List.of(mine), null), server.serverInfo());

        ServerInfo administrator = mlflow.client().serverInfo();
        assertEquals(MlflowServer.ADMIN, administrator.user());
        assertTrue(administrator.administrator());
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")
    void aServerWithoutLoginDoesNotLookAtCredentials(MlflowServer mlflow) throws Exception {
        assertEquals(
                new ServerInfo(mlflow.version(), null, false, List.of(), true),
                mlflow.client(Credentials.bearer("some-t0ken", "mlflow-token")).serverInfo());
        assertEquals(
                new ServerInfo(mlflow.version(), null, false, List.of(), null),
                mlflow.client(Credentials.none()).serverInfo());
    }

    static Stream<Path> environments() {
        return MlflowServers.environments().stream();
    }

    @ParameterizedTest
    @MethodSource("environments")
    void aServerWithAStaticPrefixIsReached(Path environment) throws Exception {
        MlflowServer mlflow =
                MlflowServer.in(environment).staticPrefix("/some/prefix").start();
        try {
            mlflow.data().model("m");
            assertTrue(mlflow.client().registeredModel("m").isPresent());
            assertEquals(mlflow.majorVersion() >= 3, mlflow.url().endsWith("/some/prefix"), mlflow.url());
        } finally {
            mlflow.stop();
        }
    }
}
