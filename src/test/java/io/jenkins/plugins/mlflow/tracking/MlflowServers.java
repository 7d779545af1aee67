package io.jenkins.plugins.mlflow.tracking;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The real MLflow servers of this JVM: for every Python environment in the system property {@code mlflow.environments}
 * (folders, separated by commas) one plain server and one with basic-auth, each started when first asked for and ended
 * with the JVM. Tests share them and so use names of their own ({@link MlflowData#unique}).
 *
 * <p>For a test of every version: {@code @MethodSource("io.jenkins.plugins.mlflow.tracking.MlflowServers#plain")}.
 */
public final class MlflowServers {
    private static final Map<Path, MlflowServer> PLAIN = new ConcurrentHashMap<>();
    private static final Map<Path, MlflowServer> BASIC_AUTH = new ConcurrentHashMap<>();

    private MlflowServers() {}

    /** The plain server of every environment; those that do not run yet start side by side. */
    public static Stream<MlflowServer> plain() {
        return environments().parallelStream().map(MlflowServers::plain).toList().stream();
    }

    /** The server with basic-auth of every environment. */
    public static Stream<MlflowServer> basicAuth() {
        return environments().parallelStream().map(MlflowServers::basicAuth).toList().stream();
    }

    public static MlflowServer plain(Path environment) {
        return PLAIN.computeIfAbsent(
                environment, folder -> MlflowServer.in(folder).start());
    }

    public static MlflowServer basicAuth(Path environment) {
        return BASIC_AUTH.computeIfAbsent(
                environment, folder -> MlflowServer.in(folder).basicAuth().start());
    }

    /** The newest environment last, as the property lists them. Fails if there is none. */
    public static List<Path> environments() {
        String property = System.getProperty("mlflow.environments", "").strip();
        if (property.isEmpty()) {
            throw new IllegalStateException("These tests need real MLflow servers: give -Dmlflow.environments=FOLDER,… "
                    + "with Python environments that MLflow is installed in. 'make test' prepares them.");
        }
        List<Path> folders =
                Stream.of(property.split(",")).map(String::strip).map(Path::of).toList();
        for (Path folder : folders) {
            if (!Files.isExecutable(folder.resolve("bin/mlflow"))) {
                throw new IllegalStateException(
                        "There is no bin/mlflow in " + folder.toAbsolutePath() + ", named by mlflow.environments.");
            }
        }
        return folders;
    }
}
