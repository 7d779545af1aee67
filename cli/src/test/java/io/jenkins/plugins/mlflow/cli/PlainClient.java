package io.jenkins.plugins.mlflow.cli;

import java.net.http.HttpClient;
import java.time.Duration;

/** The command line's own client, for tests in other packages. */
public final class PlainClient {
    private PlainClient() {}

    public static HttpClient create(Duration connectTimeout) {
        return new PlainHttpClient(connectTimeout);
    }
}
