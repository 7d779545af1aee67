package io.jenkins.plugins.mlflow.tracking;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * A server that speaks just enough HTTP over a socket to misbehave in every way: each connection takes one request, and the
 * script writes whatever bytes it likes, or none. {@code HttpMlflow} cannot take its place: it responds as MLflow does, and these
 * tests need responses that MLflow would not give.
 */
public final class StubServer implements AutoCloseable {
    private final ServerSocket socket;
    private final String scheme;
    private final ExecutorService threads = Executors.newCachedThreadPool(runnable -> {
        Thread thread = new Thread(runnable, "stub server");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    /** What one request is answered with; it may throw, which hangs up. */
    public interface Script {
        void answer(Request request, OutputStream out) throws IOException, InterruptedException;
    }

    /** @param headers by lower-case name */
    public record Request(String method, String target, Map<String, String> headers, String body) {
        public String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }
    }

    public StubServer(Script script) {
        this(null, script);
    }

    /** @param tls null for plain HTTP */
    public StubServer(SSLContext tls, Script script) {
        scheme = tls == null ? "http" : "https";
        try {
            socket = tls == null
                    ? new ServerSocket(0, 50, InetAddress.getLoopbackAddress())
                    : tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        threads.execute(() -> accept(script));
    }

    /** Answers every request alike. */
    static StubServer answering(int status, String body, String... headers) {
        return new StubServer((request, out) -> respond(out, status, body, headers));
    }

    public static void respond(OutputStream out, int status, String body, String... headers) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(
                "HTTP/1.1 " + status + " Whatever\r\nConnection: close\r\nContent-Length: " + bytes.length + "\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        out.write((head + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.write(bytes);
        out.flush();
    }

    private void accept(Script script) {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                open.add(connection);
                threads.execute(() -> serve(connection, script));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket connection, Script script) {
        try (connection) {
            Request request = read(connection.getInputStream());
            requests.add(request);
            script.answer(request, connection.getOutputStream());
        } catch (IOException | InterruptedException e) {
            // The client hung up, or the test is over.
        }
    }

    private static Request read(InputStream in) throws IOException {
        String[] first = line(in).split(" ");
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new IOException("This is not HTTP");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Request(first[0], first[1], headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("The client hung up");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    public String url() {
        return scheme + "://127.0.0.1:" + socket.getLocalPort();
    }

    int port() {
        return socket.getLocalPort();
    }

    public List<Request> requests() {
        return requests;
    }

    Request request() {
        return requests.get(0);
    }

    RestTrackingServer server() {
        return server(Credentials.none(), Duration.ofSeconds(5));
    }

    RestTrackingServer server(Credentials credentials, Duration timeout) {
        return server(url(), credentials, null, timeout);
    }

    static RestTrackingServer server(String url, Credentials credentials, String workspace, Duration timeout) {
        HttpClient client = RestTrackingServer.configure(HttpClient.newBuilder(), Duration.ofSeconds(2), null)
                .build();
        return new RestTrackingServer(client, ServerAddress.parse(url), credentials, workspace, timeout);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket connection : open) {
            connection.close();
        }
        threads.shutdownNow();
    }
}
