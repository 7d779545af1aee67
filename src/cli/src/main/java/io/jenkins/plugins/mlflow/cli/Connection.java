package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import io.jenkins.plugins.mlflow.tracking.TrackingServer;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;

/** The MLflow server that options and variables name, with MLflow's own variables for the credentials. */
final class Connection {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
    private static final String URI = "MLFLOW_TRACKING_URI";
    private static final String USER = "MLFLOW_TRACKING_USERNAME";
    private static final String PASSWORD = "MLFLOW_TRACKING_PASSWORD";
    private static final String TOKEN = "MLFLOW_TRACKING_TOKEN";
    private static final String WORKSPACE = "MLFLOW_WORKSPACE";

    private final ServerAddress address;
    private final Credentials credentials;
    private final String workspace;

    private Connection(ServerAddress address, Credentials credentials, String workspace) {
        this.address = address;
        this.credentials = credentials;
        this.workspace = workspace;
    }

    /** Throws IllegalArgumentException with a message for people. */
    static Connection of(String trackingUri, Map<String, String> environment) {
        String uri = trackingUri != null ? trackingUri : given(environment, URI);
        if (uri == null) {
            throw new IllegalArgumentException(
                    "there is no MLflow server; give --tracking-uri or set the variable " + URI);
        }
        return new Connection(ServerAddress.parse(uri), credentials(environment), given(environment, WORKSPACE));
    }

    private static Credentials credentials(Map<String, String> environment) {
        String user = given(environment, USER);
        String password = given(environment, PASSWORD);
        if ((user == null) != (password == null)) {
            throw new IllegalArgumentException("only " + (user == null ? PASSWORD : USER) + " is set; set "
                    + (user == null ? USER : PASSWORD) + " too, or neither");
        }
        if (user != null) {
            return Credentials.basic(user, password, "variables " + USER + " and " + PASSWORD);
        }
        String token = given(environment, TOKEN);
        return token == null ? Credentials.none() : Credentials.bearer(token, "variable " + TOKEN);
    }

    private static String given(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    String address() {
        return address.toString();
    }

    TrackingServer open() {
        return open(REQUEST_TIMEOUT);
    }

    /** For commands that read many runs at once, where one answer may take longer. */
    RestTrackingServer open(Duration requestTimeout) {
        SSLContext trust = address.toString().startsWith("http:") ? new NoTls() : null;
        HttpClient client = RestTrackingServer.configure(HttpClient.newBuilder(), CONNECT_TIMEOUT, trust)
                .build();
        return new RestTrackingServer(client, address, credentials, workspace, requestTimeout);
    }

    /**
     * Ends the threads of the HTTP client that wait for the network. Java 17's client cannot be closed, and a JVM that exits
     * gives each thread that is in a system call 300 ms to come back.
     */
    static void endThreads() {
        Thread[] threads = new Thread[2 * Thread.activeCount()];
        int count = Thread.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (threads[i].getName().endsWith("-SelectorManager")) {
                threads[i].interrupt();
            }
        }
    }
}
