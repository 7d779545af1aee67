package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;

/** The command line's own client, for tests, also in other packages. */
public final class PlainClient {
    private PlainClient() {}

    public static HttpClient create(Duration connectTimeout) {
        return new PlainHttpClient(connectTimeout);
    }

    static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(PlainHttpClient.THREAD))
                .toList();
    }

    static void assertNoThreadIsLeft() throws InterruptedException {
        for (Thread thread : threads()) {
            thread.join(20_000);
        }
        assertEquals(List.of(), threads());
    }
}
