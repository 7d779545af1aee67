package io.jenkins.plugins.mlflow.cli;

import io.jenkins.plugins.mlflow.policy.Durations;
import io.jenkins.plugins.mlflow.tracking.Credentials;
import io.jenkins.plugins.mlflow.tracking.RestTrackingServer;
import io.jenkins.plugins.mlflow.tracking.ServerAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.apache.commons.cli.Options;

/** The MLflow server that options and variables name, and the way there, with the variables of MLflow's own clients. */
final class Connection {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final String REQUEST_TIMEOUT = "request-timeout";
    static final String TRACKING_URI = "MLFLOW_TRACKING_URI";
    private static final String REGISTRY_URI = "MLFLOW_REGISTRY_URI";
    private static final String USER = "MLFLOW_TRACKING_USERNAME";
    private static final String PASSWORD = "MLFLOW_TRACKING_PASSWORD";
    private static final String TOKEN = "MLFLOW_TRACKING_TOKEN";
    private static final String WORKSPACE = "MLFLOW_WORKSPACE";

    /** Which ways of proving itself Java does not use before a tunnel; it is Basic unless something else is said. */
    private static final String TUNNELING = "jdk.http.auth.tunneling.disabledSchemes";

    private final ServerAddress address;
    private final Credentials credentials;
    private final String workspace;
    private final SSLContext trust;
    private final HttpProxy proxy;
    private final Duration requestTimeout;

    private Connection(ServerAddress address, Variables variables, Path directory, Duration requestTimeout) {
        this.address = address;
        this.requestTimeout = requestTimeout;
        credentials = credentials(variables);
        workspace = variables.get(WORKSPACE);
        String certificates = variables.get(Variables.SERVER_CERTIFICATES);
        trust = certificates == null || isWithoutTls() ? null : ServerCertificates.trust(directory, certificates);
        proxy = HttpProxy.of(URI.create(address.toString()), variables);
    }

    /** @param requestTimeout the usual one, as users write it */
    static void addTo(Options options, String requestTimeout) {
        options.addOption(Arguments.option(
                "tracking-uri", "URI", "MLflow server; without it, the variable MLFLOW_TRACKING_URI."));
        options.addOption(Arguments.option(
                REQUEST_TIMEOUT, "TIME", "How long one request may take; default " + requestTimeout + "."));
    }

    /**
     * Sends nothing yet.
     *
     * @param requestTimeout the usual one, as in {@link #addTo}
     * @throws IllegalArgumentException with a message for the user
     */
    static Connection of(Arguments given, String requestTimeout, Main main) {
        Variables variables = new Variables(main.environment);
        ServerAddress address = ServerAddress.parse(trackingUri(given, variables));
        variables.refuseUnsupported();
        refuseAnotherRegistry(variables.get(REGISTRY_URI), address);
        String timeout = given.text(REQUEST_TIMEOUT);
        return new Connection(address, variables, main.directory, duration(timeout == null ? requestTimeout : timeout));
    }

    /** @throws IllegalArgumentException if neither the option nor the variable names a server */
    static String trackingUri(Arguments given, Variables variables) {
        String option = given.text("tracking-uri");
        String uri = option != null ? option : variables.get(TRACKING_URI);
        if (uri == null) {
            throw new IllegalArgumentException(
                    "there is no MLflow server; give --tracking-uri or set the variable " + TRACKING_URI);
        }
        return uri;
    }

    private static Duration duration(String text) {
        try {
            Duration duration = Durations.parse(text);
            if (duration.isZero()) {
                throw new IllegalArgumentException("`" + text + "` is no time at all; write for example 30s");
            }
            return duration;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("option `--" + REQUEST_TIMEOUT + "`: " + e.getMessage());
        }
    }

    private static void refuseAnotherRegistry(String registry, ServerAddress address) {
        boolean same;
        try {
            same = registry == null || ServerAddress.parse(registry).equals(address);
        } catch (IllegalArgumentException e) {
            same = false;
        }
        if (!same) {
            throw new IllegalArgumentException(
                    "the variable " + REGISTRY_URI + " names another server than the tracking URI; "
                            + "the gate reads runs and model versions from one server: unset it, or set it to the tracking URI");
        }
    }

    private static Credentials credentials(Variables variables) {
        String user = variables.get(USER);
        String password = variables.get(PASSWORD);
        if ((user == null) != (password == null)) {
            throw new IllegalArgumentException("only " + (user == null ? PASSWORD : USER) + " is set; set "
                    + (user == null ? USER : PASSWORD) + " too, or neither");
        }
        if (user != null) {
            return Credentials.basic(user, password, "variables " + USER + " and " + PASSWORD);
        }
        String token = variables.get(TOKEN);
        return token == null ? Credentials.none() : Credentials.bearer(token, "variable " + TOKEN);
    }

    String address() {
        return address.toString();
    }

    private boolean isWithoutTls() {
        return address.toString().startsWith("http:");
    }

    /** Whether the JDK's client would ask no proxy: it looks at the first that is offered, and passes over SOCKS. */
    private boolean isDirect() {
        ProxySelector selector = proxy == null ? ProxySelector.getDefault() : proxy.selector();
        if (selector == null) {
            return true;
        }
        List<Proxy> ways = selector.select(URI.create(address.toString()));
        return ways.isEmpty() || ways.get(0).type() != Proxy.Type.HTTP;
    }

    RestTrackingServer open() {
        if (isWithoutTls() && isDirect()) {
            return new RestTrackingServer(
                    new DirectHttpClient(CONNECT_TIMEOUT), address, credentials, workspace, requestTimeout);
        }
        HttpClient.Builder builder = RestTrackingServer.configure(HttpClient.newBuilder(), CONNECT_TIMEOUT, trust);
        if (proxy == null) {
            return new RestTrackingServer(builder.build(), address, credentials, workspace, requestTimeout);
        }
        if (proxy.hasCredentials() && System.getProperty(TUNNELING) == null) {
            System.setProperty(TUNNELING, "");
        }
        HttpClient client = builder.proxy(proxy.selector()).build();
        return new RestTrackingServer(client, address, credentials, proxy.credentials(), workspace, requestTimeout);
    }

    /**
     * Ends the threads of the HTTP clients that wait for the network. Java 17's client cannot be closed, and a JVM that exits
     * gives each thread that is in a system call 300 ms to come back.
     */
    static void endThreads() {
        Thread[] threads = new Thread[2 * Thread.activeCount()];
        int count = Thread.enumerate(threads);
        for (int i = 0; i < count; i++) {
            String name = threads[i].getName();
            if (name.endsWith("-SelectorManager") || name.equals(DirectHttpClient.THREAD)) {
                threads[i].interrupt();
            }
        }
    }
}
