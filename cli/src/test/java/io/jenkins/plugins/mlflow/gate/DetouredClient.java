package io.jenkins.plugins.mlflow.gate;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** A client whose requests may lead to another address than they were meant for. */
final class DetouredClient extends ClientAdapter {
    private final BiFunction<String, URI, URI> detour;

    /** @param detour from method and address to the address */
    DetouredClient(HttpClient client, BiFunction<String, URI, URI> detour) {
        super(client);
        this.detour = detour;
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, HttpResponse.BodyHandler<T> responseBodyHandler) {
        URI uri = detour.apply(request.method(), request.uri());
        HttpRequest led =
                HttpRequest.newBuilder(request, (name, value) -> true).uri(uri).build();
        return client.sendAsync(led, responseBodyHandler);
    }
}
