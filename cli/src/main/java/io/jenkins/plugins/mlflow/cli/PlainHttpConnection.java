package io.jenkins.plugins.mlflow.cli;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection that HTTP/1.1 is spoken on, by one thread at a time. What is not HTTP is a {@link ProtocolException}. */
final class PlainHttpConnection {
    private static final int LONGEST_HEAD = 64 << 10;
    private static final int LONGEST_LINE = 16 << 10;
    private static final int MOST_INTERIM = 10;
    private static final int PART = 16 << 10;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.([01]) ([1-9][0-9]{2})( .*)?");
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern CHUNK = Pattern.compile("([0-9a-fA-F]{1,8})[ \t]*(;.*)?");

    private final InetSocketAddress host;
    private final Socket socket;
    private final InputStream in;
    /** Of the head that is being read. */
    private int headLength;

    /** @param persistent whether the server speaks HTTP/1.1 and does not announce that it closes the connection */
    record Head(int statusCode, HttpHeaders headers, boolean persistent) implements HttpResponse.ResponseInfo {
        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }

    PlainHttpConnection(InetSocketAddress host, Socket socket) throws IOException {
        this.host = host;
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), PART);
    }

    InetSocketAddress host() {
        return host;
    }

    /** Also ends a read or write that another thread is in. */
    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is not used any longer.
        }
    }

    /** @param body null for none */
    void send(HttpRequest request, byte[] body) throws IOException {
        URI address = request.uri();
        String path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        StringBuilder head = new StringBuilder(request.method())
                .append(' ')
                .append(path)
                .append(address.getRawQuery() == null ? "" : "?" + address.getRawQuery())
                .append(" HTTP/1.1\r\nHost: ")
                .append(address.getHost())
                .append(address.getPort() < 0 ? "" : ":" + address.getPort())
                .append("\r\n");
        request.headers().map().forEach((name, values) ->
                values.forEach(value -> head.append(name).append(": ").append(value).append("\r\n")));
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

    /** The head of the final response; interim ones are passed over. */
    Head readHead() throws IOException {
        for (int interim = 0; interim < MOST_INTERIM; interim++) {
            headLength = 0;
            Head head = readAnyHead();
            if (head.statusCode() / 100 != 1) {
                return head;
            }
        }
        throw new ProtocolException("more than " + MOST_INTERIM + " interim responses");
    }

    private Head readAnyHead() throws IOException {
        String first = line();
        Matcher status = STATUS.matcher(first);
        if (!status.matches()) {
            throw new ProtocolException("Invalid status line: \"" + first.substring(0, Math.min(first.length(), 100)) + "\"");
        }
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 0 || !NAME.matcher(line.substring(0, colon)).matches()) {
                throw new ProtocolException("Invalid header line");
            }
            headers.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        boolean closes = headers.getOrDefault("Connection", List.of()).stream().anyMatch(value -> value.equalsIgnoreCase("close"));
        return new Head(
                Integer.parseInt(status.group(2)),
                HttpHeaders.of(headers, (name, value) -> true),
                status.group(1).equals("1") && !closes);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException(headLength == 0 ? "the server closed the connection without a response" : "EOF in the head");
            }
            if (++headLength > LONGEST_HEAD || line.length() > LONGEST_LINE) {
                throw new ProtocolException("the head of the response is too long");
            }
            line.append((char) next);
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }

    /**
     * Passes on the parts of the body until the reading is cancelled.
     *
     * @return whether another request may be sent on this connection
     * @throws EOFException if the body is shorter than the head announced
     */
    boolean readBody(Head head, PlainHttpExchange.Reading reading, Consumer<byte[]> parts) throws IOException {
        List<String> encodings = head.headers().allValues("Transfer-Encoding");
        long length = length(head.headers().allValues("Content-Length"));
        if (head.statusCode() == 204 || head.statusCode() == 304) {
            return head.persistent();
        }
        if (!encodings.isEmpty()) {
            if (encodings.size() > 1 || !encodings.get(0).equalsIgnoreCase("chunked") || length >= 0) {
                throw new ProtocolException("Invalid transfer encoding");
            }
            readChunks(reading, parts);
            return head.persistent() && !reading.isCancelled();
        }
        readPart(length < 0 ? Long.MAX_VALUE : length, length < 0, reading, parts);
        return head.persistent() && length >= 0 && !reading.isCancelled();
    }

    private static long length(List<String> announced) throws ProtocolException {
        if (announced.isEmpty()) {
            return -1;
        }
        if (announced.stream().distinct().count() > 1 || !announced.get(0).matches("[0-9]{1,18}")) {
            throw new ProtocolException("Invalid Content-Length");
        }
        return Long.parseLong(announced.get(0));
    }

    private void readChunks(PlainHttpExchange.Reading reading, Consumer<byte[]> parts) throws IOException {
        while (!reading.isCancelled()) {
            headLength = 1;
            Matcher size = CHUNK.matcher(line());
            if (!size.matches()) {
                throw new ProtocolException("Invalid chunk size");
            }
            long length = Long.parseLong(size.group(1), 16);
            if (length == 0) {
                headLength = 1;
                while (!line().isEmpty()) {
                    // The trailers say nothing that matters.
                }
                return;
            }
            readPart(length, false, reading, parts);
            if (!reading.isCancelled() && !line().isEmpty()) {
                throw new ProtocolException("Invalid end of a chunk");
            }
        }
    }

    private void readPart(long length, boolean untilClosed, PlainHttpExchange.Reading reading, Consumer<byte[]> parts)
            throws IOException {
        byte[] buffer = new byte[PART];
        for (long left = length; left > 0 && !reading.isCancelled(); ) {
            int read = in.read(buffer, 0, (int) Math.min(left, PART));
            if (read < 0) {
                if (untilClosed) {
                    return;
                }
                throw new EOFException("the body ended " + left + " bytes early");
            }
            parts.accept(Arrays.copyOf(buffer, read));
            left -= read;
        }
    }
}
