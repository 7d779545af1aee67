package io.jenkins.plugins.mlflow.tracking;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Why no response came, read off the exceptions of the JDK's client. What matters is whether the request can have reached
 * the server: only if it cannot may a write be repeated.
 */
enum ConnectionFailure {
    NO_TUNNEL,
    UNKNOWN_HOST,
    NO_CONNECTION,
    UNTRUSTED,
    HANDSHAKE_CUT_OFF,
    UNAUTHORIZED_WITHOUT_CHALLENGE,
    NOT_HTTP,
    TOO_LARGE,
    LOST;

    static ConnectionFailure of(Throwable problem) {
        if (has(problem, LimitedBodySubscriber.TooLarge.class)) {
            return TOO_LARGE;
        }
        if (String.valueOf(problem.getMessage()).startsWith("Tunnel failed")) {
            return NO_TUNNEL;
        }
        if (has(problem, UnresolvedAddressException.class) || has(problem, UnknownHostException.class)) {
            return UNKNOWN_HOST;
        }
        if (has(problem, SSLException.class)) {
            return tls(problem);
        }
        if (has(problem, ConnectException.class)
                || has(problem, HttpConnectTimeoutException.class)
                || has(problem, NoRouteToHostException.class)) {
            return NO_CONNECTION;
        }
        String message = String.valueOf(problem.getMessage());
        if (message.contains("header missing for response code 401")) {
            return UNAUTHORIZED_WITHOUT_CHALLENGE;
        }
        return has(problem, ProtocolException.class) || message.contains("Invalid status line") ? NOT_HTTP : LOST;
    }

    private static ConnectionFailure tls(Throwable problem) {
        boolean cutOff = has(problem, EOFException.class) || has(problem, SocketException.class);
        if (has(problem, CertificateException.class) || has(problem, SSLPeerUnverifiedException.class)) {
            return UNTRUSTED;
        }
        if (has(problem, SSLHandshakeException.class)) {
            return cutOff ? HANDSHAKE_CUT_OFF : UNTRUSTED;
        }
        // Any other fault may come after the handshake, when the request was sent already.
        return String.valueOf(problem.getMessage()).contains("unrecognized SSL message") ? UNTRUSTED : LOST;
    }

    private static boolean has(Throwable problem, Class<? extends Throwable> kind) {
        for (Throwable t = problem; t != null; t = t.getCause()) {
            if (kind.isInstance(t)) {
                return true;
            }
        }
        return false;
    }

    /** @param proxy host and port of the proxy that was to pass the request on, or null */
    TrackingException asException(String request, String detail, Credentials credentials, String proxy) {
        String shown = proxy == null ? request : request + " through the proxy " + proxy;
        return switch (this) {
            case NO_TUNNEL -> {
                String message =
                        shown + " was refused by the proxy (" + detail + "). Look whether the proxy allows this host"
                                + " and port and can reach it, or exclude the host from the proxy (NO_PROXY).";
                yield detail.matches(".*\\b(429|5\\d\\d)\\b.*")
                        ? TrackingException.unsent(ErrorCategory.UNREACHABLE, message, null)
                        : TrackingException.permanent(ErrorCategory.UNREACHABLE, message);
            }
            case UNKNOWN_HOST ->
                TrackingException.unsent(
                        ErrorCategory.UNREACHABLE,
                        shown + " found no such host. Check the host name of the "
                                + (proxy == null ? "tracking URI." : "proxy."),
                        null);
            case NO_CONNECTION ->
                TrackingException.unsent(
                        ErrorCategory.UNREACHABLE,
                        shown + " could not connect (" + detail + "). Check that the "
                                + (proxy == null ? "server" : "proxy") + " runs and that its port is open.",
                        null);
            case HANDSHAKE_CUT_OFF ->
                // It may have been a second one, after the request.
                TrackingException.passing(
                        ErrorCategory.UNREACHABLE,
                        shown + " was cut off during the TLS handshake (" + detail
                                + "). Check that the server speaks https.",
                        null);
            case UNTRUSTED ->
                TrackingException.permanent(
                        ErrorCategory.UNREACHABLE,
                        shown + " could not make a TLS connection (" + detail
                                + "). If the server's certificate is signed by "
                                + "your own authority, add that to the CA certificates (on the command line: name its PEM file in"
                                + " MLFLOW_TRACKING_SERVER_CERT_PATH); otherwise check https and the host name.");
            case UNAUTHORIZED_WITHOUT_CHALLENGE ->
                TrackingException.permanent(
                        ErrorCategory.UNAUTHORIZED,
                        shown + " returned 401. The server did not accept the credentials '" + credentials.description()
                                + "'; check them.");
            case NOT_HTTP ->
                TrackingException.permanent(
                        ErrorCategory.PROTOCOL,
                        shown + " got a response that is not HTTP (" + detail + "). Check the port and http or https.");
            case TOO_LARGE ->
                TrackingException.permanent(
                        ErrorCategory.PROTOCOL,
                        shown + " returned more than " + (HttpTransport.BODY_LIMIT >> 20)
                                + " MiB, which was not read. Check that the tracking URI leads to an MLflow server.");
            case LOST ->
                TrackingException.passing(
                        ErrorCategory.UNREACHABLE,
                        shown + " lost the connection before the whole response arrived (" + detail
                                + "). Look at the log of the MLflow server, or of the proxy before it.",
                        null);
        };
    }
}
