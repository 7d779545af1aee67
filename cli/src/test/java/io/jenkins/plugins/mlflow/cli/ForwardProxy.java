package io.jenkins.plugins.mlflow.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A forward proxy as companies have them: it opens tunnels, passes plain requests on, and may want a user and password. */
final class ForwardProxy implements AutoCloseable {
    private final ServerSocket front;
    private final String wanted;
    private final int refusal;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream tunnelled = new ByteArrayOutputStream();
    private final ExecutorService threads = Executors.newCachedThreadPool(runnable -> {
        Thread thread = new Thread(runnable, "forward proxy");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param wanted the header {@code Proxy-Authorization} that it wants, or null
     * @param refusal the status that it answers everything with, or 0 to do its work
     */
    ForwardProxy(String wanted, int refusal) throws IOException {
        this.wanted = wanted;
        this.refusal = refusal;
        front = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(() -> {
            while (!front.isClosed()) {
                try {
                    Socket client = front.accept();
                    open.add(client);
                    threads.execute(() -> serve(client));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    int port() {
        return front.getLocalPort();
    }

    /** The request line and headers of every request that it was sent itself, outside of tunnels. */
    List<String> heads() {
        return heads;
    }

    /** All bytes that clients sent through tunnels. */
    synchronized String tunnelled() {
        return tunnelled.toString(StandardCharsets.ISO_8859_1);
    }

    private synchronized void keep(byte[] bytes, int count) {
        tunnelled.write(bytes, 0, count);
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            heads.add(head);
            OutputStream out = client.getOutputStream();
            if (refusal != 0) {
                out.write(("HTTP/1.1 " + refusal + " No\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
            } else if (wanted != null && !head.contains("Proxy-Authorization: " + wanted + "\r\n")) {
                out.write("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
            } else if (head.startsWith("CONNECT ")) {
                tunnel(head.split(" ")[1], client);
            } else {
                passOn(head, client);
            }
        } catch (IOException e) {
            // One of the two hung up.
        }
    }

    private void tunnel(String hostAndPort, Socket client) throws IOException {
        try (Socket server = connect(URI.create("//" + hostAndPort))) {
            client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            threads.execute(() -> pipe(server, client, false));
            pipe(client, server, true);
        }
    }

    private void passOn(String head, Socket client) throws IOException {
        URI uri = URI.create(head.split(" ")[1]);
        String path = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        try (Socket server = connect(uri)) {
            String passed =
                    head.replaceFirst(" \\S+", " " + path.replace("$", "\\$")).replaceAll("(?i)Proxy-[^\r]*\r\n", "");
            server.getOutputStream().write(passed.getBytes(StandardCharsets.ISO_8859_1));
            threads.execute(() -> pipe(client, server, false));
            server.getInputStream().transferTo(client.getOutputStream());
        }
    }

    private Socket connect(URI place) throws IOException {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), place.getPort());
        open.add(server);
        return server;
    }

    private void pipe(Socket from, Socket to, boolean kept) {
        try {
            byte[] bytes = new byte[8192];
            InputStream in = from.getInputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                if (kept) {
                    keep(bytes, count);
                }
                to.getOutputStream().write(bytes, 0, count);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // One of the two hung up.
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("The client hung up");
            }
            head.append((char) c);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        front.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
