package io.jenkins.plugins.mlflow.gate;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * Stands between a gate and an MLflow server and disturbs the requests of one kind while it is armed; each connection carries
 * one request. The way there may be disturbed as well: {@link #detour} leads the armed requests to another address.
 */
final class FaultProxy implements AutoCloseable {
    private final Upstream upstream;
    private final ServerSocket front = listen(null);
    private final ServerSocket elsewhere = listen(null);
    private final List<ServerSocket> listening = new CopyOnWriteArrayList<>(List.of(front, elsewhere));
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(runnable -> {
        Thread thread = new Thread(runnable, "fault proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger strays = new AtomicInteger();
    private final Set<String> headers = ConcurrentHashMap.newKeySet();
    private final Map<Endpoint, AtomicInteger> effective = new EnumMap<>(Endpoint.class);
    private final Endpoint disturbed;
    private final Fault fault;
    private final boolean once;
    private final String astray;
    private volatile boolean armed;
    private volatile boolean happened;
    private volatile boolean pointless;

    /** Who answers what is not disturbed. */
    interface Upstream {
        MlflowApi.Reply answer(MlflowApi.Request request) throws IOException;
    }

    /** @param once whether only the first request is disturbed that comes while the proxy is armed */
    FaultProxy(Upstream upstream, Endpoint disturbed, Fault fault, boolean once) {
        this.upstream = upstream;
        this.disturbed = disturbed;
        this.fault = fault;
        this.once = once;
        for (Endpoint endpoint : Endpoint.values()) {
            effective.put(endpoint, new AtomicInteger());
        }
        astray = fault != null && fault.leadsAstray() ? fault.detour(this) : null;
        threads.execute(() -> accept(front));
        threads.execute(() -> {
            while (!elsewhere.isClosed()) {
                try (Socket stray = elsewhere.accept()) {
                    strays.incrementAndGet();
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private static ServerSocket listen(SSLContext tls) {
        try {
            return tls == null
                    ? new ServerSocket(0, 50, InetAddress.getLoopbackAddress())
                    : tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    void arm(boolean on) {
        armed = on;
    }

    /** Whether a request came that was to be disturbed. */
    boolean happened() {
        return happened;
    }

    void foundNothingToDisturb() {
        pointless = true;
    }

    /** Whether there was nothing in its answer that the fault could have changed. */
    boolean isPointless() {
        return pointless;
    }

    /** How many requests of this kind the server carried out. */
    int effective(Endpoint endpoint) {
        return effective.get(endpoint).get();
    }

    /** The names of all headers that came, in lower case. */
    Set<String> headers() {
        return headers;
    }

    /** How many connections came to the place that redirects lead to. */
    int strays() {
        return strays.get();
    }

    String url() {
        return "http://127.0.0.1:" + front.getLocalPort();
    }

    String elsewhere() {
        return "http://localhost:" + elsewhere.getLocalPort();
    }

    private boolean strikes(Endpoint endpoint) {
        if (!armed || endpoint != disturbed || once && happened) {
            return false;
        }
        happened = true;
        return true;
    }

    /** Where this request really goes. */
    URI detour(String method, URI uri) {
        if (astray == null || !strikes(Endpoint.of(method, uri.getPath()))) {
            return uri;
        }
        return URI.create(astray + uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
    }

    /** The address of the same server behind TLS. */
    String secured(SSLContext tls) {
        ServerSocket socket = listen(tls);
        listening.add(socket);
        threads.execute(() -> accept(socket));
        return "https://localhost:" + socket.getLocalPort();
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                open.add(connection);
                threads.execute(() -> serve(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            Exchange exchange = new Exchange(read(connection.getInputStream()), connection);
            exchange.request.headers().keySet().forEach(name -> headers.add(name.toLowerCase(Locale.ROOT)));
            if (fault != null && astray == null && strikes(exchange.request.endpoint())) {
                fault.answer(exchange);
            } else {
                exchange.send(exchange.upstream());
            }
        } catch (IOException | InterruptedException e) {
            // The gate hung up, or the cell is over.
        } finally {
            open.remove(connection);
        }
    }

    private static MlflowApi.Request read(InputStream in) throws IOException {
        String[] first = line(in).split(" ");
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String[] parts = line.split(":", 2);
            headers.put(parts[0], parts[1].strip());
        }
        int length = headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase("Content-Length"))
                .mapToInt(header -> Integer.parseInt(header.getValue()))
                .findFirst()
                .orElse(0);
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new IOException("The gate hung up");
        }
        return new MlflowApi.Request(first[0], first[1], headers, new String(body, StandardCharsets.UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("The gate hung up");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        for (ServerSocket socket : listening) {
            socket.close();
        }
        for (Socket connection : open) {
            connection.close();
        }
        threads.shutdownNow();
    }

    /** One request under way, for a fault to do with as it likes. */
    final class Exchange {
        private final MlflowApi.Request request;
        private final Socket connection;

        private Exchange(MlflowApi.Request request, Socket connection) {
            this.request = request;
            this.connection = connection;
        }

        MlflowApi.Request request() {
            return request;
        }

        FaultProxy proxy() {
            return FaultProxy.this;
        }

        /** Lets the server do what was asked. */
        MlflowApi.Reply upstream() throws IOException {
            MlflowApi.Reply reply = upstream.answer(request);
            if (reply.status() / 100 == 2) {
                effective.get(request.endpoint()).incrementAndGet();
            }
            return reply;
        }

        void send(MlflowApi.Reply reply) throws IOException {
            send(reply.bytes());
        }

        void send(byte[] bytes) throws IOException {
            OutputStream out = connection.getOutputStream();
            out.write(bytes);
            out.flush();
        }

        /** Ends the connection in the hardest way. */
        void reset() throws IOException {
            connection.setSoLinger(true, 0);
            connection.close();
        }
    }
}
