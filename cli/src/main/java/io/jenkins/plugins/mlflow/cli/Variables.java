package io.jenkins.plugins.mlflow.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The variables of the environment. One that MLflow's own clients obey is obeyed or refused here, never ignored. */
final class Variables {
    static final String SERVER_CERTIFICATES = "MLFLOW_TRACKING_SERVER_CERT_PATH";

    private static final Set<String> OFF = Set.of("false", "0");
    private static final String USE_SUPPORTED =
            "unset it and use MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or " + "MLFLOW_TRACKING_TOKEN";

    private final Map<String, String> environment;

    Variables(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * The value, or null for a variable that is not set or empty.
     *
     * @throws IllegalArgumentException if Java could not read its text
     */
    String get(String name) {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (EncodingLoss.isIn(value)) {
            throw new IllegalArgumentException("the variable " + name + " " + EncodingLoss.ADVICE);
        }
        return value;
    }

    /** Whether the variable is set at all, to nothing included. */
    boolean has(String name) {
        return environment.containsKey(name);
    }

    /**
     * Refuses what would change how MLflow's own clients reach or prove themselves to a server, and cannot be done here.
     *
     * @throws IllegalArgumentException saying what to do in its place
     */
    void refuseUnsupported() {
        refuse(
                "MLFLOW_TRACKING_INSECURE_TLS",
                "certificates are always checked; unset it, and name the PEM file of the "
                        + "server's certificate authority in " + SERVER_CERTIFICATES);
        refuse(
                "MLFLOW_TRACKING_CLIENT_CERT_PATH",
                "PEM client certificates are not supported; unset it, and give Java the "
                        + "certificate as a key store (see docs/command-line.md)");
        refuse("MLFLOW_TRACKING_AWS_SIGV4", "requests cannot be signed for AWS; " + USE_SUPPORTED);
        refuse("MLFLOW_TRACKING_AUTH", "authentication plugins are not supported; " + USE_SUPPORTED);
    }

    private void refuse(String name, String why) {
        String value = get(name);
        if (value != null && !OFF.contains(value.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("the variable " + name + " is set, but " + why);
        }
    }
}
