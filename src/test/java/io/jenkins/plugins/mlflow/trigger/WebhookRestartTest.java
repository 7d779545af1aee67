package io.jenkins.plugins.mlflow.trigger;

import static io.jenkins.plugins.mlflow.trigger.Deliveries.SECRET;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.created;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.post;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.server;
import static io.jenkins.plugins.mlflow.trigger.Deliveries.signed;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import io.jenkins.plugins.mlflow.config.MlflowGlobalConfiguration;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.TestExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

class WebhookRestartTest {
    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @TestExtension
    public static final class Sink extends RecordingSink {}

    private static List<String> offered() {
        return ExtensionList.lookupSingleton(Sink.class).offered;
    }

    @Test
    void aDeliveryThatIsReplayedAfterARestartIsNotTakenAgain() throws Throwable {
        byte[] body = created("churn", "7").getBytes(StandardCharsets.UTF_8);
        Map<String, String> taken = signed(body, SECRET);
        Map<String, String> refused = signed(body, SECRET);
        sessions.then(jenkins -> {
            MlflowGlobalConfiguration.get()
                    .setServers(List.of(server("production", "https://mlflow.example.com", "webhook", SECRET)));
            SystemCredentialsProvider.getInstance().save();
            assertEquals(200, post(jenkins, taken, body).statusCode());
            ExtensionList.lookupSingleton(Sink.class).full = true;
            assertEquals(429, post(jenkins, refused, body).statusCode());
            assertEquals(1, offered().size());
        });
        sessions.then(jenkins -> {
            assertEquals(200, post(jenkins, taken, body).statusCode());
            assertEquals(List.of(), offered());
            assertEquals(200, post(jenkins, refused, body).statusCode());
            assertEquals(List.of("production: churn 7 created"), offered());
        });
    }
}
