package io.jenkins.plugins.mlflow.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Reads the first request of each connection, and leaves the connection to a script, which may keep it open. */
final class SocketServer implements AutoCloseable {
    private final ServerSocket socket;
    private final Script script;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    interface Script {
        void serve(String request, Socket connection) throws IOException, InterruptedException;
    }

    SocketServer(Script script) throws IOException {
        this(InetAddress.getLoopbackAddress(), script);
    }

    SocketServer(InetAddress address, Script script) throws IOException {
        this.script = script;
        socket = new ServerSocket(0, 50, address);
        start(() -> {
            while (true) {
                Socket connection = socket.accept();
                connections.add(connection);
                start(() -> serve(connection));
            }
        });
    }

    private interface Task {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException | InterruptedException e) {
                        // Either side hung up.
                    }
                },
                "socket server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket connection) throws IOException, InterruptedException {
        try (connection) {
            String request = read(connection.getInputStream());
            requests.add(request);
            script.serve(request, connection);
        } finally {
            ended.countDown();
        }
    }

    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("hung up within a request");
            }
            head.write(next);
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        int length = text.contains("Content-Length: ")
                ? Integer.parseInt(text.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"))
                : 0;
        return text + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    /** @param text with | as line break */
    static void send(Socket connection, String text) throws IOException {
        OutputStream out = connection.getOutputStream();
        out.write(text.replace("|", "\r\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** A whole response after which the connection may be used again. */
    static void respond(Socket connection, String body) throws IOException {
        send(
                connection,
                "HTTP/1.1 200 OK|Content-Type: application/json|Content-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length + "||" + body);
    }

    static void awaitHangup(Socket connection) throws IOException {
        while (connection.getInputStream().read() >= 0) {
            // What is sent without being asked for does not count.
        }
    }

    static void reset(Socket connection) throws IOException {
        connection.setSoLinger(true, 0);
        connection.close();
    }

    String uri() {
        String host = socket.getInetAddress().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + socket.getLocalPort();
    }

    List<String> requests() {
        return requests;
    }

    int connections() {
        return connections.size();
    }

    /** Whether the first connection has ended. */
    boolean awaitEnd() throws InterruptedException {
        return ended.await(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
