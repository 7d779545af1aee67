package io.jenkins.plugins.mlflow.trigger;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.util.Secret;
import io.jenkins.plugins.mlflow.config.MlflowServerConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jvnet.hudson.test.JenkinsRule;

/** Sends webhooks to the Jenkins of a test as MLflow would. */
final class Deliveries {
    static final String SECRET = "canary-secret-of-the-webhook";
    static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Deliveries() {}

    /** A server whose webhooks are signed with the secret, which is stored under the id. */
    static MlflowServerConfiguration server(String name, String uri, String id, String secret) throws IOException {
        MlflowServerConfiguration server = new MlflowServerConfiguration(name, uri);
        server.setWebhookSecretId(id);
        SystemCredentialsProvider provider = SystemCredentialsProvider.getInstance();
        if (secret != null) {
            provider.getCredentials()
                    .add(new StringCredentialsImpl(CredentialsScope.GLOBAL, id, "", Secret.fromString(secret)));
        }
        return server;
    }

    static String created(String model, String version) {
        return "{\"entity\": \"model_version\", \"action\": \"created\", \"timestamp\": \"2026-11-19T00:00:00+00:00\", \"data\": "
                + "{\"name\": \"" + model + "\", \"version\": \"" + version
                + "\", \"source\": \"models:/m-1\", \"run_id\": \"abc\"}}";
    }

    static Map<String, String> signed(byte[] body, String secret) {
        return signed(body, secret, UUID.randomUUID().toString(), Instant.now());
    }

    static Map<String, String> signed(byte[] body, String secret, String id, Instant sentAt) {
        Map<String, String> headers = new LinkedHashMap<>();
        String time = String.valueOf(sentAt.getEpochSecond());
        try {
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            hmac.update((id + "." + time + ".").getBytes(StandardCharsets.UTF_8));
            headers.put("X-MLflow-Delivery-Id", id);
            headers.put("X-MLflow-Timestamp", time);
            headers.put("X-MLflow-Signature", "v1," + Base64.getEncoder().encodeToString(hmac.doFinal(body)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return headers;
    }

    static HttpRequest.Builder request(JenkinsRule jenkins, Map<String, String> headers)
            throws IOException, URISyntaxException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address(jenkins)).header("Content-Type", "application/json");
        headers.forEach(request::header);
        return request;
    }

    static URI address(JenkinsRule jenkins) throws IOException, URISyntaxException {
        return jenkins.getURL().toURI().resolve("mlflow-webhook/");
    }

    static HttpResponse<String> post(JenkinsRule jenkins, Map<String, String> headers, byte[] body) throws Exception {
        return HTTP.send(
                request(jenkins, headers)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Signed with {@link #SECRET} now. */
    static int send(JenkinsRule jenkins, String body) throws Exception {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return post(jenkins, signed(bytes, SECRET), bytes).statusCode();
    }
}
