package io.jenkins.plugins.mlflow.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one response as RFC 9112 defines it. What can be understood in two ways is refused: it is a {@link ProtocolException}, as
 * is all that is not HTTP. A response that ends too early is an {@link EOFException}.
 */
final class DirectHttpReader {
    /** Of a head, and of the lines between the chunks of a body. */
    private static final int LONGEST_HEAD = 64 << 10;

    private static final int MOST_INTERIM = 10;
    private static final int PART = 16 << 10;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-9][0-9]{2})( .*)?", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final Pattern CHUNK = Pattern.compile("([0-9a-fA-F]{1,8})[ \t]*(;.*)?", Pattern.DOTALL);

    private final InputStream in;
    private final byte[] buffer = new byte[PART];
    private boolean begun;
    /** How much has been read of what may be as long as {@link #LONGEST_HEAD}. */
    private int headLength;

    /** @param length of the body, -1 if it ends with the connection or is chunked */
    record Head(int statusCode, HttpHeaders headers, boolean chunked, long length)
            implements HttpResponse.ResponseInfo {
        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }

    DirectHttpReader(InputStream in) {
        this.in = in;
    }

    /** The head of the final response; interim ones are passed over. */
    Head readHead() throws IOException {
        for (int interim = 0; interim <= MOST_INTERIM; interim++) {
            headLength = 0;
            int status = readStatus();
            HttpHeaders headers = readHeaders();
            if (status == 101) {
                throw new ProtocolException("another protocol (101), which was not asked for");
            }
            if (status / 100 != 1) {
                return head(status, headers);
            }
        }
        throw new ProtocolException("more than " + MOST_INTERIM + " interim responses");
    }

    private int readStatus() throws IOException {
        String first = line();
        Matcher status = STATUS.matcher(first);
        if (!status.matches()) {
            // Whole, since secrets are masked before it is cut.
            throw new ProtocolException("Invalid status line: \"" + first + "\"");
        }
        return Integer.parseInt(status.group(1));
    }

    private HttpHeaders readHeaders() throws IOException {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        List<String> last = null;
        for (String line = line(); !line.isEmpty(); line = line()) {
            if (last != null && isBlank(line.charAt(0))) {
                last.add(last.remove(last.size() - 1) + " " + trimmed(line));
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 0 || !NAME.matcher(line.substring(0, colon)).matches()) {
                throw new ProtocolException("Invalid header line");
            }
            last = headers.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>());
            last.add(trimmed(line.substring(colon + 1)));
        }
        return HttpHeaders.of(headers, (name, value) -> true);
    }

    private static boolean isControl(int character) {
        return character < ' ' && character != '\t' || character == 0x7f;
    }

    private static boolean isBlank(char character) {
        return character == ' ' || character == '\t';
    }

    private static String trimmed(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(value.charAt(end - 1))) {
            end--;
        }
        return value.substring(start, end);
    }

    private static Head head(int status, HttpHeaders headers) throws ProtocolException {
        List<String> encodings = headers.allValues("Transfer-Encoding");
        List<String> lengths = headers.allValues("Content-Length");
        if (lengths.stream().distinct().count() > 1
                || !lengths.stream().allMatch(length -> LENGTH.matcher(length).matches())) {
            throw new ProtocolException("Invalid Content-Length");
        }
        boolean chunked = !encodings.isEmpty();
        if (chunked && (encodings.size() > 1 || !encodings.get(0).equalsIgnoreCase("chunked") || !lengths.isEmpty())) {
            throw new ProtocolException("Invalid Transfer-Encoding");
        }
        if (status == 204 || status == 304) {
            return new Head(status, headers, false, 0);
        }
        return new Head(status, headers, chunked, lengths.isEmpty() ? -1 : Long.parseLong(lengths.get(0)));
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException(
                        begun ? "the response ended early" : "the server closed the connection without a response");
            }
            begun = true;
            if (++headLength > LONGEST_HEAD) {
                throw new ProtocolException("a head longer than " + LONGEST_HEAD + " bytes");
            }
            line.append((char) next);
        }
        int length = line.length();
        if (length > 0 && line.charAt(length - 1) == '\r') {
            line.setLength(length - 1);
        }
        if (line.chars().anyMatch(DirectHttpReader::isControl)) {
            throw new ProtocolException("Invalid character in the head");
        }
        return line.toString();
    }

    /** Passes on the parts of the body, until all are read or no more are wanted. */
    void readBody(Head head, BooleanSupplier enough, Consumer<byte[]> parts) throws IOException {
        if (head.chunked()) {
            readChunks(enough, parts);
        } else {
            readPart(head.length(), enough, parts);
        }
    }

    private void readChunks(BooleanSupplier enough, Consumer<byte[]> parts) throws IOException {
        while (!enough.getAsBoolean()) {
            headLength = 0;
            Matcher size = CHUNK.matcher(line());
            if (!size.matches()) {
                throw new ProtocolException("Invalid chunk size");
            }
            long length = Long.parseLong(size.group(1), 16);
            if (length == 0) {
                while (!line().isEmpty()) {
                    // The trailers say nothing that matters.
                }
                return;
            }
            readPart(length, enough, parts);
            if (!enough.getAsBoolean() && !line().isEmpty()) {
                throw new ProtocolException("Invalid end of a chunk");
            }
        }
    }

    /** @param length -1 for all until the connection is closed */
    private void readPart(long length, BooleanSupplier enough, Consumer<byte[]> parts) throws IOException {
        for (long left = length < 0 ? Long.MAX_VALUE : length; left > 0 && !enough.getAsBoolean(); ) {
            int read = in.read(buffer, 0, (int) Math.min(left, PART));
            if (read < 0) {
                if (length < 0) {
                    return;
                }
                throw new EOFException("the body ended " + left + " bytes early");
            }
            parts.accept(Arrays.copyOf(buffer, read));
            left -= read;
        }
    }
}
