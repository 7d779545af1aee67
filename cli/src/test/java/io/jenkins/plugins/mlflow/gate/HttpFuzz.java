package io.jenkins.plugins.mlflow.gate;

import io.jenkins.plugins.mlflow.cli.DirectClient;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Damaged responses to the command line's own HTTP client: each is read or refused, however the network divides its bytes. */
public final class HttpFuzz implements Fuzz.Target {
    private static final List<byte[]> GOOD = Stream.of(
                    "HTTP/1.1 200 OK|Content-Type: application/json|Content-Length: 12||{\"run\": 1.5}",
                    "HTTP/1.1 200 OK|Transfer-Encoding: chunked|A: b||5;a=b|{\"run|7|\": 1.5}|0|Trailer: c||",
                    "HTTP/1.0 503 Busy|Retry-After: 7|Folded: a| b|Connection: close||busy",
                    "HTTP/1.1 100 Continue||HTTP/1.1 204 No Content|Content-Length: 5||hello")
            .map(text -> text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1))
            .toList();
    private static final Pattern FRAMED =
            Pattern.compile("\\d+ .*[{ ](Content-Length|Transfer-Encoding)=", Pattern.CASE_INSENSITIVE);

    @Override
    public byte[] input(RandomGenerator random) {
        Mutations mutations = new Mutations(random);
        return mutations.damaged(mutations.any(GOOD), mutations.any(GOOD));
    }

    @Override
    public void run(byte[] input) throws IOException {
        String whole = read(new ByteArrayInputStream(input));
        String divided = read(new OneByOne(new ByteArrayInputStream(input)));
        if (!whole.equals(divided)) {
            throw new IllegalStateException("read as " + whole + ", and byte by byte as " + divided);
        }
        String cut = read(new ByteArrayInputStream(Arrays.copyOf(input, input.length / 2)));
        if (FRAMED.matcher(whole).lookingAt() && !cut.startsWith("refused: ") && !cut.equals(whole)) {
            throw new IllegalStateException("read as " + whole + ", and half of it as " + cut);
        }
    }

    private static String read(InputStream in) throws IOException {
        try {
            return DirectClient.read(in);
        } catch (ProtocolException | EOFException e) {
            return "refused: " + e.getMessage();
        }
    }

    private static final class OneByOne extends FilterInputStream {
        OneByOne(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return super.read(bytes, offset, Math.min(length, 1));
        }
    }

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        new HttpFuzz().run(input);
    }
}
