package io.jenkins.plugins.mlflow.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * A connection that carries one request and its response. Whatever else a server sends on it can never be believed to answer
 * another request, and no request is sent on a connection that the server is about to close.
 */
final class DirectHttpConnection {
    private static final int USUAL_PORT = 80;

    private final Socket socket = new Socket(Proxy.NO_PROXY);

    /** @throws IOException if the machine allows no more sockets */
    DirectHttpConnection() throws IOException {
        // It takes the operating system's socket here, so that abort cannot miss one that connect is about to take.
        socket.setTcpNoDelay(true);
    }

    /**
     * To the first address of the host.
     *
     * @throws IOException of a kind that says that nothing was sent
     */
    void connect(URI address, Duration timeout) throws IOException {
        InetSocketAddress host =
                new InetSocketAddress(address.getHost(), address.getPort() < 0 ? USUAL_PORT : address.getPort());
        if (host.isUnresolved()) {
            throw new UnknownHostException(host.getHostString());
        }
        try {
            socket.connect(host, Math.toIntExact(Math.max(1, timeout.toMillis())));
        } catch (SocketTimeoutException e) {
            throw new HttpConnectTimeoutException(e.getMessage());
        } catch (IOException e) {
            throw unconnected(e);
        }
    }

    /** Whatever prevents a connection, an unreachable network or too many open files, prevents sending too. */
    static ConnectException unconnected(IOException problem) {
        ConnectException unconnected = new ConnectException(problem.getMessage());
        unconnected.initCause(problem);
        return unconnected;
    }

    /** @param body null for none */
    void send(HttpRequest request, byte[] body) throws IOException {
        URI address = URI.create(request.uri().toASCIIString());
        StringBuilder head = new StringBuilder(request.method())
                .append(' ')
                .append(address.getRawPath().isEmpty() ? "/" : address.getRawPath())
                .append(address.getRawQuery() == null ? "" : "?" + address.getRawQuery())
                .append(" HTTP/1.1\r\nHost: ")
                .append(address.getHost())
                .append(address.getPort() < 0 ? "" : ":" + address.getPort())
                .append("\r\nConnection: close\r\n");
        request.headers()
                .map()
                .forEach((name, values) -> values.forEach(
                        value -> head.append(name).append(": ").append(value).append("\r\n")));
        if (body != null) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] whole = Arrays.copyOf(start, start.length + (body == null ? 0 : body.length));
        if (body != null) {
            System.arraycopy(body, 0, whole, start.length, body.length);
        }
        socket.getOutputStream().write(whole);
    }

    InputStream input() throws IOException {
        return new BufferedInputStream(socket.getInputStream());
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is not used any longer.
        }
    }

    /**
     * Hangs up, in whatever state the connection is. When this returns, nothing is sent that was not sent before: another
     * thread that connects, writes or reads gets an exception, and the operating system discards what it holds back.
     */
    void abort() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // It was closed already.
        }
        close();
    }
}
