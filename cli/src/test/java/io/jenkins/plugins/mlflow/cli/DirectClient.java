package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The command line's own client, for tests, also in other packages. */
public final class DirectClient {
    private DirectClient() {}

    public static HttpClient create(Duration connectTimeout) {
        return new DirectHttpClient(connectTimeout);
    }

    /** Status, headers and body of a response that is followed by the end of the connection. */
    public static String read(InputStream response) throws IOException {
        DirectHttpReader reader = new DirectHttpReader(response);
        DirectHttpReader.Head head = reader.readHead();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        reader.readBody(head, () -> false, body::writeBytes);
        return head.statusCode() + " " + head.headers().map() + "\n" + body.toString(StandardCharsets.ISO_8859_1);
    }

    static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(DirectHttpClient.THREAD))
                .toList();
    }

    static void assertNoThreadIsLeft() throws InterruptedException {
        for (Thread thread : threads()) {
            thread.join(20_000);
        }
        assertEquals(List.of(), threads());
    }
}
